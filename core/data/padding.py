"""Padded arrays, their masks, and what padding costs.

``pad`` makes the rectangle that pictures and batches need. The three mask modes
are transformations of the sequences in front of one and the same network, in raw
units: ``lengths`` keeps every real step, ``value`` deletes the steps that
``keras.layers.Masking(mask_value)`` would skip, ``none`` lets padding count as
data. A masked step is a step that never happened, so deleting is masking.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Literal

import numpy as np

from ..errors import DataError
from .sequences import Sequences, require_sequences, step_indices

MASK_MODES = ("lengths", "value", "none")
SIDES = ("pre", "post")
MaskMode = Literal["lengths", "value", "none"]
Side = Literal["pre", "post"]


@dataclass(frozen=True)
class Padded:
    """values (n, maxlen, features) float32 and mask (n, maxlen) bool, True where a
    real step stands. The mask comes from the lengths, never from the values."""

    values: np.ndarray
    mask: np.ndarray


def pad(
    data: Sequences,
    maxlen: int | None = None,
    padding: Side = "pre",
    truncating: Side = "pre",
    value: float = 0.0,
) -> Padded:
    """Pad (and, with ``maxlen``, truncate) to one length; names and defaults of Keras's
    ``pad_sequences``, but float32, where Keras's default is int32.

    ``maxlen`` None takes the longest sequence. ``padding`` is the side that is
    filled with ``value``, ``truncating`` the side that is cut. Raises DataError for what is
    no Sequences, ValueError for another wrong argument.

    >>> pad(Sequences.from_lists([[1], [2, 5]]), maxlen=3).mask.tolist()
    [[False, False, True], [False, True, True]]
    """
    require_sequences(data)
    _check_side("padding", padding)
    _check_value(value)
    cut = truncate(data, maxlen, truncating)
    if maxlen is None:
        maxlen = int(data.lengths.max(initial=0))
    column = np.arange(maxlen)
    lengths = cut.lengths[:, None]
    mask = column < lengths if padding == "post" else column >= maxlen - lengths
    values = np.full((len(data), maxlen, data.features), value, dtype=np.float32)
    values[mask] = cut.values  # row by row, left to right: the order the flat steps stand in
    return Padded(values, mask)


def truncate(data: Sequences, maxlen: int | None, truncating: Side = "pre") -> Sequences:
    """Sequences longer than ``maxlen`` steps lose their first ("pre") or last ("post") ones."""
    _check_side("truncating", truncating)
    _check_maxlen(maxlen)
    if maxlen is None or not (data.lengths > maxlen).any():
        return data
    kept = np.minimum(data.lengths, maxlen)
    starts = data.offsets[:-1] + (data.lengths - kept if truncating == "pre" else 0)
    return data.take_steps(step_indices(starts, kept), kept)


def erased_steps(data: Sequences, mask_value: float) -> np.ndarray:
    """(total steps,) bool: the real steps that ``Masking(mask_value)`` would take for
    padding, because every feature equals the value."""
    return (data.values == np.float32(mask_value)).all(axis=1)


def erase(data: Sequences, mask_value: float) -> Sequences:
    """Delete the steps that ``Masking(mask_value)`` would skip, real ones included.

    Raises DataError with the id of a sequence in which nothing is left.
    """
    keep = ~erased_steps(data, mask_value)
    if keep.all():
        return data
    left = np.add.reduceat(keep.astype(np.int64), data.offsets[:-1])
    if (left == 0).any():
        raise DataError(
            "Mask mode “value” erases every step of sequence {id}: all of them equal "
            "{mask_value}. Choose another mask value, or mask by lengths.",
            id=data.ids[int(np.argmin(left))],
            mask_value=mask_value,
        )
    return data.take_steps(keep, left)


def as_data(
    data: Sequences, maxlen: int, padding: Side, truncating: Side, value: float
) -> Sequences:
    """Mode ``none``: every sequence becomes ``maxlen`` steps long, pad steps and all."""
    padded = pad(data, maxlen, padding, truncating, value)
    flat = padded.values.reshape(-1, data.features)
    return data.with_steps(flat, np.full(len(data), maxlen, dtype=np.int64))


@dataclass(frozen=True)
class PaddingCost:
    """What a padded array of these sequences would hold. Counts are steps."""

    sequences: int
    maxlen: int
    real: int  # steps in the data
    truncated: int  # of them, lost to maxlen
    truncated_sequences: int
    erased: int  # of the rest, what Masking(mask_value) would erase
    cells: int  # sequences × maxlen

    @property
    def padding(self) -> int:
        """Cells of the rectangle that hold no real step."""
        return self.cells - (self.real - self.truncated)

    @property
    def padding_share(self) -> float:
        """Share of the rectangle that is padding, 0 to 1."""
        return self.padding / self.cells if self.cells else 0.0


def padding_cost(
    data: Sequences,
    maxlen: int | None = None,
    truncating: Side = "pre",
    mask_value: float = 0.0,
) -> PaddingCost:
    """Count real steps, padding, steps lost to truncation, and collisions with ``mask_value``."""
    cut = truncate(data, maxlen, truncating)
    width = int(data.lengths.max(initial=0)) if maxlen is None else maxlen
    return PaddingCost(
        sequences=len(data),
        maxlen=width,
        real=int(data.lengths.sum()),
        truncated=int(data.lengths.sum() - cut.lengths.sum()),
        truncated_sequences=int((data.lengths > cut.lengths).sum()),
        erased=int(erased_steps(cut, mask_value).sum()),
        cells=len(data) * width,
    )


def _check_side(name: str, side: str) -> None:
    if side not in SIDES:
        raise ValueError(f"{name} is {side!r}; use 'pre' or 'post'")


def _check_maxlen(maxlen: int | None) -> None:
    if maxlen is None:
        return
    if isinstance(maxlen, bool) or not isinstance(maxlen, Integral) or maxlen < 1:
        raise ValueError(f"maxlen is {maxlen!r}; use a whole number of steps from 1, or None")


def _check_value(value: float) -> None:
    """NaN or infinity in padding would poison gradients even where the mask is False."""
    largest = float(np.finfo(np.float32).max)  # larger numbers turn into infinity
    if not isinstance(value, Real) or not abs(value) <= largest:
        raise ValueError(f"value is {value!r}; padding needs a finite 32-bit number")
