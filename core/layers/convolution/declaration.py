"""Base of the declarations of convolutional layers. Does not need TensorFlow."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, TypeVar

from ...fields.declaration import setting
from ...fields.value_types import Boolean, Number, Whole
from ...i18n import N_
from ..layer import Layer
from .steps import Size, SizeCounter, Steps

MAX_FILTERS = 1024  # as many as units of a recurrent layer
MAX_KERNEL_SIZE, MAX_DILATION, MAX_STRIDES = 256, 1024, 64
T = TypeVar("T")


def filters_setting(default: Any) -> int:
    """Declare the number of filters, the size of a convolutional layer."""
    filters: int = setting(
        default,
        Whole(1, MAX_FILTERS),
        label=N_("Filters"),
        help=N_("Outputs per step of each convolution."),
        suggest_values=lambda layer: (layer.filters, 2 * layer.filters),
        entry=N_("{value} filters"),
    )
    return filters


def causal_setting() -> bool | None:
    """Declare whether a layer reads no later steps."""
    return setting(
        None,
        Boolean((N_("not causal"), N_("causal"))),
        label=N_("Causal"),
        help=N_(
            "The output of a step depends on no later steps. Default: causal if every step has a "
            "target."
        ),
        none=N_("default"),
    )


def dropout_setting() -> float:
    """Declare the dropout after a layer."""
    return setting(
        0.0,
        Number(0, 0.95, step=0.05),
        label=N_("Dropout"),
        help=N_("Share of this layer's outputs set to 0 at each training update."),
        suggest_values=lambda layer: (0.0, 0.3),
        entry=N_("dropout {value}"),
    )


@dataclass(frozen=True, repr=False)
class Convolutional(Layer):
    """A layer of masked convolutions."""

    is_fast: ClassVar[bool] = True
    size_field = "filters"
    start_seconds = 1.2

    @property
    @abstractmethod
    def causal(self) -> bool | None:
        """True if the output of a step depends on no later steps.

        None stands for the default of the targets: True if every step has one.
        """

    @abstractmethod
    def compute(self, steps: Steps[T], x: T, inputs: int) -> T:
        """Compute the layer.

        Args:
            steps: The operations.
            x: The input.
            inputs: Its channels.
        """

    def measure(self, inputs: int) -> SizeCounter:
        """Count the weights and products on this number of inputs per step."""
        counter = SizeCounter()
        self.compute(counter, Size(inputs), inputs)
        return counter

    def count_weights(self, inputs: int) -> int:
        return self.measure(inputs).weights

    def describe(self) -> str:
        changes: dict[str, Any] = {"dropout": 0.0}
        return repr(replace(self, **changes))

    def resolve(self, per_step: bool) -> Self:
        changes: dict[str, Any] = {"causal": per_step} if self.causal is None else {}
        return replace(self, **changes)
