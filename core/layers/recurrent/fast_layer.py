"""Directions, last steps and gradients of all fast recurrent layers. Needs TensorFlow.

Arrays are time-major, (steps, rows, features), and padded after the last real step of each row.
Recurrent layers are causal: what comes later changes neither the real steps nor, once each row is
read at its own last step, any gradient. No step needs a mask. Padding must be finite.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import ParamSpec

import keras
import tensorflow as tf
from tensorflow.python.framework import ops

Arguments = ParamSpec("Arguments")
Gradient = Callable[[tf.Tensor], tuple[tf.Tensor | None, ...]]  # from upstream, per argument
# From x (steps, rows, features + alignment), kernel, recurrent_kernel and bias to the hidden
# states, (steps, rows, units + alignment).
Direction = Callable[[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]


def with_gradient(
    function: Callable[Arguments, tuple[tf.Tensor, Gradient]],
) -> Callable[Arguments, tf.Tensor]:
    """Decorate a function that returns its result and its gradient: ``tf.custom_gradient``."""
    decorated: Callable[Arguments, tf.Tensor] = tf.custom_gradient(function)

    def call(*args: Arguments.args, **kwargs: Arguments.kwargs) -> tf.Tensor:
        result = decorated(*args, **kwargs)
        if not tf.executing_eagerly():
            first = tf.nest.flatten(result)[0]
            _traced.names.append(first.op.get_attr("_gradient_op_type").decode())
        return result

    return call


class _Traced(threading.local):
    """Names under which TensorFlow registered gradients while this thread traced functions."""

    def __init__(self) -> None:
        self.names: list[str] = []


_traced = _Traced()


def release_gradients() -> None:
    """Drop the gradients of the functions that this thread has traced until now.

    ``tf.custom_gradient`` registers a closure per call, which keeps the graph of the whole function
    for ever: about 9 MB per architecture. Nothing looks for it once the function is traced with the
    tape that it contains.
    """
    registry = ops.gradient_registry._registry  # noqa: SLF001  (nothing else removes a name)
    for name in _traced.names:
        registry.pop(name, None)
    _traced.names.clear()


def run_fast_layer(
    compute: Direction,
    layer: keras.layers.Layer,
    x: tf.Tensor,
    lengths: tf.Tensor,
    sequences: bool,
) -> tf.Tensor:
    """Run a layer of one or two directions.

    Args:
        compute: Computes one direction.
        layer: The stock Keras layer, whose weights are used.
        x: (steps, rows, features + alignment) float32.
        lengths: (rows,) int64, real steps per row.
        sequences: Returns the state after every step, instead of the last one.

    Returns:
        (steps, rows, units + alignment), or (rows, units + alignment).
    """

    def run_direction(layer: keras.layers.Layer, x: tf.Tensor) -> tf.Tensor:
        weights = (layer.cell.kernel, layer.cell.recurrent_kernel, layer.cell.bias)
        return compute(x, *(tf.convert_to_tensor(weight.value) for weight in weights))

    if not isinstance(layer, keras.layers.Bidirectional):
        hidden = run_direction(layer, x)  # with its alignment, which the next layer consumes
        return hidden if sequences else read_last_steps(hidden, lengths)
    units = layer.forward_layer.units
    indices = compute_reversal(lengths, tf.shape(x, lengths.dtype)[0])  # (steps, rows)
    forward = run_direction(layer.forward_layer, x)
    backward = run_direction(layer.backward_layer, reverse(x, indices))
    if sequences:
        both = [forward, reverse(backward, indices)]
    else:
        both = [read_last_steps(hidden, lengths) for hidden in (forward, backward)]
    return tf.concat([strip_alignment(hidden, units) for hidden in both], -1)


def strip_alignment(hidden: tf.Tensor, units: int) -> tf.Tensor:
    """Drop the alignment padding, extra units after the real ones: (…, units)."""
    return hidden if hidden.shape[-1] == units else hidden[..., :units]


def compute_reversal(lengths: tf.Tensor, steps: tf.Tensor) -> tf.Tensor:
    """Compute the indices that reverse each row by its own length.

    Args:
        lengths: (rows,) int64, real steps per row.
        steps: () int64, steps of the padded array.

    Returns:
        (steps, rows) indices into the flattened array. Real steps are mirrored, padding stays.
    """
    step = tf.range(steps, dtype=lengths.dtype)[:, None]  # (steps, 1)
    mirrored = tf.where(step < lengths, lengths - 1 - step, step)  # (steps, rows)
    return mirrored * tf.size(lengths, lengths.dtype) + tf.range(tf.size(lengths, lengths.dtype))


@with_gradient
def reverse(x: tf.Tensor, indices: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
    """Reverse each row of x (steps, rows, features) by the indices of ``compute_reversal``.

    Reversing twice changes nothing, so the operation is its own gradient.
    ``tf.reverse_sequence`` gives the same result, element by element.
    """

    def gather(y: tf.Tensor) -> tf.Tensor:
        flat = tf.reshape(y, [-1, y.shape[-1]])  # (steps · rows, features)
        return tf.reshape(tf.gather(flat, indices), tf.shape(y))

    return gather(x), lambda upstream: (gather(upstream), None)


def read_last_steps(hidden: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """Read each row of hidden (steps, rows, units) at its last real step: (rows, units).

    A row of length 0 gets the zero state, as in Keras.
    """
    row = tf.range(tf.size(lengths, lengths.dtype))
    last = tf.gather_nd(hidden, tf.stack([tf.maximum(lengths - 1, 0), row], axis=1))
    return tf.where(lengths[:, None] > 0, last, tf.zeros_like(last))
