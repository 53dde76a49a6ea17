"""The padded arrays of the padding check. Does not need TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..data.padded import Side
from ..data.padding import pad
from ..data.sequences import Sequences
from ..preprocessing.transform import MAX_FLOAT32, Preprocessing


@dataclass(frozen=True, eq=False)
class PaddedArray:
    """Sequences as a padded array.

    Attributes:
        values: (rows, steps, features) float32.
        mask: (rows, steps) bool, the steps that count for the network.
        real: (rows, steps) bool, the steps that are not padding.
    """

    values: npt.NDArray[np.float32]
    mask: npt.NDArray[np.bool_]
    real: npt.NDArray[np.bool_]


def pad_masked(
    prepared: Sequences, width: int | None = None, side: Side = "pre", value: float = 0.0
) -> PaddedArray:
    padded = pad(prepared, width, side, value=value)
    return PaddedArray(padded.values, padded.mask, padded.mask)


def _pad_unmasked(
    preprocessing: Preprocessing, sample: Sequences, width: int, side: Side, value: float
) -> PaddedArray:
    """Pad for mode "none": raw values before the scaling, and no mask."""
    recipe = replace(preprocessing.recipe, padding=side, value=value)
    prepared = replace(preprocessing, recipe=recipe, width=width).prepare(sample).sequences
    values = prepared.values.reshape(len(sample), width, -1)
    real = pad(sample, width, side, recipe.truncating).mask
    return PaddedArray(values, np.ones_like(real), real)


class PaddedSample:
    """A sample of sequences, padded as the model's mask mode requires.

    Attributes:
        counts: True if padding counts as data (mode "none").
        width: Steps of the usual array: as in training if padding counts, else the minimum.
    """

    def __init__(self, preprocessing: Preprocessing, sample: Sequences) -> None:
        self.preprocessing, self.sample = preprocessing, sample
        self.prepared = preprocessing.prepare(sample).sequences
        self.counts = preprocessing.recipe.mask == "none"
        self.side: Side = preprocessing.recipe.padding
        self.value = preprocessing.recipe.value if self.counts else 0.0
        lengths = self.sample.lengths if self.counts else self.prepared.lengths
        self.longest = int(lengths.max())
        self.width = preprocessing.width if self.counts else self.longest

    def array(
        self,
        width: int,
        side: Side | None = None,
        value: float | None = None,
        rows: slice = slice(None),
    ) -> PaddedArray:
        """Pad the given rows to ``width`` steps; ``side`` and ``value`` default to the recipe's."""
        side = side or self.side
        value = self.value if value is None else value
        if self.counts:
            return _pad_unmasked(self.preprocessing, self.sample[rows], width, side, value)
        return pad_masked(self.prepared[rows], width, side, value)


def change_last_bits(array: PaddedArray, units: int, rng: np.random.Generator) -> PaddedArray:
    """Change real values by some units in their last place, and 0 by those of a typical value.

    All steps of a feature in a sequence change in one direction, so that a constant one stays
    constant: a network that normalizes per sequence would amplify anything else without limit.
    """
    values = array.values.astype(np.float64)
    real = array.mask & array.real  # (rows, steps)
    size = np.sqrt(np.mean(values[real] ** 2, axis=0))  # (features,)
    size[size == 0] = 1.0
    signs = rng.choice([-1.0, 1.0], (len(values), 1, values.shape[2]))
    changes = signs * units * np.finfo(np.float32).eps * np.maximum(np.abs(values), size)
    changed = np.where(real[..., None], values + changes, values)
    clipped = np.clip(changed, -MAX_FLOAT32, MAX_FLOAT32).astype(np.float32)
    return replace(array, values=clipped)
