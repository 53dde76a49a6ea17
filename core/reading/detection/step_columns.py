"""Columns that count steps: x1, x2, x3, … of one feature; or x_1, x_2, …, y_1, y_2, … of two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from ...errors import DataError

STEP = re.compile(r"(.*?)(\d{1,9})[\])]?")  # also x[1] and x(1)
MAX_END = 10  # characters that are not the name's; a pattern takes the square of a long name
BETWEEN = " _.-[("  # a name and its number


def numbered(names: Iterable[str]) -> tuple[list[str], tuple[str, ...]]:
    """Of some columns, those that hold the steps, and the names of the features, () when it is
    one.

    All columns of several names that count the same steps, feature by feature; else the longest
    run of one name that leaves no step out. Steps stand in the order of their numbers.
    """
    counted = _by_name(names)
    most = max(counted.values(), key=len, default={})
    alike = {name: steps for name, steps in counted.items() if steps.keys() == most.keys()}
    if len(alike) > 1 and len(most) > 1:
        return [column for steps in alike.values() for column in steps.values()], _names(alike)
    return max(map(_unbroken, counted.values()), key=len, default=[]), ()


def arranged(columns: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns that were chosen for steps: feature by feature, and the names of the features; as
    they are, with (), where their names do not count steps of several features.

    Raises DataError for features of unequal steps.
    """
    counted = _by_name(columns)
    found = [column for steps in counted.values() for column in steps.values()]
    if len(found) < len(columns) or len(counted) < 2 or min(map(len, counted.values())) < 2:
        return tuple(columns), ()
    names = _names(counted)
    first, *others = counted.values()
    for name, steps in zip(names[1:], others, strict=True):
        if steps.keys() != first.keys():
            raise _unequal(name, steps, names[0], first)
    return tuple(found), names


def columns_of(features: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """The columns of these features among others, feature by feature.

    Raises DataError for a feature without columns, and for features of unequal steps.
    """
    counted = _by_name(names)
    called = dict(zip(_names(counted), counted.values(), strict=True))
    absent = [name for name in features if name not in called]
    if absent:
        raise DataError(
            "The model was trained on a feature {feature!r}, but no column holds a step of it. "
            "The columns are {columns}.",
            feature=absent[0],
            columns=", ".join(names),
        )
    for name in features[1:]:
        if called[name].keys() != called[features[0]].keys():
            raise _unequal(name, called[name], features[0], called[features[0]])
    return tuple(column for name in features for column in called[name].values())


def others(names: Iterable[str], run: Sequence[str]) -> list[list[str]]:
    """Columns outside the run that count steps as well, but not those of the run."""
    counted = (list(steps.values()) for steps in _by_name(names).values())
    return [steps for steps in counted if len(steps) > 1 and not {*steps} & {*run}]


def _by_name(columns: Iterable[str]) -> dict[str, dict[int, str]]:
    """By the name in front of the number, its columns by their number and in its order."""
    found: dict[str, dict[int, str]] = {}
    again: set[str] = set()
    for column in columns:
        if match := STEP.fullmatch(column[-MAX_END:]):
            name, step = column[:-MAX_END] + match[1], int(match[2])
            steps = found.setdefault(name, {})
            if step in steps:
                again.add(name)
            steps[step] = column
    return {
        name: dict(sorted(steps.items()))
        for name, steps in found.items()
        # t-3, t-2, t-1 count backwards: they are no steps 3, 2, 1
        if name not in again and (not name.endswith("-") or [*steps] == sorted(steps))
    }


def _names(counted: Iterable[str]) -> tuple[str, ...]:
    """What the features are called, without what stands before the number where that is clear."""
    raw = tuple(counted)
    short = tuple(_short(name) or "value" for name in raw)
    return short if len(set(short)) == len(short) else raw


def _short(name: str) -> str:
    short = name.rstrip(BETWEEN)
    return short[:-2] if short[-2:] in (" t", "_t", ".t") else short  # x_t1


def _unbroken(steps: dict[int, str]) -> list[str]:
    """The longest run of steps that follow each other."""
    runs = np.split(np.array([*steps]), np.flatnonzero(np.diff([*steps]) != 1) + 1)
    return [steps[step] for step in max(runs, key=len).tolist()]


def _unequal(name: str, steps: dict[int, str], first: str, expected: dict[int, str]) -> DataError:
    other = min(steps.keys() ^ expected.keys())
    return DataError(
        "The columns of {feature!r} and of {first!r} do not count the same steps: only one of "
        "them has a step {step}. Give every feature a column for every step.",
        feature=name,
        first=first,
        step=other,
    )
