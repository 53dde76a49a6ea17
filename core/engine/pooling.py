"""Pooling over the real steps of padded, time-major tensors. Needs TensorFlow."""

from __future__ import annotations

import tensorflow as tf

from ..recipe.recipe import MIN_STATE


def pool_steps(pooling: str, hidden: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """Pool hidden (steps, rows, units) over each row's real steps, which come first.

    Returns (rows, units).
    """
    real = (tf.range(tf.shape(hidden, lengths.dtype)[0])[:, None] < lengths)[..., None]
    if pooling == "mean":
        sums = tf.reduce_sum(tf.where(real, hidden, tf.zeros_like(hidden)), 0)  # (rows, units)
        return sums / tf.cast(lengths, tf.float32)[:, None]
    return tf.reduce_max(tf.where(real, hidden, MIN_STATE * tf.ones_like(hidden)), 0)
