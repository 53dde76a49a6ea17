"""The network of random convolutions, of stock Keras layers and operations. Needs TensorFlow.

    compact       real steps first, zeros behind them
    views         series and differences, normalized over the data set and per sequence, on a grid
    convolutions  frozen kernels, up to 84 per dilation, with zeros beyond the true ends
    pools         per kernel and bias the share of positive outputs, over real steps only
    groups        per step the winners of groups of competing kernels, over real steps only
    summaries     per input the mean, the deviation, extremes and ends; the logarithm of the length
    scaling       mean 0 and deviation 1 over training sequences, clipped
    output        the ridge

Padding enters nothing but the compaction, which removes it. The views are rounded to a grid on
which the products of a convolution add up to integers below 2²⁴ grid steps: float32 holds each of
these sums exactly, so that no order of addition, which depends on the width of an array and on the
library, can move an output across a bias. Shares count steps, so they are exact; sums of values are
taken in float64, so that their order does not show in float32.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
from keras import KerasTensor, ops

from ...network.compaction import compact
from ...network.precision import use_float32
from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import Recipe
from .kernels import GROUP_SIZE, KERNEL_SIZE, VIEWS, KernelPlan

LOWEST = -1e30  # below every bias: padding is never positive
# Grid steps per unit, and the largest value on the grid: differences of two reach twice as far, and
# a kernel sums 9 inputs with weights of 12 in total: 2 · 16 · 4096 · 9 · 12 < 2²⁴.
GRID_STEPS, GRID_LIMIT = 4096, 16
MIN_DEVIATION = 1e-6  # added to the deviation of a sequence, which may be constant
MAX_SCALED = 10.0  # deviations from the training mean


@dataclass(frozen=True)
class Parts:
    """A network and what its fit needs of it.

    Attributes:
        network: The whole network.
        views: From the inputs to the stacked views, (views · batch, steps, inputs).
    """

    network: keras.Model
    views: keras.Model


@use_float32()
def build_parts(recipe: Recipe, shape: NetworkShape) -> Parts:
    """Build the network; its kernels, biases and output weights are fitted later."""
    plan = KernelPlan.from_recipe(recipe, shape)
    values = keras.Input((None, shape.inputs), dtype="float32", name="values")
    mask = keras.Input((None,), dtype="bool", name="mask")
    x, real = compact(values, mask)
    length = _count(real)  # (batch, 1)
    # A stock layer that holds numbers: every row looks up the same ones. See ``fit_scales``.
    scales = keras.layers.Embedding(1, shape.inputs, trainable=False, name="scales")(
        ops.zeros_like(length, dtype="int32")
    )  # (batch, 1, inputs)
    stacked = ops.concatenate(_build_views(x, x * scales, real, length), axis=0)
    pools = [_pool_convolutions(plan, stacked, real, length)]
    if plan.groups:
        pools.append(_pool_groups(plan, stacked, real, length))
    features = ops.concatenate([*pools, *_summarize(x, real, length)], axis=1)
    scaled = keras.layers.BatchNormalization(
        center=False, scale=False, epsilon=1e-12, trainable=False, name="scaling"
    )(features)
    activation = "softmax" if recipe.task == "classification" else None
    output = keras.layers.Dense(
        shape.outputs, activation, kernel_initializer="zeros", name="output"
    )(ops.clip(scaled, -MAX_SCALED, MAX_SCALED))
    inputs = [values, mask]
    return Parts(
        keras.Model(inputs, output, name="unpadded"),
        keras.Model(inputs, stacked),
    )


def _count(real: KerasTensor) -> KerasTensor:
    return ops.sum(ops.cast(real, "float32"), axis=1, keepdims=True)


def _build_views(
    x: KerasTensor, over_data_set: KerasTensor, real: KerasTensor, length: KerasTensor
) -> list[KerasTensor]:
    """Return series and differences, over the data set and per sequence, each as x."""
    is_real = ops.expand_dims(real, -1)
    mean, deviation = _compute_moments(x, is_real, length)
    mean, deviation = (ops.expand_dims(each, 1) for each in (mean, deviation))
    per_sequence = ops.where(is_real, (x - mean) / (deviation + MIN_DEVIATION), 0.0)
    views = []
    for series in map(_round_to_grid, (over_data_set, per_sequence)):
        before = ops.concatenate([series[:, :1], series[:, :-1]], axis=1)  # the first has no other
        views += [series, ops.where(is_real, series - before, 0.0)]
    return views


def _round_to_grid(x: KerasTensor) -> KerasTensor:
    limit = GRID_LIMIT * GRID_STEPS
    return ops.clip(ops.round(x * GRID_STEPS), -limit, limit) / GRID_STEPS


def _compute_moments(
    x: KerasTensor, is_real: KerasTensor, length: KerasTensor
) -> tuple[KerasTensor, KerasTensor]:
    """Return mean and standard deviation over real steps, (batch, inputs)."""
    precise, steps = ops.cast(x, "float64"), ops.cast(length, "float64")
    mean = ops.sum(precise, axis=1) / steps
    squares = ops.where(is_real, ops.square(precise - ops.expand_dims(mean, 1)), 0.0)
    deviation = ops.sqrt(ops.sum(squares, axis=1) / steps)
    return ops.cast(mean, "float32"), ops.cast(deviation, "float32")


def _pool_convolutions(
    plan: KernelPlan, stacked: KerasTensor, real: KerasTensor, length: KerasTensor
) -> KerasTensor:
    """Return the pooled outputs of all kernels, (batch, views · pools)."""
    # A stock layer that holds numbers: every row looks up the same ones.
    biases = keras.layers.Embedding(1, VIEWS * plan.thresholds, trainable=False, name="biases")(
        ops.zeros_like(length, dtype="int32")[:, 0]
    )
    biases = ops.expand_dims(ops.concatenate(ops.split(biases, VIEWS, axis=1), axis=0), 1)
    real, length = (ops.concatenate([each] * VIEWS, axis=0) for each in (real, length))
    is_real = ops.expand_dims(real, -1)
    position = ops.expand_dims(ops.cumsum(ops.cast(real, "float32"), axis=1) - 1, -1)
    pools, kernels, first = [], plan.kernels, 0
    for dilation in plan.dilations:
        outputs = _convolve(stacked, kernels, dilation, f"convolution_{dilation}")
        outputs = ops.where(is_real, outputs, LOWEST)  # (views · batch, steps, kernels)
        for number in range(plan.biases):
            bias = biases[:, :, first : first + kernels]
            first += kernels
            positive = ops.cast(outputs > bias, "float32")
            count = ops.sum(positive, axis=1)  # exact up to 16 million steps
            pools.append(count / length)
            if number == 0:
                count = ops.maximum(count, 1.0)
                excess = ops.sum(ops.cast(ops.relu(outputs - bias), "float64"), axis=1)
                pools.append(ops.cast(excess, "float32") / count)
                pools.append(ops.sum(positive * position, axis=1) / count / length)
    return _join_views(pools)


def _pool_groups(
    plan: KernelPlan, stacked: KerasTensor, real: KerasTensor, length: KerasTensor
) -> KerasTensor:
    """Return the wins of each kernel in its group, (batch, views · pools).

    A kernel wins a step with the largest output of its group, and by that output; several kernels
    may win it. Roots of the mean over the sequence, over its first half and over its second half.
    """
    real, length = (ops.concatenate([each] * VIEWS, axis=0) for each in (real, length))
    position = ops.cumsum(ops.cast(real, "float32"), axis=1) - 1
    is_first = ops.cast(ops.logical_and(real, position < length / 2), "float64")
    steps = ops.cast(ops.sum(is_first, axis=1, keepdims=True), "float32")
    steps = [length, ops.maximum(steps, 1.0), ops.maximum(length - steps, 1.0)]
    is_real, is_first = real[:, :, None, None], ops.expand_dims(is_first, -1)
    pools, kernels = [], plan.groups * GROUP_SIZE
    for dilation in plan.group_dilations:
        outputs = _convolve(stacked, kernels, dilation, f"groups_{dilation}")
        grouped = keras.layers.Reshape((-1, GROUP_SIZE, plan.groups))(outputs)
        is_winner = ops.logical_and(grouped >= ops.max(grouped, axis=2, keepdims=True), is_real)
        wins = ops.cast(ops.where(is_winner, grouped, 0.0), "float64")
        wins = keras.layers.Reshape((-1, kernels))(wins)
        whole, first = ops.sum(wins, axis=1), ops.sum(wins * is_first, axis=1)
        sums = [ops.cast(each, "float32") for each in (whole, first, whole - first)]
        pools += [ops.sqrt(ops.relu(each / n)) for each, n in zip(sums, steps, strict=True)]
    return _join_views(pools)


def _convolve(stacked: KerasTensor, kernels: int, dilation: int, name: str) -> KerasTensor:
    return keras.layers.Conv1D(
        kernels,
        KERNEL_SIZE,
        dilation_rate=dilation,
        padding="same",  # zeros on both sides, as many as the kernel reaches
        use_bias=False,
        trainable=False,
        name=name,
    )(stacked)


def _join_views(pools: list[KerasTensor]) -> KerasTensor:
    """Concatenate pools, each (views · batch, kernels), to (batch, views · pools)."""
    by_view = ops.concatenate(pools, axis=1)
    return ops.concatenate(ops.split(by_view, VIEWS, axis=0), axis=1)


def _summarize(x: KerasTensor, real: KerasTensor, length: KerasTensor) -> list[KerasTensor]:
    """Return summaries of the sequences, each (batch, inputs), and the logarithm of the length."""
    is_real = ops.expand_dims(real, -1)
    minimum = ops.min(ops.where(is_real, x, -LOWEST), axis=1)
    maximum = ops.max(ops.where(is_real, x, LOWEST), axis=1)
    last = ops.expand_dims(ops.cast(length, "int32") - 1, -1)  # (batch, 1, 1)
    ends = [x[:, 0], ops.take_along_axis(x, last, axis=1)[:, 0]]
    return [*_compute_moments(x, is_real, length), minimum, maximum, *ends, ops.log(length)]
