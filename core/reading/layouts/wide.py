"""Wide layout: one sequence a row, a column a step (and feature); blank cells at the end end it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.missing import indicator_name
from ...data.schema import Schema
from ...data.sequences import Sequences
from ...errors import DataError
from ...i18n import N_
from ..table import roles
from ..table.report import Problems
from ..table.table import Table
from .columns import indicators, note_wrong, read_numbers

NO_STEPS = N_(
    "Row {row} holds no values in columns {column} to {last}, so its sequence has no steps. Remove "
    "the row or give it at least one value."
)


def read(table: Table, schema: Schema, problems: Problems) -> Sequences:
    """One feature, "value", or those of ``schema.channels``. A sequence ends with its last cell
    that is not blank; blank cells before it, of any feature, are missing values, kept in place.

    Raises DataError for an id that stands in two rows, and for what was noted (a cell that cannot
    be used, a row without a value) and nothing was chosen about.
    """
    features = schema.channels or ("value",)
    columns = np.array(schema.features, dtype=object).reshape(len(features), -1)
    blank = np.stack([_blank_steps(table, steps) for steps in columns.T], axis=1)
    empty = blank.all(axis=1)
    if empty.any():
        rows = np.flatnonzero(empty)
        found = [""] * len(rows)
        first, last = columns[0, 0], columns[-1, -1]
        problems.add("empty", NO_STEPS, table, first, rows, found, last=last)
        problems.left_out["empty"] += len(rows)
        if empty.all():
            problems.settle()
            raise DataError("Every row is empty, so there are no sequences.")
        table, blank = table.filter(~empty), blank[~empty]
    most = columns.shape[1]
    lengths = most - np.argmin(blank[:, ::-1], axis=1)  # up to the last that is not blank
    real = np.arange(most) < lengths[:, None]
    grid = np.empty((*real.shape, len(features)))
    cells = {name: grid[:, step, feature] for (feature, step), name in np.ndenumerate(columns)}
    wrong = read_numbers(table, cells)
    for (_, step), name in np.ndenumerate(columns):
        note_wrong(table, name, wrong[name], problems, ended=~real[:, step])
    ids = roles.unique_ids(table, schema.id, problems)
    problems.settle()
    values = grid[real]
    lacking, lacks = indicators(dict(zip(features, values.T, strict=True)), schema)
    return Sequences(
        values=np.column_stack([values, lacks]),
        lengths=lengths,
        targets=roles.targets(table, schema.target),
        ids=ids,
        feature_names=(*features, *map(indicator_name, lacking)),
        split=roles.splits(table, schema.split),
        groups=roles.groups(table, schema.group),
        missing=schema.missing,
        schema=schema.known(lacking),
    )


def _blank_steps(table: Table, columns: np.ndarray) -> np.ndarray:
    """(rows,) bool, where no feature has anything at a step; columns: of each feature."""
    return np.logical_and.reduce([_blank(table, name) for name in columns])


def _blank(table: Table, name: str) -> np.ndarray:
    """(rows,) bool, where nothing stands, not even a word for a missing value."""
    column = table.columns[name]
    if not pa.types.is_string(column.type):
        return column.is_null().to_numpy()
    return pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy()
