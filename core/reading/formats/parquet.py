"""Parquet files as tables: numbers stay numbers and lists stay lists."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from ...errors import DataError, Note
from ..table.cells import is_arrow_list
from ..table.step_limits import ESTIMATE_TOLERANCE, refuse_estimated_steps
from ..table.table import Table, refuse_equal_names, refuse_many_columns
from .source import EMPTY, refuse_bomb

MAGIC = b"PAR1"
INDEX_COLUMN = "__index_level_0__"  # name that pandas gives to an unnamed index
CELL_BYTES = 8
# A constant column of any length takes a few bytes, so unpacked data may have this size even where
# it exceeds MAX_RATIO times the file.
HARMLESS_BYTES = 200_000_000


def is_parquet(data: bytes) -> bool:
    """Return True if the data begins like a Parquet file."""
    return data.startswith(MAGIC)


def open_parquet(data: bytes, name: str = "", max_steps: int | None = None) -> Table:
    """Open columns of numbers, text, booleans, dates, and (nested) lists of numbers.

    Arrow reads Parquet in C++, and a file with a few wrong bytes can terminate the reading
    process: a server should read it in a separate process.

    Raises:
        DataError: For a corrupt file, a file that is too large unpacked or has too many steps,
            and for other kinds of columns.
    """
    columns = _unpack(data, name, max_steps)
    if columns.num_rows == 0 or columns.num_columns == 0:
        raise DataError(EMPTY)
    if INDEX_COLUMN in columns.column_names:  # move it to the front, as in the other formats
        others = [column for column in columns.column_names if column != INDEX_COLUMN]
        columns = columns.select([INDEX_COLUMN, *others])
    names = [column.strip() for column in columns.column_names]
    refuse_equal_names(names, row=1)
    cells = [convert_column(column) for column in columns.columns]
    unnamed = (INDEX_COLUMN,) if INDEX_COLUMN in names else ()
    rows = range(1, columns.num_rows + 1)
    return Table(pa.table(cells, names=names), rows, header=True, unnamed=unnamed, name=name)


def _unpack(data: bytes, name: str, max_steps: int | None) -> pa.Table:
    """Read the columns; text is dictionary-encoded, which is small for repeated values."""
    if not data.endswith(MAGIC):
        raise _build_error(Note("its end is missing"))
    try:
        metadata = pyarrow.parquet.read_metadata(pa.BufferReader(data))
        refuse_many_columns(metadata.num_columns)
        _refuse_kinds(metadata.schema.to_arrow_schema())
        _refuse_large(metadata, data, name)
        if (
            max_steps is not None
            and (steps := _count_min_steps(metadata)) > ESTIMATE_TOLERANCE * max_steps
        ):
            refuse_estimated_steps(steps, max_steps)
        text_columns = [
            column.path
            for column in map(metadata.schema.column, range(metadata.num_columns))
            if column.logical_type.type == "STRING" and column.max_repetition_level == 0
        ]
        file = pyarrow.parquet.ParquetFile(pa.BufferReader(data), read_dictionary=text_columns)
        table = file.read(use_threads=False)
        table.validate(full=True)  # offsets in the file may point outside of it
    except MemoryError:  # also an ArrowException, and no damage of the file
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _build_error(reason) from None
    refuse_bomb(len(data), sum(map(_measure_size, table.columns)), name, HARMLESS_BYTES)
    return table


def _build_error(reason: str) -> DataError:
    return DataError("The Parquet file cannot be read ({reason}). Save it again.", reason=reason)


def _refuse_large(metadata: pyarrow.parquet.FileMetaData, data: bytes, name: str) -> None:
    """Raise an error if the unpacked size, as declared by the file, is too large."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    columns = range(metadata.num_columns)
    cells = sum(group.column(i).num_values for group in groups for i in columns)
    size = max(sum(group.total_byte_size for group in groups), CELL_BYTES * cells)
    refuse_bomb(len(data), size, name, HARMLESS_BYTES)


def _count_min_steps(metadata: pyarrow.parquet.FileMetaData) -> int:
    """Return a lower bound for the number of steps.

    A row has at least one step; in a column of lists, every item of a list is a step. The metadata
    count an empty list as one item.
    """
    rows, columns = metadata.num_rows, range(metadata.num_columns)
    lists = [i for i in columns if metadata.schema.column(i).max_repetition_level == 1]
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    return int(max([rows, *(sum(g.column(i).num_values for g in groups) - rows for i in lists)]))


def _measure_size(column: pa.ChunkedArray) -> int:
    """Return the bytes of a column without dictionary encoding."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    return sum(
        pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0
        for chunk in column.chunks
    )


def _refuse_kinds(schema: pa.Schema) -> None:
    for field in schema:
        if not _is_supported(field.type):
            raise DataError(
                "Column {column} holds {kind}, which no sequence is made of. Save it as numbers, "
                "text, dates, or lists of numbers, or leave it out.",
                column=field.name.strip(),
                kind=str(field.type),
            )


def _is_supported(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if is_arrow_list(kind):
        inner = kind.value_type
        item_kind = inner.value_type if is_arrow_list(inner) else inner
        return _is_number(item_kind) or pa.types.is_string(item_kind)  # text can be a target
    return not pa.types.is_nested(kind) and not _is_bytes(kind)


def convert_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the column as numbers, text or lists; text is "" where it is null."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if is_arrow_list(column.type):
        return column
    if _is_number(column.type):
        return pc.cast(column, pa.float64()) if pa.types.is_decimal(column.type) else column
    return pc.fill_null(pc.cast(column, pa.string()), "")


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def _is_bytes(kind: pa.DataType) -> bool:
    return any(
        is_kind(kind)
        for is_kind in (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    )
