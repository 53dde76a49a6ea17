"""Arrow columns as tables: numbers stay numbers and lists stay lists."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from ....errors import DataError
from ....i18n import N_
from ...table.cells import is_arrow_list
from ...table.table import Table, refuse_equal_names
from ..source import EMPTY, refuse_bomb

UNSUPPORTED = N_(
    "Column {column} contains {kind}, which is not supported. Save it as numbers, text, "
    "dates or lists of numbers, or leave it out."
)
INDEX_COLUMN = "__index_level_0__"  # name that pandas gives to an unnamed index
# A constant column of any length takes a few bytes, so unpacked data may have this size even where
# it exceeds MAX_RATIO times the file.
HARMLESS_BYTES = 200_000_000
ALLOCATION = re.compile(r"size (\d+) failed")


def build_table(columns: pa.Table, name: str = "") -> Table:
    """Build a table from columns of numbers, text, booleans, dates, and lists of numbers.

    Args:
        columns: The columns, of kinds that ``refuse_kinds`` accepts.
        name: Name of the file.

    Raises:
        DataError: Without a row or a column, and for columns with equal names.
    """
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


def concatenate_columns(tables: list[pa.Table]) -> pa.Table:
    """Concatenate tables with the same names; a column of several types becomes text.

    Raises:
        DataError: For lists and other types in one column.
    """
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        pass
    names = [
        name
        for name in tables[0].column_names
        if len({table.schema.field(name).type for table in tables}) > 1
    ]
    if any(is_arrow_list(table.schema.field(name).type) for table in tables for name in names):
        raise DataError(
            "The files have different types in the columns {names}. Save all files with the "
            "same types.",
            names=", ".join(names),
        )
    texts = []
    for table in tables:
        for name in names:
            place = table.column_names.index(name)
            cells = pc.fill_null(pc.cast(table.column(name), pa.string()), "")
            table = table.set_column(place, name, cells)
        texts.append(table)
    return pa.concat_tables(texts, promote_options="permissive")


def refuse_allocation(error: MemoryError, packed: int, name: str) -> None:
    """Raise an error if Arrow asked for more memory than any file may take.

    The file says how large its parts are unpacked. Less memory may lack for other reasons.

    Args:
        error: The error of Arrow, which names the number of bytes.
        packed: Size of the file in bytes.
        name: Name of the file.

    Raises:
        DataError: If the file says that it is too large.
    """
    match = ALLOCATION.search(str(error))
    if match is not None:
        refuse_bomb(packed, int(match[1]), name, HARMLESS_BYTES)


def measure_size(column: pa.ChunkedArray) -> int:
    """Return the bytes of a column without dictionary encoding."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    return sum(
        pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0
        for chunk in column.chunks
    )


def refuse_kinds(schema: pa.Schema) -> None:
    """Raise an error for a column whose kind is not supported.

    Raises:
        DataError: With the name of the column.
    """
    for field in schema:
        if not is_supported(field.type):
            raise DataError(UNSUPPORTED, column=field.name.strip(), kind=str(field.type))


def is_supported(kind: pa.DataType) -> bool:
    """Return True for numbers, text, booleans, dates, and (nested) lists of all but dates."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if is_arrow_list(kind):
        inner = kind.value_type
        item_kind = inner.value_type if is_arrow_list(inner) else inner
        # text can be a target
        return _is_number(item_kind) or item_kind in (pa.string(), pa.bool_())
    return not pa.types.is_nested(kind) and not _is_bytes(kind)


def convert_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the column as numbers, text or lists; text is "" where it is null."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if is_arrow_list(column.type):
        return _convert_booleans(column)
    if _is_number(column.type):
        return pc.cast(column, pa.float64()) if pa.types.is_decimal(column.type) else column
    return pc.fill_null(pc.cast(column, pa.string()), "")


def _convert_booleans(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    """Convert (nested) lists of booleans to lists of the words true and false."""
    is_nested = is_arrow_list(lists.type.value_type)
    item_kind = lists.type.value_type.value_type if is_nested else lists.type.value_type
    if not pa.types.is_boolean(item_kind):
        return lists
    words = pa.large_list(pa.string())
    return pc.cast(lists, pa.large_list(words) if is_nested else words)


def _is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def _is_bytes(kind: pa.DataType) -> bool:
    return any(
        is_kind(kind)
        for is_kind in (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    )
