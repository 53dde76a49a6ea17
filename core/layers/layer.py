"""What all kinds of layers have in common. Does not need TensorFlow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

from ..fields.declaration import check_fields, describe_changes, list_fields


@dataclass(frozen=True, repr=False)
class Layer(ABC):
    """The declaration of a layer, whose first field is its size.

    Attributes:
        is_fast: True if the kind has an implementation of ours, which is faster than the stock
            Keras layer on a CPU (of the class).
        size_field: Name of the first field (of the class).
        start_seconds: Time of building and compiling the layer in one direction, to estimate the
            time of a training (of the class). Measured with ``python -m benchmarks estimates``.
    """

    is_fast: ClassVar[bool] = False
    size_field: ClassVar[str]
    start_seconds: ClassVar[float]

    def __post_init__(self) -> None:
        check_fields(self, list_fields(type(self)), prefix=f"{type(self).__name__}.")

    def __repr__(self) -> str:
        """Show the size and what differs from the defaults, as in ``LSTM(64, dropout=0.2)``."""
        fields = list_fields(type(self))
        changes = describe_changes(self, fields, omitted=(self.size_field,))
        return f"{type(self).__name__}({', '.join([str(self.size), *changes])})"

    @property
    @abstractmethod
    def dropout(self) -> float:
        """Share of the outputs set to 0 at each training update, 0 to 0.95.

        It is a Keras Dropout layer after the layer.
        """

    @property
    def size(self) -> int:
        """Units or filters."""
        size: int = getattr(self, self.size_field)
        return size

    @property
    def directions(self) -> int:
        """Number of layers that read the sequence: 1, or 2."""
        return 1

    @property
    def downsampling(self) -> int:
        """Steps per step of the output."""
        return 1

    @property
    @abstractmethod
    def outputs(self) -> int:
        """Outputs per step."""

    @abstractmethod
    def count_weights(self, inputs: int) -> int:
        """Count the parameters of the layer on this number of inputs per step."""

    def describe(self) -> str:
        """Describe the layer for people, without its dropout, as in "LSTM(64)"."""
        return f"{type(self).__name__}({self.size})"

    def resolve(self, per_step: bool) -> Self:
        """Return the layer with every default that depends on the targets filled in.

        Args:
            per_step: True if every step has a target.
        """
        return self
