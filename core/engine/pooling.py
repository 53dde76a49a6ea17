"""Pools over the real steps of padded, time-major tensors and of packed ones. Needs TensorFlow.

The results are those of ``core.network.pooling``, whose weights are used. Pools are concatenated in
their order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import tensorflow as tf

from ..layers.convolution.packed_steps import PackedGroup
from ..layers.recurrent.fast_layer import read_last_steps
from ..recipe.pooling import MIN_OUTPUT, STD_EPSILON


def pool_padded(
    pools: Sequence[str],
    hidden: tf.Tensor,
    lengths: tf.Tensor,
    last: tf.Tensor | None,
    attention: tf.Tensor | None,
) -> tf.Tensor:
    """Pool each row over its real steps, which come first.

    Args:
        pools: Names of the pools.
        hidden: (steps, rows, units) float32; the padding must be finite.
        lengths: (rows,) int64, real steps per row.
        last: (rows, units), as ``read_directions`` returned it; None without that pool.
        attention: (units, 1) weights of the scores; None without that pool.

    Returns:
        (rows, pools · units).
    """
    return _pool(pools, _PaddedSteps(hidden, lengths), last, attention)


def pool_packed(pools: Sequence[str], group: PackedGroup, attention: tf.Tensor | None) -> tf.Tensor:
    """Pool each row of packed steps, as ``pool_padded`` does: (rows, pools · channels)."""
    last = tf.gather(group.values, group.starts + group.lengths - 1) if "last" in pools else None
    return _pool(pools, _PackedSteps(group), last, attention)


def read_directions(hidden: tf.Tensor, lengths: tf.Tensor, directions: int) -> tf.Tensor:
    """Read each direction where it ends: at the last real step, or at the first one.

    Args:
        hidden: (steps, rows, units) states.
        lengths: (rows,) int64, real steps per row.
        directions: 2 if the second half of the units has read from the last step to the first.

    Returns:
        (rows, units).
    """
    if directions == 1:
        return read_last_steps(hidden, lengths)
    forward, backward = tf.split(hidden, 2, axis=-1)
    return tf.concat([read_last_steps(forward, lengths), backward[0]], -1)


class _Steps(ABC):
    """Operations on the real steps of rows.

    Attributes:
        values: Values of the steps, with one axis or two before the units.
        lengths: (rows,) int64, real steps per row.
    """

    values: tf.Tensor
    lengths: tf.Tensor

    @abstractmethod
    def add(self, values: tf.Tensor) -> tf.Tensor:
        """Sum over the real steps: (rows, units)."""

    @abstractmethod
    def find_largest(self, values: tf.Tensor) -> tf.Tensor:
        """Take the maximum over the real steps: (rows, units)."""

    @abstractmethod
    def spread(self, results: tf.Tensor) -> tf.Tensor:
        """Repeat (rows, units) at each step."""

    def average(self, values: tf.Tensor) -> tf.Tensor:
        """Average over the real steps: (rows, units)."""
        return self.add(values) / tf.cast(self.lengths, tf.float32)[:, None]


class _PaddedSteps(_Steps):
    """Padded, time-major steps."""

    def __init__(self, values: tf.Tensor, lengths: tf.Tensor) -> None:
        self.values, self.lengths = values, lengths
        steps = tf.range(tf.shape(values, lengths.dtype)[0])
        self.real = (steps[:, None] < lengths)[..., None]  # (steps, rows, 1)

    def add(self, values: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(tf.where(self.real, values, tf.zeros_like(values)), 0)

    def find_largest(self, values: tf.Tensor) -> tf.Tensor:
        return tf.reduce_max(tf.where(self.real, values, MIN_OUTPUT * tf.ones_like(values)), 0)

    def spread(self, results: tf.Tensor) -> tf.Tensor:
        return results[None]


class _PackedSteps(_Steps):
    """Packed steps."""

    def __init__(self, group: PackedGroup) -> None:
        self.values, self.lengths = group.values, group.lengths
        self.rows = group.rows

    def add(self, values: tf.Tensor) -> tf.Tensor:
        return tf.math.unsorted_segment_sum(values, self.rows, tf.size(self.lengths))

    def find_largest(self, values: tf.Tensor) -> tf.Tensor:
        return tf.math.unsorted_segment_max(values, self.rows, tf.size(self.lengths))

    def spread(self, results: tf.Tensor) -> tf.Tensor:
        return tf.gather(results, self.rows)


def _pool(
    pools: Sequence[str], steps: _Steps, last: tf.Tensor | None, attention: tf.Tensor | None
) -> tf.Tensor:
    parts = [last if pool == "last" else _pool_once(pool, steps, attention) for pool in pools]
    return tf.concat(parts, -1) if len(parts) > 1 else parts[0]


def _pool_once(pool: str, steps: _Steps, attention: tf.Tensor | None) -> tf.Tensor:
    """Pool each row: (rows, units)."""
    if pool == "mean":
        return steps.average(steps.values)
    if pool == "max":
        return steps.find_largest(steps.values)
    if pool == "std":
        mean = steps.average(steps.values)
        squares = tf.math.squared_difference(steps.values, steps.spread(mean))
        return tf.sqrt(steps.average(squares) + STD_EPSILON)
    assert attention is not None
    scores = tf.linalg.matvec(steps.values, attention[:, 0])[..., None]  # one per step
    largest = tf.stop_gradient(steps.find_largest(scores))  # (rows, 1)
    # Only scores of padding are larger, and an infinite one would make the gradient NaN.
    shares = tf.exp(tf.minimum(scores - steps.spread(largest), 0.0))
    return steps.add(shares * steps.values) / steps.add(shares)
