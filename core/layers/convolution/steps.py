"""Operations of convolutional layers on the real steps of sequences. Does not need TensorFlow.

A layer is written once, in these operations, and computed in several ways: as a stock Keras network
on padded arrays, on packed steps in training, as nodes of an ONNX graph, as lines of a script, and
as sizes, to count weights.

In every operation the steps outside of a sequence are 0, as if each sequence were alone between
zeros. A kernel of k steps starts ``(k - 1) // 2 * dilation_rate`` steps before the step that it
computes, or ``(k - 1) * dilation_rate`` if it is causal.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


def compute_padding(kernel_size: int, dilation_rate: int, causal: bool) -> tuple[int, int]:
    """Return the zeros in front of a sequence and behind it."""
    reach = (kernel_size - 1) * dilation_rate
    front = reach if causal else (kernel_size - 1) // 2 * dilation_rate
    return front, reach - front


class Steps(ABC, Generic[T]):
    """Operations on sequences of type ``T``, with any number of channels per step.

    Names are those of the weights, and differ within a layer.
    """

    @abstractmethod
    def convolve(
        self,
        x: T,
        name: str,
        filters: int,
        kernel_size: int,
        *,
        strides: int = 1,
        dilation_rate: int = 1,
        causal: bool = False,
        use_bias: bool = False,
    ) -> T:
        """Convolve; n steps become ceil(n / strides)."""

    @abstractmethod
    def normalize(self, x: T, name: str) -> T:
        """Normalize each channel over all real steps of a batch (Ioffe and Szegedy, 2015)."""

    @abstractmethod
    def pool(self, x: T, pool_size: int, *, strides: int = 1, causal: bool = False) -> T:
        """Take the maximum of each channel in a window; n steps become ceil(n / strides)."""

    @abstractmethod
    def add(self, x: T, y: T) -> T:
        """Add two sequences of equal size."""

    @abstractmethod
    def concatenate(self, parts: list[T]) -> T:
        """Concatenate the channels."""

    @abstractmethod
    def rectify(self, x: T) -> T:
        """Set negative values to 0 (relu)."""


@dataclass(frozen=True)
class Size:
    """Size of a sequence.

    Attributes:
        channels: Channels per step.
        steps: Steps per step of the layer's input.
    """

    channels: int
    steps: float = 1.0


class SizeCounter(Steps[Size]):
    """Counts what a layer needs, without computing it.

    Attributes:
        weights: Parameters so far, moving statistics included.
        products: Products of numbers per step of the input, for each sequence.
    """

    def __init__(self) -> None:
        self.weights, self.products = 0, 0.0

    def convolve(
        self,
        x: Size,
        name: str,
        filters: int,
        kernel_size: int,
        *,
        strides: int = 1,
        dilation_rate: int = 1,
        causal: bool = False,
        use_bias: bool = False,
    ) -> Size:
        kernel = kernel_size * x.channels * filters
        self.weights += kernel + filters * use_bias
        self.products += kernel * x.steps / strides
        return Size(filters, x.steps / strides)

    def normalize(self, x: Size, name: str) -> Size:
        self.weights += 4 * x.channels  # scale, offset, moving mean and moving variance
        return x

    def pool(self, x: Size, pool_size: int, *, strides: int = 1, causal: bool = False) -> Size:
        return Size(x.channels, x.steps / strides)

    def add(self, x: Size, y: Size) -> Size:
        return x

    def concatenate(self, parts: list[Size]) -> Size:
        return Size(sum(each.channels for each in parts), parts[0].steps)

    def rectify(self, x: Size) -> Size:
        return x
