"""Declaration of the LSTM layer. Does not need TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass

from ..recurrent.declaration import Recurrent


@dataclass(frozen=True, repr=False)
class LSTM(Recurrent):
    """A masked LSTM layer (Hochreiter and Schmidhuber, 1997; ``keras.layers.LSTM``)."""

    gates = 4
    is_fast = True
    step_seconds = 25e-6
