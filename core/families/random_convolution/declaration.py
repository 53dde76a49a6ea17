"""The family of random convolutions: its size and its cost. Does not need TensorFlow."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ...errors import Note
from ...recipe.network_shape import NetworkShape, count_usual_steps
from ...recipe.recipe import Recipe
from ..family import EpochCost, Family
from .kernels import GROUP_SIZE, KERNEL_SIZE, VIEWS, KernelPlan

# Measured with python -m benchmarks on two cores of an AMD EPYC (Zen 3), and used only to estimate
# time: building and tracing the network, per output of a kernel, and the FLOPs per second of the
# ridge.
START_SECONDS, OUTPUT_SECONDS, RIDGE_FLOPS = 3.0, 1.2e-9, 3e10
GROUP_PASSES = 60  # over the outputs of a group, to find the winners
EIGEN_FLOPS = 12  # per cube of the smaller side of the matrix


class RandomConvolutionFamily(Family):
    """Frozen random convolutions, pooled, with a ridge on top."""

    has_epochs: ClassVar[bool] = False
    fields = frozenset(
        [
            "task",
            "family",
            "n_kernels",
            "n_groups",
            "seed",
            "validation_split",
            "validation_rows",
            "standardize",
            "padding",
            "value",
            "maxlen",
            "truncating",
            "mask",
            "mask_value",
        ]
    )

    def is_differentiable(self, recipe: Recipe) -> bool:
        return False  # shares of steps do not change with small changes

    def count_weights(self, recipe: Recipe, shape: NetworkShape) -> int:
        plan = KernelPlan.from_recipe(recipe, shape)
        kernels = len(plan.dilations) * KERNEL_SIZE * shape.inputs * plan.kernels
        kernels += len(plan.group_dilations) * KERNEL_SIZE * shape.inputs * plan.groups * GROUP_SIZE
        scaling = shape.inputs + 2 * plan.features
        return kernels + VIEWS * plan.thresholds + scaling + shape.outputs * (plan.features + 1)

    def estimate_cost(
        self, lengths: np.ndarray, inputs: int, recipe: Recipe, groups: int = 2
    ) -> EpochCost:
        longest = recipe.maxlen or int(lengths.max())
        lengths = np.minimum(lengths, longest)
        real, usual = int(lengths.sum()), longest * len(lengths)
        computed = usual if recipe.mask == "none" else real
        shape = NetworkShape(inputs, 1, count_usual_steps(lengths), len(lengths))
        plan = KernelPlan.from_recipe(recipe, shape)
        convolution = KERNEL_SIZE * inputs / 8
        # Passes over memory per step and view
        passes = len(plan.dilations) * plan.kernels * (convolution + 3 * plan.biases + 8)
        competing = len(plan.group_dilations) * plan.groups * GROUP_SIZE
        passes += competing * (convolution + GROUP_PASSES)
        seconds = computed * VIEWS * passes * OUTPUT_SECONDS / 8 / groups
        small, large = sorted((len(lengths), plan.features))
        flops = 2.0 * small * small * large + EIGEN_FLOPS * float(small) ** 3
        seconds += flops / RIDGE_FLOPS
        return EpochCost(real, usual, computed, seconds, START_SECONDS)

    def summarize(self, recipe: Recipe) -> Note:
        return Note("{n} random convolutions", n=recipe.n_kernels)

    def describe(self, recipe: Recipe) -> str:
        groups = f" + {recipe.n_groups} groups" if recipe.n_groups else ""
        return f"{recipe.n_kernels:,} random convolutions{groups} → ridge"


FAMILY = RandomConvolutionFamily()
