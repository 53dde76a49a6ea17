"""Convolutional layers on packed steps: no padding, and any number of row groups. Needs TensorFlow.

Packed steps are the real steps of all sequences of a group, one behind the other. A convolution
spreads them over a longer array with its zeros between the sequences, and is then one convolution
of a single long sequence; with a dilation rate, of one row of it per remainder. All else is
computed on real steps alone, so that a long sequence costs its own steps and nothing else.

Batch normalization takes its moments over all groups of a batch. The results are those of the stock
Keras layers, whose weights are used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import keras
import tensorflow as tf

from ..recurrent.fast_layer import Gradient, with_gradient
from .steps import Steps, compute_padding

# Convolutions are compiled for each size of their arrays, and thousands of sizes fill the memory
# with them: with this multiple an epoch of Inception blocks takes 0.8 times the processor time, one
# of 128/256/128 filters 0.9 times, and the process 1.0 instead of 1.4 GB.
SIZE_MULTIPLE = 128


@dataclass(frozen=True)
class PackedGroup:
    """The packed steps of a group of rows.

    Attributes:
        values: (real steps, channels) float32.
        lengths: (rows,) int64, real steps per row.
        is_real: () bool; False for the replacement of an empty group, which does not count.
    """

    values: tf.Tensor
    lengths: tf.Tensor
    is_real: tf.Tensor

    @property
    def starts(self) -> tf.Tensor:
        """Position of each row's first step, (rows,) int64."""
        return tf.cumsum(self.lengths, exclusive=True)

    @property
    def rows(self) -> tf.Tensor:
        """Row of each step, (real steps,) int64."""
        return tf.repeat(tf.range(tf.size(self.lengths, tf.int64)), self.lengths)


def pack_group(
    flat: tf.Tensor, starts: tf.Tensor, lengths: tf.Tensor, is_real: tf.Tensor
) -> PackedGroup:
    """Gather the steps of some rows.

    Args:
        flat: (steps, channels) float32.
        starts: (rows,) int64, positions of the rows' first steps in ``flat``.
        lengths: (rows,) int64, real steps per row.
        is_real: () bool; see ``PackedGroup``.
    """
    empty = PackedGroup(flat, lengths, is_real)
    rows = empty.rows
    positions = tf.range(tf.size(rows, tf.int64)) + tf.gather(starts - empty.starts, rows)
    return replace(empty, values=tf.gather(flat, positions))


class PackedComputation(Steps[Sequence[PackedGroup]]):
    """Computes the groups of a batch side by side.

    Args:
        get_layer: Returns the stock Keras layer of a name.
        training: Normalizes by the moments of the batch, and updates the moving ones.
    """

    def __init__(self, get_layer: Callable[[str], keras.layers.Layer], training: bool) -> None:
        self.get_layer, self.training = get_layer, training

    def convolve(
        self,
        x: Sequence[PackedGroup],
        name: str,
        filters: int,
        kernel_size: int,
        *,
        strides: int = 1,
        dilation_rate: int = 1,
        causal: bool = False,
        use_bias: bool = False,
    ) -> Sequence[PackedGroup]:
        layer = self.get_layer(name)
        kernel = tf.convert_to_tensor(layer.kernel.value)  # (kernel_size, inputs, filters)

        def convolve(group: PackedGroup) -> PackedGroup:
            if kernel_size == 1:
                group = _skip_steps(group, strides)
                values = tf.matmul(group.values, kernel[0])
            else:
                layout = _Layout.arrange(group, kernel_size, dilation_rate, strides, causal)
                values = _convolve(group.values, kernel, layout)
                group = replace(group, lengths=layout.lengths)
            if use_bias:
                values += tf.convert_to_tensor(layer.bias.value)
            return replace(group, values=values)

        return list(map(convolve, x))

    def normalize(self, x: Sequence[PackedGroup], name: str) -> Sequence[PackedGroup]:
        layer = self.get_layer(name)
        gamma, beta = (tf.convert_to_tensor(each.value) for each in (layer.gamma, layer.beta))
        if self.training:
            *values, mean, variance = _normalize_batch(x, gamma, beta, layer.epsilon)
            for moving, moment in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
                share = layer.momentum
                moving.value.assign(moving.value * share + tf.stop_gradient(moment) * (1 - share))
        else:
            mean, variance = (
                tf.convert_to_tensor(each.value)
                for each in (layer.moving_mean, layer.moving_variance)
            )
            scale = gamma * tf.math.rsqrt(variance + layer.epsilon)
            values = [group.values * scale + (beta - mean * scale) for group in x]
        return _replace_values(x, values)

    def pool(
        self,
        x: Sequence[PackedGroup],
        pool_size: int,
        *,
        strides: int = 1,
        causal: bool = False,
    ) -> Sequence[PackedGroup]:
        def pool(group: PackedGroup) -> PackedGroup:
            layout = _Layout.arrange(group, pool_size, 1, strides, causal)
            pooled = tf.nn.max_pool2d(
                layout.spread(group.values), (pool_size, 1), (strides, 1), "VALID"
            )
            return replace(group, values=layout.collect(pooled), lengths=layout.lengths)

        return list(map(pool, x))

    def add(self, x: Sequence[PackedGroup], y: Sequence[PackedGroup]) -> Sequence[PackedGroup]:
        return _replace_values(x, [a.values + b.values for a, b in zip(x, y, strict=True)])

    def concatenate(self, parts: list[Sequence[PackedGroup]]) -> Sequence[PackedGroup]:
        values = [
            tf.concat([each.values for each in groups], -1) for groups in zip(*parts, strict=True)
        ]
        return _replace_values(parts[0], values)

    def rectify(self, x: Sequence[PackedGroup]) -> Sequence[PackedGroup]:
        return _replace_values(x, [tf.nn.relu(group.values) for group in x])


def _replace_values(x: Sequence[PackedGroup], values: Sequence[tf.Tensor]) -> list[PackedGroup]:
    return [replace(group, values=each) for group, each in zip(x, values, strict=True)]


def _skip_steps(group: PackedGroup, strides: int) -> PackedGroup:
    """Keep each row's first step and every ``strides`` behind it."""
    if strides == 1:
        return group
    lengths = -(-group.lengths // strides)
    kept = replace(group, lengths=lengths)
    step = tf.range(tf.reduce_sum(lengths)) - tf.gather(kept.starts, kept.rows)
    positions = tf.gather(group.starts, kept.rows) + strides * step
    return replace(kept, values=tf.gather(group.values, positions))


@dataclass(frozen=True)
class _Layout:
    """Places of packed steps in the array that a kernel reads, with its zeros between sequences.

    Attributes:
        size: () int64, steps of the array, a multiple of SIZE_MULTIPLE and of the dilation rate.
        places: (real steps,) int64, place of each step.
        result_places: (real steps of the output,) int64, places in the flattened output.
        lengths: (rows,) int64, steps per row of the output.
        dilation_rate: Of the kernel.
        strides: Of the kernel.
    """

    size: tf.Tensor
    places: tf.Tensor
    result_places: tf.Tensor
    lengths: tf.Tensor
    dilation_rate: int
    strides: int

    @classmethod
    def arrange(
        cls, group: PackedGroup, kernel_size: int, dilation_rate: int, strides: int, causal: bool
    ) -> _Layout:
        """Arrange the steps of a group for a kernel."""
        padding = compute_padding(kernel_size, dilation_rate, causal)
        slots = group.lengths + max(padding)  # of zeros, which both neighbours read
        slots = -(-slots // strides) * strides  # the kernel then meets each row's first step
        first = tf.cumsum(slots, exclusive=True)  # (rows,)
        size = tf.reduce_sum(slots) + sum(padding)
        multiple = math.lcm(SIZE_MULTIPLE, dilation_rate)
        lengths = -(-group.lengths // strides)
        result = replace(group, lengths=lengths)

        def place(group: PackedGroup, first: tf.Tensor) -> tf.Tensor:
            steps = tf.range(tf.reduce_sum(group.lengths))
            return steps + tf.gather(first - group.starts, group.rows)

        return cls(
            size=-(-size // multiple) * multiple,
            places=place(group, first + padding[0]),
            result_places=place(result, first // strides),
            lengths=lengths,
            dilation_rate=dilation_rate,
            strides=strides,
        )

    def spread(self, values: tf.Tensor) -> tf.Tensor:
        """Spread packed values over the array: (1, size / dilation, dilation, channels)."""
        return self._reshape(_scatter(self.places, values, self.size))

    def collect(self, results: tf.Tensor) -> tf.Tensor:
        """Collect the output of each real step: (real steps, channels)."""
        return tf.gather(_flatten(results), self.result_places)

    def spread_gradient(self, gradient: tf.Tensor, kernel_size: int) -> tf.Tensor:
        """Spread a gradient of collected results over the output of a kernel; see ``spread``."""
        dilation_rate = self.dilation_rate
        size = (self.size - dilation_rate * kernel_size) // self.strides + dilation_rate
        return self._reshape(_scatter(self.result_places, gradient, size))

    def compute_kernel_gradient(
        self, spread: tf.Tensor, upstream: tf.Tensor, kernel_size: int
    ) -> tf.Tensor:
        """Compute the gradient of a kernel, (kernel_size, channels, filters).

        One matrix product per step of the kernel: 96 GFLOPs on a core, 128 to 256 channels, where
        ``Conv2DBackpropFilter`` reaches 43.

        Args:
            spread: What the kernel read; see ``spread``.
            upstream: The gradient of its output, from ``spread_gradient``.
            kernel_size: Steps of the kernel.
        """
        spread, upstream = _flatten(spread), _flatten(upstream)
        reach = (tf.shape(upstream)[0] - 1) * self.strides + 1
        parts = []
        for step in range(0, kernel_size * self.dilation_rate, self.dilation_rate):
            inputs = spread[step : step + reach : self.strides]
            parts.append(tf.matmul(inputs, upstream, transpose_a=True))
        return tf.stack(parts)

    def _reshape(self, array: tf.Tensor) -> tf.Tensor:
        return tf.reshape(array, [1, -1, self.dilation_rate, array.shape[-1]])


def _flatten(array: tf.Tensor) -> tf.Tensor:
    """Return (1, steps / dilation, dilation, channels) as (steps, channels)."""
    return tf.reshape(array, [-1, array.shape[-1]])


def _scatter(places: tf.Tensor, values: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """Write rows of values, (rows, channels), to places among ``size`` rows of zeros."""
    shape = tf.stack([size, tf.constant(values.shape[-1], tf.int64)])
    return tf.scatter_nd(places[:, None], values, shape)


def _convolve(values: tf.Tensor, kernel: tf.Tensor, layout: _Layout) -> tf.Tensor:
    """Convolve packed values with a kernel (kernel_size, channels, filters).

    The gradient spreads the values once more instead of keeping a second copy of them.
    """

    @with_gradient
    def convolve(values: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Gradient]:
        flat_kernel = kernel[:, None]  # (kernel_size, 1, channels, filters)
        options = {"strides": [1, layout.strides, 1, 1], "padding": "VALID"}
        results = tf.nn.conv2d(layout.spread(values), flat_kernel, **options)

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            spread = layout.spread(values)
            upstream = layout.spread_gradient(upstream, kernel.shape[0])
            values_gradient = tf.raw_ops.Conv2DBackpropInput(
                input_sizes=tf.shape(spread), filter=flat_kernel, out_backprop=upstream, **options
            )
            values_gradient = _flatten(values_gradient)
            kernel_gradient = layout.compute_kernel_gradient(spread, upstream, kernel.shape[0])
            return tf.gather(values_gradient, layout.places), kernel_gradient

        return layout.collect(results), gradient

    return convolve(values, kernel)


def _normalize_batch(
    x: Sequence[PackedGroup], gamma: tf.Tensor, beta: tf.Tensor, epsilon: float
) -> list[tf.Tensor]:
    """Normalize by the moments of all groups together.

    Args:
        x: The groups; one that is not real has no part in the moments.
        gamma: (channels,) scale.
        beta: (channels,) offset.
        epsilon: Added to the variance.

    Returns:
        The normalized values of each group, the mean and the variance, (channels,).
    """
    shares = [tf.cast(group.is_real, tf.float32) for group in x]
    counts = [
        share * tf.cast(tf.shape(group.values)[0], tf.float32)
        for share, group in zip(shares, x, strict=True)
    ]
    count = tf.add_n(counts)

    def add_up(parts: Iterable[tf.Tensor]) -> tf.Tensor:
        """Sum parts (steps, channels), one per group, over the steps of real groups."""
        sums = [share * tf.reduce_sum(part, 0) for share, part in zip(shares, parts, strict=True)]
        return tf.add_n(sums)

    @with_gradient
    def normalize(
        gamma: tf.Tensor, beta: tf.Tensor, *values: tf.Tensor
    ) -> tuple[list[tf.Tensor], Gradient]:
        mean = add_up(values) / count
        variance = add_up(tf.math.squared_difference(each, mean) for each in values) / count
        inverse = tf.math.rsqrt(variance + epsilon)
        scale = gamma * inverse
        results = [each * scale + (beta - mean * scale) for each in values]

        def gradient(*upstreams: tf.Tensor) -> tuple[tf.Tensor, ...]:
            *upstream, _, _ = upstreams  # moments only leave the graph
            centered = [each - mean for each in values]
            beta_gradient = add_up(upstream)
            gamma_gradient = inverse * add_up(
                a * b for a, b in zip(upstream, centered, strict=True)
            )
            slope, offset = inverse * gamma_gradient / count, beta_gradient / count
            value_gradients = [
                share * scale * (each - offset - slope * deviation)
                for share, each, deviation in zip(shares, upstream, centered, strict=True)
            ]
            return gamma_gradient, beta_gradient, *value_gradients

        return [*results, mean, variance], gradient

    normalized: list[tf.Tensor] = normalize(gamma, beta, *(group.values for group in x))
    return normalized
