"""Contents by the digest of what is in them, and the data sets of visitors that refer to them."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import time
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from core.errors import DataError
from core.i18n import N_
from runs.limits import Limits
from runs.store.database import Database
from runs.store.helpers import ensure_visitor, readable, stored_bytes
from runs.store.tables import Plain, artifacts, contents, data_sets, epochs, runs
from runs.types import ACTIVE

TOO_MANY_DATA_SETS = N_(
    "You keep {n} data sets on this server, the most a visitor may have. Delete one first (Data, "
    "under “Your data”)."
)
TOO_MANY_BYTES = N_(
    "Your data and models take {taken:,} MB on this server, with those that wait to be trained, "
    "and this would add {more:,} MB; a visitor may have {most:,} MB. Delete data sets or runs you "
    "no longer need first."
)
TOO_MANY_BYTES_OF_ALL = N_(
    "This server keeps {most:,} MB for all of its visitors, and they are used up. Delete data sets "
    "or runs you no longer need, or try again later."
)
NOT_KNOWN = N_("This data set is no longer on the server. Open its file again.")


EPOCH_BYTES = 200  # of an epoch's row: SQLite's file grows by 130 to 240 (measured)
Samples = Callable[[], Collection[str]]
USES = (data_sets.c.data, data_sets.c.file, runs.c.data)  # of contents


@dataclass(frozen=True)
class Content:
    """Bytes and their address, the SHA-256 of them."""

    digest: str
    content: bytes

    @classmethod
    def of(cls, content: bytes) -> Content:
        return cls(hashlib.sha256(content).hexdigest(), content)

    @classmethod
    def compressed(cls, text: bytes) -> Content:
        """Of a text file; ``Contents.read_compressed`` gives it back."""
        return cls.of(zlib.compress(text, 1))


@dataclass(frozen=True)
class DataSet:
    """A data set of a visitor.

    data, file  digests: the packed sequences, and the file they were read from
    size        bytes of both
    """

    name: str
    data: str
    file: str | None
    sequences: int
    features: int
    steps: int
    size: int = 0
    id: str = ""
    opened: float = 0.0


class Contents:
    def __init__(self, database: Database, limits: Limits, samples: Samples) -> None:
        """samples: the digests of data that everybody has."""
        self._database, self._limits, self._samples = database, limits, samples

    def read(self, digest: str) -> bytes | None:
        """The bytes at an address; None when nobody has them any more."""
        with self._database.reading() as connection:
            query = select(contents.c.content).where(contents.c.digest == digest)
            return connection.scalar(query)

    def read_compressed(self, digest: str) -> bytes | None:
        found = self.read(digest)
        return None if found is None else zlib.decompress(found)

    def keep(self, owner: str, data_set: DataSet, *stored: Content) -> DataSet:
        """Keep a data set and the contents it refers to; one with an id replaces that one. What
        the visitor opened before under the same name, with the same data, is that one again.

        Raises DataError when the visitor has too many, or too much.
        """
        size = sum(len(each.content) for each in stored)
        now = time.time()
        with (
            self._database.writing(contents=True) as connection,
            within_quota(connection, self._limits, owner, self._samples),
        ):
            known = data_set.id or connection.scalar(
                select(data_sets.c.id).where(
                    data_sets.c.owner == owner,
                    data_sets.c.data == data_set.data,
                    data_sets.c.name == readable(data_set.name),
                )
            )
            if not known:
                self._refuse_too_many(connection, owner)
            for each in stored:
                put(connection, each)
            kept = replace(
                data_set,
                name=readable(data_set.name),
                id=known or secrets.token_hex(8),
                size=size,
                opened=now,
            )
            values = {name: getattr(kept, name) for name in kept.__dataclass_fields__}
            if known:
                change = update(data_sets).where(data_sets.c.id == known)
                change = change.where(data_sets.c.owner == owner).values(values)
                if not connection.execute(change).rowcount:
                    raise DataError(NOT_KNOWN)
                sweep(connection)
            else:
                connection.execute(insert(data_sets).values(owner=owner, **values))
        return kept

    def list(self, owner: str) -> list[DataSet]:
        """The visitor's data sets, the last opened first."""
        query = select(data_sets).where(data_sets.c.owner == owner)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(data_sets.c.opened.desc())).all()
        return [_data_set(row) for row in rows]

    def get(self, owner: str, data_set: str) -> DataSet | None:
        query = select(data_sets).where(data_sets.c.owner == owner, data_sets.c.id == data_set)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _data_set(row)

    def delete(self, owner: str, data_set: str) -> None:
        """Forget a data set. Its sequences stay as long as a run was trained on them."""
        mine = (data_sets.c.owner == owner, data_sets.c.id == data_set)
        with self._database.writing(contents=True) as connection:
            connection.execute(delete(data_sets).where(*mine))
            sweep(connection)
        self._database.forget()

    def _refuse_too_many(self, connection: Connection, owner: str) -> None:
        own = data_sets.c.data.not_in(self._samples())
        query = select(func.count()).where(data_sets.c.owner == owner, own)
        if connection.scalar(query) >= self._limits.data_sets:
            raise DataError(TOO_MANY_DATA_SETS, n=self._limits.data_sets)


def put(connection: Connection, content: Content) -> None:
    """Store it unless it is there."""
    there = select(contents.c.digest).where(contents.c.digest == content.digest)
    if connection.scalar(there) is None:
        size = len(content.content)
        values = {"digest": content.digest, "size": size, "content": content.content}
        connection.execute(insert(contents).values(values))


def sweep(connection: Connection) -> None:
    """Remove contents that nothing refers to any more."""
    used = or_(*(select(1).where(use == contents.c.digest).exists() for use in USES))
    connection.execute(delete(contents).where(~used))


def of(owner: str) -> ColumnElement[bool]:
    """Contents that a visitor's data sets or runs refer to."""
    return contents.c.digest.in_(
        union(
            *(select(use).where(use.table.c.owner == owner) for use in USES),
        )
    )


def _all_bytes() -> Select:
    """See ``bytes_of``. Built once: to write so many expressions takes longer than to run them."""
    owner, samples = bindparam("owner"), bindparam("samples", expanding=True)
    of_mine = runs.c.owner == owner
    used = (
        select(use).where(use.table.c.owner == owner, use.table.c.data.not_in(samples))
        for use in USES
    )
    active = runs.c.state.in_([state.value for state in ACTIVE])
    made = select(artifacts.c.size).join(runs, runs.c.id == artifacts.c.run).where(of_mine)
    texts = [column for column in runs.c if isinstance(column.type, Plain)]
    row = sum(func.coalesce(func.length(text, type_=Integer), 0) for text in texts)
    last = select(func.max(epochs.c.epoch)).where(epochs.c.run == runs.c.id).scalar_subquery()
    parts = (
        select(contents.c.size).where(contents.c.digest.in_(union(*used))),
        made,
        select(row + EPOCH_BYTES * func.coalesce(last, 0)).where(of_mine),
        select(runs.c.reserved).where(of_mine, active),
    )
    return select(
        *(
            select(func.coalesce(func.sum(part.subquery().c[0]), 0)).scalar_subquery()
            for part in parts
        )
    )


_ALL_BYTES = _all_bytes()


def bytes_of(connection: Connection, owner: str, samples: Samples) -> int:
    """What a visitor's data sets and runs take, the rows of runs and of their epochs included, and
    what those that have not ended may take yet. Samples do not count: everybody has them."""
    values = {"owner": owner, "samples": list(samples())}
    return sum(map(int, connection.execute(_ALL_BYTES, values).one()))


@contextlib.contextmanager
def within_quota(
    connection: Connection, limits: Limits, owner: str, samples: Samples
) -> Iterator[None]:
    """Raises DataError, and so undoes the transaction, when what is done inside makes it too
    much. Locks the visitor, so that two tabs do not both take the last room there is."""
    ensure_visitor(connection, owner)
    before = bytes_of(connection, owner, samples)
    yield
    after = bytes_of(connection, owner, samples)
    if after > max(before, limits.megabytes * 10**6):
        raise DataError(
            TOO_MANY_BYTES,
            taken=round(before / 1e6),
            more=max(1, round((after - before) / 1e6)),
            most=limits.megabytes,
        )
    if after > before and stored_bytes(connection) > limits.all_megabytes * 10**6:
        raise DataError(TOO_MANY_BYTES_OF_ALL, most=limits.all_megabytes)


def _data_set(row: Row) -> DataSet:
    return DataSet(**{name: getattr(row, name) for name in DataSet.__dataclass_fields__})
