"""Spec of a compiled network: its graph, its row groups and the kind of its layers.

Needs TensorFlow, which knows the devices of the machine.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import tensorflow as tf

from ..layers.recurrent.declaration import Recurrent
from ..layers.registry import get_network
from ..recipe.recipe import FIELDS, Recipe
from .progress import Computation

# Groups with fewer rows are not worth a core. With a bidirectional layer on two cores, two groups
# of 8 took 1.5 times as long as one of 16: the two directions already keep both cores busy
# (benchmark vowels).
MIN_GROUP_ROWS = 8
MAX_GROUPS = 8


@dataclass(frozen=True)
class EngineSpec:
    """Cache key: everything that determines the compiled graph.

    Attributes:
        recipe: The recipe, resolved, with every field that does not change the graph at its
            default.
        features: Features per step.
        outputs: Units of the output layer.
        groups: Number of parallel row groups at inference.
        training_groups: Number of parallel row groups in training.
    """

    recipe: Recipe
    features: int
    outputs: int
    groups: int
    training_groups: int

    @classmethod
    def from_recipe(cls, recipe: Recipe, features: int, outputs: int, groups: int) -> EngineSpec:
        """Reduce a recipe to what determines the graph.

        Args:
            recipe: The recipe to compile.
            features: Features per step.
            outputs: Units of the output layer.
            groups: Row groups at inference, see ``count_groups``. Training on small batches uses
                fewer.
        """
        # Two directions run in parallel as well and share the cores.
        rows = MIN_GROUP_ROWS * (2 if all(layer.directions == 2 for layer in recipe.layers) else 1)
        training_groups = max(1, min(groups, recipe.batch_size // rows))
        resolved = recipe.resolve()
        graph_recipe = Recipe(
            **{
                name: getattr(resolved, name)
                for name, field in FIELDS.items()
                if field.changes_network
            }
        )
        return cls(graph_recipe, features, outputs, groups, training_groups)


def uses_stock_layers(recipe: Recipe) -> bool:
    """Return True if every recurrent layer runs as its stock Keras layer."""
    has_slow_layers = not all(layer.is_fast for layer in recipe.layers)
    return has_slow_layers or bool(tf.config.list_physical_devices("GPU"))  # cuDNN is faster


def count_groups() -> int:
    """Return the number of parallel row groups on this machine: one per core."""
    if tf.config.list_physical_devices("GPU"):
        return 1
    cores = tf.config.threading.get_inter_op_parallelism_threads() or os.cpu_count() or 1
    return min(cores, MAX_GROUPS)


def describe_computation(recipe: Recipe, features: int, groups: int) -> Computation:
    """Describe how the network of a recipe is computed on this machine."""
    layers, inputs = [], features * recipe.steps_per_patch
    for layer in recipe.layers:
        if not isinstance(layer, Recurrent):
            layers.append("packed")
        elif uses_stock_layers(recipe):
            layers.append("keras")
        else:
            layers.append(get_network(layer).choose_implementation(inputs, layer.units))
        inputs = layer.outputs
    return {"layers": layers, "groups": groups}
