"""Parquet as a Table: its numbers stay numbers and its lists stay lists."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from core.errors import DataError
from core.reading.cells import is_arrow_list
from core.reading.source import EMPTY, MOST_BYTES, TOO_LARGE, refuse_bomb
from core.reading.table import Table, refuse_equal_names

MAGIC = b"PAR1"
INDEX = "__index_level_0__"  # what pandas calls an index without a name
CELL_BYTES = 8


def is_parquet(data: bytes) -> bool:
    return data.startswith(MAGIC)


def open_parquet(data: bytes, name: str = "") -> Table:
    """Numbers, text, truth values, dates, and lists of numbers, also lists of lists.

    Raises DataError for a damaged file, one too large unpacked, and other kinds of columns.
    """
    try:
        file = pyarrow.parquet.ParquetFile(pa.BufferReader(data))
        _refuse_large(file.metadata, len(data), name)
        columns = file.read()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(
            "The Parquet file cannot be read ({reason}). Save it again.",
            reason=str(error).splitlines()[0][:200],
        ) from None
    if columns.num_rows == 0 or columns.num_columns == 0:
        raise DataError(EMPTY)
    if INDEX in columns.column_names:  # first, where the other formats have it
        others = [each for each in columns.column_names if each != INDEX]
        columns = columns.select([INDEX, *others])
    names = [each.strip() for each in columns.column_names]
    refuse_equal_names(names, row=1)
    cells = [_cells(name, column) for name, column in zip(names, columns.columns, strict=True)]
    unnamed = (INDEX,) if INDEX in names else ()
    rows = range(1, columns.num_rows + 1)
    return Table(pa.table(cells, names=names), rows, header=True, unnamed=unnamed, name=name)


def _refuse_large(found: pyarrow.parquet.FileMetaData, packed: int, name: str) -> None:
    """By what the file says of itself: it may write a constant column of any length in a few
    bytes, so its cells are counted, too."""
    groups = [found.row_group(i) for i in range(found.num_row_groups)]
    refuse_bomb(packed, sum(group.total_byte_size for group in groups), name)
    cells = sum(group.column(i).num_values for group in groups for i in range(group.num_columns))
    if cells * CELL_BYTES > MOST_BYTES:
        raise DataError(TOO_LARGE, name=name or "the file", most=MOST_BYTES >> 20)


def _cells(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pc.cast(column, kind.value_type)
        kind = column.type
    if is_arrow_list(kind):
        inner = kind.value_type
        leaf = inner.value_type if is_arrow_list(inner) else inner
        if _is_number(leaf):
            return column
    elif _is_number(kind):
        return pc.cast(column, pa.float64()) if pa.types.is_decimal(kind) else column
    elif not pa.types.is_nested(kind) and not pa.types.is_binary(kind):
        return pc.fill_null(pc.cast(column, pa.string()), "")
    raise DataError(
        "Column {column} holds {kind}, which no sequence is made of. Save it as numbers, text, "
        "dates, or lists of numbers, or leave it out.",
        column=name,
        kind=str(kind),
    )


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
