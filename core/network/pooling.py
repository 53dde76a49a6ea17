"""Pools over real steps, of stock Keras layers and operations. Needs TensorFlow.

Each pool takes x (batch, steps, units) and the mask real (batch, steps), which may have its real
steps anywhere, and returns (batch, units). The padding of x is finite and never counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import keras
from keras import KerasTensor, ops

from ..recipe.pooling import MIN_OUTPUT, STD_EPSILON

ATTENTION = "attention"  # name of the layer with the scores of steps


def pool_steps(
    pools: Sequence[str],
    x: KerasTensor,
    real: KerasTensor,
    last: KerasTensor | None,
    seeds: Iterator[int],
) -> KerasTensor:
    """Pool steps, and concatenate the pools in their order: (batch, pools · units).

    Args:
        pools: Names of the pools.
        x: (batch, steps, units) outputs of the last layer.
        real: (batch, steps) bool mask.
        last: (batch, units), as ``read_last_steps`` returned it; None without that pool.
        seeds: Seeds of the initial weights, each used once.
    """

    is_real = ops.expand_dims(real, -1)  # (batch, steps, 1)

    def pool_once(pool: str) -> KerasTensor:
        if pool == "last":
            return last
        if pool == "mean":
            return _average(x, real)
        if pool == "max":
            # GlobalMaxPooling1D takes no mask.
            return ops.max(ops.where(is_real, x, MIN_OUTPUT), axis=1)
        if pool == "std":
            mean = ops.expand_dims(_average(x, real), 1)  # (batch, 1, units)
            squares = ops.square(ops.where(is_real, x - mean, 0.0))
            return ops.sqrt(_average(squares, real) + STD_EPSILON)
        return _attend(x, is_real, seeds)

    parts = [pool_once(pool) for pool in pools]
    return keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0]


def make_glorot(seeds: Iterator[int]) -> keras.initializers.Initializer:
    """Make the initializer of a dense layer's weights."""
    return keras.initializers.GlorotUniform(seed=next(seeds))


def read_last_steps(x: KerasTensor, real: KerasTensor, directions: int) -> KerasTensor:
    """Read each direction where it ends: at the last real step, or at the first one.

    Args:
        x: (batch, steps, units) outputs or states of a layer.
        real: (batch, steps) bool mask.
        directions: 2 if the second half of the units has read from the last step to the first.

    Returns:
        (batch, units).
    """
    is_real = ops.expand_dims(real, -1)  # (batch, steps, 1)
    count = ops.cumsum(ops.cast(is_real, "int32"), axis=1)  # (batch, steps, 1)
    end = ops.logical_and(is_real, ops.equal(count, count[:, -1:]))  # one step per row
    if directions == 1:
        return ops.sum(ops.where(end, x, 0.0), axis=1)
    start = ops.logical_and(is_real, ops.equal(count, 1))
    forward, backward = ops.split(x, 2, axis=-1)
    ends = [ops.where(end, forward, 0.0), ops.where(start, backward, 0.0)]
    return ops.sum(keras.layers.Concatenate()(ends), axis=1)


def _average(x: KerasTensor, real: KerasTensor) -> KerasTensor:
    return keras.layers.GlobalAveragePooling1D()(x, mask=real)


def _attend(x: KerasTensor, is_real: KerasTensor, seeds: Iterator[int]) -> KerasTensor:
    """Average with learned weights: a score per step, and a softmax over the real steps."""
    dense = keras.layers.Dense(  # without a bias, which the softmax would cancel
        1, use_bias=False, kernel_initializer=make_glorot(seeds), name=ATTENTION
    )
    scores = ops.where(is_real, dense(x), MIN_OUTPUT)  # (batch, steps, 1)
    return ops.sum(ops.softmax(scores, axis=1) * x, axis=1)
