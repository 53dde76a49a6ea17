"""Queue of the dispatcher: runs that wait for a worker, and runs that hold one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, and_, func, select

from runs.store.helpers import StoredProgress, decode_progress
from runs.store.tables import addresses, runs, turns
from runs.types import WAITING, RunState


@dataclass(frozen=True)
class WaitingRun:
    """A run that a worker may claim.

    Attributes:
        id: Id of the run.
        owner: Id of the visitor.
        address: Hash of the owner's address, or the owner if none is known.
        created: When it was queued, in seconds since 1970 UTC.
        interrupted: Its worker is gone.
        paused: It gave its worker to another run.
        stopping: A stop was requested.
        seconds_left: Estimated seconds that it still takes.
    """

    id: str
    owner: str
    address: str
    created: float
    interrupted: bool
    paused: bool
    stopping: bool
    seconds_left: float


@dataclass(frozen=True)
class RunningRun:
    """A run that holds a worker.

    Attributes:
        id: Id of the run.
        owner: Id of the visitor.
        address: As in ``WaitingRun``.
        created: As in ``WaitingRun``.
        worker: Address of the worker.
        attempt: Current attempt.
        beat: Heartbeat counter; changes while the worker is alive.
        seconds_left: Estimated seconds to its end.
        stopping: A stop was requested.
        yielding: It was asked to give its worker back.
        fruitless: Consecutive turns that ended without progress.
    """

    id: str
    owner: str
    address: str
    created: float
    worker: str
    attempt: int
    beat: int
    seconds_left: float
    stopping: bool = False
    yielding: bool = False
    fruitless: int = 0


def read_waiting_runs(connection: Connection) -> list[WaitingRun]:
    """Return the waiting runs in the order of creation."""
    names = ("id", "owner", "created", "state", "stopping", "progress", "estimate")
    query = _select_with_turns(*names).where(runs.c.state.in_([state.value for state in WAITING]))
    rows = connection.execute(query.order_by(runs.c.created, runs.c.id)).all()
    interrupted = RunState.INTERRUPTED.value
    return [
        WaitingRun(
            id=row.id,
            owner=row.owner,
            address=row.address,
            created=row.created,
            interrupted=row.state == interrupted and not row.yielding,
            paused=row.state == interrupted and bool(row.yielding),
            stopping=row.stopping,
            seconds_left=_estimate_left(row.progress, row.estimate),
        )
        for row in rows
    ]


def read_running_runs(connection: Connection) -> list[RunningRun]:
    """Return the runs that hold a worker."""
    columns = ("id", "owner", "created", "worker", "attempt", "beat", "progress", "estimate")
    query = _select_with_turns(*columns, "stopping").where(runs.c.state == RunState.RUNNING.value)
    rows = connection.execute(query).all()
    return [
        RunningRun(
            id=row.id,
            owner=row.owner,
            address=row.address,
            created=row.created,
            worker=row.worker,
            attempt=row.attempt,
            beat=row.beat,
            seconds_left=_estimate_left(row.progress, row.estimate),
            stopping=row.stopping,
            yielding=bool(row.yielding),
            fruitless=row.fruitless,
        )
        for row in rows
    ]


def _select_with_turns(*names: str) -> Select[*tuple[object, ...]]:
    """Select columns of runs, and ``address``, ``yielding`` and ``fruitless`` (turns)."""
    address = func.coalesce(addresses.c.address, runs.c.owner).label("address")
    yielding = func.coalesce(turns.c.attempt, 0) == runs.c.attempt
    yielding = and_(runs.c.attempt > 0, yielding).label("yielding")
    fruitless = func.coalesce(turns.c.fruitless, 0).label("fruitless")
    joined = runs.outerjoin(addresses, addresses.c.visitor == runs.c.owner)
    joined = joined.outerjoin(turns, turns.c.run == runs.c.id)
    columns = (runs.c[name] for name in names)
    return select(*columns, address, yielding, fruitless).select_from(joined)


def _estimate_left(progress: StoredProgress | None, estimate: float) -> float:
    if progress is None:
        return estimate
    left = decode_progress(progress).seconds_left
    return estimate if left is None else left
