"""Conversion of cells from text to numbers, and the errors about a cell."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...errors import DataError
from ...i18n import N_
from .list_text import has_spaced_lists, is_list
from .number_text import NUMBER, is_number
from .table import Table
from .words.column_names import is_unambiguous_id_name
from .words.missing_markers import END_MARKERS, MISSING_MARKERS, is_missing

MAX_FLOAT32 = float(np.finfo(np.float32).max)
SAMPLE_ROWS = 1000
NULL = pa.scalar(None, pa.string())
MISSING_SET = pa.array(MISSING_MARKERS, pa.string())
END_SET = pa.array(END_MARKERS, pa.string())
MAX_QUOTED_CHARACTERS = 80  # characters of a cell that a message quotes

NOT_A_NUMBER = N_(
    "Row {row}, column {column}: {found!r} is not a number. "
    "Correct the cell; write decimals with a point, as in 2.5."
)
TOO_LARGE = N_(
    "Row {row}, column {column}: {found!r} is infinite or too large for 32-bit numbers. "
    "Correct the cell or leave the row out."
)
MISSING = N_(
    "Row {row}, column {column}: the value is missing ({found!r}). Fill it in, or choose how "
    'to handle missing values: "drop", "forward" or "mean".'
)
MISSING_ROLE = N_("Row {row}, column {column}: the {role} is missing ({found!r}). Fill the cell.")


def detect_kind(table: Table, name: str) -> str:
    """Detect the kind of a column from its first thousand rows.

    Returns:
        "number" if any cell is a number (so that stray text among them is reported, not
        overlooked), "list", "text" or "blank".
    """
    if is_arrow_list(table.columns[name].type):
        return "list"
    cells = read_text(table, name)
    if _are_numbers(cells[:SAMPLE_ROWS], table.decimal_comma):
        return "number"  # fast path for most columns: a table may have 20,000 of them
    sample = [cell for cell in cells[:SAMPLE_ROWS].to_pylist() if not is_missing(cell)]
    if not sample:
        has_text = pc.any(pc.not_equal(pc.utf8_trim_whitespace(cells), "")).as_py()
        return "number" if has_text else "blank"
    if any(map(is_list, sample)):
        return "list"
    if table.decimal_comma:
        sample = [cell.replace(",", ".") for cell in sample]
    if all(cell.lstrip().startswith("=") for cell in sample):
        return "number"  # formulas, which a later message reports as such
    if not is_unambiguous_id_name(name) and has_spaced_lists(sample):
        return "list"
    return "number" if any(map(is_number, sample)) else "text"


def _are_numbers(cells: pa.ChunkedArray, decimal_comma: bool) -> bool:
    """Return True if every cell is a number or missing, and one is a number."""
    values = _cast_present(cells)[1]
    if values is None and decimal_comma:
        values = _cast_present(pc.replace_substring(cells, ",", "."))[1]
    return values is not None and not bool(np.isnan(to_array(values)).all())


def is_arrow_list(kind: pa.DataType) -> bool:
    """Return True for Arrow lists, as opposed to the text of lists."""
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def read_text(table: Table, name: str) -> pa.ChunkedArray:
    """Read the cells of a column as text.

    Returns:
        (rows,) text, "" for an empty cell.

    Raises:
        DataError: For a column of lists.
    """
    cells = _require_scalars(table, name)
    if not pa.types.is_string(cells.type):
        cells = pc.cast(cells, pa.string())
    return pc.fill_null(cells, "") if cells.null_count else cells


def _require_scalars(table: Table, name: str) -> pa.ChunkedArray:
    column = table.columns[name]
    if is_arrow_list(column.type):
        raise DataError(
            "Column {column} contains lists, but needs one number or word per row. Choose "
            "another column, or another layout.",
            column=name,
        )
    return column


def read_number_text(table: Table, name: str) -> pa.ChunkedArray:
    """Read the cells of a column of numbers, with points for decimal commas.

    Raises:
        DataError: For a column of lists.
    """
    return replace_decimal_commas(table, _require_scalars(table, name))


def replace_decimal_commas(
    table: Table, cells: pa.ChunkedArray | pa.Array
) -> pa.ChunkedArray | pa.Array:
    """Replace decimal commas by points, unless the cells also contain points."""
    if not table.decimal_comma or pc.any(pc.match_substring(cells, ".")).as_py():
        return cells
    return pc.replace_substring(cells, ",", ".")


def parse_numbers(cells: pa.ChunkedArray | pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Parse cells as numbers.

    Returns:
        (cells,) float64 with NaN for missing cells and for cells that are not a number, and
        (k,) indices of the cells that are not a number.
    """
    bad = np.empty(0, dtype=np.int64)
    cells, values = _cast_present(cells)
    if values is None:
        is_number_text = pc.match_substring_regex(cells, f"^({NUMBER})$", ignore_case=True)
        values = pc.cast(
            pc.if_else(is_number_text, cells, pa.scalar(None, pa.string())), pa.float64()
        )
        bad = np.flatnonzero(~to_array(pc.fill_null(is_number_text, True)))
    return to_array(values), bad


def _cast_present(
    cells: pa.ChunkedArray | pa.Array,
) -> tuple[pa.ChunkedArray | pa.Array, pa.ChunkedArray | pa.Array | None]:
    """Cast the cells to numbers.

    Returns:
        The cells, of which those that had to be examined are trimmed, and null where they are
        missing; and their numbers, None if any of them is text.
    """
    values = try_cast(cells, pa.float64())
    if values is None:  # blanks, in a fifth of the time of other missing-value markers
        cells = pc.if_else(pc.equal(cells, ""), NULL, cells)
        values = try_cast(cells, pa.float64()) if cells.null_count else None
    if values is None:  # missing-value markers, spaces or text
        cells = pc.utf8_trim_whitespace(cells)
        cells = pc.if_else(pc.is_in(pc.utf8_lower(cells), MISSING_SET), NULL, cells)
        values = try_cast(cells, pa.float64())
    return cells, values


def find_ends(cells: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """Return the mask (cells,) of the cells that end a row when no value follows them."""
    if pa.types.is_string(cells.type):
        is_end = pc.is_in(pc.utf8_trim_whitespace(cells), END_SET)
        return to_array(pc.or_(is_end, cells.is_null()))
    return to_array(cells.is_null(nan_is_null=True))


def to_array(values: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """Convert Arrow values, (k,), to NumPy, copying them where it must; null becomes NaN."""
    # Chunks are always copied, and have no such argument.
    zero_copy_only = () if isinstance(values, pa.ChunkedArray) else (False,)
    array: np.ndarray = values.to_numpy(*zero_copy_only)
    return array


def try_cast(
    cells: pa.ChunkedArray | pa.Array, kind: pa.DataType
) -> pa.ChunkedArray | pa.Array | None:
    """Cast the cells to ``kind``; return None if any cell cannot be cast.

    The first cells are cast on their own: Arrow takes fifty times as long to reject text that is
    not a number as to read a number.
    """
    try:
        if len(cells) > SAMPLE_ROWS:
            pc.cast(cells.slice(0, SAMPLE_ROWS), kind, safe=kind != pa.float64())
        return pc.cast(cells, kind, safe=kind != pa.float64())
    except pa.ArrowInvalid:
        return None


class Cell(TypedDict):
    """The values of a ``DataError`` about one cell.

    Attributes:
        row: Line of the file.
        column: Name of the column, or number of the cell in its row.
        found: Text of the cell.
    """

    row: int | str
    column: str | int
    found: str


def describe_cell(table: Table, column: str | int, index: int) -> Cell:
    """Describe the cell of a column in row ``index``, from 0."""
    return {
        "row": table.get_line(index),
        "column": column,
        "found": _quote_cell(table.columns[column].slice(index, 1)),
    }


def _quote_cell(column: pa.ChunkedArray) -> str:
    """Return the text of a single cell, shortened to its beginning."""
    if is_arrow_list(column.type):
        return (
            str(column[0].values[:MAX_QUOTED_CHARACTERS].to_pylist())[:MAX_QUOTED_CHARACTERS]
            if column[0].is_valid
            else ""
        )
    text: str = pc.fill_null(pc.cast(column, pa.string()), "")[0].as_py()
    return text[:MAX_QUOTED_CHARACTERS]
