"""Test sets that are held out: of data sets, and those with which runs were trained."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Table, delete, insert, literal, select

from core.preprocessing.hold_out import NO_HOLD_OUT, HoldOut
from runs.store.tables import hold_outs, run_hold_outs, runs


def read_hold_out(connection: Connection, table: Table, key: str) -> HoldOut | None:
    """Return the hold-out of a data set or a run, or None if none is recorded."""
    query = select(table.c.method, table.c.seed, table.c.rows).where(_get_key(table) == key)
    row = connection.execute(query).one_or_none()
    return None if row is None else HoldOut.from_bytes(*row)


def write_hold_out(
    connection: Connection, table: Table, key: str, hold_out: HoldOut | None
) -> None:
    """Replace the hold-out of a data set or a run; None removes it."""
    column = _get_key(table)
    connection.execute(delete(table).where(column == key))
    if hold_out is not None:
        values = {"method": hold_out.method, "seed": hold_out.seed, "rows": hold_out.to_bytes()}
        connection.execute(insert(table).values({column.name: key, **values}))


def copy_hold_out(connection: Connection, run_id: str, new_id: str) -> None:
    """Record the hold-out of a run for another run as well."""
    columns = [run_hold_outs.c.method, run_hold_outs.c.seed, run_hold_outs.c.rows]
    query = select(literal(new_id), *columns).where(run_hold_outs.c.run == run_id)
    names = ["run", *(column.name for column in columns)]
    connection.execute(insert(run_hold_outs).from_select(names, query))


def read_last_hold_out(connection: Connection, owner: str, data: str) -> HoldOut | None:
    """Return the hold-out of the visitor's last run on this data.

    Returns:
        None if there is no such run; a hold-out of no rows if it was trained without one.
    """
    query = select(runs.c.id).where(runs.c.owner == owner, runs.c.data == data)
    last = connection.scalar(query.order_by(runs.c.created.desc()).limit(1))
    if last is None:
        return None
    return read_hold_out(connection, run_hold_outs, last) or NO_HOLD_OUT


def _get_key(table: Table) -> Column[str]:
    return table.c.data_set if table is hold_outs else table.c.run
