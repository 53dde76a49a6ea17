"""Convert columns to features: numbers, and categories in one-hot encoding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.schema import UNKNOWN, Schema
from ...i18n import N_
from ..table.cells import (
    MAX_FLOAT32,
    MISSING,
    NOT_A_NUMBER,
    TOO_LARGE,
    parse_numbers,
    read_number_text,
)
from ..table.missing_markers import is_missing
from ..table.report import Problems
from ..table.roles import encode_values
from ..table.table import Table

FORMULA = N_(
    "Row {row}, column {column}: {found!r} is a formula, and its value is not in the file. Save "
    "the sheet with its values in place of the formulas."
)
IS_FORMULA = "^\\s*="
SLICE_ROWS = 1 << 18
MAX_THREADS = min(4, pa.cpu_count())


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
    none = np.empty(0, dtype=np.int64)
    bad, large, is_absent = (np.concatenate(rows) for rows in zip((none,) * 3, *wrong, strict=True))
    return bad, large, is_absent


def _is_formula(table: Table, name: str, rows: np.ndarray) -> np.ndarray:
    """Return the mask (k,) of the formulas among ``rows`` (k,)."""
    if len(rows) == 0:
        return np.zeros(0, dtype=bool)
    cells = table.columns[name].take(pa.array(rows))
    return pc.match_substring_regex(cells, IS_FORMULA).to_numpy()


def build_indicators(
    columns: Mapping[str, np.ndarray], schema: Schema
) -> tuple[tuple[str, ...], np.ndarray]:
    """Build the missing-value indicators for missing="mean".

    Args:
        columns: Array (rows,) per column, NaN where a value is missing.
        schema: Schema, which may name the columns with an indicator. Otherwise every column with
            a missing value has one.

    Returns:
        The names of the columns with an indicator, and the (rows, columns) indicators, 1 where
        the value is missing.
    """
    names = schema.indicated if schema.missing == "mean" else ()
    if names is not None:
        names = tuple(name for name in names if name in columns)
    else:
        names = tuple(name for name, values in columns.items() if np.isnan(values).any())
    rows = len(next(iter(columns.values())))
    values = np.zeros((rows, len(names)), dtype=np.float32)
    for number, name in enumerate(names):
        values[:, number] = np.isnan(columns[name])
    return names, values


def list_category_names(name: str, categories: Sequence[str]) -> list[str]:
    """List the names of the one-hot features of a column."""
    return [
        f"{name}={category}" for category in (*(w for w in categories if w != UNKNOWN), UNKNOWN)
    ]


UNSEEN = N_(
    "Row {row}, column {column}: {found!r} is none of the words the model was trained on, and "
    "counts as unknown."
)


def encode_categories(
    table: Table, name: str, categories: Sequence[str], problems: Problems
) -> np.ndarray:
    """Encode a column of categories in one-hot encoding.

    Args:
        table: The table.
        name: Name of the column.
        categories: The vocabulary.
        problems: Receives missing cells and unknown categories.

    Returns:
        (rows, categories + 1) float32: 1 for the category of the row, in the last column for any
        category outside the vocabulary; NaN for a missing cell.
    """
    indices, distinct = encode_values(table, name)
    vocabulary = {
        category: number for number, category in enumerate(w for w in categories if w != UNKNOWN)
    }
    encodings = np.zeros((len(distinct), len(vocabulary) + 1), dtype=np.float32)
    is_unseen = np.zeros(len(distinct), dtype=bool)
    for number, category in enumerate(distinct.to_pylist()):
        if is_missing(category):
            encodings[number] = np.nan
        else:
            encodings[number, vocabulary.get(category, -1)] = 1
            is_unseen[number] = category not in categories
    absent = np.flatnonzero(np.isnan(encodings[:, 0])[indices])
    if len(absent):
        problems.add("missing", MISSING, table, name, absent)
    if is_unseen.any():
        problems.add("unseen", UNSEEN, table, name, np.flatnonzero(is_unseen[indices]))
    return encodings[indices]
