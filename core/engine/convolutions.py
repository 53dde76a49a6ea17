"""Convolutional layers of a network and what follows them, on packed steps. Needs TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import keras
import tensorflow as tf

from ..layers.convolution.declaration import Convolutional
from ..layers.convolution.packed_steps import PackedComputation, PackedGroup, pack_group
from ..network.keras_network import name_weights
from ..recipe.recipe import Recipe


def run_convolutions(
    network: keras.Model,
    recipe: Recipe,
    groups: Sequence[PackedGroup],
    seeds: Sequence[tf.Tensor] | None,
) -> Sequence[PackedGroup]:
    """Run the convolutional layers of a network.

    In training, the moving statistics of batch normalization are updated.

    Args:
        network: The stock Keras network, whose weights are used.
        recipe: Its recipe, resolved.
        groups: The row groups of a batch, which share the statistics of batch normalization.
        seeds: Seed of dropout per group, (2,) int64 each; None for inference.
    """
    inputs = network.inputs[0].shape[-1]

    def get_layer(number: int, name: str) -> keras.layers.Layer:
        return network.get_layer(name_weights(number) + name)

    for number, layer in enumerate(recipe.layers, start=1):
        if not isinstance(layer, Convolutional):
            break
        operations = PackedComputation(partial(get_layer, number), training=seeds is not None)
        groups = layer.compute(operations, groups, inputs)
        inputs = layer.outputs
        if number < len(recipe.layers) or recipe.return_sequences:
            groups = [
                replace(group, values=drop_outputs(group.values, layer.dropout, number - 1, seed))
                for group, seed in zip(groups, seeds or [None] * len(groups), strict=True)
            ]
    return groups


def drop_outputs(x: tf.Tensor, dropout: float, number: int, seed: tf.Tensor | None) -> tf.Tensor:
    """Apply the dropout of a layer.

    Args:
        x: Its outputs.
        dropout: The share set to 0.
        number: Number of the layer, from 0.
        seed: (2,) int64; None for inference.
    """
    if seed is None or not dropout:
        return x
    layer_seed = seed + tf.constant([number * 2**40, 0], tf.int64)
    return tf.nn.experimental.stateless_dropout(x, dropout, layer_seed)


def pack_padded(x: tf.Tensor, lengths: tf.Tensor) -> PackedGroup:
    """Pack the real steps of a padded, time-major array, (steps, rows, features)."""
    steps = tf.shape(x, lengths.dtype)[0]
    flat = tf.reshape(tf.transpose(x, [1, 0, 2]), [-1, x.shape[-1]])
    starts = steps * tf.range(tf.size(lengths, lengths.dtype))
    return pack_group(flat, starts, lengths, tf.constant(True))
