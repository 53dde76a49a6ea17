"""Declaration of the Inception block. Does not need TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from ...fields.declaration import setting
from ...fields.value_types import Boolean, Whole
from ...i18n import N_
from ..convolution.declaration import (
    MAX_KERNEL_SIZE,
    Convolutional,
    causal_setting,
    dropout_setting,
    filters_setting,
)
from ..convolution.steps import Steps

POOL_SIZE = 3  # of the branch with max pooling
BRANCHES = 4
T = TypeVar("T")


@dataclass(frozen=True, repr=False)
class Inception(Convolutional):
    """A masked block of InceptionTime (Ismail Fawaz et al., 2020).

    Convolutions of three kernel sizes read the input through a bottleneck, and one of a single step
    reads its maximum over three steps. All four are concatenated and normalized over the batch.

    Attributes:
        filters: Outputs per step of each of the four branches, and of the bottleneck, which inputs
            with fewer channels do not have.
        kernel_size: Steps that the filters of the first branch read; the others read a half and a
            quarter.
        residual: Adds the input, through a convolution of one step, before relu.
        causal: See ``Convolutional``.
        dropout: See ``Layer``.
    """

    start_seconds = 3.0  # of five convolutions
    filters: int = filters_setting(32)
    kernel_size: int = setting(
        40,
        Whole(4, MAX_KERNEL_SIZE),
        label=N_("Kernel size"),
        help=N_(
            "Steps of the largest kernel. The other two of the block are a half and a quarter as "
            "long."
        ),
        suggest_values=lambda layer: (layer.kernel_size // 2, layer.kernel_size),
        entry=N_("kernels up to {value}"),
    )
    residual: bool = setting(
        True,
        Boolean((N_("not residual"), N_("residual"))),
        label=N_("Residual"),
        help=N_("Adds the input of the layer to its output."),
        suggest_values=lambda layer: (False, True),
    )
    causal: bool | None = causal_setting()
    dropout: float = dropout_setting()

    @property
    def outputs(self) -> int:
        return BRANCHES * self.filters

    def compute(self, steps: Steps[T], x: T, inputs: int) -> T:
        causal, narrow = bool(self.causal), x
        if inputs > self.filters:
            narrow = steps.convolve(x, "bottleneck", self.filters, 1)
        branches = [
            steps.convolve(narrow, f"kernel_{number}", self.filters, kernel_size, causal=causal)
            for number, kernel_size in enumerate(self.kernel_sizes, start=1)
        ]
        pooled = steps.pool(x, POOL_SIZE, causal=causal)
        branches.append(steps.convolve(pooled, "pooled", self.filters, 1))
        y = steps.normalize(steps.concatenate(branches), "normalization")
        if self.residual:
            shortcut = steps.convolve(x, "shortcut", self.outputs, 1)
            y = steps.add(y, steps.normalize(shortcut, "shortcut_normalization"))
        return steps.rectify(y)

    @property
    def kernel_sizes(self) -> tuple[int, int, int]:
        """Steps that the filters of the three branches read."""
        return self.kernel_size, self.kernel_size // 2, self.kernel_size // 4
