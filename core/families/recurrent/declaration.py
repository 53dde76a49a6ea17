"""The family of recurrent networks: their size and their cost. Does not need TensorFlow."""

from __future__ import annotations

import numpy as np

from ...engine.batching import STEP_ROWS, plan_epoch
from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import FIELDS, Recipe
from ..family import EpochCost, Family

# Measured with python -m benchmarks on two cores of an AMD EPYC (Zen 3), and used only to estimate
# time: the cost of a batch besides its layers, and useful FLOPs per second and core.
BATCH_SECONDS, CORE_FLOPS = 1e-3, 50e9
TRAINING_FLOPS = 6  # per weight and step: 2 per product, and 3 products


class RecurrentFamily(Family):
    """Recurrent layers, pooling, dense layers."""

    fields = frozenset(FIELDS) - {"n_kernels"}

    def count_weights(self, recipe: Recipe, shape: NetworkShape) -> int:
        count, inputs = 0, shape.inputs
        for layer in recipe.layers:
            count += layer.count_weights(inputs)
            inputs = layer.outputs
        for units in (*recipe.dense, shape.outputs):
            count += units * (inputs + 1)
            inputs = units
        return count

    def estimate_cost(
        self, lengths: np.ndarray, inputs: int, recipe: Recipe, groups: int = 2
    ) -> EpochCost:
        longest = recipe.maxlen or int(lengths.max())
        lengths = np.minimum(lengths, longest)
        real, usual = int(lengths.sum()), longest * len(lengths)
        if recipe.mask == "none":
            lengths = np.full(len(lengths), longest)
        plan = plan_epoch(lengths, recipe.batch_size, groups, np.random.default_rng(recipe.seed))
        seconds = len(plan) * BATCH_SECONDS
        computed, steps = int(plan.steps.sum()), float((plan.cost - plan.steps).sum()) / STEP_ROWS
        for layer in recipe.layers:
            flops = TRAINING_FLOPS * layer.gates * layer.units * (inputs + layer.units)
            seconds += layer.directions * (
                steps * layer.step_seconds / groups + computed * flops / CORE_FLOPS / groups
            )
            inputs = layer.outputs
        return EpochCost(real, usual, computed, seconds)

    def describe(self, recipe: Recipe) -> str:
        parts = []
        for layer in recipe.layers:
            kind = f"{type(layer).__name__}({layer.units})"
            parts.append(f"Bidirectional({kind})" if layer.bidirectional else kind)
            if layer.dropout:
                parts.append(f"Dropout({layer.dropout:g})")
        if recipe.pooling != "last":
            place = len(parts) - bool(recipe.layers[-1].dropout)
            parts.insert(place, f"{recipe.pooling} over steps")
        return " → ".join([*parts, *(f"Dense({units})" for units in recipe.dense), "Dense"])


FAMILY = RecurrentFamily()
