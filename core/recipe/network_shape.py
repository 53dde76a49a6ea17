"""Sizes that a network needs to know besides its recipe. Does not need TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

USUAL_SHARE = 0.9  # of the sequences have at most the usual number of steps


@dataclass(frozen=True)
class NetworkShape:
    """Sizes of the data that a network is built for.

    Attributes:
        inputs: Inputs per step.
        outputs: Units of the output layer: 1 for regression, else one per class.
        usual_steps: Steps that 90 % of the training sequences do not exceed, which long kernels
            must fit. One outlier does not change it.
        sequences: Training sequences.
        coded: Inputs of 0 and 1, by their numbers: words and missing-value indicators.
        difference_scaling: Mean and standard deviation of the difference to the step before, of
            each other input in real training steps; () if no network needs them.
    """

    inputs: int
    outputs: int
    usual_steps: int
    sequences: int
    coded: tuple[int, ...] = ()
    difference_scaling: tuple[tuple[float, float], ...] = ()


def count_usual_steps(lengths: np.ndarray) -> int:
    """Return the steps that 90 % of sequences of these lengths, (n,), do not exceed."""
    return max(1, int(np.quantile(lengths, USUAL_SHARE)))
