"""``Proof``: what was measured to show that padding never counts, or how much it does. How it is
measured stands in ``core.invariance.checks``, which needs TensorFlow; this does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..data.padding import MASK_MODES, MaskMode
from ..i18n import N_
from ..json_validation import MAX_COUNT, flag, many, number, one_of, optional, record, text, whole

ALONE = N_("each sequence alone, without padding")
GRADIENT = N_("the gradient of the answers by every padded input")
ANY_NUMBER = number(finite=False)  # what a network answers may be none
PLAIN = record(
    {
        "mask": one_of(*MASK_MODES),
        "table": many(
            record(
                {
                    "name": text(300),
                    "network": text(30),
                    "difference": optional(ANY_NUMBER),
                    "tolerance": ANY_NUMBER,
                    "why": text(1000),
                }
            ),
            100,
        ),
        "spread": ANY_NUMBER,
        "classes": flag,
        "sequences": whole(0, MAX_COUNT),
        "of": whole(0, MAX_COUNT),
        "steps": whole(0, MAX_COUNT),
        "cut": flag,
        "seconds": number(0, 1e9),
    }
)


@dataclass(frozen=True)
class Check:
    """One thing that must not change the answers.

    name        what was done, for people
    network     which network answered: the stock "keras" layers, the fast "engine", the "export"
                as it was saved and loaded again; or "preprocessing", where none is asked
    difference  the largest change of an answer, in the target's unit or, for classes, as a
                probability; of a gradient, in the same for each unit of a padded input; None where
                it was not measured
    tolerance   what rounding alone may change
    why         why it was not measured
    """

    name: str
    network: str
    difference: float | None
    tolerance: float
    why: str = ""

    @property
    def passed(self) -> bool | None:
        """None where it was not measured."""
        return None if self.difference is None else self.difference <= self.tolerance


@dataclass(frozen=True)
class Proof:
    """Whether padding counts for a trained model, measured on sequences of its own.

    mask       the recipe's mask mode; with "none" padding counts as data, and the table says how
               much it changes the answers
    table      the checks
    spread     standard deviation of the answers to the sequences it was measured on; 0 for one
    classes    whether differences are probabilities, else they are in the target's unit
    sequences  it was measured on so many …
    of         … of so many
    steps      of the longest of them that were used; cut: it has more
    seconds    that it took
    """

    mask: MaskMode
    table: tuple[Check, ...]
    spread: float
    classes: bool
    sequences: int
    of: int
    steps: int
    cut: bool
    seconds: float

    @property
    def passed(self) -> bool:
        """Does padding never count? So it is when no check failed and some were measured."""
        found = [check.passed for check in self.table if check.passed is not None]
        return bool(found) and all(found)

    @property
    def by_padding(self) -> float:
        """How much the usual padding changes an answer at most: with it, and without any."""
        return max(check.difference or 0.0 for check in self.table if check.name == ALONE)

    def relative(self, check: Check) -> float | None:
        """Its difference in comparison with the spread; None where it is of no answer, or there is
        no spread."""
        of_no_answer = check.name == GRADIENT or check.network == "preprocessing"
        if of_no_answer or check.difference is None or self.spread == 0:
            return None
        return check.difference / self.spread

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; ``Proof.from_dict`` is the way back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Proof:
        """From ``to_dict``'s values; raises ValueError for others."""
        made = PLAIN(plain, "the proof")
        return cls(**made | {"table": tuple(Check(**row) for row in made["table"])})
