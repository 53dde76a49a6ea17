"""From the text of cells to numbers, and the errors that name a cell."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.tokens import MISSING_WORDS, NUMBER, is_list, is_missing, is_number
from ...errors import DataError
from ...i18n import N_
from .column_names import can_only_name_an_id
from .list_text import are_spaced_lists
from .table import Table

LARGEST = float(np.finfo(np.float32).max)
SAMPLE_ROWS = 1000
MAX_FOUND = 80  # characters of a cell that a sentence quotes

NOT_A_NUMBER = N_(
    "Row {row}, column {column}: {found!r} is not a number. "
    "Correct the cell; write decimals with a point, as in 2.5."
)
TOO_LARGE = N_(
    "Row {row}, column {column}: {found!r} is infinite or too large for 32-bit numbers. "
    "Correct the cell or leave the row out."
)
MISSING = N_(
    "Row {row}, column {column}: the value is missing ({found!r}). Fill it, or choose what to do "
    'with missing values: "drop" the step, carry the last value "forward", or take the "mean".'
)
MISSING_ROLE = N_("Row {row}, column {column}: the {role} is missing ({found!r}). Fill the cell.")


def kind(table: Table, name: str) -> str:
    """What a column holds, judged by its first thousand rows: "number" when any cell is one
    (so that a stray text among them is reported, not overlooked), "list", "text" or "blank"."""
    if is_arrow_list(table.columns[name].type):
        return "list"
    cells = text(table, name)
    if not table.decimal_comma and _are_numbers(cells[:SAMPLE_ROWS]):
        return "number"  # as most columns are, and a table may have 20,000 of them
    sample = [cell for cell in cells[:SAMPLE_ROWS].to_pylist() if not is_missing(cell)]
    if not sample:
        later = pc.any(pc.not_equal(pc.utf8_trim_whitespace(cells), "")).as_py()
        return "number" if later else "blank"
    if any(map(is_list, sample)):
        return "list"
    if table.decimal_comma:
        sample = [cell.replace(",", ".") for cell in sample]
    if all(cell.lstrip().startswith("=") for cell in sample):
        return "number"  # formulas, which are refused by name
    if not can_only_name_an_id(name) and are_spaced_lists(sample):
        return "list"
    return "number" if any(map(is_number, sample)) else "text"


def _are_numbers(cells: pa.ChunkedArray) -> bool:
    """Is every cell a number, or NaN, and not all of them NaN?"""
    try:
        values = pc.cast(cells, pa.float64(), safe=False)
    except pa.ArrowInvalid:
        return False
    return bool(pc.any(pc.invert(pc.is_nan(values))).as_py())


def is_arrow_list(kind: pa.DataType) -> bool:
    """Are the cells lists already, not the text of lists?"""
    return (
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def text(table: Table, name: str) -> pa.ChunkedArray:
    """(rows,) the cells of a column as text, "" where there is nothing. Raises DataError for a
    column of lists."""
    return pc.fill_null(pc.cast(_no_lists(table, name), pa.string()), "")


def _no_lists(table: Table, name: str) -> pa.ChunkedArray:
    column = table.columns[name]
    if is_arrow_list(column.type):
        raise DataError(
            "Column {column} holds lists, and a number or a word a row is needed there. Choose "
            "another column, or another layout.",
            column=name,
        )
    return column


def number_cells(table: Table, name: str) -> pa.ChunkedArray:
    """The cells of a column as numbers are written in the table, decimal commas made points.
    Raises DataError for a column of lists."""
    return with_points(table, _no_lists(table, name))


def with_points(table: Table, cells: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Some text of the table with points for decimal commas; as it is where points stand, too."""
    if not table.decimal_comma or pc.any(pc.match_substring(cells, ".")).as_py():
        return cells
    return pc.replace_substring(cells, ",", ".")


def to_numbers(cells: pa.ChunkedArray | pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """(cells,) float64 with NaN for missing cells and for those that are no number, and
    (k,) which cells are no number."""
    bad = np.empty(0, dtype=np.int64)
    values = cast(cells, pa.float64())
    if values is None:  # blanks, words for "missing", spaces, or text: look closer
        cells = pc.utf8_trim_whitespace(cells)
        absent = pc.is_in(pc.utf8_lower(cells), pa.array(MISSING_WORDS))
        cells = pc.if_else(absent, pa.scalar(None, pa.string()), cells)
        values = cast(cells, pa.float64())
    if values is None:
        good = pc.match_substring_regex(cells, f"^({NUMBER})$", ignore_case=True)
        values = pc.cast(pc.if_else(good, cells, pa.scalar(None, pa.string())), pa.float64())
        bad = np.flatnonzero(~_array(pc.fill_null(good, True)))
    return _array(pc.fill_null(values, np.nan)), bad


def _array(values: pa.ChunkedArray | pa.Array) -> np.ndarray:
    return values.to_numpy() if isinstance(values, pa.ChunkedArray) else values.to_numpy(False)


def cast(cells: pa.ChunkedArray | pa.Array, kind: pa.DataType) -> pa.ChunkedArray | pa.Array | None:
    """The cells as ``kind``, None when one of them cannot be. A few cells are tried first: text
    that is no number takes Arrow fifty times as long to refuse as a number takes to read."""
    try:
        pc.cast(cells.slice(0, SAMPLE_ROWS), kind, safe=kind != pa.float64())
        return pc.cast(cells, kind, safe=kind != pa.float64())
    except pa.ArrowInvalid:
        return None


def cell(table: Table, name: str, index: int) -> dict[str, object]:
    """The values that a DataError about one cell carries: row, column, found."""
    return {
        "row": table.row(index),
        "column": name,
        "found": _found(table.columns[name].slice(index, 1)),
    }


def _found(one: pa.ChunkedArray) -> str:
    """The one cell as it is written, the beginning of a long one."""
    if is_arrow_list(one.type):
        return str(one[0].values[:MAX_FOUND].to_pylist())[:MAX_FOUND] if one[0].is_valid else ""
    return pc.fill_null(pc.cast(one, pa.string()), "")[0].as_py()[:MAX_FOUND]
