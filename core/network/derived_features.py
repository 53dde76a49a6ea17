"""Features derived inside a network, of stock Keras operations. Needs TensorFlow."""

from __future__ import annotations

import numpy as np
from keras import KerasTensor, ops

from ..recipe.derived_features import DerivedFeatures

MAX_FLOAT32 = float(np.finfo(np.float32).max)
# A standard deviation that float32 cannot tell from 0, relative to the mean, and to a standard
# deviation over the data set, which is 1.
MIN_DEVIATION = 1e-7


def derive_features(features: DerivedFeatures, x: KerasTensor, real: KerasTensor) -> KerasTensor:
    """Derive the features of a network from its inputs.

    In float64, so that no digits are lost where a mean is large.

    Args:
        features: The rules.
        x: (batch, steps, inputs) float32, real steps in front and 0 behind them.
        real: (batch, steps) bool.

    Returns:
        (batch, steps, features) float32, 0 behind the real steps.
    """
    is_real = ops.expand_dims(real, -1)
    precise = ops.cast(x, "float64")
    numeric = ops.take(precise, list(features.numeric), axis=-1)
    over_data_set, series = [precise], [numeric]
    if features.differences:
        before = ops.concatenate([numeric[:, :1], numeric[:, :-1]], axis=1)
        differences = ops.where(is_real, numeric - before, 0.0)
        series.append(differences)
        over_data_set.append(_scale_differences(features, differences))
    parts = over_data_set
    if features.normalization != "data_set":
        normalized = _normalize(ops.concatenate(series, axis=-1), is_real)
        if features.normalization == "sequence":
            parts = [ops.take(precise, list(features.coded), axis=-1)] if features.coded else []
        parts = [*parts, normalized]
    derived = ops.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]
    derived = ops.clip(derived, -MAX_FLOAT32, MAX_FLOAT32)
    return ops.cast(ops.where(is_real, derived, 0.0), "float32")


def _scale_differences(features: DerivedFeatures, differences: KerasTensor) -> KerasTensor:
    if not features.difference_scaling:
        return differences
    mean, deviation = np.array(features.difference_scaling).T
    return (differences - mean) / deviation


def _normalize(series: KerasTensor, is_real: KerasTensor) -> KerasTensor:
    """Return (batch, steps, n) with mean 0 and deviation 1 over real steps; constants become 0."""
    length = ops.maximum(ops.sum(ops.cast(is_real, "float64"), axis=1, keepdims=True), 1.0)
    mean = _sum_steps(series) / length  # (batch, 1, n)
    centered = ops.where(is_real, series - mean, 0.0)
    variance = _sum_steps(ops.square(centered)) / length
    least = MIN_DEVIATION * ops.maximum(ops.abs(mean), 1.0)
    is_constant = variance <= ops.square(least)
    deviation = ops.sqrt(ops.where(is_constant, 1.0, variance))  # without a gradient at 0
    return ops.where(is_constant, 0.0, centered / deviation)


def _sum_steps(x: KerasTensor) -> KerasTensor:
    """Sum over steps, (batch, 1, n).

    Step after step, so that zeros behind the real steps change no bit; the order in which
    ``ops.sum`` adds depends on the width of the array.
    """
    return ops.cumsum(x, axis=1)[:, -1:]
