"""Long layout: one step per row; the rows of a sequence share its id."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...data.read_report import ReadReport
from ...data.schema import Schema, as_one_column
from ...data.sequences import Sequences
from ...errors import DataError
from ...i18n import N_
from ..table import roles
from ..table.cells import describe_cell
from ..table.dates.times import has_dates, read_times
from ..table.report import MAX_LISTED, Problems
from ..table.table import Table
from .columns import get_policy, note_wrong_cells, read_numbers, read_words

ELAPSED = "time since the last step"  # in seconds if times are dates
MIN_REGULAR_SHARE = 0.9  # share of equal time differences from which a longer one is a gap
DUPLICATE = N_(
    "Row {row}, column {column}: {found!r} is also the time of an earlier row of the same sequence."
)
CHANGES = N_(
    "Row {row}, column {column}: {found!r} differs from {expected!r} in row {first}, which "
    "belongs to the same sequence. Give all rows of a sequence the same value, use one "
    "target per step, or choose another column."
)
GAP = N_(
    "Row {row}, column {column}: the gap before {found!r} is {times:g} times as long as usual."
)


def read(table: Table, schema: Schema, problems: Problems) -> Sequences:
    """Read sequences of the long layout.

    Sequences are in the order of their first row. Steps are in the order of time, and of the file
    where times are equal or there is no time column. Without an id column the whole table is one
    sequence.

    Args:
        table: The table.
        schema: Its schema.
        problems: Receives the problems.

    Raises:
        DataError: For a split or group that changes within a sequence, and for a problem (such as
            a target that changes) without a chosen treatment.
    """
    sequence: np.ndarray = np.zeros(len(table), dtype=np.int64)
    ids: np.ndarray | None = None
    if id := as_one_column(schema.id):
        sequence, ids = roles.encode_ids(table, id, problems)
    first_rows = roles.find_first_rows(sequence)
    order, is_first_at_time = _sort_by_time(table, schema, sequence, problems)
    values, categories = _read_values(table, schema, problems)
    targets = roles.read_targets(table, schema.target)
    if schema.target is not None and targets is not None and not schema.per_step:
        _note_changes(table, schema.target, targets, sequence, first_rows, problems)
        targets = targets[first_rows]
    roles_by_field = {
        "split": (schema.split, roles.read_splits(table, schema.split)),
        "groups": (schema.group, roles.read_groups(table, schema.group)),
    }
    for name, role in roles_by_field.values():
        if name is not None and role is not None:
            _refuse_changes(table, name, role, sequence, first_rows)
    problems.raise_unresolved()
    names = schema.features
    if schema.elapsed and (time := as_one_column(schema.time)):
        elapsed = _compute_elapsed(table, time, schema.dayfirst, sequence, order)
        values = np.column_stack([values, elapsed])
        names = (*names, ELAPSED)
    steps = [values, sequence]
    if schema.per_step and targets is not None:
        steps.append(targets)
    if order is not None:
        steps = [part[order] for part in steps]
    is_word = np.isin(names, list(categories))
    steps = _merge_duplicates(steps, is_first_at_time, is_word, schema, problems)
    fields: dict[str, np.ndarray | None] = {
        key: None if role is None else role[first_rows] for key, (_, role) in roles_by_field.items()
    }
    fields |= {"ids": ids, "targets": None if schema.per_step else targets}
    if schema.per_step:
        fields["targets"] = steps[2]
    return Sequences(
        values=steps[0],
        lengths=np.bincount(steps[1]),
        targets=fields["targets"],
        ids=fields["ids"],
        split=fields["split"],
        groups=fields["groups"],
        per_step=schema.per_step,
        feature_names=names,
        categories=categories,
        missing=get_policy(schema),
        schema=schema,
        report=ReadReport(start_ranks=_rank_starts(table, schema, sequence)),
    )


def _read_values(
    table: Table, schema: Schema, problems: Problems
) -> tuple[np.ndarray, dict[str, tuple[str, ...]]]:
    """Read the features.

    Returns:
        (rows, features) float32 in the order of the file, and the sorted words of the features
        that hold words.
    """
    values = np.empty((len(table), len(schema.features)), dtype=np.float32)
    columns = dict(zip(schema.features, values.T, strict=True))
    is_number = {name: column for name, column in columns.items() if name not in schema.categories}
    wrong = read_numbers(table, is_number)
    categories: dict[str, tuple[str, ...]] = {}
    for name, column in columns.items():
        if name in wrong:
            note_wrong_cells(table, name, wrong[name], problems)
        else:
            column[:], categories[name] = read_words(table, name, problems)
    return values, categories


def _sort_by_time(
    table: Table, schema: Schema, sequence: np.ndarray, problems: Problems
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Sort the rows by sequence and time; add duplicate times and gaps as problems.

    Returns:
        The (rows,) order, None if the rows are sorted; and in this order the mask (rows,), False
        for a step at the time of the previous one, None if there is no such step.
    """
    is_grouped = (sequence[1:] >= sequence[:-1]).all()
    time = as_one_column(schema.time)
    if time is None:
        return (None if is_grouped else np.argsort(sequence, kind="stable")), None
    times = read_times(table, time, schema.dayfirst)[0]
    is_same_sequence = sequence[1:] == sequence[:-1]
    order = None
    if not is_grouped or (is_same_sequence & (times[1:] < times[:-1])).any():
        order = np.lexsort((times, sequence))
        times, sequence = times[order], sequence[order]
        is_same_sequence = sequence[1:] == sequence[:-1]
    gaps = np.diff(times)
    repeated = np.flatnonzero(is_same_sequence & (gaps == 0)) + 1
    is_first_at_time = None
    if len(repeated):
        is_first_at_time = np.ones(len(times), dtype=bool)
        is_first_at_time[repeated] = False
        rows = repeated if order is None else order[repeated]
        problems.add("duplicate", DUPLICATE, table, time, rows)
    is_same_sequence &= gaps > 0
    _note_gaps(table, time, gaps, is_same_sequence, order, problems)
    return order, is_first_at_time


def _rank_starts(
    table: Table, schema: Schema, sequence: np.ndarray
) -> npt.NDArray[np.int32] | None:
    """Rank the sequences by the time of their first step.

    Returns:
        (n,) ranks from 0; None without a time column, or if all sequences start at the same time.
    """
    time = as_one_column(schema.time)
    if time is None:
        return None
    times = read_times(table, time, schema.dayfirst)[0]
    starts = np.full(int(sequence.max()) + 1, times.max())
    np.minimum.at(starts, sequence, times)
    distinct, ranks = np.unique(starts, return_inverse=True)
    return ranks.astype(np.int32) if len(distinct) > 1 else None


def _note_gaps(
    table: Table,
    name: str,
    elapsed: np.ndarray,
    is_next_step: np.ndarray,
    order: np.ndarray | None,
    problems: Problems,
) -> None:
    """Add the gaps in regular times as problems.

    Args:
        table: The table.
        name: Name of the time column.
        elapsed: (rows - 1,) time from each row to the next.
        is_next_step: (rows - 1,) bool, True if the next row is a later step of the same sequence.
        order: (rows,) order of the rows, None for the order of the file.
        problems: Receives the problems.
    """
    steps = elapsed[is_next_step]
    median = np.median(steps, overwrite_input=True) if len(steps) else 0
    if median and (steps == median).mean() >= MIN_REGULAR_SHARE:
        gaps = np.flatnonzero(is_next_step & (elapsed > 1.5 * median)) + 1
        for gap in gaps[:MAX_LISTED].tolist():
            row = np.array([gap if order is None else order[gap]])
            problems.add("gap", GAP, table, name, row, times=float(elapsed[gap - 1] / median))
        problems.count("gap", len(gaps) - MAX_LISTED)


def _compute_elapsed(
    table: Table,
    name: str,
    dayfirst: bool | None,
    sequence: np.ndarray,
    order: np.ndarray | None,
) -> np.ndarray:
    """Compute the (rows,) time since the previous step, in the order of the file.

    It is 0 for the first step of a sequence, and in seconds if the times are dates.
    """
    times = read_times(table, name, dayfirst)[0]
    rows = np.arange(len(times)) if order is None else order
    elapsed = np.diff(times[rows], prepend=times[rows][:1]).astype(np.float64)
    elapsed[np.flatnonzero(np.diff(sequence[rows])) + 1] = 0
    result = np.empty(len(times))
    result[rows] = elapsed / 1e9 if has_dates(table, name) else elapsed
    return result


def _merge_duplicates(
    steps: list[np.ndarray],
    is_first_at_time: np.ndarray | None,
    is_word: np.ndarray,
    schema: Schema,
    problems: Problems,
) -> list[np.ndarray]:
    """Merge steps at the same time as the schema specifies.

    Args:
        steps: Values (steps, features), and further arrays (steps,). With the mean of the values,
            words and the further arrays take their last element.
        is_first_at_time: (steps,) bool, False for a step at the time of the previous one; None if
            there is no such step.
        is_word: (features,) bool, True for the codes of words.
        schema: Schema with the treatment of duplicates.
        problems: Receives the number of dropped rows.
    """
    if is_first_at_time is None or schema.duplicates == "keep":
        return steps
    problems.dropped["duplicate"] += int((~is_first_at_time).sum())
    starts = np.flatnonzero(is_first_at_time)
    if schema.duplicates == "first":
        return [part[starts] for part in steps]
    values, *others = steps
    last = np.append(starts[1:], len(values)) - 1
    if schema.duplicates == "last":
        return [part[last] for part in steps]
    is_known = ~np.isnan(values)
    sums = np.add.reduceat(np.where(is_known, values, 0), starts, dtype=np.float64)
    with np.errstate(invalid="ignore"):  # 0 / 0: without a known value the mean is missing
        means = sums / np.add.reduceat(is_known, starts, dtype=np.int64)
    return [np.where(is_word, values[last], means), *(part[last] for part in others)]


def _note_changes(
    table: Table,
    name: str,
    targets: np.ndarray,
    sequence: np.ndarray,
    first: np.ndarray,
    problems: Problems,
) -> None:
    """Add a problem per row whose target differs from the first row of its sequence."""
    rows = roles.find_changes(targets, sequence)
    for row in rows[:MAX_LISTED].tolist():
        expected = int(first[sequence[row]])
        problems.add(
            "changes",
            CHANGES,
            table,
            name,
            np.array([row]),
            expected=describe_cell(table, name, expected)["found"],
            first=table.get_line(expected),
        )
    problems.count("changes", len(rows) - MAX_LISTED)


def _refuse_changes(
    table: Table, name: str, role: np.ndarray, sequence: np.ndarray, first: np.ndarray
) -> None:
    rows = roles.find_changes(role, sequence)
    if len(rows):
        row = int(rows[0])
        expected = int(first[sequence[row]])
        raise DataError(
            "Row {row}, column {column}: {found!r} differs from {expected!r} in row {first}, "
            "which belongs to the same sequence. Give all rows of a sequence the same value, or "
            "choose another column.",
            **describe_cell(table, name, row),
            expected=describe_cell(table, name, expected)["found"],
            first=table.get_line(expected),
        )
