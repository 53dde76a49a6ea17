"""``Facts``: a summary of the data a model was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ..json_validation import MAX_COUNT, number, record, text, whole
from .sequences import Sequences


@dataclass(frozen=True)
class Facts:
    """About the data a model was trained on.

    sequences, steps  in all; shortest, median, longest: steps of a sequence
    learned, validated, tested  sequences that it learned from, that chose when to stop, and that
               took no part
    date       of the end of the training, YYYY-MM-DD
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
    def of(cls, data: Sequences, learned: int, validated: int) -> Facts:
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

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Facts:
        """From ``to_dict``'s values; raises ValueError for others."""
        made = FACTS(plain, "facts")
        datetime.strptime(made["date"], "%Y-%m-%d")
        return cls(**made)


FACTS = record(
    dict.fromkeys(
        ("sequences", "steps", "shortest", "longest", "learned", "validated", "tested"),
        whole(0, MAX_COUNT),
    )
    | {"median": number(0, MAX_COUNT), "date": text(10, r"\d{4}-\d{2}-\d{2}")}
)
