"""Wide layout: one sequence per row, one column per step (and feature); blanks and NaN end it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import numpy as np
import pyarrow as pa

from ...data.schema import Schema, as_one_column
from ...data.sequences import Sequences
from ...i18n import N_
from ..table import roles
from ..table.cells import find_ends
from ..table.report import Problems
from ..table.table import Table
from .columns import WrongRows, get_policy, note_wrong_cells, read_numbers

NO_STEPS = N_(
    "Row {row} has no values in columns {column} to {last}, so its sequence has no steps. "
    "Remove the row, or give it at least one value."
)


def read(table: Table, schema: Schema, problems: Problems) -> Sequences:
    """Read sequences of the wide layout.

    The features are ``schema.channels``, or the single feature "value" if the columns share no
    name. A sequence ends with its
    last value; blank cells and NaN before it, of any feature, are missing values, and so is "?".

    Args:
        table: The table.
        schema: Its schema.
        problems: Receives the problems.

    Raises:
        DataError: For a repeated id, and for a problem (an invalid cell, a row without a value)
            without a chosen treatment.
    """
    features = schema.channels or ("value",)
    columns = np.array(schema.features, dtype=object).reshape(len(features), -1)
    max_length = columns.shape[1]
    grid = np.empty((len(table), max_length, len(features)))
    cells = {name: grid[:, step, feature] for (feature, step), name in np.ndenumerate(columns)}
    wrong_rows = read_numbers(table, cells)
    is_blank = _find_blank_steps(table, columns, wrong_rows)
    if schema.padding is not None:
        is_blank |= (grid == schema.padding).all(axis=2)
    is_empty = np.all(is_blank, axis=1)
    if is_empty.any():
        rows = np.flatnonzero(is_empty)
        texts = [""] * len(rows)
        first, last = columns[0, 0], columns[-1, -1]
        problems.add("empty", NO_STEPS, table, first, rows, texts, last=last)
        problems.dropped["empty"] += len(rows)
        if is_empty.all():
            problems.raise_first()
    # Including the last cell that is not blank.
    lengths = np.where(is_empty, 0, max_length - np.argmin(is_blank[:, ::-1], axis=1))
    is_real = np.arange(max_length) < lengths[:, None]
    for (_, step), name in np.ndenumerate(columns):
        note_wrong_cells(table, name, wrong_rows[name], problems, is_past_end=~is_real[:, step])
    if is_empty.any():
        table, lengths = table.filter(~is_empty), lengths[~is_empty]
    ids = roles.read_unique_ids(table, as_one_column(schema.id), problems)
    problems.raise_unresolved()
    return Sequences(
        values=grid[is_real],
        lengths=lengths,
        targets=roles.read_targets(table, schema.target),
        ids=ids,
        feature_names=features,
        split=roles.read_splits(table, schema.split),
        groups=roles.read_groups(table, schema.group),
        missing=get_policy(schema),
        schema=schema,
    )


def _find_blank_steps(
    table: Table, columns: np.ndarray, wrong_rows: Mapping[str, WrongRows]
) -> np.ndarray:
    """Return the mask (rows, steps) of the steps at which all features are blank.

    Args:
        table: The table.
        columns: (features, steps) names of the columns.
        wrong_rows: From ``read_numbers``: only a cell without a number may be blank.
    """
    is_blank = np.zeros((len(table), columns.shape[1]), dtype=bool)
    for step, names in enumerate(columns.T):
        rows = reduce(np.intersect1d, [wrong_rows[name][2] for name in names])
        for name in names:
            rows = rows[find_ends(table.columns[name].take(pa.array(rows)))] if len(rows) else rows
        is_blank[rows, step] = True
    return is_blank
