"""Detect columns that number the rows of a file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..table.cells import parse_numbers, read_number_text
from ..table.table import Table
from ..table.words.column_names import is_id_name, is_index_name

UNNAMED = "Unnamed: 0"  # by pandas, which reads an index without a name as a column
MAX_RANGE = 10  # numbers per row, of a filtered and shuffled index
# Expected equal pairs among random numbers of such a range, from which it is not a coincidence that
# there are none: 1 in 150.
MIN_PAIRS = 5
MIN_NAMED_ROWS = 5  # from which a column that counts the rows is not a coincidence


def find_row_numbers(table: Table, columns: Sequence[str]) -> set[str]:
    """Find the row numbers: an unnamed first column, and columns named like an index.

    A first column that is named like an index may be the ids of a wide table, unless another column
    has the name of an id.

    Args:
        table: The table.
        columns: Columns of numbers without a role.
    """
    first, *others = table.names
    has_ids = any(map(is_id_name, others))
    return {
        name
        for name in columns
        if (is_unnamed(table, name) or (is_index_name(name) and (name != first or has_ids)))
        and counts_rows(table, name)
    }


def is_unnamed(table: Table, name: str) -> bool:
    """Return True for a first column without a name in the header."""
    return name == table.names[0] and (name in table.unnamed[:1] or name == UNNAMED)


def counts_rows(table: Table, name: str) -> bool:
    """Return True for whole numbers that count through the file, even if rows were left out.

    They rise from row to row, or are shuffled numbers of a small range.
    """
    values = read_whole_numbers(table, name)
    if values is None or len(values) < (2 if is_unnamed(table, name) else MIN_NAMED_ROWS):
        return False
    if (np.diff(values) > 0).all():
        return True
    distinct = np.unique(values)
    if len(distinct) < len(values):
        return False
    width = distinct[-1] - distinct[0] + 1
    pairs = len(values) * (len(values) - 1) / (2 * width)
    return bool(width == len(values) or (pairs >= MIN_PAIRS and width <= MAX_RANGE * len(values)))


def numbers_all_rows(table: Table, name: str) -> bool:
    """Return True for the numbers of all rows from 0 or 1, in any order."""
    values = read_whole_numbers(table, name)
    if values is None or len(values) < MIN_NAMED_ROWS or values.min() not in (0, 1):
        return False
    return np.array_equal(np.sort(values) - values.min(), np.arange(len(values)))


def read_whole_numbers(table: Table, name: str) -> np.ndarray | None:
    """Read the (rows,) numbers of a column; None if any cell is not a whole number from 0 up."""
    values, bad = parse_numbers(read_number_text(table, name))
    if len(bad) or not (np.isfinite(values) & (values >= 0)).all():
        return None
    return values if (values == np.floor(values)).all() else None
