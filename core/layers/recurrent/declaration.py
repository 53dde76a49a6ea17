"""Fields of every recurrent layer. Does not need TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...fields.declaration import setting
from ...fields.value_types import Boolean, Number, Whole
from ...i18n import N_
from ..layer import Layer

NORMALIZATION_EPSILON = 1e-3  # added to the variance; Keras's default
MAX_UNITS = 1024  # 1,024 units on 1,024 inputs hold 8.4 million weights


@dataclass(frozen=True, repr=False)
class Recurrent(Layer):
    """A masked recurrent layer.

    Attributes:
        units: Size of the state per direction.
        bidirectional: Adds a second layer that reads the sequence from its end.
        dropout: See ``Layer``.
        layer_normalization: Normalizes the outputs of each step over the units (Ba, Kiros and
            Hinton, 2016; ``keras.layers.LayerNormalization``), those of both directions together.
            The recurrence itself reads the states before it.
        gates: Parts of a unit, each with weights of its own (of the class).
        biases: Biases per part of a unit (of the class).
        step_seconds: Fixed cost of a step in training, which does not depend on the number of rows
            and units; used only to estimate time (of the class).
    """

    units: int = setting(
        ...,
        Whole(1, MAX_UNITS),
        label=N_("Units"),
        help=N_("Size of the state per direction."),
        suggest_values=lambda layer: (layer.units, 2 * layer.units),
        entry=N_("{value} units"),
    )
    bidirectional: bool = setting(
        False,
        Boolean((N_("unidirectional"), N_("bidirectional"))),
        label=N_("Bidirectional"),
        help=N_("Adds a second layer that reads the sequence backwards."),
        suggest_values=lambda layer: (False, True),
    )
    dropout: float = setting(
        0.0,
        Number(0, 0.95, step=0.05),
        label=N_("Dropout"),
        help=N_("Share of this layer's outputs set to 0 at each training update."),
        suggest_values=lambda layer: (0.0, 0.3),
        entry=N_("dropout {value}"),
    )
    layer_normalization: bool = setting(
        False,
        Boolean((N_("without layer normalization"), N_("with layer normalization"))),
        label=N_("Layer normalization"),
        help=N_(
            "Each step's outputs get mean 0 and standard deviation 1 over the units, then a "
            "learned scale and offset. The inspection shows the states before it."
        ),
        suggest_values=lambda layer: (False, True),
    )
    gates: ClassVar[int] = 1
    biases: ClassVar[int] = 1
    size_field = "units"
    start_seconds = 0.3
    step_seconds: ClassVar[float] = 400e-6  # of a stock Keras layer

    @property
    def directions(self) -> int:
        return 1 + self.bidirectional

    @property
    def outputs(self) -> int:
        return self.directions * self.units

    def count_weights(self, inputs: int) -> int:
        weights_per_gate = self.units * (inputs + self.units + self.biases)
        normalization = 2 * self.outputs * self.layer_normalization  # scale and offset
        return self.directions * self.gates * weights_per_gate + normalization

    def describe(self) -> str:
        text = super().describe()
        text = f"Bidirectional({text})" if self.bidirectional else text
        return f"{text} → LayerNormalization" if self.layer_normalization else text
