"""Cost estimate of one epoch, before anything is trained. Does not need TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..recipe.recipe import Recipe
from .batching import STEP_ROWS, plan_epoch

# Measured with python -m benchmarks on two cores of an AMD EPYC (Zen 3), and used only to estimate
# time: the fixed cost of a step of a layer, the cost of a batch besides its layers, and useful
# FLOPs per second and core.
STEP_SECONDS, BATCH_SECONDS, CORE_FLOPS = 25e-6, 1e-3, 50e9
KERAS_STEP_SECONDS = 400e-6  # STEP_SECONDS of the stock layers
TRAINING_FLOPS = 6  # per weight and step: 2 per product, and 3 products


@dataclass(frozen=True)
class EpochCost:
    """Cost of one epoch. Counts are steps of one layer.

    Attributes:
        real: Real steps.
        usual: Steps when every sequence is padded to one length.
        computed: Steps in batches of nearly equal length.
        seconds: Estimated time.
    """

    real: int
    usual: int
    computed: int
    seconds: float

    @property
    def skipped(self) -> float:
        """Share of the usual steps that are not computed, 0 to 1."""
        return 1 - self.computed / self.usual


def estimate_cost(lengths: np.ndarray, features: int, recipe: Recipe, groups: int = 2) -> EpochCost:
    """Estimate the cost of one epoch.

    Args:
        lengths: (n,) steps per sequence, before maxlen and the mask mode are applied. Steps that
            mode ``value`` erases are counted as if they remained.
        features: Features per step.
        recipe: The recipe to train.
        groups: Parallel row groups, one per core.
    """
    longest = recipe.maxlen or int(lengths.max())
    lengths = np.minimum(lengths, longest)
    real, usual = int(lengths.sum()), longest * len(lengths)
    if recipe.mask == "none":
        lengths = np.full(len(lengths), longest)
    plan = plan_epoch(lengths, recipe.batch_size, groups, np.random.default_rng(recipe.seed))
    seconds = len(plan) * BATCH_SECONDS
    computed, steps = int(plan.steps.sum()), float((plan.cost - plan.steps).sum()) / STEP_ROWS
    inputs = features
    for layer in recipe.layers:
        flops = TRAINING_FLOPS * layer.gates * layer.units * (inputs + layer.units)
        step_seconds = KERAS_STEP_SECONDS if uses_keras(recipe) else STEP_SECONDS
        seconds += layer.directions * (
            steps * step_seconds / groups + computed * flops / CORE_FLOPS / groups
        )
        inputs = layer.outputs
    return EpochCost(real, usual, computed, seconds)


def uses_keras(recipe: Recipe) -> bool:
    """Return True if the recipe has layers that only stock Keras layers compute."""
    return not all(layer.is_fast for layer in recipe.layers)
