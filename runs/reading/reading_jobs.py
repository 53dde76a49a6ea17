"""Functions that open, detect and read a file in a separate process."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from pickle import PickleBuffer

from core.data.read_report import ReadReport
from core.data.sequences import Sequences
from core.data.serialization import pack, unpack
from core.errors import DataError, Note, QuotaError, UnpaddedError
from core.i18n import N_
from core.preprocessing.input_encoder import estimate_inputs
from core.reading import (
    Choices,
    Report,
    Schema,
    Table,
    open_table,
    read_table,
    read_with_choices,
    refuse_many_steps,
)
from core.reading.choices import drop_absent_columns
from core.reading.editable import Grid, build_grid
from core.reading.new_data import Reading
from core.reading.table.table import refuse_long_names

# The sequences of a file may take this many bytes, or this many times its own: a number takes 4
# bytes, and at least 2 in a file. Text that becomes one feature per token takes many times as much.
MAX_BYTES, MAX_TIMES = 128_000_000, 2
MAX_CHARACTERS = 10_000  # of a name, an id or a label: pages show them and send them repeatedly
# Characters of all ids, labels and groups together: a million ids of 36 characters are 36 million.
# The server uses four bytes per character while it keeps them.
MAX_TEXT = 50_000_000
TOO_MUCH = N_(
    "The sequences take {found:,} MB of memory; the limit for a file of this size is "
    "{most:,} MB. Remove columns or rows, or split the file."
)
TOO_MUCH_TEXT = N_(
    "The ids, targets and groups have {found:,} characters; the limit is {most:,}. Use "
    "shorter ones, or split the file."
)


@dataclass(frozen=True)
class Columns:
    """Columns of a table, as a page shows them.

    Attributes:
        names: Names of the columns.
        lists: The file contained nested lists instead of columns.
        grid: Cells, if they can be edited.
        sheet: Sheet of a workbook; None for other files.
        sheets: Sheets of the workbook with a table.
    """

    names: tuple[str, ...]
    lists: bool
    grid: Grid | None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opened:
    """A file that was read.

    Attributes:
        columns: Its columns.
        report: Problems of its cells.
        findings: Report of the reading.
        packed: Sequences, packed by ``core.data.serialization``.
    """

    columns: Columns
    report: Report
    findings: ReadReport
    packed: bytes

    def sequences(self) -> Sequences:
        """Return the sequences."""
        return unpack(self.packed).with_report(self.findings)


@dataclass(frozen=True)
class Refused:
    """A file that was not read.

    Attributes:
        error: The reason.
        grid: Cells, if they can be edited.
        columns: Columns, if the file could be read so far.
    """

    error: UnpaddedError
    grid: Grid | None
    columns: Columns | None = None


@dataclass(frozen=True)
class NewData:
    """New sequences to predict.

    Attributes:
        report: Problems of its cells.
        findings: Report of the reading.
        packed: As in ``Opened``.
    """

    report: Report
    findings: ReadReport
    packed: bytes

    def sequences(self) -> Sequences:
        """Return the sequences."""
        return unpack(self.packed).with_report(self.findings)


def open_file(content: bytes, max_steps: int, how: Choices | Schema) -> Opened | Refused:
    """Open, detect and read a file or pasted text.

    Args:
        content: Bytes of the file.
        max_steps: Maximum number of steps.
        how: What was chosen about the table, or exactly how it is read.
    """
    columns = None
    try:
        table = open_table(io.BytesIO(content), max_steps, _get_sheet(how))
        columns = _describe_columns(table, content)
        data, report = _read(table, how)
        refuse_many_steps(int(data.lengths.sum()), max_steps)
        return Opened(columns, report, data.report, _pack(data, len(content)))
    except UnpaddedError as error:
        grid = columns.grid if columns else build_grid(None, lambda: content)
        return Refused(error, grid, columns)


def open_stored(compressed: bytes, max_steps: int, how: Choices | Schema) -> Opened | Refused:
    """Like ``open_file``, for a file as the store keeps it."""
    return open_file(zlib.decompress(compressed), max_steps, how)


def describe_stored(compressed: bytes, schema: Schema) -> tuple[Columns, Report]:
    """Return the columns of a stored file, and the problems of its cells.

    Raises:
        UnpaddedError: If it cannot be read with the schema.
    """
    content = zlib.decompress(compressed)
    table = open_table(io.BytesIO(content), sheet=schema.sheet)
    return _describe_columns(table, content), read_table(table, schema)[1]


def read_new(
    content: bytes, reading: Reading, max_steps: int, choices: Choices, typed: bool
) -> NewData:
    """Read new data, like ``Reading.read_file`` or ``Reading.read_typed``.

    Args:
        content: Bytes of the file or of the typed text.
        reading: How the training data was read.
        max_steps: Maximum number of steps.
        choices: What the visitor chose about its problems.
        typed: The content was typed on the page.

    Raises:
        UnpaddedError: If it cannot be read.
    """
    if typed:
        data, report = reading.read_typed(content.decode(), max_steps, choices)
    else:
        data, report = reading.read_file(content, max_steps, choices)
    return NewData(report, data.report, _pack(data, len(content)))


def _get_sheet(how: Choices | Schema) -> str | None:
    return how.sheet if isinstance(how, Schema) else how.get("sheet")


def _read(table: Table, how: Choices | Schema) -> tuple[Sequences, Report]:
    """Read a table by the choices that fit its columns, or exactly by a schema."""
    if isinstance(how, Schema):
        return read_table(table, how)
    return read_with_choices(table, drop_absent_columns(how, table))


def _describe_columns(table: Table, content: bytes) -> Columns:
    for name in table.names:
        _refuse_long(name, Note("the name of a column"))
    grid = build_grid(table, lambda: content)
    return Columns(table.names, table.lists, grid, table.sheet, table.sheets)


def _refuse_long(text: str, kind: Note) -> None:
    if len(text) > MAX_CHARACTERS:
        raise DataError(
            "{found!r} is {what} of {n:,} characters; the limit is {most:,}. Use a shorter one.",
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
        raise QuotaError(TOO_MUCH, found=-(-n_bytes // 10**6), most=max_bytes // 10**6)
    return PickleBuffer(pack(data))  # type: ignore[return-value]  # which arrives as bytes
