"""Detect a number that only fills the ends of rows: padding, not data."""

from __future__ import annotations

import numpy as np

from ...errors import Note
from .candidates import Candidates

PADDING_VALUES = (0.0, -1.0, -99.0, -999.0, -9999.0)
MIN_ROWS = 2
MAX_EXAMPLES, MAX_VALUES = 3, 8  # rows, and numbers of a row, in a preview
MIN_SHARE = 0.2  # of the rows that end in the number


def ask_about_padding(candidates: Candidates, rows: np.ndarray) -> None:
    """Ask about a number with which rows (rows, steps) seem to be padded."""
    padding = find_padding(rows)
    if padding is not None:
        candidates.ask(
            "padding",
            Note(
                "many rows end in {value:g}, which is read as data: does it only fill the rows?",
                value=padding,
            ),
            [{"accept": ["padding"]}, {"padding": padding}],
            examples=_format_examples(rows, padding),
        )


def _format_examples(rows: np.ndarray, padding: float) -> list[list[str]]:
    """Format some rows (rows, steps) that end in the padding, with it and without it."""
    is_end = np.logical_and.accumulate((rows == padding)[:, ::-1], axis=1)[:, ::-1]
    padded = np.flatnonzero(is_end[:, -1] & ~is_end.all(axis=1))[:MAX_EXAMPLES]
    return [
        [_format_row(rows[row][keep]) for row, keep in zip(padded, kept, strict=True)]
        for kept in (np.ones_like(is_end[padded]), ~is_end[padded])
    ]


def _format_row(values: np.ndarray) -> str:
    """Format the last values of a row."""
    shown = ", ".join(f"{value:g}" for value in values[-MAX_VALUES:])
    return f"… {shown}" if len(values) > MAX_VALUES else shown


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
