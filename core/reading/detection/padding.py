"""Detect a number that only fills the ends of rows: padding, not data."""

from __future__ import annotations

import numpy as np

PADDING_VALUES = (0.0, -1.0, -99.0, -999.0, -9999.0)
MIN_ROWS = 2
MIN_SHARE = 0.2  # of the rows that end in the number


def find_padding(rows: np.ndarray) -> float | None:
    """Find the number with which rows seem to be padded.

    It occurs at the ends of rows only, in runs of several lengths, of which one repeats it.

    Args:
        rows: (rows, steps) numbers; NaN for any other cell.

    Returns:
        The number, or None.
    """
    for value in PADDING_VALUES:
        is_value = rows == value
        ends = is_value[:, -1].sum()
        if ends < max(MIN_ROWS, MIN_SHARE * len(rows)) or is_value.all():
            continue
        run_lengths = np.logical_and.accumulate(is_value[:, ::-1], axis=1).sum(axis=1)
        only_at_ends = run_lengths.sum() == is_value.sum()
        if only_at_ends and run_lengths.max() > 1 and len(np.unique(run_lengths)) > 2:
            return value
    return None
