"""Predictions for one sequence by the amount of padding. Does not need TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..data.padded import Side


@dataclass(frozen=True, eq=False)
class PaddingEffect:
    """Predictions of a masked and of an unmasked network for one sequence.

    Attributes:
        steps: (n,) int64, padded steps.
        masked: (n,) float64 by side of the padding, in the unit of the target.
        unmasked: The same of the network for which padding counts as data.
    """

    steps: npt.NDArray[np.int64]
    masked: Mapping[Side, npt.NDArray[np.float64]]
    unmasked: Mapping[Side, npt.NDArray[np.float64]]
