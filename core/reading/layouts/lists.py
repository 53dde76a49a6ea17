"""List layout: one sequence a row, its steps written as a list in a cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.missing import indicator_name
from ...data.schema import Schema
from ...data.sequences import Sequences, default_names
from ...errors import DataError
from ...i18n import N_
from ..table import roles
from ..table.cells import LARGEST, MAX_FOUND, cell, to_numbers
from ..table.report import MAX_LISTED, Problems
from ..table.table import Table
from .columns import indicators
from .list_cells import EMPTY_LIST, cut, is_empty

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
    """Each list column is a feature, and all lists of a row are equally long, that of the targets,
    where each step has one, too. A list of lists is steps × features, the same number of features
    in every step.

    Raises DataError with row, column and text for a cell that is no list of numbers, for lists of
    unequal length in a row, for an id that stands in two rows, and for what was noted (an empty
    list, an item that is no number) and nothing was chosen about.
    """
    table = _without_empty(table, schema, problems)
    parts, names = [], []
    lengths = np.empty(0)
    for name in schema.features:
        values, steps = _numbers(table, name, problems)
        if parts:
            _refuse_other_lengths(table, name, steps, lengths, schema.features[0])
        parts.append(values)
        lengths = steps
        width = values.shape[1]
        names += [name] if width == 1 else [f"{name}{i}" for i in range(1, width + 1)]
    values = np.concatenate(parts, axis=1)
    if len(schema.features) == 1 and len(names) > 1:
        names = list(default_names(len(names)))  # as Sequences.from_lists names the same lists
    ids = roles.unique_ids(table, schema.id, problems)
    problems.settle()
    targets = _targets(table, schema, lengths, schema.features[0])
    lacking, lacks = indicators(dict(zip(names, values.T, strict=True)), schema)
    return Sequences(
        values=np.column_stack([values, lacks]),
        lengths=lengths,
        targets=targets,
        per_step=schema.per_step,
        ids=ids,
        feature_names=(*names, *map(indicator_name, lacking)),
        split=roles.splits(table, schema.split),
        groups=roles.groups(table, schema.group),
        missing=schema.missing,
        schema=schema.known(lacking),
    )


def _without_empty(table: Table, schema: Schema, problems: Problems) -> Table:
    """The rows whose lists all hold something; the others are noted."""
    empty = np.zeros(len(table), dtype=bool)
    for name in schema.features:
        rows = np.flatnonzero(is_empty(table, name) & ~empty)
        if len(rows):
            problems.add("empty", EMPTY_LIST, table, name, rows)
            empty[rows] = True
    if not empty.any():
        return table
    problems.left_out["empty"] += int(empty.sum())
    if empty.all():
        problems.settle()
        raise DataError("Every list is empty, so there are no sequences.")
    return table.filter(~empty)


def _numbers(table: Table, name: str, problems: Problems) -> tuple[np.ndarray, np.ndarray]:
    """(steps of all rows, features) float64, NaN where an item is missing or no number, and the
    (rows,) numbers of steps."""
    found = cut(table, name)

    def note(kind: str, template: str, which: np.ndarray) -> None:
        listed = found.items.take(pa.array(which[:MAX_LISTED])).to_pylist()
        words = [str(word).strip()[:MAX_FOUND] for word in listed]
        problems.add(kind, template, table, name, found.rows(which), words)

    values, bad = to_numbers(found.items)
    large = np.flatnonzero(np.abs(values) > LARGEST)
    if len(bad):
        note("unreadable", NOT_IN_LIST, bad)
    if len(large):
        note("unreadable", TOO_LARGE_IN_LIST, large)
        values = values.copy()
        values[large] = np.nan
    lacking = np.setdiff1d(np.flatnonzero(np.isnan(values)), np.concatenate([bad, large]))
    if len(lacking):
        note("missing", MISSING_IN_LIST, lacking)
    if found.lengths is None:
        return values[:, None], found.widths
    return values.reshape(len(found.widths), -1), found.lengths


def _targets(table: Table, schema: Schema, lengths: np.ndarray, first: str) -> np.ndarray | None:
    """One target a row; or, where every step has one, (total steps,)."""
    if schema.target is None or not schema.per_step:
        return roles.targets(table, schema.target)
    name = schema.target
    found = cut(table, name)
    if found.lengths is not None:
        raise DataError(NESTED_TARGETS, **cell(table, name, 0))
    _refuse_other_lengths(table, name, found.widths, lengths, first)
    items = found.items
    if pa.types.is_string(items.type):  # words may be quoted
        trimmed = pc.utf8_trim_whitespace(items)
        items = pc.replace_substring_regex(trimmed, QUOTED, r"\1\2")
    # As a column of its own they are numbers or words as any other target.
    rows = np.repeat(np.asarray(table.rows), found.widths)
    starts = np.append(0, np.cumsum(found.widths))
    files = tuple((file, int(starts[first])) for file, first in table.files)
    steps = replace(table, columns=pa.table({name: items}), rows=rows, files=files, seen={})
    absent = roles.without_target(steps, name)
    if absent.any():
        raise DataError(MISSING_TARGET, **cell(steps, name, int(np.argmax(absent))))
    return roles.targets(steps, name)


def _refuse_other_lengths(
    table: Table, name: str, steps: np.ndarray, lengths: np.ndarray, first: str
) -> None:
    other = steps != lengths
    if other.any():
        row = int(np.argmax(other))
        raise DataError(
            "Row {row}, column {column}: the list has another number of steps ({steps}) than "
            "the list in column {first} ({expected}). All lists of a row need the same number "
            "of steps.",
            **cell(table, name, row),
            steps=int(steps[row]),
            first=first,
            expected=int(lengths[row]),
        )
