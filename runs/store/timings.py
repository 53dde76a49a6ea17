"""Estimated and measured durations of runs, from which the speed of this server follows."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from runs.server_speed import Timing
from runs.store.tables import runs, timings

MAX_TIMINGS = 200  # of the runs that ended last


def write_estimate(connection: Connection, run_id: str, family: str, seconds: float) -> None:
    """Store the estimate of a new run, before the speed of the server is applied."""
    values = {"run": run_id, "family": family, "modelled": seconds}
    connection.execute(insert(timings).values(values))


def write_duration(connection: Connection, run_id: str, ended: float) -> None:
    """Store the duration of a run that has finished in one piece, start-up included."""
    query = select(runs.c.started, runs.c.attempt, runs.c.before).where(runs.c.id == run_id)
    started, attempt, before = connection.execute(query).one()
    if attempt == 1 and not before and started is not None:
        change = update(timings).where(timings.c.run == run_id)
        connection.execute(change.values(measured=ended - started))


def read_timings(connection: Connection) -> list[Timing]:
    """Return the timings of the runs that finished last, newest first."""
    query = (
        select(timings.c.family, timings.c.modelled, timings.c.measured)
        .join(runs, runs.c.id == timings.c.run)
        .where(timings.c.measured.is_not(None))
        .order_by(runs.c.ended.desc())
        .limit(MAX_TIMINGS)
    )
    return [Timing(*row) for row in connection.execute(query)]
