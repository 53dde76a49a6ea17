"""Convert columns to features: numbers, and the codes of words."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.categories import encode_words
from ...data.missing import Missing
from ...data.schema import Schema
from ...i18n import N_
from ..table.cells import (
    MAX_FLOAT32,
    MISSING,
    NOT_A_NUMBER,
    TOO_LARGE,
    parse_numbers,
    read_number_text,
)
from ..table.report import Problems
from ..table.roles import encode_values
from ..table.table import Table
from ..table.words.missing_markers import NONE, is_missing

FORMULA = N_(
    "Row {row}, column {column}: {found!r} is a formula, and its value is not in the file. Save "
    "the sheet with its values in place of the formulas."
)
IS_FORMULA = "^\\s*="
SLICE_ROWS = 1 << 18
MAX_THREADS = min(4, pa.cpu_count())
NO_ROWS = np.empty(0, dtype=np.int64)


def get_policy(schema: Schema) -> Missing:
    """Return the policy with which a reader builds sequences; ``read_table`` drops steps later."""
    return "forward" if schema.missing == "drop" else schema.missing


WrongRows = tuple[np.ndarray, np.ndarray, np.ndarray]


def read_numbers(table: Table, columns: Mapping[str, np.ndarray]) -> dict[str, WrongRows]:
    """Read columns of numbers into arrays.

    Args:
        table: The table.
        columns: Array (rows,) per column, which receives the numbers, and NaN for a cell that is
            missing, not a number, or beyond float32.

    Returns:
        Per column the indices (k,) of the rows whose cell is not a number, beyond float32, and
        missing, for ``note_wrong_cells``.
    """

    def read_one(name: str) -> WrongRows:
        return _read_column(read_number_text(table, name), columns[name])

    if len(table) <= SLICE_ROWS:
        return {name: read_one(name) for name in columns}
    # Arrow releases the GIL while it reads numbers, and NumPy while it copies.
    with ThreadPoolExecutor(MAX_THREADS) as threads:
        return dict(zip(columns, threads.map(read_one, columns), strict=True))


def note_wrong_cells(
    table: Table,
    name: str,
    wrong: WrongRows,
    problems: Problems,
    is_past_end: np.ndarray | None = None,
) -> None:
    """Add the problems of a column of numbers.

    Args:
        table: The table.
        name: Name of the column.
        wrong: Indices of the rows with a problem, from ``read_numbers``.
        problems: Receives the problems.
        is_past_end: (rows,) bool, True where the sequence ends before this cell, so that no value
            is missing.
    """
    bad, large, absent = wrong
    if len(bad) + len(large) + len(absent) == 0:
        return  # most columns: a table may have 20,000 of them
    if is_past_end is not None:
        absent = absent[~is_past_end[absent]]
    formulas = bad[_is_formula(table, name, bad)]
    for kind, template, rows in (
        ("unreadable", FORMULA, formulas),
        ("unreadable", NOT_A_NUMBER, np.setdiff1d(bad, formulas)),
        ("unreadable", TOO_LARGE, large),
        ("missing", MISSING, absent),
    ):
        if len(rows):
            problems.add(kind, template, table, name, rows)


def _read_column(cells: pa.ChunkedArray, into: np.ndarray) -> WrongRows:
    """Read a column slice by slice.

    No column is in memory as float64 as a whole, and only slices with a problem are examined.
    """
    wrong: list[WrongRows] = []
    for begin in range(0, len(cells), SLICE_ROWS):
        values, bad = parse_numbers(cells.slice(begin, SLICE_ROWS))
        target = into[begin : begin + SLICE_ROWS]
        if values.min() >= -MAX_FLOAT32 and values.max() <= MAX_FLOAT32:  # False with NaN
            target[:] = values
            continue
        large = np.abs(values) > MAX_FLOAT32
        is_absent = np.isnan(values)
        is_absent[bad] = False
        target[:] = np.where(large, np.nan, values)
        wrong.append(
            (bad + begin, np.flatnonzero(large) + begin, np.flatnonzero(is_absent) + begin)
        )
    if not wrong:
        return NO_ROWS, NO_ROWS, NO_ROWS
    bad, large, is_absent = (np.concatenate(rows) for rows in zip(*wrong, strict=True))
    return bad, large, is_absent


def _is_formula(table: Table, name: str, rows: np.ndarray) -> np.ndarray:
    """Return the mask (k,) of the formulas among ``rows`` (k,)."""
    if len(rows) == 0:
        return np.zeros(0, dtype=bool)
    cells = table.columns[name].take(pa.array(rows))
    is_formula: np.ndarray = pc.match_substring_regex(cells, IS_FORMULA).to_numpy()
    return is_formula


def read_words(table: Table, name: str, problems: Problems) -> tuple[np.ndarray, tuple[str, ...]]:
    """Read a column of words.

    Args:
        table: The table.
        name: Name of the column.
        problems: Receives missing cells.

    Returns:
        (rows,) float32 codes, NaN for a missing cell, and the sorted words.
    """
    indices, distinct = encode_values(table, name)
    cells = [str(cell) for cell in distinct.to_pylist()]
    codes, categories = encode_words([None if is_missing(cell) else cell for cell in cells])
    rows = np.flatnonzero(np.isnan(codes)[indices])
    if len(rows):
        problems.add("missing", MISSING, table, name, rows)
        is_none = np.array([cell.lower() == NONE for cell in cells])
        problems.missing_words[name] += int(np.count_nonzero(is_none[indices[rows]]))
    return codes[indices], categories
