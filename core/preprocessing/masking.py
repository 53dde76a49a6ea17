"""The steps that count as real, computed once per set of sequences and handed on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..data.padding import erase, truncate
from ..data.sequences import Sequences
from ..recipe.recipe import Recipe


@dataclass(frozen=True, eq=False)
class MaskedSequences:
    """Sequences without the steps that the recipe leaves out.

    Attributes:
        original: The sequences, in raw units.
        real: The same with the steps that count: after ``maxlen`` and mask mode "value".
        kept: (steps of ``real``,) int64, for each its index in ``original.values``.
    """

    original: Sequences
    real: Sequences
    kept: npt.NDArray[np.int64]


def mask_steps(data: Sequences, recipe: Recipe) -> MaskedSequences:
    """Apply ``maxlen`` and mask mode "value", which compares raw units, before scaling.

    Raises:
        DataError: The mask erases every step of a sequence; names it.
    """
    steps = np.arange(len(data.values))
    if len(data) == 0:
        return MaskedSequences(data, data, steps)
    numbered = data.with_targets(steps, per_step=True)
    real = truncate(numbered, recipe.maxlen, recipe.truncating)
    if recipe.mask == "value":
        real = erase(real, recipe.mask_value)
    if real is numbered:
        return MaskedSequences(data, data, steps)
    kept, targets = real.require_targets(), data.targets
    if data.per_step:
        targets = data.require_targets()[kept]
    return MaskedSequences(data, real.with_targets(targets, data.per_step), kept)
