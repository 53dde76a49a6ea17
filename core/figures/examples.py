"""Select the sequences that stand for all of the data in a figure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..data.sequences import Sequences
from .theme import LIGHT

MAX_COLOURED_CLASSES = len(LIGHT.classes)


def list_classes(data: Sequences) -> npt.NDArray[np.object_ | np.float64 | np.int64]:
    """List the classes of data with a target per sequence, sorted; empty for numbers.

    Numbers are classes if there are at most ``MAX_COLOURED_CLASSES`` of them.
    """
    if data.targets is None or data.per_step:
        return np.zeros(0, object)
    classes = np.unique(data.targets)
    is_class = data.targets.dtype.kind == "O" or len(classes) <= MAX_COLOURED_CLASSES
    return classes if is_class else classes[:0]


def select_examples(
    data: Sequences, count: int, highlight: object | None = None
) -> npt.NDArray[np.int64]:
    """Select a few sequences of each class, evenly spaced over the data.

    Of more classes than sequences, the most frequent ones have one each. Sequences with numbers for
    targets are evenly spaced over the sorted targets, others over the data.

    Args:
        data: All sequences.
        count: Number of sequences to select, at least 1.
        highlight: Class that has a quarter of the sequences at least, if there are as many.

    Returns:
        Row numbers, class by class.
    """
    classes = list_classes(data)
    if data.targets is None or data.per_step:
        return _space_evenly(np.arange(len(data)), count)
    if len(classes) == 0:
        return _space_evenly(np.argsort(data.targets, kind="stable"), count)
    labels = np.unique(data.targets, return_inverse=True)[1]
    members = np.split(np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels))[:-1])
    quotas = _share_out(np.array([len(each) for each in members]), count)
    if highlight is not None:
        place = int(np.flatnonzero(classes == highlight)[0])
        quotas[place] = max(quotas[place], min(len(members[place]), max(count // 4, 1)))
    selected = [_space_evenly(rows, quota) for rows, quota in zip(members, quotas, strict=True)]
    return np.concatenate(selected)


def _share_out(sizes: np.ndarray, count: int) -> npt.NDArray[np.int64]:
    """Share out a number of sequences among classes, as equally as their sizes allow."""
    quotas = np.zeros(len(sizes), np.int64)
    largest_first = np.argsort(-sizes, kind="stable")
    while count > 0:
        open_classes = largest_first[quotas[largest_first] < sizes[largest_first]][:count]
        if len(open_classes) == 0:
            break
        quotas[open_classes] += 1
        count -= len(open_classes)
    return quotas


def _space_evenly(rows: np.ndarray, count: int) -> npt.NDArray[np.int64]:
    """Select ``count`` of the rows, evenly spaced, the first one included."""
    count = min(count, len(rows))
    places = np.arange(count) * len(rows) // max(count, 1)
    selected: npt.NDArray[np.int64] = rows[places]
    return selected
