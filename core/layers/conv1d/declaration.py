"""Declaration of the convolution layer. Does not need TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from ...errors import RecipeError
from ...fields.declaration import setting
from ...fields.value_types import Boolean, Whole
from ...i18n import N_
from ..convolution.declaration import (
    MAX_DILATION,
    MAX_KERNEL_SIZE,
    MAX_STRIDES,
    Convolutional,
    causal_setting,
    dropout_setting,
    filters_setting,
)
from ..convolution.steps import Steps

T = TypeVar("T")


@dataclass(frozen=True, repr=False)
class Conv1D(Convolutional):
    """A masked convolution, batch normalization and relu (``keras.layers.Conv1D``).

    Attributes:
        filters: Outputs per step.
        kernel_size: Steps that a filter reads.
        dilation_rate: Distance of these steps.
        strides: Steps per step of the output: the first real step, and every ``strides`` behind it.
        pool_size: Steps per step of the output of a max pooling at the end; 1 for none.
        batch_normalization: Normalizes each filter's outputs over all real steps of a batch; the
            convolution then has no bias of its own.
        residual: Adds the input, through a convolution of one step, before relu (He et al., 2016).
        causal: See ``Convolutional``.
        dropout: See ``Layer``.
    """

    filters: int = filters_setting(...)
    kernel_size: int = setting(
        8,
        Whole(1, MAX_KERNEL_SIZE),
        label=N_("Kernel size"),
        help=N_("Steps that a filter reads."),
        suggest_values=lambda layer: (layer.kernel_size, 2 * layer.kernel_size),
        entry=N_("kernel size {value}"),
    )
    dilation_rate: int = setting(
        1,
        Whole(1, MAX_DILATION),
        label=N_("Dilation rate"),
        help=N_("Distance of the steps that a filter reads."),
    )
    strides: int = setting(
        1,
        Whole(1, MAX_STRIDES),
        label=N_("Strides"),
        help=N_("Steps per step of the output. More than 1 shortens the sequences."),
    )
    pool_size: int = setting(
        1,
        Whole(1, MAX_STRIDES),
        label=N_("Pool size"),
        help=N_("Max pooling shortens the sequences by this factor. 1: none."),
    )
    batch_normalization: bool = setting(
        True,
        Boolean((N_("not normalized"), N_("batch normalization"))),
        label=N_("Batch normalization"),
        help=N_("Mean 0 and standard deviation 1 per filter, over the real steps of a batch."),
        suggest_values=lambda layer: (False, True),
    )
    residual: bool = setting(
        False,
        Boolean((N_("not residual"), N_("residual"))),
        label=N_("Residual"),
        help=N_("Adds the input of the layer to its output."),
        suggest_values=lambda layer: (False, True),
    )
    causal: bool | None = causal_setting()
    dropout: float = dropout_setting()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.strides > 1 and self.dilation_rate > 1:  # as in Keras
            raise RecipeError(
                "Conv1D.strides is {strides} and Conv1D.dilation_rate is {dilation_rate}; use 1 "
                "for one of them",
                strides=self.strides,
                dilation_rate=self.dilation_rate,
            )

    @property
    def outputs(self) -> int:
        return self.filters

    @property
    def downsampling(self) -> int:
        return self.strides * self.pool_size

    def compute(self, steps: Steps[T], x: T, inputs: int) -> T:
        causal, normalized = bool(self.causal), self.batch_normalization
        y = steps.convolve(
            x,
            "convolution",
            self.filters,
            self.kernel_size,
            strides=self.strides,
            dilation_rate=self.dilation_rate,
            causal=causal,
            use_bias=not normalized,
        )
        if normalized:
            y = steps.normalize(y, "normalization")
        if self.residual:
            shortcut = steps.convolve(
                x, "shortcut", self.filters, 1, strides=self.strides, use_bias=not normalized
            )
            if normalized:
                shortcut = steps.normalize(shortcut, "shortcut_normalization")
            y = steps.add(y, shortcut)
        y = steps.rectify(y)
        if self.pool_size > 1:
            y = steps.pool(y, self.pool_size, strides=self.pool_size, causal=causal)
        return y
