"""``Facts``: a summary of the data a model was trained on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import numpy as np

from ..json_validation import MAX_COUNT, integer, number, record, text
from .sequences import Sequences


@dataclass(frozen=True)
class Facts:
    """Summary of the data a model was trained on.

    Attributes:
        sequences: total number of sequences.
        steps: total number of steps.
        shortest: steps of the shortest sequence.
        median: median number of steps per sequence.
        longest: steps of the longest sequence.
        learned: sequences in the training set.
        validated: sequences in the validation set.
        tested: sequences in the test set.
        date: end of the training, YYYY-MM-DD.
    """

    sequences: int
    steps: int
    shortest: int
    median: float
    longest: int
    learned: int
    validated: int
    tested: int
    date: str

    @classmethod
    def from_data(cls, data: Sequences, learned: int, validated: int) -> Facts:
        """Summarize the data, today.

        Args:
            data: all sequences, the test set included.
            learned: sequences in the training set.
            validated: sequences in the validation set.
        """
        return cls(
            sequences=len(data),
            steps=int(data.lengths.sum()),
            shortest=int(data.lengths.min()),
            median=float(np.median(data.lengths)),
            longest=int(data.lengths.max()),
            learned=learned,
            validated=validated,
            tested=0 if data.split is None else int((data.split == "test").sum()),
            date=datetime.now(UTC).date().isoformat(),
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON; ``Facts.from_dict`` reads them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: object) -> Facts:
        """Rebuild a summary from the output of ``to_dict``.

        Raises:
            ValueError: for any other values.
        """
        return FACTS_CHECK(plain, "facts")


def _check_date(plain: object, where: str) -> str:
    date = text(10, r"\d{4}-\d{2}-\d{2}")(plain, where)
    datetime.strptime(date, "%Y-%m-%d")
    return date


FACTS_CHECK = record(
    Facts,
    dict.fromkeys(
        ("sequences", "steps", "shortest", "longest", "learned", "validated", "tested"),
        integer(0, MAX_COUNT),
    )
    | {"median": number(0, MAX_COUNT), "date": _check_date},
)
