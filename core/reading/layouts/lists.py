"""List layout: one sequence per row, with its steps as a list in a cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.schema import Schema, as_one_column
from ...data.sequences import Sequences, default_names
from ...errors import DataError
from ...i18n import N_
from ..table import roles
from ..table.cells import MAX_FLOAT32, MAX_QUOTED_CHARACTERS, describe_cell, parse_numbers
from ..table.report import MAX_LISTED, Problems
from ..table.table import Table
from .list_cells import EMPTY_LIST, is_empty, split_items

NOT_IN_LIST = N_(
    "Row {row}, column {column}: {found!r} in the list is not a number. Set numbers apart by "
    "commas and write decimals with a point, as in [2.5, 3]."
)
TOO_LARGE_IN_LIST = N_(
    "Row {row}, column {column}: {found!r} in the list is infinite or too large for 32-bit "
    "numbers. Correct it or leave the step out."
)
MISSING_IN_LIST = N_(
    "Row {row}, column {column}: a value is missing in the list ({found!r}). Fill it, or choose "
    'what to do with missing values: "drop" the step, carry the last value "forward", or take the '
    '"mean".'
)

NESTED_TARGETS = N_(
    "Row {row}, column {column}: {found!r} holds lists in a list, and a step has one target. Write "
    "them as [1, 2, 3], or choose another target column."
)
MISSING_TARGET = N_(
    "Row {row}, column {column}: a target is missing in the list ({found!r}). Write one for each "
    "step, or leave the row out."
)
QUOTED = r"""^(?:"(.*)"|'(.*)')$"""


def read(table: Table, schema: Schema, problems: Problems) -> Sequences:
    """Read sequences of the list layout.

    Each list column is a feature, and all lists of a row have the same length, including that of
    per-step targets. A list of lists is steps × features, with the same number of features in
    every step.

    Args:
        table: The table.
        schema: Its schema.
        problems: Receives the problems.

    Raises:
        DataError: For a cell that is not a list of numbers, for lists of unequal length in a row,
            for a repeated id, and for a problem (an empty list, an item that is not a number)
            without a chosen treatment.
    """
    table = _drop_empty(table, schema, problems)
    parts: list[np.ndarray] = []
    names: list[str] = []
    lengths = np.empty(0)
    for name in schema.features:
        values, steps = _read_numbers(table, name, problems)
        if parts:
            _refuse_other_lengths(table, name, steps, lengths, schema.features[0])
        parts.append(values)
        lengths = steps
        width = values.shape[1]
        names += [name] if width == 1 else [f"{name}{i}" for i in range(1, width + 1)]
    values = np.concatenate(parts, axis=1)
    if len(schema.features) == 1 and len(names) > 1:
        names = list(default_names(len(names)))  # consistent with Sequences.from_lists
    ids = roles.read_unique_ids(table, as_one_column(schema.id), problems)
    problems.raise_unresolved()
    targets = _read_targets(table, schema, lengths, schema.features[0])
    return Sequences(
        values=values,
        lengths=lengths,
        targets=targets,
        per_step=schema.per_step,
        ids=ids,
        feature_names=tuple(names),
        split=roles.read_splits(table, schema.split),
        groups=roles.read_groups(table, schema.group),
        missing=schema.missing,
        schema=schema,
    )


def _drop_empty(table: Table, schema: Schema, problems: Problems) -> Table:
    """Drop the rows with an empty list, and add a problem per such row."""
    is_dropped = np.zeros(len(table), dtype=bool)
    for name in schema.features:
        rows = np.flatnonzero(is_empty(table, name) & ~is_dropped)
        if len(rows):
            problems.add("empty", EMPTY_LIST, table, name, rows)
            is_dropped[rows] = True
    if not is_dropped.any():
        return table
    problems.dropped["empty"] += int(is_dropped.sum())
    if is_dropped.all():
        problems.raise_unresolved()
        raise DataError("Every list is empty, so there are no sequences.")
    return table.filter(~is_dropped)


def _read_numbers(table: Table, name: str, problems: Problems) -> tuple[np.ndarray, np.ndarray]:
    """Read a column as (steps of all rows, features) float64, and its (rows,) numbers of steps.

    An item that is missing or not a number is NaN.
    """
    items = split_items(table, name)

    def note(kind: str, template: str, indices: np.ndarray) -> None:
        values_listed = items.items.take(pa.array(indices[:MAX_LISTED])).to_pylist()
        texts = [str(word).strip()[:MAX_QUOTED_CHARACTERS] for word in values_listed]
        problems.add(kind, template, table, name, items.rows(indices), texts)

    values, bad = parse_numbers(items.items)
    too_large = np.flatnonzero(np.abs(values) > MAX_FLOAT32)
    if len(bad):
        note("unreadable", NOT_IN_LIST, bad)
    if len(too_large):
        note("unreadable", TOO_LARGE_IN_LIST, too_large)
        values = values.copy()
        values[too_large] = np.nan
    missing = np.setdiff1d(np.flatnonzero(np.isnan(values)), np.concatenate([bad, too_large]))
    if len(missing):
        note("missing", MISSING_IN_LIST, missing)
    if items.lengths is None:
        return values[:, None], items.widths
    return values.reshape(len(items.widths), -1), items.lengths


def _read_targets(
    table: Table, schema: Schema, lengths: np.ndarray, first: str
) -> np.ndarray | None:
    """Read the targets: (rows,), or (total steps,) for per-step targets."""
    if schema.target is None or not schema.per_step:
        return roles.read_targets(table, schema.target)
    name = schema.target
    lists = split_items(table, name)
    if lists.lengths is not None:
        raise DataError(NESTED_TARGETS, **describe_cell(table, name, 0))
    _refuse_other_lengths(table, name, lists.widths, lengths, first)
    items = lists.items
    if pa.types.is_string(items.type):  # text may be quoted
        trimmed = pc.utf8_trim_whitespace(items)
        items = pc.replace_substring_regex(trimmed, QUOTED, r"\1\2")
    # Per-step targets, as a column of their own, are parsed like any other target.
    rows = np.repeat(np.asarray(table.rows), lists.widths)
    starts = np.append(0, np.cumsum(lists.widths))
    files = tuple((file, int(starts[first])) for file, first in table.files)
    steps = replace(table, columns=pa.table({name: items}), rows=rows, files=files, cache={})
    is_missing = roles.find_missing_targets(steps, name)
    if is_missing.any():
        raise DataError(MISSING_TARGET, **describe_cell(steps, name, int(np.argmax(is_missing))))
    return roles.read_targets(steps, name)


def _refuse_other_lengths(
    table: Table, name: str, steps: np.ndarray, lengths: np.ndarray, first: str
) -> None:
    is_other = steps != lengths
    if is_other.any():
        row = int(np.argmax(is_other))
        raise DataError(
            "Row {row}, column {column}: the list has another number of steps ({steps}) than "
            "the list in column {first} ({expected}). All lists of a row need the same number "
            "of steps.",
            **describe_cell(table, name, row),
            steps=int(steps[row]),
            first=first,
            expected=int(lengths[row]),
        )
