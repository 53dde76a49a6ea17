"""Rows layout: every row is one sequence, and the rows may be of unequal length."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.errors import DataError, MissingValue
from core.missing import Missing
from core.reading import wide
from core.reading.cells import LARGEST, MISSING, NOT_A_NUMBER, TOO_LARGE, to_numbers
from core.reading.layout import Layout
from core.reading.table import Table
from core.sequences import Sequences


def read(table: Table, layout: Layout, missing: Missing) -> Sequences:
    """One sequence a row, one feature, no targets; ids are "1", "2", … in the file's order.

    Blank cells at the end of a row end its sequence; blank cells before that are missing.
    Raises DataError with the row, the number of the cell, and the text found.
    """
    if not table.ragged:
        return wide.read(table, layout, missing)
    lines = table.columns["value"].combine_chunks()
    if table.delimiter == " ":
        cut = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(lines))
    else:
        cut = pc.split_pattern(pc.utf8_rtrim(lines, table.delimiter + " \t"), table.delimiter)
    lengths = pc.list_value_length(cut).to_numpy(False).astype(np.int64)
    cells = cut.flatten()
    values, bad = to_numbers(cells)
    _refuse(NOT_A_NUMBER, table, lengths, cells, bad)
    _refuse(TOO_LARGE, table, lengths, cells, _first(np.abs(values) > LARGEST))
    if missing == "refuse":
        _refuse(MISSING, table, lengths, cells, _first(np.isnan(values)), MissingValue)
    return Sequences(values[:, None], lengths, missing=missing)


def _first(where: np.ndarray) -> int | None:
    return int(np.argmax(where)) if where.any() else None


def _refuse(
    template: str, table: Table, lengths, cells: pa.Array, bad: int | None, kind=DataError
) -> None:
    if bad is None:
        return
    ends = np.cumsum(lengths)
    row = int(np.searchsorted(ends, bad, side="right"))
    raise kind(
        template,
        row=table.row(row),
        column=int(bad - ends[row] + lengths[row]) + 1,
        found=cells[bad].as_py().strip(),
    )
