"""Values that are missing or infinite, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from ..errors import DataError, MissingValue

MISSING_POLICIES = ("refuse", "drop", "forward", "mean")
Missing = Literal["refuse", "drop", "forward", "mean"]


def indicator_name(feature: str) -> str:
    """What the feature is called that is 1 where another one lacks a value, and 0 elsewhere."""
    return f"{feature} missing"


def base_names(names: Sequence[str]) -> tuple[str, ...]:
    """The features that do not say where others lack a value."""
    said = {indicator_name(name) for name in names}
    return tuple(name for name in names if name not in said)


def _cell(
    flat: np.ndarray, bad: np.ndarray, lengths: np.ndarray, ids: np.ndarray, names: tuple[str, ...]
) -> dict[str, object]:
    """Where the first bad value stands: its sequence, step (from 1) and feature."""
    step, feature = np.argwhere(bad)[0]
    row = int(np.searchsorted(np.cumsum(lengths), step, side="right"))
    return {
        "id": ids[row],
        "step": int(step - lengths[:row].sum()) + 1,
        "feature": names[feature],
        "found": flat[step, feature],
    }


def refuse_infinite(
    flat: np.ndarray, lengths: np.ndarray, ids: np.ndarray, names: tuple[str, ...]
) -> None:
    """Raises DataError naming the first infinite value of flat (total steps, features)."""
    infinite = np.isinf(flat)
    if infinite.any():
        raise DataError(
            "Sequence {id}, step {step}, feature {feature}: the value is infinite or too large "
            "for 32-bit numbers. Correct it or leave the step out.",
            **_cell(flat, infinite, lengths, ids, names),
        )


def resolve_missing(
    flat: np.ndarray,
    lengths: np.ndarray,
    ids: np.ndarray,
    names: tuple[str, ...],
    policy: Missing,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """flat (total steps, features) and lengths (n,) without NaN, by the policy, and which steps
    were kept, (total steps,) bool, None for all of them; raises MissingValue naming the sequence,
    the step and the feature where it cannot. With "mean" they stay: whose mean it is shows when
    training rows are told from others."""
    absent = np.isnan(flat)
    if policy == "mean" or not absent.any():
        return flat, lengths, None
    if policy == "refuse":
        raise MissingValue(
            "Sequence {id}, step {step}, feature {feature}: the value is missing. Fill it, or "
            'choose what to do with missing values: "drop" the step, carry the last value '
            '"forward", or take the "mean".',
            **_cell(flat, absent, lengths, ids, names),
        )
    starts = np.cumsum(lengths) - lengths
    if policy == "drop":
        keep = ~absent.any(axis=1)
        left = np.add.reduceat(keep.astype(np.int64), starts)
        if (left == 0).any():
            raise MissingValue(
                "Every step of sequence {id} holds a missing value, so dropping them leaves "
                "nothing. Remove the sequence or choose another way.",
                id=ids[int(np.argmin(left))],
            )
        return flat[keep], left, keep
    # forward: for each step the index of the last step that was known, found by a running maximum
    steps = np.arange(len(flat))[:, None]
    first = np.repeat(starts, lengths)[:, None]
    known = np.maximum.accumulate(np.where(absent, -1, steps), axis=0)
    if (known < first).any():
        raise MissingValue(
            "Sequence {id}, step {step}, feature {feature}: the value is missing and no earlier "
            "value of this sequence can be carried forward. Fill it or drop the step.",
            **_cell(flat, known < first, lengths, ids, names),
        )
    return np.take_along_axis(flat, known, axis=0), lengths, None
