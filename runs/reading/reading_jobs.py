"""Functions that open, detect and read a file in a separate process."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pickle import PickleBuffer
from typing import TypedDict

from core.data.missing import Missing
from core.data.schema import Cut, Duplicates, TargetAt
from core.data.sequences import Sequences
from core.data.serialization import pack, unpack
from core.errors import DataError, Note, QuotaError, UnpaddedError
from core.i18n import N_
from core.preprocessing.input_encoder import estimate_inputs
from core.reading import (
    Report,
    Schema,
    Table,
    detect_schema,
    open_table,
    read_table,
    refresh_schema,
    refuse_many_steps,
)
from core.reading.detection.detect import detect_with_roles
from core.reading.editable import Grid, build_grid
from core.reading.new_data import Reading
from core.reading.table.table import refuse_long_names

SchemaOf = Callable[[Table], Schema]  # returned by one of the functions below

# The sequences of a file may take this many bytes, or this many times its own: a number takes 4
# bytes, and at least 2 in a file. Text that becomes one feature per token takes many times as much.
MAX_BYTES, MAX_TIMES = 128_000_000, 2
MAX_CHARACTERS = 10_000  # of a name, an id or a label: pages show them and send them repeatedly
# Characters of all ids, labels and groups together: a million ids of 36 characters are 36 million.
# The server uses four bytes per character while it keeps them.
MAX_TEXT = 50_000_000
TOO_MUCH = N_(
    "The sequences take {found:,} MB in memory, and those of a file of its size may take {most:,} "
    "MB. Leave out what is not needed, or give it in several parts."
)
TOO_MUCH_TEXT = N_(
    "The ids, targets and groups have {found:,} characters, and at most {most:,} are read. Give "
    "them shorter ones, or give the file in several parts."
)


@dataclass(frozen=True)
class Columns:
    """Columns of a table, as a page shows them.

    Attributes:
        names: Names of the columns.
        lists: The file contained nested lists instead of columns.
        grid: Cells, if they can be edited.
    """

    names: tuple[str, ...]
    lists: bool
    grid: Grid | None


@dataclass(frozen=True)
class Opened:
    """A file that was read.

    Attributes:
        columns: Its columns.
        report: Report of the reading.
        packed: Sequences, packed by ``core.data.serialization``.
    """

    columns: Columns
    report: Report
    packed: bytes

    def sequences(self) -> Sequences:
        """Return the sequences."""
        return unpack(self.packed)


@dataclass(frozen=True)
class Refused:
    """A file that was not read.

    Attributes:
        error: The reason.
        grid: Cells, if they can be edited.
        columns: Columns, if the file could be read so far.
        schema: Schema, if the file could be read so far.
    """

    error: UnpaddedError
    grid: Grid | None
    columns: Columns | None = None
    schema: Schema | None = None


@dataclass(frozen=True)
class NewData:
    """New sequences to predict.

    Attributes:
        report: Report of the reading.
        packed: As in ``Opened``.
    """

    report: Report
    packed: bytes

    def sequences(self) -> Sequences:
        """Return the sequences."""
        return unpack(self.packed)


def open_file(content: bytes, max_steps: int, schema_of: SchemaOf) -> Opened | Refused:
    """Open, detect and read a file or pasted text.

    Args:
        content: Bytes of the file.
        max_steps: Maximum number of steps.
        schema_of: Returns the schema of the table.
    """
    columns = schema = None
    try:
        table = open_table(io.BytesIO(content), max_steps)
        columns = _describe_columns(table, content)
        schema = schema_of(table)
        data, report = read_table(table, schema)
        refuse_many_steps(int(data.lengths.sum()), max_steps)
        return Opened(columns, report, _pack(data, len(content)))
    except UnpaddedError as error:
        grid = columns.grid if columns else build_grid(None, lambda: content)
        return Refused(error, grid, columns, schema)


def open_stored(compressed: bytes, max_steps: int, schema_of: SchemaOf) -> Opened | Refused:
    """Like ``open_file``, for a file as the store keeps it."""
    return open_file(zlib.decompress(compressed), max_steps, schema_of)


def describe_stored(compressed: bytes, schema: Schema) -> tuple[Columns, Report]:
    """Return the columns of a stored file, and the report of reading it.

    Raises:
        UnpaddedError: If it cannot be read with the schema.
    """
    content = zlib.decompress(compressed)
    table = open_table(io.BytesIO(content))
    return _describe_columns(table, content), read_table(table, schema)[1]


def read_new(
    content: bytes, reading: Reading, max_steps: int, chosen: Schema | None, typed: bool
) -> NewData:
    """Read new data, like ``Reading.read_file`` or ``Reading.read_typed``.

    Args:
        content: Bytes of the file or of the typed text.
        reading: How the training data was read.
        max_steps: Maximum number of steps.
        chosen: Schema that the visitor chose; None to derive it.
        typed: The content was typed on the page.

    Raises:
        UnpaddedError: If it cannot be read.
    """
    if typed:
        data, report = reading.read_typed(content.decode(), max_steps, chosen)
    else:
        data, report = reading.read_file(content, max_steps, chosen)
    return NewData(report, _pack(data, len(content)))


def detect() -> SchemaOf:
    """Return a function that detects the schema."""
    return detect_schema


def use_schema(schema: Schema) -> SchemaOf:
    """Return a function that returns this schema."""
    return partial(_return_schema, schema)


def redetect(schema: Schema | None) -> SchemaOf:
    """Return a function that adapts the schema to the same table after it was edited."""
    return detect_schema if schema is None else partial(refresh_schema, schema)


class ChosenFields(TypedDict, total=False):
    """Fields of a schema that are not detected."""

    fixes: tuple[str, ...]
    missing: Missing
    duplicates: Duplicates
    elapsed: bool
    cut: Cut
    cut_steps: int
    cut_every: int


def choose(
    layout: str,
    features: Sequence[str] | None,
    also: ChosenFields,
    target_at: TargetAt | None = None,
    dayfirst: bool | None = None,
    **roles: str | tuple[str, ...] | None,
) -> SchemaOf:
    """Return a function that detects the schema except for what the visitor chose.

    Args:
        layout: Layout of the table.
        features: Columns that are features; None to detect them.
        also: Other fields of the schema.
        target_at: As in the schema; None to detect it.
        dayfirst: As in the schema; None to detect it.
        **roles: Columns by role.
    """
    return partial(
        _detect_chosen,
        layout=layout,
        features=features,
        also=also,
        target_at=target_at,
        dayfirst=dayfirst,
        roles=roles,
    )


def _return_schema(schema: Schema, table: Table) -> Schema:
    return schema


def _detect_chosen(
    table: Table,
    layout: str,
    features: Sequence[str] | None,
    also: ChosenFields,
    target_at: TargetAt | None,
    dayfirst: bool | None,
    roles: Mapping[str, str | tuple[str, ...] | None],
) -> Schema:
    return replace(detect_with_roles(table, layout, roles, features, target_at, dayfirst), **also)


def _describe_columns(table: Table, content: bytes) -> Columns:
    for name in table.names:
        _refuse_long(name, Note("the name of a column"))
    return Columns(table.names, table.lists, build_grid(table, lambda: content))


def _refuse_long(text: str, kind: Note) -> None:
    if len(text) > MAX_CHARACTERS:
        raise DataError(
            "{found!r} is {what} of {n:,} characters, and at most {most:,} are read. Give it a "
            "shorter one.",
            found=text[:40],
            what=kind,
            n=len(text),
            most=MAX_CHARACTERS,
        )


def _pack(data: Sequences, size: int) -> bytes:
    """Pack sequences into a buffer that is sent without copies and arrives as bytes."""
    count = 0
    for kind, texts in (
        (Note("an id"), data.ids),
        (Note("a target"), data.targets),
        (Note("a group"), data.groups),
    ):
        if texts is not None and texts.dtype == object:
            _refuse_long(max(texts, key=len), kind)
            count += sum(map(len, texts))
    if count > MAX_TEXT:
        raise QuotaError(TOO_MUCH_TEXT, found=count, most=MAX_TEXT)
    refuse_long_names(data.feature_names)
    for words in data.categories.values():
        _refuse_long(max(words, key=len, default=""), Note("a word of a category"))
    max_bytes = max(MAX_BYTES, MAX_TIMES * size)
    n_bytes = data.values.nbytes // data.features * estimate_inputs(data)  # as a network reads it
    if n_bytes > max_bytes:
        raise QuotaError(TOO_MUCH, found=n_bytes // 10**6, most=max_bytes // 10**6)
    return PickleBuffer(pack(data))  # type: ignore[return-value]  # which arrives as bytes
