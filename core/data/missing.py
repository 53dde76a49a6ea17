"""Handle missing and infinite values."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..errors import DataError, MissingValue

MISSING_POLICIES = ("refuse", "drop", "forward", "mean")
Missing = Literal["refuse", "drop", "forward", "mean"]


def _locate_first(
    flat: np.ndarray, bad: np.ndarray, lengths: np.ndarray, ids: np.ndarray, names: tuple[str, ...]
) -> dict[str, object]:
    """Locate the first bad value: its sequence, step (from 1) and feature."""
    step, feature = np.argwhere(bad)[0]
    row = int(np.searchsorted(np.cumsum(lengths), step, side="right"))
    return {
        "id": ids[row],
        "step": int(step - lengths[:row].sum()) + 1,
        "feature": names[feature],
        "found": flat[step, feature],
    }


def check_finite(
    flat: np.ndarray, lengths: np.ndarray, ids: np.ndarray, names: tuple[str, ...]
) -> None:
    """Check that no value is infinite; NaN is allowed.

    Args:
        flat: values, (total steps, features).
        lengths: steps per sequence, (n,).
        ids: (n,).
        names: one per feature.

    Raises:
        DataError: names the sequence, the step and the feature of the first infinite value.
    """
    if np.isfinite(flat.min(initial=0)) and np.isfinite(flat.max(initial=0)):
        return  # a third of the time; with NaN both are NaN
    infinite = np.isinf(flat)
    if infinite.any():
        raise DataError(
            "Sequence {id}, step {step}, feature {feature}: the value is infinite or too large "
            "for 32-bit numbers. Correct it or leave the step out.",
            **_locate_first(flat, infinite, lengths, ids, names),
        )


def refuse_missing(
    flat: np.ndarray, lengths: np.ndarray, ids: np.ndarray, names: tuple[str, ...]
) -> None:
    """Check that no value is missing; arguments and errors are those of ``check_finite``.

    Raises:
        MissingValue: names the sequence, the step and the feature of the first missing value.
    """
    absent = np.isnan(flat)
    if absent.any():
        raise MissingValue(
            "Sequence {id}, step {step}, feature {feature}: the value is missing. Fill it "
            'in, or choose how to handle missing values: "drop", "forward" or "mean".',
            **_locate_first(flat, absent, lengths, ids, names),
        )


def drop_missing(keep: np.ndarray, lengths: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Count the steps that remain per sequence when those with a missing value are dropped.

    Args:
        keep: (total steps,) bool, False for a step with a missing value.
        lengths: (n,) steps per sequence.
        ids: (n,).

    Raises:
        MissingValue: names a sequence without remaining steps.
    """
    remaining = np.add.reduceat(keep.astype(np.int64), np.cumsum(lengths) - lengths)
    if (remaining == 0).any():
        raise MissingValue(
            "Sequence {id}: every step has a missing value, so dropping them leaves nothing. "
            "Remove the sequence, or handle missing values differently.",
            id=ids[int(np.argmin(remaining))],
        )
    return remaining


def carry_forward(flat: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Replace missing values by the last known value of the feature in the same sequence.

    Args:
        flat: (total steps, features).
        lengths: (n,) steps per sequence.

    Returns:
        (total steps, features); NaN where a sequence has no earlier value.
    """
    absent = np.isnan(flat)
    if not absent.any():
        return flat
    # Per step and feature, the index of the last step whose value is known.
    steps = np.arange(len(flat))[:, None]
    source = np.maximum.accumulate(np.where(absent, -1, steps), axis=0)
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)[:, None]
    return np.take_along_axis(flat, np.maximum(source, first), axis=0)


def take_parts(
    flat: np.ndarray, lengths: np.ndarray, steps: np.ndarray, part_lengths: np.ndarray
) -> np.ndarray:
    """Take parts of sequences whose missing values are carried forward later.

    Where the first step of a part lacks a value, the last known one from before the part is taken.

    Args:
        flat: (total steps, features).
        lengths: (n,) steps per sequence.
        steps: (m,) indices of the steps of all parts, part after part.
        part_lengths: (parts,) steps per part.

    Returns:
        (m, features).
    """
    values: np.ndarray = flat[steps]
    first = np.cumsum(part_lengths) - part_lengths
    if np.isnan(values[first]).any():
        values[first] = carry_forward(flat, lengths)[steps[first]]
    return values
