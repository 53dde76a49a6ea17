"""Ends of sequences: markers of missing values behind the last value are no steps."""

from __future__ import annotations

import numpy as np


def find_steps(has_value: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Find the steps up to the last value of each row.

    Args:
        has_value: (steps of all rows,) bool, False for a step that ends a row when no value
            follows.
        lengths: (rows,) number of steps, which may be 0.

    Returns:
        (steps of all rows,) bool, False for all steps of a row without a value.
    """
    if has_value.all():
        return has_value
    rows = np.repeat(np.arange(len(lengths)), lengths)
    last = np.full(len(lengths), -1)
    steps = np.flatnonzero(has_value)
    last[rows[steps]] = steps  # the latest one is written last
    is_step: np.ndarray = np.arange(len(has_value)) <= last[rows]
    return is_step


def count_steps(is_step: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Count the (rows,) steps of each row that the mask ``is_step`` (steps of all rows,) keeps."""
    row_ends = np.append(0, np.cumsum(lengths))
    return np.diff(np.append(0, np.cumsum(is_step))[row_ends])
