"""Data sets of visitors, and the contents they refer to, stored once by digest."""

from __future__ import annotations

import hashlib
import secrets
import time
import zlib
from dataclasses import dataclass, replace

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    delete,
    func,
    insert,
    or_,
    select,
    union,
    update,
)

from core.data.choices import CHOICES_CHECK, Choices
from core.data.read_report import ReadReport
from core.errors import DataError, QuotaError
from core.i18n import N_
from core.json_validation import list_of
from core.preprocessing.hold_out import HoldOut
from runs.limits import Limits
from runs.store.database import Database
from runs.store.helpers import sanitize_name
from runs.store.hold_outs import read_hold_out, write_hold_out
from runs.store.quota import Samples, enforce_quota
from runs.store.tables import CONTENT_COLUMNS, contents, data_sets, hold_outs, readings

MAX_ANSWERS = 1_000  # per data set

TOO_MANY_DATA_SETS = N_(
    "You have {n} data sets, which is the limit. Delete one on the page Data first."
)
NOT_KNOWN = N_("This data set is no longer on the server. Open its file again.")


@dataclass(frozen=True)
class Content:
    """Bytes and their address, their SHA-256."""

    digest: str
    content: bytes

    @classmethod
    def from_bytes(cls, content: bytes) -> Content:
        """Compute the address of the bytes."""
        return cls(hashlib.sha256(content).hexdigest(), content)

    @classmethod
    def from_text(cls, text: bytes) -> Content:
        """Compress a text file; ``DataSets.read_file`` restores it."""
        return cls.from_bytes(zlib.compress(text, 1))


@dataclass(frozen=True)
class DataSet:
    """A data set of a visitor.

    Attributes:
        name: Display name.
        data: Digest of the packed sequences.
        file: Digest of the file they were read from, if any.
        sequences: Number of sequences.
        features: Number of features per step.
        steps: Number of steps.
        size: Bytes of both contents.
        id: Id of the data set, empty before it is saved.
        opened: When it was last opened, in seconds since 1970 UTC.
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


@dataclass(frozen=True)
class TableReading:
    """How the file of a data set was read.

    Attributes:
        choices: What the visitor chose, one set per answer in the order of the answers.
        report: What was understood, assumed, changed and left out.
    """

    choices: tuple[Choices, ...]
    report: ReadReport


class DataSets:
    """Data sets and contents in the database."""

    def __init__(self, database: Database, limits: Limits, samples: Samples) -> None:
        """Wrap the database; ``samples`` returns the digests of the data that everybody has."""
        self._database, self._limits, self._samples = database, limits, samples

    def read_content(self, digest: str) -> bytes | None:
        """Return the bytes at a digest, or None if no visitor has them any more."""
        with self._database.reading() as connection:
            query = select(contents.c.content).where(contents.c.digest == digest)
            return connection.scalar(query)

    def read_file(self, digest: str) -> bytes | None:
        """Return the file at a digest, decompressed, or None."""
        content = self.read_content(digest)
        return None if content is None else zlib.decompress(content)

    def read_reading(self, data_set: str) -> TableReading | None:
        """Return how the file of a data set was read; None for one of an earlier version."""
        query = select(readings).where(readings.c.data_set == data_set)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        choices = list_of(CHOICES_CHECK, MAX_ANSWERS)(row.choices, "the choices")
        return TableReading(choices, ReadReport.from_dict(row.report))

    def read_hold_out(self, data_set: str) -> HoldOut | None:
        """Return the test set that is held out from a data set, or None if none is recorded."""
        with self._database.reading() as connection:
            return read_hold_out(connection, hold_outs, data_set)

    def save_hold_out(self, owner: str, data_set: str, hold_out: HoldOut) -> None:
        """Record the test set that is held out from a data set of the visitor.

        Raises:
            DataError: The data set has been deleted.
        """
        is_own = (data_sets.c.owner == owner, data_sets.c.id == data_set)
        with self._database.writing() as connection:
            if connection.scalar(select(data_sets.c.id).where(*is_own).with_for_update()) is None:
                raise DataError(NOT_KNOWN)
            write_hold_out(connection, hold_outs, data_set, hold_out)

    def save(
        self,
        owner: str,
        data_set: DataSet,
        *new_contents: Content,
        reading: TableReading | None = None,
        hold_out: HoldOut | None = None,
    ) -> DataSet:
        """Save a data set and the contents it refers to.

        A data set with an id replaces the stored one. One with the name and data of an earlier data
        set of the visitor replaces that one.

        Args:
            owner: Id of the visitor.
            data_set: Data set to save.
            *new_contents: Contents that it refers to.
            reading: How its file was read.
            hold_out: Test set that is held out from it. An earlier data set with the same name and
                data keeps its own.

        Returns:
            The data set with its id, size and time.

        Raises:
            UnpaddedError: If the visitor has too many data sets, or uses too many bytes.
        """
        size = sum(len(each.content) for each in new_contents)
        now = time.time()
        with (
            self._database.writing(contents=True) as connection,
            enforce_quota(connection, self._limits, owner, self._samples),
        ):
            known_id = data_set.id or connection.scalar(
                select(data_sets.c.id).where(
                    data_sets.c.owner == owner,
                    data_sets.c.data == data_set.data,
                    data_sets.c.name == sanitize_name(data_set.name),
                )
            )
            if not known_id:
                self._refuse_too_many(connection, owner)
            for each in new_contents:
                insert_content(connection, each)
            saved = replace(
                data_set,
                name=sanitize_name(data_set.name),
                id=known_id or secrets.token_hex(8),
                size=size,
                opened=now,
            )
            values = {name: getattr(saved, name) for name in saved.__dataclass_fields__}
            if known_id:
                statement = update(data_sets).where(data_sets.c.id == known_id)
                statement = statement.where(data_sets.c.owner == owner).values(values)
                if not connection.execute(statement).rowcount:
                    raise DataError(NOT_KNOWN)
                delete_unused_contents(connection)
            else:
                connection.execute(insert(data_sets).values(owner=owner, **values))
            _replace_reading(connection, saved.id, reading)
            if data_set.id or read_hold_out(connection, hold_outs, saved.id) is None:
                write_hold_out(connection, hold_outs, saved.id, hold_out)
        return saved

    def list(self, owner: str) -> list[DataSet]:
        """Return the visitor's data sets, the last opened first."""
        query = select(data_sets).where(data_sets.c.owner == owner)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(data_sets.c.opened.desc())).all()
        return [_to_data_set(row) for row in rows]

    def get(self, owner: str, data_set: str) -> DataSet | None:
        """Return a data set of the visitor, or None."""
        query = select(data_sets).where(data_sets.c.owner == owner, data_sets.c.id == data_set)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _to_data_set(row)

    def rename(self, owner: str, data_set: str, name: str) -> None:
        """Rename a data set of the visitor."""
        is_own = (data_sets.c.owner == owner, data_sets.c.id == data_set)
        with self._database.writing() as connection:
            connection.execute(update(data_sets).where(*is_own).values(name=sanitize_name(name)))

    def delete(self, owner: str, data_set: str) -> None:
        """Delete a data set; its sequences stay while a run that was trained on them exists."""
        conditions = (data_sets.c.owner == owner, data_sets.c.id == data_set)
        with self._database.writing(contents=True) as connection:
            connection.execute(delete(data_sets).where(*conditions))
            delete_unused_contents(connection)
        self._database.truncate_log()

    def _refuse_too_many(self, connection: Connection, owner: str) -> None:
        is_own = data_sets.c.data.not_in(self._samples())
        query = select(func.count()).where(data_sets.c.owner == owner, is_own)
        if connection.execute(query).scalar_one() >= self._limits.data_sets:
            raise QuotaError(TOO_MANY_DATA_SETS, n=self._limits.data_sets)


def _replace_reading(connection: Connection, data_set: str, reading: TableReading | None) -> None:
    connection.execute(delete(readings).where(readings.c.data_set == data_set))
    if reading is not None:
        values = {"choices": list(reading.choices), "report": reading.report.to_dict()}
        connection.execute(insert(readings).values(data_set=data_set, **values))


def insert_content(connection: Connection, content: Content) -> None:
    """Store the content, unless it is stored already."""
    query = select(contents.c.digest).where(contents.c.digest == content.digest)
    if connection.scalar(query) is None:
        size = len(content.content)
        values = {"digest": content.digest, "size": size, "content": content.content}
        connection.execute(insert(contents).values(values))


def delete_unused_contents(connection: Connection) -> None:
    """Delete contents that nothing refers to any more."""
    used = or_(
        *(select(1).where(column == contents.c.digest).exists() for column in CONTENT_COLUMNS)
    )
    connection.execute(delete(contents).where(~used))


def is_owned_by(owner: str) -> ColumnElement[bool]:
    """Return a condition for contents that a visitor's data sets or runs refer to."""
    return contents.c.digest.in_(
        union(
            *(select(column).where(column.table.c.owner == owner) for column in CONTENT_COLUMNS),
        )
    )


def _to_data_set(row: Row[*tuple[object, ...]]) -> DataSet:
    return DataSet(**{name: getattr(row, name) for name in DataSet.__dataclass_fields__})
