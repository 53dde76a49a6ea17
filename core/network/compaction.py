"""Removal of padding inside a network, of stock Keras operations. Needs TensorFlow."""

from __future__ import annotations

from keras import KerasTensor, ops


def compact(values: KerasTensor, mask: KerasTensor) -> tuple[KerasTensor, KerasTensor]:
    """Move real steps to the front of each row and set all others to 0."""
    position = ops.cumsum(ops.ones_like(mask, dtype="int32"), axis=1)  # from 1
    steps = ops.max(position, axis=1, keepdims=True)
    order = ops.argsort(ops.where(mask, position, position + steps), axis=1)
    real = ops.take_along_axis(mask, order, axis=1)  # (batch, steps)
    moved = ops.take_along_axis(values, ops.expand_dims(order, -1), axis=1)
    return ops.where(ops.expand_dims(real, -1), moved, 0.0), real


def restore(x: KerasTensor, mask: KerasTensor) -> KerasTensor:
    """Move the steps of compacted x (batch, steps, channels) back to where the mask is True."""
    places = ops.maximum(ops.cumsum(ops.cast(mask, "int32"), axis=1) - 1, 0)  # (batch, steps)
    return ops.take_along_axis(x, ops.expand_dims(places, -1), axis=1)
