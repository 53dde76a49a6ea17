"""How much one epoch computes, known before anything is trained. Free of TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..recipe.layers import GRU
from ..recipe.recipe import Recipe
from .batching import STEP_ROWS, epoch_plan

# Measured with python -m benchmarks on two cores of an AMD EPYC (Zen 3), and only for the
# estimate of time: what a step of a layer costs before its first row, what a batch costs beside
# its layers, and useful FLOPs a second and core.
STEP_SECONDS, BATCH_SECONDS, CORE_FLOPS = 25e-6, 1e-3, 50e9
KERAS_STEP_SECONDS = 400e-6  # as STEP_SECONDS, for the stock layers
TRAINING_FLOPS = 24  # for each of units · (inputs + units): 4 gates, 2 a product, 3 products


@dataclass(frozen=True)
class Work:
    """One epoch over sequences. Counts are steps of one layer.

    real      steps that hold data
    usual     what padding every sequence to one length computes
    computed  what batches of nearly equal length compute
    seconds   about how long it takes
    """

    real: int
    usual: int
    computed: int
    seconds: float

    @property
    def skipped(self) -> float:
        """Share of the usual work that is left out, 0 to 1."""
        return 1 - self.computed / self.usual


def work(lengths: np.ndarray, features: int, recipe: Recipe, groups: int = 2) -> Work:
    """For sequences of these lengths, (n,) steps, before maxlen and the mask mode are applied
    (the steps that mode ``value`` erases are counted as if they stayed)."""
    longest = recipe.maxlen or int(lengths.max())
    lengths = np.minimum(lengths, longest)
    real, usual = int(lengths.sum()), longest * len(lengths)
    if recipe.mask == "none":
        lengths = np.full(len(lengths), longest)
    plan = epoch_plan(lengths, recipe.batch_size, groups, np.random.default_rng(recipe.seed))
    seconds = len(plan) * BATCH_SECONDS
    computed, steps = int(plan.steps.sum()), float((plan.cost - plan.steps).sum()) / STEP_ROWS
    inputs = features
    for layer in recipe.layers:
        flops = TRAINING_FLOPS * layer.units * (inputs + layer.units)
        a_step = KERAS_STEP_SECONDS if uses_keras(recipe) else STEP_SECONDS
        seconds += (1 + layer.bidirectional) * (
            steps * a_step / groups + computed * flops / CORE_FLOPS / groups
        )
        inputs = layer.units * (1 + layer.bidirectional)
    return Work(real, usual, computed, seconds)


def uses_keras(recipe: Recipe) -> bool:
    """Whether a recipe has layers that only the stock Keras layers compute."""
    return any(isinstance(layer, GRU) for layer in recipe.layers)
