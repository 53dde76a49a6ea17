"""A column as features: numbers as they are, words as features of 0 and 1 (one-hot)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.reading.cells import LARGEST, MISSING, NOT_A_NUMBER, TOO_LARGE, number_cells, to_numbers
from core.reading.problems import Problems
from core.reading.roles import codes
from core.reading.schema import UNKNOWN, Schema
from core.reading.table import Table
from core.reading.words import is_missing

FORMULA = (
    "Row {row}, column {column}: {found!r} is a formula, and its value is not in the file. Save "
    "the sheet with its values in place of the formulas."
)
IS_FORMULA = "^\\s*="


def numbers(
    table: Table, name: str, problems: Problems, ended: np.ndarray | None = None
) -> np.ndarray:
    """(rows,) float64, NaN where a cell is missing, no number, or beyond float32. ended: (rows,)
    bool, where a sequence has ended before this cell, so that nothing is missing."""
    values, bad = to_numbers(number_cells(table, name))
    large = np.flatnonzero(np.abs(values) > LARGEST)
    absent = np.isnan(values)
    absent[bad] = False
    if ended is not None:
        absent &= ~ended
    formulas = bad[_are_formulas(table, name, bad)]
    for kind, template, rows in (
        ("unreadable", FORMULA, formulas),
        ("unreadable", NOT_A_NUMBER, np.setdiff1d(bad, formulas)),
        ("unreadable", TOO_LARGE, large),
        ("missing", MISSING, np.flatnonzero(absent)),
    ):
        if len(rows):
            problems.add(kind, template, table, name, rows)
    if len(large):
        values = values.copy()  # Arrow's own memory is not ours to write to
        values[large] = np.nan
    return values


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
    if chosen is None:
        chosen = tuple(name for name, values in columns.items() if np.isnan(values).any())
    rows = len(next(iter(columns.values())))
    lacks = np.zeros((rows, len(chosen)), dtype=np.float32)
    for number, name in enumerate(chosen):
        lacks[:, number] = np.isnan(columns[name])
    return chosen, lacks


def category_names(name: str, words: Sequence[str]) -> list[str]:
    """The features a column of words becomes, in their order."""
    return [f"{name}={word}" for word in (*(w for w in words if w != UNKNOWN), UNKNOWN)]


UNSEEN = (
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
