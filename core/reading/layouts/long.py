"""Long layout: one step a row; the rows of a sequence share its id."""

from __future__ import annotations

import numpy as np

from ...data.missing import indicator_name
from ...data.schema import Schema
from ...data.sequences import Sequences
from ...errors import DataError
from ...i18n import N_
from ..table import roles
from ..table.cells import cell
from ..table.report import MAX_LISTED, Problems
from ..table.table import Table
from .columns import categories, category_names, indicators, note_wrong, read_numbers

ELAPSED = "time since the last step"  # in seconds where times are dates
REGULAR = 0.9  # share of equal steps in time from which on an unequal one is a gap
DUPLICATE = N_(
    "Row {row}, column {column}: {found!r} is the time of an earlier row of the same sequence, too."
)
CHANGES = N_(
    "Row {row}, column {column}: {found!r} differs from {expected!r} in row {first}, which belongs "
    "to the same sequence. Give all rows of a sequence the same value, take a target for each "
    "step, or choose another column."
)
NOTHING_KNOWN = N_(
    "Row {row}, column {column}: every step of the sequence {found!r}, which begins here, lacks a "
    "value, so dropping them leaves nothing. Leave the sequence out or choose another way."
)
GAP = N_(
    "Row {row}, column {column}: {found!r} comes {times:g} times as long after the step before as "
    "steps of this data usually do."
)


def read(table: Table, schema: Schema, problems: Problems) -> Sequences:
    """Sequences in the order of their first row; steps in the order of time, and of the file
    where times are equal or there is no time column. Without an id column the whole table is
    one sequence.

    Raises DataError with row, column and text for a split or group that changes within a
    sequence, and for what was noted (such as a target that does) and nothing was chosen about.
    """
    if schema.id is None:
        sequence, ids = np.zeros(len(table), dtype=np.int64), None
    else:
        sequence, ids = roles.id_codes(table, schema.id, problems)
    first = roles.first_rows(sequence)
    order, begins = _in_time(table, schema, sequence, problems)
    values, names, lacking = _values(table, schema, problems)
    targets = roles.targets(table, schema.target)
    if targets is not None and not schema.per_step:
        _note_changes(table, schema.target, targets, sequence, first, problems)
        targets = targets[first]
    carried = {
        "split": (schema.split, roles.splits(table, schema.split)),
        "groups": (schema.group, roles.groups(table, schema.group)),
    }
    for name, role in carried.values():
        if role is not None:
            _refuse_changes(table, name, role, sequence, first)
    problems.settle()
    if schema.elapsed and schema.time:
        values = np.column_stack([values, _elapsed(table, schema.time, sequence, order)])
        names = (*names, ELAPSED)
    steps = [values, sequence, *([targets] if schema.per_step else [])]
    if order is not None:
        steps = [part[order] for part in steps]
    steps = _without_duplicates(steps, begins, schema, problems)
    data = {key: None if role is None else role[first] for key, (_, role) in carried.items()}
    data |= {"ids": ids, "targets": None if schema.per_step else targets}
    if schema.missing == "drop":
        kept = _with_known_steps(*steps[:2], first, table, schema, problems)
        steps = [part[kept[steps[1]]] for part in steps]
        steps[1] = (np.cumsum(kept) - 1)[steps[1]]
        data = {key: None if part is None else part[kept] for key, part in data.items()}
    if schema.per_step:
        data["targets"] = steps[2]
    return Sequences(
        values=steps[0],
        lengths=np.bincount(steps[1]),
        per_step=schema.per_step,
        feature_names=names,
        missing=schema.missing,
        schema=schema.known(lacking),
        **data,
    )


def _values(
    table: Table, schema: Schema, problems: Problems
) -> tuple[np.ndarray, tuple[str, ...], tuple[str, ...]]:
    """(rows, features) float32 in the order of the file, the features' names, and the columns
    beside which a feature says where they lack."""
    names: list[str] = []
    begins: dict[str, int] = {}
    for name in schema.features:
        begins[name] = len(names)
        words = schema.categories.get(name)
        names += [name] if words is None else category_names(name, words)
    values = np.empty((len(table), len(names)), dtype=np.float32)
    columns = {name: values[:, begin] for name, begin in begins.items()}
    wrong = read_numbers(
        table, {name: part for name, part in columns.items() if name not in schema.categories}
    )
    for name, begin in begins.items():
        if name in wrong:
            note_wrong(table, name, wrong[name], problems)
        else:
            part = categories(table, name, schema.categories[name], problems)
            values[:, begin : begin + part.shape[1]] = part
    lacking, lacks = indicators(columns, schema)
    if lacking:
        values = np.column_stack([values, lacks])
    return values, (*names, *map(indicator_name, lacking)), lacking


def _in_time(
    table: Table, schema: Schema, sequence: np.ndarray, problems: Problems
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """(rows,) the rows in the order of sequence and time, None when they stand so already; and
    (rows,) bool in that order, False for a step at the time of the one before, None when there
    is none. Notes those, and gaps in times that are regular otherwise."""
    grouped = (sequence[1:] >= sequence[:-1]).all()
    if schema.time is None:
        return (None if grouped else np.argsort(sequence, kind="stable")), None
    when = roles.times(table, schema.time)[0]
    within = sequence[1:] == sequence[:-1]
    order = None
    if not grouped or (within & (when[1:] < when[:-1])).any():
        order = np.lexsort((when, sequence))
        when, sequence = when[order], sequence[order]
        within = sequence[1:] == sequence[:-1]
    since = np.diff(when)
    again = np.flatnonzero(within & (since == 0)) + 1
    begins = None
    if len(again):
        begins = np.ones(len(when), dtype=bool)
        begins[again] = False
        rows = again if order is None else order[again]
        problems.add("duplicate", DUPLICATE, table, schema.time, rows)
    within &= since > 0
    _note_gaps(table, schema.time, since, within, order, problems)
    return order, begins


def _note_gaps(
    table: Table,
    name: str,
    since: np.ndarray,
    onward: np.ndarray,
    order: np.ndarray | None,
    problems: Problems,
) -> None:
    """since: (rows - 1,) time from each row to the next one; onward: (rows - 1,) bool, where that
    is a later step of the same sequence."""
    steps = since[onward]
    usual = np.median(steps, overwrite_input=True) if len(steps) else 0
    if usual and (steps == usual).mean() >= REGULAR:
        gaps = np.flatnonzero(onward & (since > 1.5 * usual)) + 1
        for gap in gaps[:MAX_LISTED].tolist():
            row = np.array([gap if order is None else order[gap]])
            problems.add("gap", GAP, table, name, row, times=float(since[gap - 1] / usual))
        problems.count("gap", len(gaps) - MAX_LISTED)


def _elapsed(table: Table, name: str, sequence: np.ndarray, order: np.ndarray | None) -> np.ndarray:
    """(rows,) time since the step before, 0 for the first one of a sequence, in the file's
    order."""
    when = roles.times(table, name)[0]
    rows = np.arange(len(when)) if order is None else order
    since = np.diff(when[rows], prepend=when[rows][:1]).astype(np.float64)
    since[np.flatnonzero(np.diff(sequence[rows])) + 1] = 0
    found = np.empty(len(when))
    found[rows] = since / 1e9 if roles.are_dates(table, name) else since
    return found


def _without_duplicates(
    steps: list[np.ndarray], begins: np.ndarray | None, schema: Schema, problems: Problems
) -> list[np.ndarray]:
    """With one step for each time, as chosen. steps: values (steps, features), and more arrays
    (steps,) beside them, of which the last stands beside a mean of values."""
    if begins is None or schema.duplicates == "keep":
        return steps
    problems.left_out["duplicate"] += int((~begins).sum())
    starts = np.flatnonzero(begins)
    if schema.duplicates == "first":
        return [part[starts] for part in steps]
    values, *beside = steps
    last = np.append(starts[1:], len(values)) - 1
    if schema.duplicates == "last":
        return [part[last] for part in steps]
    known = ~np.isnan(values)
    sums = np.add.reduceat(np.where(known, values, 0), starts, dtype=np.float64)
    with np.errstate(invalid="ignore"):  # nothing known is missing, as before
        means = sums / np.add.reduceat(known, starts, dtype=np.int64)
    return [means, *(part[last] for part in beside)]


def _with_known_steps(
    values: np.ndarray,
    sequence: np.ndarray,
    first: np.ndarray,
    table: Table,
    schema: Schema,
    problems: Problems,
) -> np.ndarray:
    """(n,) bool, which sequences keep a step when those that lack a value are dropped; the others
    are noted, and all rows that go are counted."""
    lacking = np.isnan(values).any(axis=1)
    problems.left_out["missing"] += int(lacking.sum())
    kept = np.bincount(sequence[~lacking], minlength=len(first)) > 0
    if not kept.all():
        problems.add("empty", NOTHING_KNOWN, table, schema.id or schema.features[0], first[~kept])
        problems.settle()
    if not kept.any():
        raise DataError("Every step of every sequence lacks a value. Choose another way.")
    return kept


def _note_changes(
    table: Table, name: str, targets: np.ndarray, sequence, first, problems: Problems
) -> None:
    """Notes the rows whose target is another one than in the first row of their sequence."""
    rows = roles.changes(targets, sequence)
    for row in rows[:MAX_LISTED].tolist():
        expected = int(first[sequence[row]])
        known = {"expected": cell(table, name, expected)["found"], "first": table.row(expected)}
        problems.add("changes", CHANGES, table, name, np.array([row]), **known)
    problems.count("changes", len(rows) - MAX_LISTED)


def _refuse_changes(table: Table, name: str, role: np.ndarray, sequence, first) -> None:
    rows = roles.changes(role, sequence)
    if len(rows):
        row = int(rows[0])
        expected = int(first[sequence[row]])
        raise DataError(
            "Row {row}, column {column}: {found!r} differs from {expected!r} in row {first}, "
            "which belongs to the same sequence. Give all rows of a sequence the same value, or "
            "choose another column.",
            **cell(table, name, row),
            expected=cell(table, name, expected)["found"],
            first=table.row(expected),
        )
