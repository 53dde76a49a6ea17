"""Padded arrays, their masks, and the cost of padding.

``pad`` makes the rectangular array that figures and batches need. The three mask modes are
transformations of the sequences before one and the same network, in raw units: ``lengths`` keeps
every real step, ``value`` deletes the steps that ``keras.layers.Masking(mask_value)`` would skip,
``none`` lets padding count as data. Deleting a step is equivalent to masking it, because a masked
step changes neither the state nor the output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..errors import DataError
from .missing import take_parts
from .padded import Padded, Side, check_maxlen, check_side, step_indices
from .sequences import Sequences, require_sequences

MASK_MODES = ("lengths", "value", "none")
MaskMode = Literal["lengths", "value", "none"]


def pad(
    data: Sequences,
    maxlen: int | None = None,
    padding: Side = "pre",
    truncating: Side = "pre",
    value: float = 0.0,
) -> Padded:
    """Pad all sequences to one length and, with ``maxlen``, truncate longer ones.

    Names and defaults are those of Keras's ``pad_sequences``, except that the values are float32,
    where Keras's default is int32.

    >>> pad(Sequences.from_lists([[1], [2, 5]]), maxlen=3).mask.tolist()
    [[False, False, True], [False, True, True]]

    Args:
        data: n sequences.
        maxlen: steps; None takes the longest sequence.
        padding: side that is filled with ``value``.
        truncating: side that is cut.
        value: finite 32-bit number.

    Raises:
        DataError: ``data`` is not ``Sequences``.
        ValueError: another argument is invalid.
    """
    require_sequences(data)
    return data.to_padded(maxlen, padding, truncating, value)


def truncate(data: Sequences, maxlen: int | None, truncating: Side = "pre") -> Sequences:
    """Remove the first ("pre") or last ("post") steps of sequences longer than ``maxlen``."""
    check_side("truncating", truncating)
    check_maxlen(maxlen)
    if maxlen is None or not (data.lengths > maxlen).any():
        return data
    lengths = np.minimum(data.lengths, maxlen)
    starts = data.offsets[:-1] + (data.lengths - lengths if truncating == "pre" else 0)
    steps = step_indices(starts, lengths)
    kept = data.take_steps(steps, lengths)
    if data.missing != "forward":
        return kept
    return kept.with_steps(take_parts(data.values, data.lengths, steps, lengths), lengths)


def erased_steps(data: Sequences, mask_value: float) -> np.ndarray:
    """Find the real steps that ``Masking(mask_value)`` would skip: every feature equals it.

    A step with a categorical feature is never one: a word equals no number.

    Returns:
        (total steps,) bool.
    """
    if data.categories:
        return np.zeros(len(data.values), dtype=bool)
    erased: np.ndarray = np.all(data.values == np.float32(mask_value), axis=1)
    return erased


def erase(data: Sequences, mask_value: float) -> Sequences:
    """Delete the steps that ``Masking(mask_value)`` would skip, real ones included.

    Raises:
        DataError: names a sequence that would have no steps left.
    """
    keep = ~erased_steps(data, mask_value)
    if keep.all():
        return data
    remaining = np.add.reduceat(keep.astype(np.int64), data.offsets[:-1])
    if (remaining == 0).any():
        raise DataError(
            "Sequence {id}: the mask mode “value” erases every step, because all equal "
            "{mask_value}. Choose another mask value, or mask by lengths.",
            id=data.ids[int(np.argmin(remaining))],
            mask_value=mask_value,
        )
    return data.take_steps(keep, remaining)


def add_padding_steps(
    data: Sequences, maxlen: int, padding: Side, truncating: Side, value: float
) -> Sequences:
    """Pad every sequence to ``maxlen`` steps that all count as data (mask mode ``none``)."""
    padded = pad(data, maxlen, padding, truncating, value)
    flat = padded.values.reshape(-1, data.features)  # (n × maxlen, features)
    return data.with_steps(flat, np.full(len(data), maxlen, dtype=np.int64))


@dataclass(frozen=True)
class PaddingCost:
    """Step counts of the padded array that these sequences would need.

    Attributes:
        sequences: n.
        maxlen: width of the array.
        real: steps in the data.
        truncated: real steps lost to ``maxlen``.
        truncated_sequences: sequences that lose steps.
        erased: remaining real steps that ``Masking(mask_value)`` would erase.
        emptied: sequences that would lose all of their steps to it.
        cells: sequences × maxlen.
    """

    sequences: int
    maxlen: int
    real: int
    truncated: int
    truncated_sequences: int
    erased: int
    emptied: int
    cells: int

    @property
    def padding(self) -> int:
        """Cells of the array that hold no real step."""
        return self.cells - (self.real - self.truncated)

    @property
    def padding_share(self) -> float:
        """Share of the array that is padding, 0 to 1."""
        return self.padding / self.cells if self.cells else 0.0


def padding_cost(
    data: Sequences,
    maxlen: int | None = None,
    truncating: Side = "pre",
    mask_value: float = 0.0,
) -> PaddingCost:
    """Count real steps, padding, steps lost to truncation, and collisions with ``mask_value``."""
    cut = truncate(data, maxlen, truncating)
    erased = erased_steps(cut, mask_value)
    width = int(data.lengths.max(initial=0)) if maxlen is None else maxlen
    return PaddingCost(
        sequences=len(data),
        maxlen=width,
        real=int(data.lengths.sum()),
        truncated=int(data.lengths.sum() - cut.lengths.sum()),
        truncated_sequences=int((data.lengths > cut.lengths).sum()),
        erased=int(erased.sum()),
        emptied=_count_full(erased, cut),
        cells=len(data) * width,
    )


def _count_full(selected: np.ndarray, data: Sequences) -> int:
    """Count the sequences all of whose steps are selected."""
    if not selected.any():
        return 0
    per_sequence = np.add.reduceat(selected.astype(np.int64), data.offsets[:-1])
    return int((per_sequence == data.lengths).sum())
