"""Keras models from recipes: stock layers and operations, with the mask as an explicit input.

The mask is passed to every layer that needs it by name. Keras's implicit masks are lost silently
between layers, and after Keras 3.15 recurrent layers no longer pass them on, so nothing here relies
on them.
"""

from __future__ import annotations

import keras

from ..layers.convolution.declaration import Convolutional
from ..layers.convolution.keras_steps import KerasSteps, PaddedSteps
from ..layers.recurrent.declaration import NORMALIZATION_EPSILON, Recurrent
from ..layers.registry import get_network
from ..recipe.recipe import Recipe
from .compaction import compact, restore
from .patches import make_patches
from .pooling import ATTENTION, make_glorot, pool_steps, read_last_steps
from .precision import use_float32

NORMALIZATION = "normalization"  # name of the normalization behind a recurrent layer


@use_float32()
def build_network(recipe: Recipe, features: int, outputs: int) -> keras.Model:
    """Build the Keras model of a recipe.

    Initial weights and dropout are functions of ``recipe.seed``.

    Args:
        recipe: Layers, pooling, dense layers and task.
        features: Features per step.
        outputs: Number of classes, or 1 for regression.

    Returns:
        A model with the inputs values (batch, steps, features) float32 and mask (batch, steps)
        bool, and the output (batch, outputs): class probabilities or a value. With
        ``recipe.return_sequences`` the output is (batch, steps, outputs), and its masked steps are
        undefined.
    """
    seeds = iter(range(recipe.seed * 1000, recipe.seed * 1000 + 1000))  # none is shared
    values = keras.Input((None, features), dtype="float32", name="values")
    mask = keras.Input((None,), dtype="bool", name="mask")
    x, real, inputs = values, mask, features
    layers = recipe.resolve().layers
    if recipe.family == "convolution" or recipe.steps_per_patch > 1:
        x, real = compact(values, mask)
    if recipe.steps_per_patch > 1:
        x, real = make_patches(x, real, recipe.steps_per_patch)
    for number, layer in enumerate(layers, start=1):
        final = number == len(layers)
        if isinstance(layer, Convolutional):
            operations = KerasSteps(name_weights(number), seeds)
            steps = layer.compute(operations, PaddedSteps(x, real), inputs)
            states, real, normalize = steps.values, steps.real, None
        else:
            assert isinstance(layer, Recurrent)
            sequences = recipe.return_sequences or not final or recipe.pools != ("last",)
            states = get_network(layer).build(layer, sequences, seeds)(x, mask=real)
            normalize = build_normalization(layer, number)
        inputs = layer.outputs
        x = normalize(states) if normalize else states
        if final and len(x.shape) == 3 and not recipe.return_sequences:
            last = None
            if "last" in recipe.pools:
                last = read_last_steps(states, real, layer.directions)
                last = normalize(last) if normalize else last
            x = pool_steps(recipe.pools, x, real, last, seeds)
        if layer.dropout:
            x = keras.layers.Dropout(layer.dropout, seed=next(seeds))(x)
    if recipe.family == "convolution" and recipe.return_sequences:
        x = restore(x, mask)
    for units in recipe.dense:
        x = keras.layers.Dense(units, activation="relu", kernel_initializer=make_glorot(seeds))(x)
    activation = "softmax" if recipe.task == "classification" else None
    output = keras.layers.Dense(
        outputs, activation=activation, kernel_initializer=make_glorot(seeds), name="output"
    )(x)
    return keras.Model([values, mask], output, name="unpadded")


def name_weights(number: int) -> str:
    """Return the prefix of the names of a layer's Keras layers, by its number from 1."""
    return f"layer_{number}_"


def build_normalization(layer: Recurrent, number: int) -> keras.layers.Layer | None:
    """Build the normalization behind a layer, by its number from 1; None without."""
    if not layer.layer_normalization:
        return None
    return keras.layers.LayerNormalization(
        epsilon=NORMALIZATION_EPSILON, name=name_weights(number) + NORMALIZATION
    )


def list_dense(network: keras.Model) -> list[keras.layers.Dense]:
    """List the dense layers behind the pooling, the output among them."""
    return [
        layer
        for layer in network.layers
        if isinstance(layer, keras.layers.Dense) and layer.name != ATTENTION
    ]
