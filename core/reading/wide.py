"""Wide layout: one sequence a row, one step a column; blank cells at the end end it."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from core.errors import DataError, MissingValue
from core.missing import Missing
from core.reading import roles
from core.reading.cells import MISSING, cell, numbers, text
from core.reading.layout import Layout
from core.reading.table import Table
from core.sequences import Sequences


def read(table: Table, layout: Layout, missing: Missing) -> Sequences:
    """One feature, "value"; blank cells between values are missing values, kept in place.

    Raises DataError with row, column and text for a cell that cannot be used, for a row
    without a value, and for an id that stands in two rows.
    """
    grid = np.empty((len(table), len(layout.features)))
    blank = np.zeros(grid.shape, dtype=bool)
    for step, name in enumerate(layout.features):
        grid[:, step] = numbers(table, name)
        if np.isnan(grid[:, step]).any():
            blank[:, step] = pc.equal(pc.utf8_trim_whitespace(text(table, name)), "").to_numpy()
    ids = roles.unique_ids(table, layout.id)
    width = grid.shape[1]
    lengths = width - np.argmin(blank[:, ::-1], axis=1)  # up to the last cell that is not blank
    lengths[blank.all(axis=1)] = 0
    if (lengths == 0).any():
        raise DataError(
            "Row {row} holds no values in columns {column} to {last}, so its sequence has no "
            "steps. Remove the row or give it at least one value.",
            row=table.row(int(np.argmin(lengths))),
            column=layout.features[0],
            last=layout.features[-1],
            found="",
        )
    real = np.arange(width) < lengths[:, None]
    if missing == "refuse" and np.isnan(grid[real]).any():
        row, step = np.argwhere(np.isnan(grid) & real)[0]
        raise MissingValue(MISSING, **cell(table, layout.features[step], int(row)))
    return Sequences(
        values=grid[real][:, None],
        lengths=lengths,
        targets=roles.targets(table, layout.target),
        ids=ids,
        split=roles.splits(table, layout.split),
        groups=roles.groups(table, layout.group),
        missing=missing,
    )
