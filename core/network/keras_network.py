"""Keras models from recipes: stock layers and operations, with the mask as an explicit input.

The mask is passed to every recurrent layer by name. Keras's implicit masks are lost silently
between layers, and after Keras 3.15 recurrent layers no longer pass them on, so nothing here relies
on them.
"""

from __future__ import annotations

from collections.abc import Iterator

import keras

from ..layers.registry import get_network
from ..recipe.recipe import MIN_STATE, Recipe


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
    values = keras.Input((None, features), name="values")
    mask = keras.Input((None,), dtype="bool", name="mask")
    x = values
    for number, layer in enumerate(recipe.layers, start=1):
        final = number == len(recipe.layers)
        sequences = recipe.return_sequences or not final or recipe.pooling != "last"
        x = get_network(layer).build(layer, sequences, seeds)(x, mask=mask)
        if final and recipe.pooling != "last":
            x = _pool(recipe.pooling, x, mask)
        if layer.dropout:
            x = keras.layers.Dropout(layer.dropout, seed=next(seeds))(x)
    for units in recipe.dense:
        x = keras.layers.Dense(units, activation="relu", kernel_initializer=_make_glorot(seeds))(x)
    activation = "softmax" if recipe.task == "classification" else None
    output = keras.layers.Dense(
        outputs, activation=activation, kernel_initializer=_make_glorot(seeds), name="output"
    )(x)
    return keras.Model([values, mask], output, name="unpadded")


def _pool(pooling: str, x: keras.KerasTensor, mask: keras.KerasTensor) -> keras.KerasTensor:
    """Pool x (batch, steps, units) over its unmasked steps: (batch, units)."""
    if pooling == "mean":
        return keras.layers.GlobalAveragePooling1D()(x, mask=mask)
    # GlobalMaxPooling1D takes no mask.
    is_real = keras.ops.expand_dims(mask, -1)  # (batch, steps, 1)
    return keras.ops.max(keras.ops.where(is_real, x, MIN_STATE), axis=1)


def _make_glorot(seeds: Iterator[int]) -> keras.initializers.Initializer:
    return keras.initializers.GlorotUniform(seed=next(seeds))
