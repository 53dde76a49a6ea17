"""Wide layout: one sequence a row, one step a column; blank cells at the end end it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.errors import DataError
from core.missing import indicator_name
from core.reading import roles
from core.reading.columns import indicators, numbers
from core.reading.problems import Problems
from core.reading.schema import Schema
from core.reading.table import Table
from core.sequences import Sequences

NO_STEPS = (
    "Row {row} holds no values in columns {column} to {last}, so its sequence has no steps. Remove "
    "the row or give it at least one value."
)


def read(table: Table, schema: Schema, problems: Problems) -> Sequences:
    """One feature, "value"; blank cells between values are missing values, kept in place.

    Raises DataError for an id that stands in two rows, and for what was noted (a cell that cannot
    be used, a row without a value) and nothing was chosen about.
    """
    steps = schema.features
    blank = np.stack([_blank(table, name) for name in steps], axis=1)
    empty = blank.all(axis=1)
    if empty.any():
        rows = np.flatnonzero(empty)
        found = [""] * len(rows)
        problems.add("empty", NO_STEPS, table, steps[0], rows, found, last=steps[-1])
        problems.left_out["empty"] += len(rows)
        if empty.all():
            problems.settle()
            raise DataError("Every row is empty, so there are no sequences.")
        table, blank = table.filter(~empty), blank[~empty]
    lengths = len(steps) - np.argmin(blank[:, ::-1], axis=1)  # up to the last that is not blank
    real = np.arange(len(steps)) < lengths[:, None]
    grid = np.empty(real.shape)
    for step, name in enumerate(steps):
        grid[:, step] = numbers(table, name, problems, ended=~real[:, step])
    ids = roles.unique_ids(table, schema.id, problems)
    problems.settle()
    values = grid[real]
    lacking, lacks = indicators({"value": values}, schema)
    return Sequences(
        values=np.column_stack([values, lacks]),
        lengths=lengths,
        targets=roles.targets(table, schema.target),
        ids=ids,
        feature_names=("value", *map(indicator_name, lacking)),
        split=roles.splits(table, schema.split),
        groups=roles.groups(table, schema.group),
        missing=schema.missing,
        schema=schema.known(lacking),
    )


def _blank(table: Table, name: str) -> np.ndarray:
    """(rows,) bool, where nothing stands, not even a word for a missing value."""
    column = table.columns[name]
    if not pa.types.is_string(column.type):
        return column.is_null().to_numpy()
    return pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy()
