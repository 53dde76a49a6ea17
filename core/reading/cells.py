"""From the text of cells to numbers, and the errors that name a cell."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.errors import DataError, MissingValue
from core.reading.table import Table
from core.reading.words import MISSING_WORDS, is_list, is_missing, is_number

LARGEST = float(np.finfo(np.float32).max)
SAMPLE_ROWS = 1000

NOT_A_NUMBER = (
    "Row {row}, column {column}: {found!r} is not a number. "
    "Correct the cell; write decimals with a point, as in 2.5."
)
TOO_LARGE = (
    "Row {row}, column {column}: {found!r} is infinite or too large for 32-bit numbers. "
    "Correct the cell or leave the row out."
)
MISSING = (
    "Row {row}, column {column}: the value is missing ({found!r}). Fill it, or choose what to do "
    'with missing values: "drop" the step or carry the last value "forward".'
)
MISSING_ROLE = "Row {row}, column {column}: the {role} is missing ({found!r}). Fill the cell."


def kind(table: Table, name: str) -> str:
    """What a column holds, judged by its first thousand rows: "number" when any cell is one
    (so that a stray text among them is reported, not overlooked), "list", "text" or "blank"."""
    if is_arrow_list(table.columns[name].type):
        return "list"
    cells = text(table, name)
    sample = [cell for cell in cells[:SAMPLE_ROWS].to_pylist() if not is_missing(cell)]
    if not sample:
        later = pc.any(pc.not_equal(pc.utf8_trim_whitespace(cells), "")).as_py()
        return "number" if later else "blank"
    if any(map(is_list, sample)):
        return "list"
    return "number" if any(map(is_number, sample)) else "text"


def is_arrow_list(kind: pa.DataType) -> bool:
    """Are the cells lists already, not the text of lists?"""
    return (
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def text(table: Table, name: str) -> pa.ChunkedArray:
    """(rows,) the cells of a column as text, "" where there is nothing."""
    return pc.fill_null(pc.cast(table.columns[name], pa.string()), "")


def numbers(table: Table, name: str) -> np.ndarray:
    """(rows,) float64, NaN where a cell is missing.

    Raises DataError for text and for numbers beyond float32, with row and column.
    """
    values, bad = to_numbers(table.columns[name])
    if bad is not None:
        raise DataError(NOT_A_NUMBER, **cell(table, name, bad))
    large = np.abs(values) > LARGEST
    if large.any():
        raise DataError(TOO_LARGE, **cell(table, name, int(np.argmax(large))))
    return values


def to_numbers(cells: pa.ChunkedArray | pa.Array) -> tuple[np.ndarray, int | None]:
    """float64 with NaN for missing cells, and the index of the first cell that is no number."""
    values = cast(cells, pa.float64())
    if values is None:  # blanks, words for "missing", spaces, or text: look closer
        cells = pc.utf8_trim_whitespace(cells)
        known = pc.invert(pc.is_in(pc.utf8_lower(cells), pa.array(MISSING_WORDS)))
        cells = pc.if_else(known, cells, pa.scalar(None, pa.string()))
        values = cast(cells, pa.float64())
    if values is None:
        return np.empty(0), _first_failure(cells)
    values = pc.fill_null(values, np.nan)
    whole = values.to_numpy() if isinstance(values, pa.ChunkedArray) else values.to_numpy(False)
    return whole, None


def cast(cells: pa.ChunkedArray | pa.Array, kind: pa.DataType) -> pa.ChunkedArray | pa.Array | None:
    """The cells as ``kind``, None when one of them cannot be. A few cells are tried first: text
    that is no number takes Arrow fifty times as long to refuse as a number takes to read."""
    try:
        pc.cast(cells.slice(0, SAMPLE_ROWS), kind, safe=kind != pa.float64())
        return pc.cast(cells, kind, safe=kind != pa.float64())
    except pa.ArrowInvalid:
        return None


def _first_failure(cells: pa.ChunkedArray | pa.Array) -> int:
    """Halve the search until one cell is left: the cast itself decides what a number is."""
    low, high = 0, len(cells)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            pc.cast(cells.slice(low, middle - low), pa.float64())
            low = middle
        except pa.ArrowInvalid:
            high = middle
    return low


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
        return str(one[0].as_py())[:80]
    return pc.fill_null(pc.cast(one, pa.string()), "")[0].as_py()


def refuse_missing(table: Table, name: str, values: np.ndarray) -> None:
    """Raises MissingValue at the first NaN of ``values``, (rows,)."""
    absent = np.isnan(values)
    if absent.any():
        raise MissingValue(MISSING, **cell(table, name, int(np.argmax(absent))))
