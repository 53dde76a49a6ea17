"""The kernels of random convolutions and their dilations. Does not need TensorFlow.

Kernels, dilations and biases after Dempster, Schmidt and Webb, "MiniRocket" (KDD 2021); the mean of
the positive part and its mean position after Tan et al., "MultiRocket" (2022). Groups of competing
kernels after Dempster, Schmidt and Webb, "Hydra" (2023).
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
# Kernels of a group. The one with the largest output wins a step, and its outputs are pooled over
# the whole sequence and over each half. Units that the weights of one input add and subtract.
GROUP_SIZE, GROUP_POOLS, GROUP_UNITS = 8, 3, 6
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
        groups: Groups of competing kernels per dilation, which are powers of two.
    """

    dilations: tuple[int, ...]
    kernels: int
    biases: int
    inputs: int
    groups: int

    @classmethod
    def from_recipe(cls, recipe: Recipe, shape: NetworkShape) -> KernelPlan:
        """Spread the recipe's kernels over dilations that fit the usual sequence.

        Where training sequences are more than MAX_RIDGE_SIZE, features are not, and there are no
        groups.
        """
        longest = np.log2(max(shape.usual_steps - 1, KERNEL_SIZE - 1) / (KERNEL_SIZE - 1))
        exponents = np.linspace(0, longest, MAX_DILATIONS)
        dilations = tuple(map(int, np.unique((2**exponents).astype(int))))
        kernels = len(build_kernels())
        groups = recipe.n_groups
        biases = max(1, recipe.n_kernels // (kernels * len(dilations) * VIEWS // 2))
        if shape.sequences > MAX_RIDGE_SIZE:
            room = (MAX_RIDGE_SIZE - SUMMARIES * shape.inputs) // (VIEWS * len(dilations))
            groups = 0
            biases = int(np.clip(room // kernels - EXTRA_POOLS, 1, biases))
            kernels = int(np.clip(room // (biases + EXTRA_POOLS), 1, kernels))
        return cls(dilations, kernels, biases, shape.inputs, groups)

    @property
    def thresholds(self) -> int:
        """Biases per view."""
        return len(self.dilations) * self.biases * self.kernels

    @property
    def group_dilations(self) -> tuple[int, ...]:
        """Dilation of each convolution of groups."""
        if not self.groups:
            return ()
        return tuple(2**exponent for exponent in range(self.dilations[-1].bit_length()))

    @property
    def features(self) -> int:
        """Features per sequence, the summaries and the length included."""
        pools = len(self.dilations) * self.kernels * (self.biases + EXTRA_POOLS)
        pools += len(self.group_dilations) * self.groups * GROUP_SIZE * GROUP_POOLS
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
    is_used = _choose_inputs(inputs, len(kernels), rng)
    return (kernels.T[:, None, :] * is_used[None]).astype(np.float32)


def draw_group_weights(
    inputs: int, groups: int, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Draw the weights of one convolution of groups; a group sums a random subset of the inputs.

    Weights are integers: per input six units are added and six are subtracted at random, so that
    their sum is 0 and their size at most that of the other kernels, which fits the grid.

    Args:
        inputs: Inputs per step.
        groups: Number of groups.
        rng: Source of randomness.

    Returns:
        (9, inputs, GROUP_SIZE · groups): the first kernel of each group, then the second ones.
        Comparisons are faster along an outer axis.
    """
    share = np.full(KERNEL_SIZE, 1 / KERNEL_SIZE)
    added, subtracted = rng.multinomial(GROUP_UNITS, share, (2, inputs, groups, GROUP_SIZE))
    weights: npt.NDArray[np.int64] = (added - subtracted).transpose(3, 0, 2, 1)
    weights = weights * _choose_inputs(inputs, groups, rng)[:, None]
    return weights.reshape(KERNEL_SIZE, inputs, -1).astype(np.float32)


def _choose_inputs(inputs: int, count: int, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Choose a random subset of the inputs ``count`` times, (inputs, count)."""
    most = np.log2(min(inputs, MAX_CHANNELS) + 1)
    is_used = np.zeros((inputs, count), bool)
    for number in range(count):
        channels = int(2 ** rng.uniform(0, most))
        is_used[rng.choice(inputs, channels, replace=False), number] = True
    return is_used
