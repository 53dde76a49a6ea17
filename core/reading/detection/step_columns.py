"""Columns of time steps: x1, x2, x3, … for one feature; x_1, x_2, …, y_1, y_2, … for two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from ...errors import DataError

STEP_PATTERN = re.compile(r"(.*?)(\d{1,9})[\])]?")  # also x[1] and x(1)
MAX_SUFFIX = 10  # characters to match: the pattern takes quadratic time in the length of a name
SEPARATORS = " _.-[("  # between a name and its number


def find_step_columns(names: Iterable[str]) -> tuple[list[str], tuple[str, ...]]:
    """Find the columns of time steps.

    These are all columns of several names that count the same steps, otherwise the longest run of
    one name without a gap. Steps are in the order of their numbers.

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
            "The model was trained on a feature {feature!r}, but no column holds a step of it. "
            "The columns are {columns}.",
            feature=absent[0],
            columns=", ".join(names),
        )
    for name in features[1:]:
        if steps_by_feature[name].keys() != steps_by_feature[features[0]].keys():
            raise _build_unequal_error(
                name, steps_by_feature[name], features[0], steps_by_feature[features[0]]
            )
    return tuple(column for name in features for column in steps_by_feature[name].values())


def find_other_step_columns(names: Iterable[str], run: Sequence[str]) -> list[list[str]]:
    """Find further columns that count steps, without those of ``run``."""
    step_lists = (list(steps.values()) for steps in _group_by_name(names).values())
    return [steps for steps in step_lists if len(steps) > 1 and not {*steps} & {*run}]


def _group_by_name(columns: Iterable[str]) -> dict[str, dict[int, str]]:
    """Group columns by the name before their number, sorted by number."""
    steps_by_name: dict[str, dict[int, str]] = {}
    ambiguous: set[str] = set()
    for column in columns:
        if match := STEP_PATTERN.fullmatch(column[-MAX_SUFFIX:]):
            name, step = column[:-MAX_SUFFIX] + match[1], int(match[2])
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


def _name_features(raw_names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the features, without separators as long as the names are distinct."""
    names = tuple(raw_names)
    short_names = tuple(_shorten_name(name) or "value" for name in names)
    return short_names if len(set(short_names)) == len(short_names) else names


def _shorten_name(name: str) -> str:
    shortened = name.rstrip(SEPARATORS)
    return shortened[:-2] if shortened[-2:] in (" t", "_t", ".t") else shortened  # x_t1


def _find_longest_run(steps: dict[int, str]) -> list[str]:
    """Return the columns of the longest run of consecutive steps."""
    runs = np.split(np.array([*steps]), np.flatnonzero(np.diff([*steps]) != 1) + 1)
    return [steps[step] for step in max(runs, key=len).tolist()]


def _build_unequal_error(
    name: str, steps: dict[int, str], first: str, expected: dict[int, str]
) -> DataError:
    step = min(steps.keys() ^ expected.keys())
    return DataError(
        "The columns of {feature!r} and of {first!r} do not count the same steps: only one of "
        "them has a step {step}. Give every feature a column for every step.",
        feature=name,
        first=first,
        step=step,
    )
