"""Quota: the bytes that a visitor, and all visitors together, may use on the server."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    Integer,
    Select,
    bindparam,
    func,
    select,
    union,
)

from core.errors import QuotaError
from core.i18n import N_
from runs.limits import Limits
from runs.store.helpers import ensure_visitor
from runs.store.tables import CONTENT_COLUMNS, Plain, artifacts, contents, epochs, runs
from runs.types import ACTIVE

TOO_MANY_BYTES = N_(
    "Your data, models and waiting runs take {taken:,} MB. This would add {more:,} MB; the "
    "limit per visitor is {most:,} MB. Delete data sets or runs first."
)
TOO_MANY_BYTES_OF_ALL = N_(
    "The server's {most:,} MB for all visitors are used up. Delete data sets or runs, or try "
    "again later."
)

EPOCH_BYTES = 200  # per row of an epoch: SQLite's file grows by 130 to 240 bytes (measured)
Samples = Callable[[], Collection[str]]  # returns the digests of the data that everybody has


def _build_bytes_query() -> Select[*tuple[int, ...]]:
    """Build the query of ``count_bytes`` once: building it takes longer than executing it."""
    owner: BindParameter[str] = bindparam("owner")
    samples: BindParameter[str] = bindparam("samples", expanding=True)
    is_own = runs.c.owner == owner
    used = (
        select(column).where(column.table.c.owner == owner, column.table.c.data.not_in(samples))
        for column in CONTENT_COLUMNS
    )
    active = runs.c.state.in_([state.value for state in ACTIVE])
    artifact_sizes = select(artifacts.c.size).join(runs, runs.c.id == artifacts.c.run).where(is_own)
    text_columns = [column for column in runs.c if isinstance(column.type, Plain)]
    row_size = sum(func.coalesce(func.length(text, type_=Integer), 0) for text in text_columns)
    last_epoch = select(func.max(epochs.c.epoch)).where(epochs.c.run == runs.c.id).scalar_subquery()
    parts = (
        select(contents.c.size).where(contents.c.digest.in_(union(*used))),
        artifact_sizes,
        select(row_size + EPOCH_BYTES * func.coalesce(last_epoch, 0)).where(is_own),
        select(runs.c.reserved).where(is_own, active),
    )
    return select(
        *(
            select(func.coalesce(func.sum(part.subquery().c[0]), 0)).scalar_subquery()
            for part in parts
        )
    )


_BYTES_QUERY = _build_bytes_query()


def count_bytes(connection: Connection, owner: str, samples: Samples) -> int:
    """Return the bytes that a visitor's data sets and runs take.

    They include the rows of runs and of their epochs, and what active runs may still add. Samples
    do not count, because everybody has them.
    """
    values = {"owner": owner, "samples": list(samples())}
    return sum(map(int, connection.execute(_BYTES_QUERY, values).one()))


@contextlib.contextmanager
def enforce_quota(
    connection: Connection, limits: Limits, owner: str, samples: Samples
) -> Iterator[None]:
    """Undo the transaction if what is done inside exceeds a limit.

    Locks the visitor, so that two tabs cannot both take the last free bytes.

    Raises:
        UnpaddedError: If the visitor, or all visitors together, would use too many bytes.
    """
    ensure_visitor(connection, owner)
    before = count_bytes(connection, owner, samples)
    yield
    after = count_bytes(connection, owner, samples)
    if after > max(before, limits.megabytes * 10**6):
        raise QuotaError(
            TOO_MANY_BYTES,
            taken=round(before / 1e6),
            more=max(1, round((after - before) / 1e6)),
            most=limits.megabytes,
        )
    if after > before and count_stored_bytes(connection) > limits.all_megabytes * 10**6:
        raise QuotaError(TOO_MANY_BYTES_OF_ALL, most=limits.all_megabytes)


def count_stored_bytes(connection: Connection) -> int:
    """Return the bytes that the whole database uses."""
    if connection.dialect.name == "postgresql":
        query = select(func.pg_database_size(func.current_database(), type_=BigInteger))
        database_size: int = connection.execute(query).scalar_one()
        return database_size
    size, pages, free = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        for name in ("page_size", "page_count", "freelist_count")
    )
    return int(size * (pages - free))
