"""Wide layout: one sequence per row, one column per step (and feature); blank cells end it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.schema import Schema, as_one_column
from ...data.sequences import Sequences
from ...errors import DataError
from ...i18n import N_
from ..table import roles
from ..table.cells import parse_numbers, read_number_text
from ..table.report import Problems
from ..table.table import Table
from .columns import note_wrong_cells, read_numbers

NO_STEPS = N_(
    "Row {row} holds no values in columns {column} to {last}, so its sequence has no steps. Remove "
    "the row or give it at least one value."
)


def read(table: Table, schema: Schema, problems: Problems) -> Sequences:
    """Read sequences of the wide layout.

    The features are ``schema.channels``, or the single feature "value". A sequence ends with its
    last cell that is not blank; blank cells before it, of any feature, are missing values. With
    ``schema.missing_ends``, markers of missing values at the end count as blank.

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
    find_blank = _is_missing if schema.missing_ends else _is_blank
    is_blank = np.stack(
        [np.logical_and.reduce([find_blank(table, name) for name in steps]) for steps in columns.T],
        axis=1,
    )
    is_empty = np.all(is_blank, axis=1)
    if is_empty.any():
        rows = np.flatnonzero(is_empty)
        texts = [""] * len(rows)
        first, last = columns[0, 0], columns[-1, -1]
        problems.add("empty", NO_STEPS, table, first, rows, texts, last=last)
        problems.dropped["empty"] += len(rows)
        if is_empty.all():
            problems.raise_unresolved()
            raise DataError("Every row is empty, so there are no sequences.")
        table, is_blank = table.filter(~is_empty), is_blank[~is_empty]
    max_length = columns.shape[1]
    lengths = max_length - np.argmin(
        is_blank[:, ::-1], axis=1
    )  # including the last cell that is not blank
    is_real = np.arange(max_length) < lengths[:, None]
    grid = np.empty((*is_real.shape, len(features)))
    cells = {name: grid[:, step, feature] for (feature, step), name in np.ndenumerate(columns)}
    wrong_rows = read_numbers(table, cells)
    for (_, step), name in np.ndenumerate(columns):
        note_wrong_cells(table, name, wrong_rows[name], problems, is_past_end=~is_real[:, step])
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
        missing=schema.missing,
        schema=schema,
    )


def _is_blank(table: Table, name: str) -> np.ndarray:
    """Return the mask (rows,) of the blank cells, without missing-value markers."""
    column = table.columns[name]
    if pa.types.is_string(column.type):
        is_blank = pc.equal(pc.utf8_trim_whitespace(column), "")
    else:
        is_blank = column.is_null()
    mask: np.ndarray = is_blank.to_numpy()
    return mask


def _is_missing(table: Table, name: str) -> np.ndarray:
    """Return the mask (rows,) of the blank cells and of missing-value markers."""
    values, bad = parse_numbers(read_number_text(table, name))
    mask: np.ndarray = np.isnan(values)
    mask[bad] = False
    return mask
