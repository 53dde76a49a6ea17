"""Padded arrays and their masks, from flat steps and lengths."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Literal

import numpy as np
import numpy.typing as npt

SIDES = ("pre", "post")
Side = Literal["pre", "post"]


@dataclass(frozen=True)
class Padded:
    """A padded array and its mask.

    Attributes:
        values: (n, maxlen, features) float32.
        mask: (n, maxlen) bool, True at real steps. Computed from the lengths, never from the
            values.
    """

    values: npt.NDArray[np.float32]
    mask: npt.NDArray[np.bool_]


def build_padded(
    values: np.ndarray,
    lengths: np.ndarray,
    maxlen: int | None,
    padding: Side,
    truncating: Side,
    value: float,
) -> Padded:
    """Pad flat steps to one length; the arguments are those of ``core.data.padding.pad``.

    Args:
        values: (total steps, features) float32.
        lengths: (n,) steps per sequence.
        maxlen: steps; None takes the longest sequence.
        padding: side that is filled with ``value``.
        truncating: side that is cut.
        value: finite 32-bit number.

    Raises:
        ValueError: an argument is invalid.
    """
    check_side("padding", padding)
    check_side("truncating", truncating)
    check_maxlen(maxlen)
    check_value(value)
    width = int(lengths.max(initial=0)) if maxlen is None else int(maxlen)
    kept = np.minimum(lengths, width)
    if (kept < lengths).any():
        starts = np.cumsum(lengths) - lengths + (lengths - kept if truncating == "pre" else 0)
        values = values[step_indices(starts, kept)]
    column = np.arange(width)
    mask = column < kept[:, None] if padding == "post" else column >= width - kept[:, None]
    array = np.full((len(lengths), width, values.shape[1]), value, dtype=np.float32)
    array[mask] = values  # boolean indexing is row-major, the order of the flat steps
    return Padded(array, mask)


def step_indices(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return the flat indices ``starts[i] … starts[i] + lengths[i] - 1``, row after row.

    Args:
        starts: (n,) index of the first step of each row.
        lengths: (n,) steps per row.

    Returns:
        (sum of lengths,) int64.
    """
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))


def check_side(name: str, side: str) -> None:
    """Refuse any side but "pre" and "post" with a ValueError."""
    if side not in SIDES:
        raise ValueError(f"{name} is {side!r}; use 'pre' or 'post'")


def check_maxlen(maxlen: int | None) -> None:
    """Refuse anything but a number of steps, or None, with a ValueError."""
    if maxlen is None:
        return
    if isinstance(maxlen, bool) or not isinstance(maxlen, Integral) or maxlen < 1:
        raise ValueError(f"maxlen is {maxlen!r}; use a whole number of steps from 1, or None")


def check_value(value: float) -> None:
    """Refuse NaN and infinity, which would poison gradients even where the mask is False."""
    largest = float(np.finfo(np.float32).max)  # larger numbers become infinite
    if not isinstance(value, Real) or not abs(value) <= largest:
        raise ValueError(f"value is {value!r}; padding needs a finite 32-bit number")
