"""Parquet as a Table: its numbers stay numbers and its lists stay lists."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from ...errors import DataError, Note
from ..table.cells import is_arrow_list
from ..table.step_limits import CLEARLY, refuse_about
from ..table.table import Table, refuse_equal_names, refuse_many_columns
from .source import EMPTY, refuse_bomb

MAGIC = b"PAR1"
INDEX = "__index_level_0__"  # what pandas calls an index without a name
CELL_BYTES = 8
# A column that is the same everywhere takes a few bytes, however long it is: what is unpacked may
# be so large, or MAX_RATIO times the file.
HARMLESS_BYTES = 200_000_000


def is_parquet(data: bytes) -> bool:
    return data.startswith(MAGIC)


def open_parquet(data: bytes, name: str = "", most_steps: int | None = None) -> Table:
    """Numbers, text, truth values, dates, and lists of numbers, also lists of lists.

    Raises DataError for a damaged file, one too large unpacked or of too many steps, and other
    kinds of columns. Arrow reads Parquet in C++, and a file with a few wrong bytes can end the
    process that reads it: a server reads it in another one.
    """
    columns = _unpacked(data, name, most_steps)
    if columns.num_rows == 0 or columns.num_columns == 0:
        raise DataError(EMPTY)
    if INDEX in columns.column_names:  # first, where the other formats have it
        others = [each for each in columns.column_names if each != INDEX]
        columns = columns.select([INDEX, *others])
    names = [each.strip() for each in columns.column_names]
    refuse_equal_names(names, row=1)
    cells = [_cells(column) for column in columns.columns]
    unnamed = (INDEX,) if INDEX in names else ()
    rows = range(1, columns.num_rows + 1)
    return Table(pa.table(cells, names=names), rows, header=True, unnamed=unnamed, name=name)


def _unpacked(data: bytes, name: str, most_steps: int | None) -> pa.Table:
    """What is in it; text as dictionaries, which are small however often a word comes."""
    if not data.endswith(MAGIC):
        raise _unreadable(Note("its end is missing"))
    try:
        metadata = pyarrow.parquet.read_metadata(pa.BufferReader(data))
        refuse_many_columns(metadata.num_columns)
        _refuse_kinds(metadata.schema.to_arrow_schema())
        _refuse_large(metadata, data, name)
        if most_steps is not None and (steps := _steps_at_least(metadata)) > CLEARLY * most_steps:
            refuse_about(steps, most_steps)
        words = [
            column.path
            for column in map(metadata.schema.column, range(metadata.num_columns))
            if column.logical_type.type == "STRING" and column.max_repetition_level == 0
        ]
        file = pyarrow.parquet.ParquetFile(pa.BufferReader(data), read_dictionary=words)
        table = file.read(use_threads=False)
        table.validate(full=True)  # what is written in it may point outside of it
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _unreadable(reason) from None
    refuse_bomb(len(data), sum(map(_size, table.columns)), name, HARMLESS_BYTES)
    return table


def _unreadable(reason: str) -> DataError:
    return DataError("The Parquet file cannot be read ({reason}). Save it again.", reason=reason)


def _refuse_large(metadata: pyarrow.parquet.FileMetaData, data: bytes, name: str) -> None:
    """Raises DataError for what is too large as the file itself says."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    columns = range(metadata.num_columns)
    cells = sum(group.column(i).num_values for group in groups for i in columns)
    size = max(sum(group.total_byte_size for group in groups), CELL_BYTES * cells)
    refuse_bomb(len(data), size, name, HARMLESS_BYTES)


def _steps_at_least(metadata: pyarrow.parquet.FileMetaData) -> int:
    """A row is a step or a sequence of some; in a column of lists, every item of a list is a step,
    and an empty list counts as an item."""
    rows, columns = metadata.num_rows, range(metadata.num_columns)
    lists = [i for i in columns if metadata.schema.column(i).max_repetition_level == 1]
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    return max([rows, *(sum(g.column(i).num_values for g in groups) - rows for i in lists)])


def _size(column: pa.ChunkedArray) -> int:
    """Bytes of a column once its words are written out."""
    if not pa.types.is_dictionary(column.type):
        return column.nbytes
    return sum(
        pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0
        for chunk in column.chunks
    )


def _refuse_kinds(schema: pa.Schema) -> None:
    for field in schema:
        if not _is_taken(field.type):
            raise DataError(
                "Column {column} holds {kind}, which no sequence is made of. Save it as numbers, "
                "text, dates, or lists of numbers, or leave it out.",
                column=field.name.strip(),
                kind=str(field.type),
            )


def _is_taken(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if is_arrow_list(kind):
        inner = kind.value_type
        leaf = inner.value_type if is_arrow_list(inner) else inner
        return _is_number(leaf) or pa.types.is_string(leaf)  # words can be targets
    return not pa.types.is_nested(kind) and not _is_bytes(kind)


def _cells(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if is_arrow_list(column.type):
        return column
    if _is_number(column.type):
        return pc.cast(column, pa.float64()) if pa.types.is_decimal(column.type) else column
    return pc.fill_null(pc.cast(column, pa.string()), "")


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _is_bytes(kind: pa.DataType) -> bool:
    return any(
        is_it(kind)
        for is_it in (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    )
