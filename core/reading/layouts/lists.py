"""List layout: one sequence per row, with its steps as a list in a cell."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.notation import Notation
from ...data.schema import Schema, as_one_column
from ...data.sequences import Sequences, default_names
from ...errors import DataError
from ...i18n import N_
from ..table import roles
from ..table.cells import (
    MAX_FLOAT32,
    MAX_QUOTED_CHARACTERS,
    describe_cell,
    find_ends,
    parse_numbers,
)
from ..table.report import MAX_LISTED, Problems
from ..table.table import Table
from ..table.words.booleans import are_booleans, rewrite_booleans
from .columns import get_policy
from .ends import count_steps, find_steps
from .list_cells import EMPTY_LIST, Items, is_empty, split_items, split_pairs

NOT_IN_LIST = N_(
    "Row {row}, column {column}: {found!r} in the list is not a number. Separate numbers by "
    "commas and write decimals with a point, as in [2.5, 3]."
)
TOO_LARGE_IN_LIST = N_(
    "Row {row}, column {column}: {found!r} in the list is infinite or too large for 32-bit "
    "numbers. Correct it or leave the step out."
)
MISSING_IN_LIST = N_(
    "Row {row}, column {column}: a value is missing in the list ({found!r}). Fill it in, or "
    'choose how to handle missing values: "drop", "forward" or "mean".'
)

NESTED_TARGETS = N_(
    "Row {row}, column {column}: {found!r} is a list of lists, but a step has one target. "
    "Write them as [1, 2, 3], or choose another target column."
)
MISSING_TARGET = N_(
    "Row {row}, column {column}: a target is missing in the list ({found!r}). Write one for each "
    "step, or leave the row out."
)
QUOTED = r"""^(?:"(.*)"|'(.*)')$"""


def read(table: Table, schema: Schema, problems: Problems) -> Sequences:
    """Read sequences of the list layout.

    A sequence ends with its last value; NaN and null behind it are no steps.

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
    columns = [_Column.split(table, name, schema.padding) for name in schema.features]
    first, *others = columns
    for column in others:
        _refuse_other_lengths(table, column.name, column.lengths, first.lengths, first.name)
    is_step = np.ones(len(first.values), dtype=bool)
    if not schema.per_step:  # a step with a target is a step
        is_end = np.logical_and.reduce([column.is_end for column in columns])
        is_step = find_steps(~is_end, first.lengths)
        lacks_values = count_steps(is_step, first.lengths) == 0
        is_step |= np.repeat(lacks_values, first.lengths)  # which is reported as missing
    for column in columns:
        column.note_problems(table, is_step, problems)
    names = [name for column in columns for name in column.names]
    values = np.concatenate([column.values for column in columns], axis=1)
    if len(schema.features) == 1 and len(names) > 1 and not first.items.are_pairs:
        names = list(default_names(len(names)))  # consistent with Sequences.from_lists
    ids = roles.read_unique_ids(table, as_one_column(schema.id), problems)
    problems.raise_unresolved()
    targets = _read_targets(table, schema, first.lengths, first.name)
    lengths = first.lengths
    if not is_step.all():
        values, lengths = values[is_step], count_steps(is_step, lengths)
        problems.ended += int(np.count_nonzero(lengths < first.lengths))
    return Sequences(
        values=values,
        lengths=lengths,
        targets=targets,
        per_step=schema.per_step,
        ids=ids,
        feature_names=tuple(names),
        split=roles.read_splits(table, schema.split),
        groups=roles.read_groups(table, schema.group),
        missing=get_policy(schema),
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
        problems.raise_first()
    return table.filter(~is_dropped)


@dataclass(frozen=True)
class _Column:
    """A column of lists.

    Attributes:
        name: Name of the column.
        items: Items of the lists.
        values: (steps of all rows, features) float64; NaN for an item that is missing, too large or
            not a number.
        bad: (k,) indices of the items that are not numbers.
        too_large: (k,) indices of the items that are beyond float32.
        is_end: (steps of all rows,) bool, True for a step without a value.
    """

    name: str
    items: Items
    values: np.ndarray
    bad: np.ndarray
    too_large: np.ndarray
    is_end: np.ndarray

    @classmethod
    def split(cls, table: Table, name: str, padding: float | None) -> _Column:
        """Split the lists of a column into numbers; a padded step has no value."""
        items = split_items(table, name)
        values, bad = parse_numbers(items.items)
        if len(bad) and (pairs := split_pairs(items)).are_pairs:
            items = pairs
            values, bad = parse_numbers(items.items)
        elif len(bad) and are_booleans(items.items):
            values, bad = parse_numbers(rewrite_booleans(items.items))
        too_large = np.flatnonzero(np.abs(values) > MAX_FLOAT32)
        if len(too_large):
            values = values.copy()
            values[too_large] = np.nan
        is_end = np.isnan(values)
        if is_end.any():
            is_end &= find_ends(items.items)
        if padding is not None:
            is_end |= values == padding
        shape = (-1, 1) if items.lengths is None else (len(items.widths), -1)
        is_end = is_end.reshape(shape).all(axis=1)
        return cls(name, items, values.reshape(shape), bad, too_large, is_end)

    @property
    def width(self) -> int:
        """Number of features."""
        return int(self.values.shape[1])

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        if self.items.are_pairs:
            return Notation(self.name, pair=True).pair_columns
        if self.width == 1:
            return (self.name,)
        return tuple(f"{self.name}{i}" for i in range(1, self.width + 1))

    @property
    def lengths(self) -> np.ndarray:
        """(rows,) number of steps."""
        return self.items.widths if self.items.lengths is None else self.items.lengths

    def note_problems(self, table: Table, is_step: np.ndarray, problems: Problems) -> None:
        """Add the problems of the items, except behind the end of a sequence."""
        is_absent = np.isnan(self.values) & is_step[:, None]
        missing = np.setdiff1d(
            np.flatnonzero(is_absent.ravel()), np.concatenate([self.bad, self.too_large])
        )
        for kind, template, indices in (
            ("unreadable", NOT_IN_LIST, self.bad),
            ("unreadable", TOO_LARGE_IN_LIST, self.too_large),
            ("missing", MISSING_IN_LIST, missing),
        ):
            if len(indices):
                listed = self.items.items.take(pa.array(indices[:MAX_LISTED])).to_pylist()
                texts = [str(word).strip()[:MAX_QUOTED_CHARACTERS] for word in listed]
                problems.add(kind, template, table, self.name, self.items.rows(indices), texts)


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
            "Row {row}, column {column}: the number of steps in the list is {steps}, but "
            "{expected} in column {first}. Give all lists of a row the same number of steps.",
            **describe_cell(table, name, row),
            steps=int(steps[row]),
            first=first,
            expected=int(lengths[row]),
        )
