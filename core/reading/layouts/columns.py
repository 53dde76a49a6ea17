"""A column as features: numbers as they are, words as features of 0 and 1 (one-hot)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.schema import UNKNOWN, Schema
from ...data.tokens import is_missing
from ...i18n import N_
from ..table.cells import LARGEST, MISSING, NOT_A_NUMBER, TOO_LARGE, number_cells, to_numbers
from ..table.report import Problems
from ..table.roles import codes
from ..table.table import Table

FORMULA = N_(
    "Row {row}, column {column}: {found!r} is a formula, and its value is not in the file. Save "
    "the sheet with its values in place of the formulas."
)
IS_FORMULA = "^\\s*="
SLICE_ROWS = 1 << 18
MAX_THREADS = min(4, pa.cpu_count())


Wrong = tuple[np.ndarray, np.ndarray, np.ndarray]


def read_numbers(table: Table, columns: Mapping[str, np.ndarray]) -> dict[str, Wrong]:
    """Reads columns of numbers, each into its array, (rows,) floats, with NaN where a cell is
    missing, no number, or beyond float32; and the rows, (k,) each, where it is no number, beyond
    float32, and missing, which are for ``note_wrong``."""

    def read(name: str) -> Wrong:
        return _read(number_cells(table, name), columns[name])

    if len(table) <= SLICE_ROWS:
        return {name: read(name) for name in columns}
    # Arrow lets other threads run while it reads numbers, and so does NumPy while it copies.
    with ThreadPoolExecutor(MAX_THREADS) as threads:
        return dict(zip(columns, threads.map(read, columns), strict=True))


def note_wrong(
    table: Table, name: str, wrong: Wrong, problems: Problems, ended: np.ndarray | None = None
) -> None:
    """ended: (rows,) bool, where a sequence has ended before this cell, so that nothing is
    missing."""
    bad, large, absent = wrong
    if ended is not None:
        absent = absent[~ended[absent]]
    formulas = bad[_are_formulas(table, name, bad)]
    for kind, template, rows in (
        ("unreadable", FORMULA, formulas),
        ("unreadable", NOT_A_NUMBER, np.setdiff1d(bad, formulas)),
        ("unreadable", TOO_LARGE, large),
        ("missing", MISSING, absent),
    ):
        if len(rows):
            problems.add(kind, template, table, name, rows)


def _read(cells: pa.ChunkedArray, into: np.ndarray) -> Wrong:
    """A slice at a time, so that no column stands in memory as float64, and only slices with
    something wrong are looked at closely."""
    wrong: list[Wrong] = []
    for begin in range(0, len(cells), SLICE_ROWS):
        values, bad = to_numbers(cells.slice(begin, SLICE_ROWS))
        here = into[begin : begin + SLICE_ROWS]
        if values.min() >= -LARGEST and values.max() <= LARGEST:  # not so with NaN
            here[:] = values
            continue
        large = np.abs(values) > LARGEST
        absent = np.isnan(values)
        absent[bad] = False
        here[:] = np.where(large, np.nan, values)
        wrong.append((bad + begin, np.flatnonzero(large) + begin, np.flatnonzero(absent) + begin))
    none = np.empty(0, dtype=np.int64)
    bad, large, absent = (np.concatenate(rows) for rows in zip((none,) * 3, *wrong, strict=True))
    return bad, large, absent


def _are_formulas(table: Table, name: str, rows: np.ndarray) -> np.ndarray:
    """(k,) bool, of these rows, (k,)."""
    if len(rows) == 0:
        return np.zeros(0, dtype=bool)
    cells = table.columns[name].take(pa.array(rows))
    return pc.match_substring_regex(cells, IS_FORMULA).to_numpy()


def indicators(
    columns: Mapping[str, np.ndarray], schema: Schema
) -> tuple[tuple[str, ...], np.ndarray]:
    """With missing="mean": the columns, (rows,) each, beside which a feature says where they lack,
    those of the schema or else those that lack somewhere; and (rows, columns), 1 where they do."""
    chosen = schema.indicated if schema.missing == "mean" else ()
    if chosen is not None:
        chosen = tuple(name for name in chosen if name in columns)
    else:
        chosen = tuple(name for name, values in columns.items() if np.isnan(values).any())
    rows = len(next(iter(columns.values())))
    lacks = np.zeros((rows, len(chosen)), dtype=np.float32)
    for number, name in enumerate(chosen):
        lacks[:, number] = np.isnan(columns[name])
    return chosen, lacks


def category_names(name: str, words: Sequence[str]) -> list[str]:
    """The features a column of words becomes, in their order."""
    return [f"{name}={word}" for word in (*(w for w in words if w != UNKNOWN), UNKNOWN)]


UNSEEN = N_(
    "Row {row}, column {column}: {found!r} is none of the words the model was trained on, and "
    "counts as unknown."
)


def categories(table: Table, name: str, words: Sequence[str], problems: Problems) -> np.ndarray:
    """(rows, words + 1) float32: 1 for the word of the row, in the last column for every word that
    is not in the vocabulary; NaN where the cell is missing."""
    where, found = codes(table, name)
    vocabulary = {word: number for number, word in enumerate(w for w in words if w != UNKNOWN)}
    rows = np.zeros((len(found), len(vocabulary) + 1), dtype=np.float32)
    unseen = np.zeros(len(found), dtype=bool)
    for number, word in enumerate(found.to_pylist()):
        if is_missing(word):
            rows[number] = np.nan
        else:
            rows[number, vocabulary.get(word, -1)] = 1
            unseen[number] = word not in words
    absent = np.flatnonzero(np.isnan(rows[:, 0])[where])
    if len(absent):
        problems.add("missing", MISSING, table, name, absent)
    if unseen.any():
        problems.add("unseen", UNSEEN, table, name, np.flatnonzero(unseen[where]))
    return rows[where]
