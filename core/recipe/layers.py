"""Declarations of the recurrent layers."""

from __future__ import annotations

from dataclasses import dataclass

from .field_validation import check_boolean, check_number, check_whole

MAX_UNITS = 1024  # 1,024 units on 1,024 inputs hold 8.4 million weights


@dataclass(frozen=True)
class LSTM:
    """A masked LSTM layer.

    Attributes:
        units: size of the state per direction.
        bidirectional: adds a second layer that reads the sequence from its end.
        dropout: share of the outputs set to 0 at each training update (a Keras Dropout layer
            after it), 0 to 0.95.
    """

    units: int
    bidirectional: bool = False
    dropout: float = 0.0

    def __post_init__(self) -> None:
        kind = f"{type(self).__name__}."
        check_whole(self, "units", 1, MAX_UNITS, prefix=kind)
        check_boolean(f"{kind}bidirectional", self.bidirectional)
        check_number(self, "dropout", 0, 0.95, prefix=kind)


@dataclass(frozen=True)
class GRU(LSTM):
    """A masked GRU layer, with the fields of ``LSTM``."""


LAYERS = {"LSTM": LSTM, "GRU": GRU}
