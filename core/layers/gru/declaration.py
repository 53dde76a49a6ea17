"""Declaration of the GRU layer. Does not need TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass

from ..recurrent.declaration import Recurrent


@dataclass(frozen=True, repr=False)
class GRU(Recurrent):
    """A masked GRU layer (Cho et al., 2014; ``keras.layers.GRU`` with ``reset_after=True``)."""

    gates = 3
    biases = 2
    is_fast = True
    step_seconds = 60e-6  # the estimate at 64/32 is then 1.2 times the LSTM's, as measured
