"""Rows layout: every row is one sequence, and the rows may be of unequal length."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.missing import indicator_name
from ...data.schema import Schema
from ...data.sequences import Sequences
from ..table.cells import (
    LARGEST,
    MAX_FOUND,
    MISSING,
    NOT_A_NUMBER,
    TOO_LARGE,
    to_numbers,
    with_points,
)
from ..table.report import MAX_LISTED, Problems
from ..table.table import Table
from . import wide
from .columns import indicators


def read(table: Table, schema: Schema, problems: Problems) -> Sequences:
    """One sequence a row, one feature, no targets; ids are "1", "2", … in the file's order.

    Blank cells at the end of a row end its sequence; blank cells before that are missing.
    Raises DataError with the row, the number of the cell, and the text found, for what nothing
    was chosen about.
    """
    if not table.ragged:
        return wide.read(table, schema, problems)
    lines = table.columns["value"].combine_chunks()
    if table.delimiter == " ":
        cut = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(lines))
    else:
        cut = pc.split_pattern(pc.utf8_rtrim(lines, table.delimiter + " \t"), table.delimiter)
    lengths = pc.list_value_length(cut).to_numpy(False).astype(np.int64)
    cells = with_points(table, cut.flatten())
    values, bad = to_numbers(cells)
    large = np.flatnonzero(np.abs(values) > LARGEST)
    lacking = np.setdiff1d(np.flatnonzero(np.isnan(values)), bad)
    for kind, template, found in (
        ("unreadable", NOT_A_NUMBER, bad),
        ("unreadable", TOO_LARGE, large),
        ("missing", MISSING, lacking),
    ):
        _note(kind, template, table, lengths, cells, found, problems)
    problems.settle()
    if len(large):
        values = values.copy()
        values[large] = np.nan
    lacking, lacks = indicators({"value": values}, schema)
    return Sequences(
        np.column_stack([values, lacks]),
        lengths,
        feature_names=("value", *map(indicator_name, lacking)),
        missing=schema.missing,
        schema=schema.known(lacking),
    )


def _note(
    kind: str, template: str, table: Table, lengths, cells: pa.Array, found, problems: Problems
) -> None:
    """Note cells, (k,) numbers of them from 0, counted through all rows."""
    ends = np.cumsum(lengths)
    rows = np.searchsorted(ends, found, side="right")
    columns = found - ends[rows] + lengths[rows] + 1
    words = cells.take(pa.array(found[:MAX_LISTED])).to_pylist()
    # One after the other, since each may stand in another column; the rest is counted.
    for number, word in enumerate(words):
        here = slice(number, number + 1)
        problems.add(
            kind, template, table, int(columns[number]), rows[here], [word.strip()[:MAX_FOUND]]
        )
    problems.count(kind, len(found) - len(words))
