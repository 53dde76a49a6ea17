"""Recurrent layers of the compiled network, and pooling, on padded, time-major tensors.

A layer of LSTM units runs on ``core.engine.lstm`` or, like every other, as its stock Keras layer.
"""

from __future__ import annotations

import keras
import tensorflow as tf

from ..recipe.recipe import MIN_STATE
from . import lstm


def run_fast_layer(
    layer: keras.layers.Layer, x: tf.Tensor, lengths: tf.Tensor, sequences: bool
) -> tf.Tensor:
    """Run one recurrent layer over x (steps, rows, features) by ``core.engine.lstm``.

    Returns (steps, rows, units + alignment) if ``sequences``, else (rows, units + alignment).
    """

    def run(layer, x):
        cell = layer.cell
        weights = (cell.kernel, cell.recurrent_kernel, cell.bias)
        return lstm.lstm(x, *(tf.convert_to_tensor(weight.value) for weight in weights))

    if not isinstance(layer, keras.layers.Bidirectional):
        hidden = run(layer, x)  # with its alignment padding, which the next layer consumes
        return hidden if sequences else lstm.read_last_steps(hidden, lengths)
    units = layer.forward_layer.units
    indices = lstm.compute_reversal(lengths, tf.shape(x, lengths.dtype)[0])  # (steps, rows)
    both = [run(layer.forward_layer, x), run(layer.backward_layer, lstm.reverse(x, indices))]
    if sequences:
        both[1] = lstm.reverse(both[1], indices)
    else:
        both = [lstm.read_last_steps(hidden, lengths) for hidden in both]
    return tf.concat([lstm.strip_alignment(hidden, units) for hidden in both], -1)


def run_stock_layer(
    layer: keras.layers.Layer, x: tf.Tensor, lengths: tf.Tensor, sequences: bool
) -> tf.Tensor:
    """Run one stock Keras layer, whose arrays are (rows, steps, features).

    Takes and returns the same arrays as ``run_fast_layer``, without alignment.
    """
    mask = tf.range(tf.shape(x, lengths.dtype)[0]) < lengths[:, None]  # (rows, steps)
    hidden = layer(tf.transpose(x, [1, 0, 2]), mask=mask)
    return tf.transpose(hidden, [1, 0, 2]) if sequences else hidden


def pool_steps(pooling: str, hidden: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """Pool hidden (steps, rows, units) over each row's real steps, which come first.

    Returns (rows, units).
    """
    real = (tf.range(tf.shape(hidden, lengths.dtype)[0])[:, None] < lengths)[..., None]
    if pooling == "mean":
        sums = tf.reduce_sum(tf.where(real, hidden, tf.zeros_like(hidden)), 0)  # (rows, units)
        return sums / tf.cast(lengths, tf.float32)[:, None]
    return tf.reduce_max(tf.where(real, hidden, MIN_STATE * tf.ones_like(hidden)), 0)
