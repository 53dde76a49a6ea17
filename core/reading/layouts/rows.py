"""Rows layout: every row is one sequence, and the rows may be of unequal length."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.schema import Schema
from ...data.sequences import Sequences
from ..table.cells import (
    MAX_FLOAT32,
    MAX_QUOTED_CHARACTERS,
    MISSING,
    NOT_A_NUMBER,
    TOO_LARGE,
    find_ends,
    parse_numbers,
    replace_decimal_commas,
)
from ..table.report import MAX_LISTED, Problems
from ..table.table import Table
from . import wide
from .columns import get_policy
from .ends import count_steps, find_steps


def read(table: Table, schema: Schema, problems: Problems) -> Sequences:
    """Read sequences of the rows layout, with one feature, and ids "1", "2", … but no targets.

    Blank cells, NaN and their like at the end of a row end its sequence; before that they are
    missing values.

    Args:
        table: The table.
        schema: Its schema.
        problems: Receives the problems.

    Raises:
        DataError: For a problem without a chosen treatment, with the row and the number of the
            cell.
    """
    if not table.ragged:
        return wide.read(table, schema, problems)
    lines = table.columns["value"].combine_chunks()
    if table.delimiter == " ":
        cells_by_row = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(lines))
    else:
        cells_by_row = pc.split_pattern(
            pc.utf8_rtrim(lines, table.delimiter + " \t"), table.delimiter
        )
    lengths = pc.list_value_length(cells_by_row).to_numpy(False).astype(np.int64)
    cells = replace_decimal_commas(table, cells_by_row.flatten())
    values, bad = parse_numbers(cells)
    is_step = np.ones(len(cells), dtype=bool)
    if np.isnan(values).any():
        is_step = find_steps(~find_ends(cells), lengths)
    if not is_step.all():
        cells, full_lengths = cells.filter(pa.array(is_step)), lengths
        lengths = count_steps(is_step, full_lengths)
        problems.ended += int(np.count_nonzero((lengths < full_lengths) & (lengths > 0)))
        _note_empty(table, lengths, full_lengths, problems)
        values, bad = parse_numbers(cells)
    too_large = np.flatnonzero(np.abs(values) > MAX_FLOAT32)
    missing = np.setdiff1d(np.flatnonzero(np.isnan(values)), bad)
    for kind, template, indices in (
        ("unreadable", NOT_A_NUMBER, bad),
        ("unreadable", TOO_LARGE, too_large),
        ("missing", MISSING, missing),
    ):
        _note_cells(kind, template, table, lengths, cells, indices, problems)
    problems.raise_unresolved()
    if len(too_large):
        values = values.copy()
        values[too_large] = np.nan
    return Sequences(
        values[:, None],
        lengths[lengths > 0],
        feature_names=("value",),
        missing=get_policy(schema),
        schema=schema,
    )


def _note_empty(
    table: Table, lengths: np.ndarray, full_lengths: np.ndarray, problems: Problems
) -> None:
    """Add a problem per row without a value, which is left out."""
    rows = np.flatnonzero(lengths == 0)
    for row in rows[:MAX_LISTED].tolist():
        last = int(full_lengths[row])
        problems.add("empty", wide.NO_STEPS, table, 1, np.array([row]), [""], last=last)
    problems.count("empty", len(rows) - MAX_LISTED)
    problems.dropped["empty"] += len(rows)
    if len(rows) == len(lengths):
        problems.raise_first()


def _note_cells(
    kind: str,
    template: str,
    table: Table,
    lengths: np.ndarray,
    cells: pa.Array,
    indices: np.ndarray,
    problems: Problems,
) -> None:
    """Add problems of the cells at the indices (k,), counted from 0 through all rows."""
    ends = np.cumsum(lengths)
    rows = np.searchsorted(ends, indices, side="right")
    columns = indices - ends[rows] + lengths[rows] + 1
    texts = cells.take(pa.array(indices[:MAX_LISTED])).to_pylist()
    # One at a time, since each may be in another column; the rest is only counted.
    for number, word in enumerate(texts):
        window = slice(number, number + 1)
        problems.add(
            kind,
            template,
            table,
            int(columns[number]),
            rows[window],
            [word.strip()[:MAX_QUOTED_CHARACTERS]],
        )
    problems.count(kind, len(indices) - len(texts))
