"""Handle missing and infinite values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from ..errors import DataError, MissingValue

MISSING_POLICIES = ("refuse", "drop", "forward", "mean")
Missing = Literal["refuse", "drop", "forward", "mean"]


def indicator_name(feature: str) -> str:
    """Name the indicator feature that is 1 where ``feature`` is missing and 0 elsewhere."""
    return f"{feature} missing"


def base_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the feature names without the missing-value indicators."""
    indicators = {indicator_name(name) for name in names}
    return tuple(name for name in names if name not in indicators)


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
    infinite = np.isinf(flat)
    if infinite.any():
        raise DataError(
            "Sequence {id}, step {step}, feature {feature}: the value is infinite or too large "
            "for 32-bit numbers. Correct it or leave the step out.",
            **_locate_first(flat, infinite, lengths, ids, names),
        )


def resolve_missing(
    flat: np.ndarray,
    lengths: np.ndarray,
    ids: np.ndarray,
    names: tuple[str, ...],
    policy: Missing,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Apply a policy to missing values (NaN).

    With "mean" NaN stays in the values: the mean is that of the training set, which is not known
    before the split.

    Args:
        flat: values, (total steps, features).
        lengths: steps per sequence, (n,).
        ids: (n,).
        names: one per feature.
        policy: one of ``MISSING_POLICIES``.

    Returns:
        The values, the lengths, and a mask (total steps,) of the steps that remain, None if all do.

    Raises:
        MissingValue: names the sequence, the step and the feature that the policy cannot resolve.
    """
    absent = np.isnan(flat)
    if policy == "mean" or not absent.any():
        return flat, lengths, None
    if policy == "refuse":
        raise MissingValue(
            "Sequence {id}, step {step}, feature {feature}: the value is missing. Fill it, or "
            'choose what to do with missing values: "drop" the step, carry the last value '
            '"forward", or take the "mean".',
            **_locate_first(flat, absent, lengths, ids, names),
        )
    starts = np.cumsum(lengths) - lengths
    if policy == "drop":
        keep = ~absent.any(axis=1)
        remaining = np.add.reduceat(keep.astype(np.int64), starts)
        if (remaining == 0).any():
            raise MissingValue(
                "Every step of sequence {id} holds a missing value, so dropping them leaves "
                "nothing. Remove the sequence or choose another way.",
                id=ids[int(np.argmin(remaining))],
            )
        return flat[keep], remaining, keep
    # "forward": per step and feature, the index of the last step whose value is known
    steps = np.arange(len(flat))[:, None]
    first = np.repeat(starts, lengths)[:, None]
    source = np.maximum.accumulate(np.where(absent, -1, steps), axis=0)
    if (source < first).any():
        raise MissingValue(
            "Sequence {id}, step {step}, feature {feature}: the value is missing and no earlier "
            "value of this sequence can be carried forward. Fill it or drop the step.",
            **_locate_first(flat, source < first, lengths, ids, names),
        )
    return np.take_along_axis(flat, source, axis=0), lengths, None
