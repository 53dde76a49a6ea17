"""The family of recurrent networks: their size and their cost. Does not need TensorFlow."""

from __future__ import annotations

import numpy as np

from ...engine.batching import STEP_ROWS, plan_epoch
from ...layers.layer import Layer
from ...layers.recurrent.declaration import Recurrent
from ...recipe.derived_features import DerivedFeatures
from ...recipe.network_shape import NetworkShape, count_usual_steps
from ...recipe.recipe import FIELDS, Recipe
from ..family import EpochCost, Family

# Measured with python -m benchmarks on two cores of an AMD EPYC (Zen 3), and used only to estimate
# time: the cost of a batch besides its layers, and useful FLOPs per second and core.
BATCH_SECONDS, CORE_FLOPS = 1e-3, 50e9
START_SECONDS = 0.8  # building and tracing a network besides its layers (benchmark estimates)
TRAINING_FLOPS = 6  # per weight and step: 2 per product, and 3 products


class RecurrentFamily(Family):
    """Recurrent layers, pooling, dense layers."""

    fields = frozenset(FIELDS) - {"n_kernels", "n_groups"}

    def list_origins(self, recipe: Recipe, shape: NetworkShape) -> tuple[int, ...]:
        return DerivedFeatures.from_recipe(recipe, shape).origins

    def count_weights(self, recipe: Recipe, shape: NetworkShape) -> int:
        count, inputs = 0, len(self.list_origins(recipe, shape)) * recipe.steps_per_patch
        for layer in recipe.layers:
            count += layer.count_weights(inputs)
            inputs = layer.outputs
        count += inputs * ("attention" in recipe.pools)
        inputs *= len(recipe.pools)
        for units in (*recipe.dense, shape.outputs):
            count += units * (inputs + 1)
            inputs = units
        return count

    def estimate_cost(
        self, lengths: np.ndarray, inputs: int, recipe: Recipe, groups: int = 2
    ) -> EpochCost:
        longest = recipe.maxlen or int(lengths.max())
        lengths, patch = np.minimum(lengths, longest), recipe.steps_per_patch
        real, usual = int(lengths.sum()), longest * len(lengths)
        lengths, longest = -(-lengths // patch), -(-longest // patch)
        if recipe.mask == "none":
            lengths = np.full(len(lengths), longest)
        plan = plan_epoch(lengths, recipe.batch_size, groups, np.random.default_rng(recipe.seed))
        seconds = len(plan) * BATCH_SECONDS
        computed, steps = int(plan.steps.sum()), float((plan.cost - plan.steps).sum()) / STEP_ROWS
        shape = NetworkShape(inputs, 1, count_usual_steps(lengths), len(lengths))
        inputs = len(self.list_origins(recipe, shape)) * patch  # as if all inputs were numbers
        per_core, share = 0.0, 1.0
        for layer in recipe.layers:
            per_core += self._estimate_layer(layer, inputs, computed * share, steps * share)
            inputs, share = layer.outputs, share / layer.downsampling
        start = START_SECONDS + sum(
            layer.directions * layer.start_seconds for layer in recipe.layers
        )
        seconds += per_core / groups
        return EpochCost(real, usual, min(computed * patch, usual), seconds, start)

    def _estimate_layer(self, layer: Layer, inputs: int, computed: float, steps: float) -> float:
        """Estimate the seconds of a layer on one core: ``computed`` steps, in ``steps`` at once."""
        assert isinstance(layer, Recurrent)
        flops = TRAINING_FLOPS * layer.gates * layer.units * (inputs + layer.units)
        return layer.directions * (steps * layer.step_seconds + computed * flops / CORE_FLOPS)

    def describe(self, recipe: Recipe) -> str:
        parts = []
        if recipe.steps_per_patch > 1:
            parts.append(f"patches of {recipe.steps_per_patch} steps")
        for layer in recipe.layers:
            parts.append(layer.describe())
            if layer.dropout:
                parts.append(f"Dropout({layer.dropout:g})")
        if recipe.pooling != "last":
            place = len(parts) - bool(recipe.layers[-1].dropout)
            parts.insert(place, f"{' + '.join(recipe.pools)} over steps")
        return " → ".join([*parts, *(f"Dense({units})" for units in recipe.dense), "Dense"])


FAMILY = RecurrentFamily()
