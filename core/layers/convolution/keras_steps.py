"""Convolutional layers as stock Keras layers on padded arrays. Needs TensorFlow.

The steps behind each sequence are set to 0 before every convolution and pooling, so that a
convolution reads zeros beyond the last real step, as it does for a sequence alone. Nothing but
explicit zeros and "valid" is used: Keras's "same" shifts with the width of the batch as soon as
there are strides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import keras
from keras import KerasTensor, ops

from .steps import Steps, compute_padding


@dataclass(frozen=True)
class PaddedSteps:
    """Sequences as padded arrays.

    Attributes:
        values: (batch, steps, channels) float32. The padding is finite.
        real: (batch, steps) bool, True at the real steps, which come first.
    """

    values: KerasTensor
    real: KerasTensor


class KerasSteps(Steps[PaddedSteps]):
    """Builds stock Keras layers.

    Args:
        prefix: Text before the names of the layers.
        seeds: Seeds of the initial weights, each used once.
    """

    def __init__(self, prefix: str, seeds: Iterator[int]) -> None:
        self.prefix, self.seeds = prefix, seeds

    def convolve(
        self,
        x: PaddedSteps,
        name: str,
        filters: int,
        kernel_size: int,
        *,
        strides: int = 1,
        dilation_rate: int = 1,
        causal: bool = False,
        use_bias: bool = False,
    ) -> PaddedSteps:
        padding = compute_padding(kernel_size, dilation_rate, causal)
        values = keras.layers.Conv1D(
            filters,
            kernel_size,
            strides=strides,
            dilation_rate=dilation_rate,
            use_bias=use_bias,
            kernel_initializer=keras.initializers.GlorotUniform(seed=next(self.seeds)),
            name=self.prefix + name,
        )(surround(x, padding))
        return PaddedSteps(values, x.real[:, ::strides])

    def normalize(self, x: PaddedSteps, name: str) -> PaddedSteps:
        normalization = keras.layers.BatchNormalization(name=self.prefix + name)
        return PaddedSteps(normalization(x.values, mask=x.real), x.real)

    def pool(
        self, x: PaddedSteps, pool_size: int, *, strides: int = 1, causal: bool = False
    ) -> PaddedSteps:
        pooling = keras.layers.MaxPooling1D(pool_size, strides)
        values = pooling(surround(x, compute_padding(pool_size, 1, causal)))
        return PaddedSteps(values, x.real[:, ::strides])

    def add(self, x: PaddedSteps, y: PaddedSteps) -> PaddedSteps:
        return PaddedSteps(keras.layers.Add()([x.values, y.values]), x.real)

    def concatenate(self, parts: list[PaddedSteps]) -> PaddedSteps:
        values = keras.layers.Concatenate()([each.values for each in parts])
        return PaddedSteps(values, parts[0].real)

    def rectify(self, x: PaddedSteps) -> PaddedSteps:
        return PaddedSteps(keras.layers.ReLU()(x.values), x.real)


def surround(x: PaddedSteps, padding: tuple[int, int]) -> KerasTensor:
    """Set the steps behind each sequence to 0, and add zeros in front and behind."""
    values = ops.where(ops.expand_dims(x.real, -1), x.values, 0.0)
    return keras.layers.ZeroPadding1D(padding)(values) if any(padding) else values
