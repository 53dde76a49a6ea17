"""The kernels of random convolutions and their dilations. Does not need TensorFlow.

Kernels, dilations and biases after Dempster, Schmidt and Webb, "MiniRocket" (KDD 2021); the mean of
the positive part and its mean position after Tan et al., "MultiRocket" (2022).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import Recipe

KERNEL_SIZE = 9
MAX_DILATIONS = 32
VIEWS = 4  # series and differences, each normalized over the data set and per sequence
MAX_CHANNELS = 9  # inputs that one kernel sums
SUMMARIES = 6  # per input: mean, deviation, minimum, maximum, first and last value
EXTRA_POOLS = 2  # of the first bias of each kernel: mean of the positive part, its mean position
# A ridge takes the cube of the smaller side of its matrix: 4,096 take half a minute on two cores.
MAX_RIDGE_SIZE = 4096
GOLDEN_RATIO = (5**0.5 + 1) / 2


@dataclass(frozen=True)
class KernelPlan:
    """The convolutions of a network.

    Attributes:
        dilations: Dilation of each convolution.
        kernels: Kernels per convolution, at most 84.
        biases: Biases per kernel.
        inputs: Inputs per step.
    """

    dilations: tuple[int, ...]
    kernels: int
    biases: int
    inputs: int

    @classmethod
    def from_recipe(cls, recipe: Recipe, shape: NetworkShape) -> KernelPlan:
        """Spread the recipe's kernels over dilations that fit the usual sequence.

        Where training sequences are more than MAX_RIDGE_SIZE, features are not.
        """
        longest = np.log2(max(shape.usual_steps - 1, KERNEL_SIZE - 1) / (KERNEL_SIZE - 1))
        exponents = np.linspace(0, longest, MAX_DILATIONS)
        dilations = tuple(map(int, np.unique((2**exponents).astype(int))))
        kernels = len(build_kernels())
        biases = max(1, recipe.n_kernels // (kernels * len(dilations) * VIEWS // 2))
        if shape.sequences > MAX_RIDGE_SIZE:
            room = (MAX_RIDGE_SIZE - SUMMARIES * shape.inputs) // (VIEWS * len(dilations))
            biases = int(np.clip(room // kernels - EXTRA_POOLS, 1, biases))
            kernels = int(np.clip(room // (biases + EXTRA_POOLS), 1, kernels))
        return cls(dilations, kernels, biases, shape.inputs)

    @property
    def thresholds(self) -> int:
        """Biases per view."""
        return len(self.dilations) * self.biases * self.kernels

    @property
    def features(self) -> int:
        """Features per sequence, the summaries and the length included."""
        pools = len(self.dilations) * self.kernels * (self.biases + EXTRA_POOLS)
        return VIEWS * pools + SUMMARIES * self.inputs + 1

    @property
    def quantiles(self) -> npt.NDArray[np.float64]:
        """(biases,) quantiles of training outputs that the biases are: a low-discrepancy series."""
        quantiles: npt.NDArray[np.float64]
        quantiles = np.arange(1, self.biases + 1, dtype=np.float64) * GOLDEN_RATIO % 1
        return quantiles


@cache
def build_kernels() -> npt.NDArray[np.float32]:
    """Return the 84 ways to set three of nine weights to 2 and the others to −1, (84, 9)."""
    chosen = list(itertools.combinations(range(KERNEL_SIZE), 3))
    kernels = np.full((len(chosen), KERNEL_SIZE), -1, np.float32)
    for row, positions in enumerate(chosen):
        kernels[row, list(positions)] = 2
    return kernels


def draw_weights(inputs: int, count: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Draw the weights of one convolution: each kernel sums a random subset of the inputs.

    Args:
        inputs: Inputs per step.
        count: Number of kernels; fewer than 84 are a random choice.
        rng: Source of randomness.

    Returns:
        (9, inputs, count), as ``keras.layers.Conv1D`` has them.
    """
    kernels = build_kernels()
    kernels = kernels[np.sort(rng.choice(len(kernels), count, replace=False))]
    most = np.log2(min(inputs, MAX_CHANNELS) + 1)
    is_used = np.zeros((inputs, len(kernels)), bool)
    for kernel in range(len(kernels)):
        channels = int(2 ** rng.uniform(0, most))
        is_used[rng.choice(inputs, channels, replace=False), kernel] = True
    return (kernels.T[:, None, :] * is_used[None]).astype(np.float32)
