"""What is done with a file in a process of its own: it is opened, its schema is found, and it is
read."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pickle import PickleBuffer
from typing import Any

from core.data.sequences import Sequences
from core.data.serialization import pack, unpack
from core.errors import DataError, Note
from core.i18n import N_
from core.reading import (
    Report,
    Schema,
    Table,
    detect_schema,
    open_table,
    read_table,
    refuse_many_steps,
    schema_again,
)
from core.reading.editable import Grid, grid_of
from core.reading.new_data import Reading
from core.reading.table.table import refuse_long_names

SchemaOf = Callable[[Table], Schema]  # made by one of the functions below

# What a file becomes may take so many bytes, or so many times its own: numbers take 4 bytes, and in
# a file two at least. Words that become features, one for each, take many times as much.
MAX_BYTES, MAX_TIMES = 128_000_000, 2
MAX_CHARACTERS = 10_000  # of a name, an id, a label; pages show them, and send them again and again
# Of all ids, labels and groups together: a million ids of 36 characters are 36 million. The server
# takes four times as many bytes while it keeps them.
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
    """What a page shows of a table: the names of its columns, whether it held nested lists and no
    columns, and its cells, where they can be edited."""

    names: tuple[str, ...]
    lists: bool
    grid: Grid | None


@dataclass(frozen=True)
class Opened:
    """A file that was read. packed: its sequences, as ``core.data.serialization`` packs them."""

    columns: Columns
    report: Report
    packed: bytes

    def sequences(self) -> Sequences:
        return unpack(self.packed)


@dataclass(frozen=True)
class Refused:
    """A file that was not read, with its cells, where they can be edited, and, as far as it could
    be read, its columns and its schema."""

    error: DataError
    grid: Grid | None
    columns: Columns | None = None
    schema: Schema | None = None


@dataclass(frozen=True)
class New:
    """New sequences to predict. packed: as in ``Opened``."""

    report: Report
    packed: bytes

    def sequences(self) -> Sequences:
        return unpack(self.packed)


def open_file(content: bytes, most_steps: int, schema_of: SchemaOf) -> Opened | Refused:
    """Open, detect and read a file, or pasted text."""
    columns = schema = None
    try:
        table = open_table(io.BytesIO(content), most_steps)
        columns = _columns(table, content)
        schema = schema_of(table)
        data, report = read_table(table, schema)
        refuse_many_steps(int(data.lengths.sum()), most_steps)
        return Opened(columns, report, _packed(data, len(content)))
    except DataError as error:
        grid = columns.grid if columns else grid_of(None, lambda: content)
        return Refused(error, grid, columns, schema)


def open_kept(compressed: bytes, most_steps: int, schema_of: SchemaOf) -> Opened | Refused:
    """As ``open_file``, of a file as the server keeps it."""
    return open_file(zlib.decompress(compressed), most_steps, schema_of)


def look_at_kept(compressed: bytes, schema: Schema) -> tuple[Columns, Report]:
    """The columns of a file as the server keeps it, and what became of its rows. Raises
    DataError."""
    content = zlib.decompress(compressed)
    table = open_table(io.BytesIO(content))
    return _columns(table, content), read_table(table, schema)[1]


def read_new(
    content: bytes, reading: Reading, most_steps: int, chosen: Schema | None, typed: bool
) -> New:
    """New data, as ``Reading.read_file`` or ``read_typed`` does. Raises DataError."""
    if typed:
        data, report = reading.read_typed(content.decode(), most_steps, chosen)
    else:
        data, report = reading.read_file(content, most_steps, chosen)
    return New(report, _packed(data, len(content)))


def detected() -> SchemaOf:
    return detect_schema


def given(schema: Schema) -> SchemaOf:
    return partial(_given, schema)


def edited(schema: Schema | None) -> SchemaOf:
    """Of the same table after it was edited."""
    return detect_schema if schema is None else partial(schema_again, schema)


def chosen(
    layout: str, features: Sequence[str] | None, also: dict[str, Any], **roles: Any
) -> SchemaOf:
    """Detected, but for the roles and the features given. also: other fields of the schema."""
    return partial(_chosen, layout=layout, features=features, also=also, roles=roles)


def _given(schema: Schema, table: Table) -> Schema:
    return schema


def _chosen(
    table: Table,
    layout: str,
    features: Sequence[str] | None,
    also: dict[str, Any],
    roles: dict[str, Any],
) -> Schema:
    return replace(detect_schema(table, layout, features=features, **roles), **also)


def _columns(table: Table, content: bytes) -> Columns:
    for name in table.names:
        _refuse_long(name, Note("the name of a column"))
    return Columns(table.names, table.lists, grid_of(table, lambda: content))


def _refuse_long(word: str, what: Note) -> None:
    if len(word) > MAX_CHARACTERS:
        raise DataError(
            "{found!r} is {what} of {n:,} characters, and at most {most:,} are read. Give it a "
            "shorter one.",
            found=word[:40],
            what=what,
            n=len(word),
            most=MAX_CHARACTERS,
        )


def _packed(data: Sequences, size: int) -> bytes:
    """Sent beside the answer, without copies; bytes again at the other end."""
    found = 0
    for what, words in (
        (Note("an id"), data.ids),
        (Note("a target"), data.targets),
        (Note("a group"), data.groups),
    ):
        if words is not None and words.dtype == object:
            _refuse_long(max(words, key=len), what)
            found += sum(map(len, words))
    if found > MAX_TEXT:
        raise DataError(TOO_MUCH_TEXT, found=found, most=MAX_TEXT)
    refuse_long_names(data.feature_names)  # each word of a category makes one
    for vocabulary in ({} if data.schema is None else data.schema.categories).values():
        _refuse_long(max(vocabulary, key=len, default=""), Note("a word of a category"))
    most = max(MAX_BYTES, MAX_TIMES * size)
    if data.values.nbytes > most:
        raise DataError(TOO_MUCH, found=data.values.nbytes // 10**6, most=most // 10**6)
    return PickleBuffer(pack(data))
