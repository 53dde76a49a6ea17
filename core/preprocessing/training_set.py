"""Which sequences a model was fitted to, as it is stored with the model."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from ..data.sequences import Sequences
from ..json_validation import record, text

MAX_ROWS_TEXT = 8 * 2**20  # characters, as the largest document of a saved model


@dataclass(frozen=True)
class TrainingSet:
    """The training rows within the data, and what tells their targets from others.

    A split depends on the targets, the groups and the marks of the rows. Data that is given again
    may lack them or have others, so that splitting it would find other rows.

    Attributes:
        rows: The rows as bits, 1 for training, in hexadecimal digits.
        targets: Digest of their targets as numbers; empty if they are words.
    """

    rows: str
    targets: str

    @classmethod
    def from_rows(cls, data: Sequences, rows: npt.NDArray[np.int64]) -> TrainingSet:
        """Describe the training rows of data.

        Args:
            data: n sequences with targets.
            rows: The training rows.
        """
        is_training = np.zeros(len(data), dtype=bool)
        is_training[rows] = True
        return cls(np.packbits(is_training).tobytes().hex(), _digest_targets(data[rows]))

    def select(self, data: Sequences) -> Sequences | None:
        """Select the training set from the same steps, whatever their targets and split are.

        Args:
            data: The steps that the model was trained on. Targets other than the model's are
                left out.

        Returns:
            The training set; None if the data has another number of rows.
        """
        packed = np.frombuffer(bytes.fromhex(self.rows), np.uint8)
        is_training = np.unpackbits(packed)[: len(data)].astype(bool)
        if len(packed) != -(-len(data) // 8) or not is_training.any():
            return None
        training = data[np.flatnonzero(is_training)]
        has_targets = _digest_targets(training) == self.targets
        return training if has_targets else training.with_targets(None)

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON; ``TRAINING_SET`` reads them."""
        return asdict(self)


TRAINING_SET = record(
    TrainingSet,
    {"rows": text(MAX_ROWS_TEXT, "([0-9a-f]{2})*"), "targets": text(64, "[0-9a-f]*")},
)


def _digest_targets(data: Sequences) -> str:
    """Hash numeric targets, whole ones like others; "" for words and without targets."""
    if data.targets is None or data.targets.dtype.kind == "O":
        return ""
    numbers = data.targets.astype(np.float64)
    return hashlib.sha256(numbers.tobytes() + bytes([data.per_step])).hexdigest()[:16]
