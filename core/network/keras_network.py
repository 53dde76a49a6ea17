"""Recipe → Keras model: stock layers and operations, with the mask as an explicit input.

The mask is handed to every recurrent layer by name. Keras's implicit masks are lost
silently between layers, and after Keras 3.15 recurrent layers no longer pass them on,
so nothing here relies on them.
"""

from __future__ import annotations

from collections.abc import Iterator

import keras

from ..recipe.layers import GRU, LSTM
from ..recipe.recipe import MIN_STATE, Recipe


def build_network(recipe: Recipe, features: int, outputs: int) -> keras.Model:
    """A model of two inputs, values (batch, steps, features) float32 and mask (batch, steps)
    bool, and one output (batch, outputs): class probabilities, or a value (outputs = 1). With
    ``recipe.return_sequences`` the output is (batch, steps, outputs), of which the masked steps
    mean nothing.

    Initial weights and dropout are functions of ``recipe.seed``.
    """
    seeds = iter(range(recipe.seed * 1000, recipe.seed * 1000 + 1000))  # one each, none shared
    values = keras.Input((None, features), name="values")
    mask = keras.Input((None,), dtype="bool", name="mask")
    x = values
    for number, layer in enumerate(recipe.layers, start=1):
        final = number == len(recipe.layers)
        sequences = recipe.return_sequences or not final or recipe.pooling != "last"
        x = _recurrent(layer, sequences, seeds)(x, mask=mask)
        if final and recipe.pooling != "last":
            x = _pooled(recipe.pooling, x, mask)
        if layer.dropout:
            x = keras.layers.Dropout(layer.dropout, seed=next(seeds))(x)
    for units in recipe.dense:
        x = keras.layers.Dense(units, activation="relu", kernel_initializer=_glorot(seeds))(x)
    activation = "softmax" if recipe.task == "classification" else None
    output = keras.layers.Dense(
        outputs, activation=activation, kernel_initializer=_glorot(seeds), name="output"
    )(x)
    return keras.Model([values, mask], output, name="unpadded")


def _recurrent(layer: LSTM, sequences: bool, seeds: Iterator[int]) -> keras.layers.Layer:
    kind = keras.layers.GRU if isinstance(layer, GRU) else keras.layers.LSTM

    def make(**direction) -> keras.layers.Layer:
        return kind(
            layer.units,
            return_sequences=sequences,
            kernel_initializer=_glorot(seeds),
            recurrent_initializer=keras.initializers.Orthogonal(seed=next(seeds)),
            **direction,
        )

    if not layer.bidirectional:
        return make()
    # Bidirectional would copy the forward layer, seeds included, and both directions would
    # start from the same weights.
    return keras.layers.Bidirectional(make(), backward_layer=make(go_backwards=True))


def _pooled(pooling: str, x: keras.KerasTensor, mask: keras.KerasTensor) -> keras.KerasTensor:
    """(batch, units) of x (batch, steps, units) over the steps that count."""
    if pooling == "mean":
        return keras.layers.GlobalAveragePooling1D()(x, mask=mask)
    # GlobalMaxPooling1D takes no mask.
    counts = keras.ops.expand_dims(mask, -1)
    return keras.ops.max(keras.ops.where(counts, x, MIN_STATE), axis=1)


def _glorot(seeds: Iterator[int]) -> keras.initializers.Initializer:
    return keras.initializers.GlorotUniform(seed=next(seeds))
