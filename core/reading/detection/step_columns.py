"""Columns of time steps: x1, x2, x3, … for one feature; x_1, x_2, …, y_1, y_2, … for two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from ...errors import DataError

STEP_PATTERN = re.compile(r"(.*?)(\d{1,9})[\])]?")  # also x[1] and x(1)
NUMBER_WITH_UNIT = re.compile(r"(\d{1,9})(\s?[^\W\d_]{1,9})")  # 5 s, 10min
UNIT_BRACKETS = {"]": "[", ")": "("}  # of a unit behind the number, as in Force 1 [N]
MAX_UNIT = 20  # characters
MAX_SUFFIX = 10  # characters to match: the pattern takes quadratic time in the length of a name
SEPARATORS = " _.-[("  # between a name and its number
OTHER_NAMES = ("", "id", "step", "target", "split", "group")  # of columns beside the features


def find_step_columns(names: Iterable[str]) -> tuple[list[str], tuple[str, ...]]:
    """Find the columns of time steps.

    These are all columns of several names that count the same steps, otherwise the longest run of
    one name with few gaps. Steps are in the order of their numbers.

    Args:
        names: Names of columns.

    Returns:
        The columns, feature by feature, and the names of the features, () for a single one.
    """
    steps_by_name = _group_by_name(names)
    longest = max(steps_by_name.values(), key=len, default={})
    same_steps = {
        name: steps for name, steps in steps_by_name.items() if steps.keys() == longest.keys()
    }
    if len(same_steps) > 1 and len(longest) > 1:
        return [
            column for steps in same_steps.values() for column in steps.values()
        ], _name_features(same_steps)
    return max(map(_find_longest_run, steps_by_name.values()), key=len, default=[]), ()


def arrange_step_columns(columns: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Arrange requested columns of time steps feature by feature.

    Args:
        columns: Names of the columns.

    Returns:
        The columns and the names of the features. Columns whose names do not count the steps of
        several features are returned unchanged, with ().

    Raises:
        DataError: For features with different steps.
    """
    steps_by_name = _group_by_name(columns)
    arranged = [column for steps in steps_by_name.values() for column in steps.values()]
    if (
        len(arranged) < len(columns)
        or len(steps_by_name) < 2
        or min(map(len, steps_by_name.values())) < 2
    ):
        return tuple(columns), ()
    names = _name_features(steps_by_name)
    first, *others = steps_by_name.values()
    for name, steps in zip(names[1:], others, strict=True):
        if steps.keys() != first.keys():
            raise _build_unequal_error(name, steps, names[0], first)
    return tuple(arranged), names


def name_single_feature(columns: Sequence[str]) -> tuple[str, ...]:
    """Name the feature whose steps are in these columns.

    Returns:
        The name before the numbers, with the unit behind them; () for columns that share none,
        or one that says nothing about the values, such as step1, step2, ….

    >>> name_single_feature(["Force 1 [N]", "Force 2 [N]"]), name_single_feature(["1", "2"])
    (('Force [N]',), ())
    """
    steps_by_name = _group_by_name(columns)
    if len(columns) < 2 or [*map(len, steps_by_name.values())] != [len(columns)]:
        return ()
    return tuple(name for name in map(_shorten_name, steps_by_name) if name not in OTHER_NAMES)


def find_feature_columns(features: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Find the columns of these features among ``names``, feature by feature.

    Raises:
        DataError: For a feature without columns, and for features with different steps.
    """
    steps_by_name = _group_by_name(names)
    steps_by_feature = dict(zip(_name_features(steps_by_name), steps_by_name.values(), strict=True))
    absent = [name for name in features if name not in steps_by_feature]
    if absent:
        raise DataError(
            "No column has a step of the feature {feature!r}, which the model was trained "
            "on. The columns are {columns}.",
            feature=absent[0],
            columns=", ".join(names),
        )
    for name in features[1:]:
        if steps_by_feature[name].keys() != steps_by_feature[features[0]].keys():
            raise _build_unequal_error(
                name, steps_by_feature[name], features[0], steps_by_feature[features[0]]
            )
    return tuple(column for name in features for column in steps_by_feature[name].values())


def find_missing_steps(columns: Sequence[str]) -> list[str]:
    """Find the columns that are missing between these: x3 between x1, x2 and x4."""
    missing = []
    for steps in _group_by_name(columns).values():
        for number in _find_gaps([*steps]) if len(steps) > 2 else []:
            before = max(step for step in steps if step < number)
            digits = str(before)
            head, _, tail = steps[before].rpartition(digits)
            missing.append(f"{head}{number}{tail}")
    return missing


def find_other_step_columns(names: Iterable[str], run: Sequence[str]) -> list[list[str]]:
    """Find further columns that count steps, without those of ``run``."""
    step_lists = (list(steps.values()) for steps in _group_by_name(names).values())
    return [steps for steps in step_lists if len(steps) > 1 and not {*steps} & {*run}]


def _group_by_name(columns: Iterable[str]) -> dict[str, dict[int, str]]:
    """Group columns by the name before their number, sorted by number."""
    steps_by_name: dict[str, dict[int, str]] = {}
    ambiguous: set[str] = set()
    for column in columns:
        numbered, unit = _split_unit(column)
        if match := STEP_PATTERN.fullmatch(numbered[-MAX_SUFFIX:]):
            name, step = numbered[:-MAX_SUFFIX] + match[1] + unit, int(match[2])
            steps = steps_by_name.setdefault(name, {})
            if step in steps:
                ambiguous.add(name)
            steps[step] = column
    return {
        name: dict(sorted(steps.items()))
        for name, steps in steps_by_name.items()
        # t-3, t-2, t-1 count backwards: they are not steps 3, 2, 1
        if name not in ambiguous and (not name.endswith("-") or [*steps] == sorted(steps))
    }


def _split_unit(column: str) -> tuple[str, str]:
    """Split a unit in brackets, or behind a number alone, off a name; "" without one."""
    if match := NUMBER_WITH_UNIT.fullmatch(column[: MAX_SUFFIX + MAX_UNIT]):
        return match[1], match[2]
    begin = column.rfind(UNIT_BRACKETS.get(column[-1:], "\0"), -MAX_UNIT - 2)
    unit = column[begin:] if begin > 0 else ""
    if len(unit) < 3 or unit[1].isdigit():
        return column, ""
    return column[:begin].rstrip(), unit


def _name_features(raw_names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the features, without separators as long as the names are distinct."""
    names = tuple(raw_names)
    short_names = tuple(_shorten_name(name) or "value" for name in names)
    return short_names if len(set(short_names)) == len(short_names) else names


def _shorten_name(name: str) -> str:
    shortened = name.rstrip(SEPARATORS)
    return shortened[:-2] if shortened[-2:] in (" t", "_t", ".t") else shortened  # x_t1


def _find_longest_run(steps: dict[int, str]) -> list[str]:
    """Return the columns of the longest run of consecutive steps, or of all if few are missing."""
    numbers = [*steps]
    if 2 * len(_find_gaps(numbers)) <= len(numbers) and len(numbers) > 2:
        return [*steps.values()]
    runs = np.split(np.array([*steps]), np.flatnonzero(np.diff([*steps]) != 1) + 1)
    return [steps[step] for step in max(runs, key=len).tolist()]


def _find_gaps(numbers: list[int]) -> list[int]:
    """Return the missing numbers between increasing ones, which may be a constant step apart."""
    if len(numbers) < 3:
        return []
    apart = int(np.gcd.reduce(np.diff(numbers)))
    if (numbers[-1] - numbers[0]) // apart > 2 * len(numbers):
        return [*range(2 * len(numbers))]  # far more than it has: not worth listing
    return sorted({*range(numbers[0], numbers[-1] + 1, apart)} - {*numbers})


def _build_unequal_error(
    name: str, steps: dict[int, str], first: str, expected: dict[int, str]
) -> DataError:
    step = min(steps.keys() ^ expected.keys())
    return DataError(
        "The columns of {feature!r} and {first!r} do not cover the same steps: only one has "
        "a step {step}. Give every feature one column per step.",
        feature=name,
        first=first,
        step=step,
    )
