"""Result of the padding check. Does not need TensorFlow.

``core.invariance.checks`` measures it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..data.padding import MASK_MODES, MaskMode
from ..errors import Note
from ..former_messages import get_present_message
from ..i18n import N_
from ..json_validation import (
    MAX_COUNT,
    boolean,
    integer,
    list_of,
    number,
    one_of,
    optional,
    record,
    text,
)
from ..representation import shorten_repr

ALONE = N_("each sequence alone, without padding")
GRADIENT = N_("gradient of the predictions with respect to padded inputs")
SCALING = N_("scaling, compared with the real training steps")
FILL = N_("fill values, compared with the real training steps")
TARGET_SCALING = N_("scaling of the targets, compared with the training targets")
PREPROCESSING = (SCALING, FILL, TARGET_SCALING)
UPDATE = N_("one training update with other padding (share of its largest component)")
NOT_PREDICTIONS = (GRADIENT, UPDATE, *PREPROCESSING)  # checks that compare no predictions
# A difference is a leak if it is larger than this number of times what rounding alone changes. In
# 50 networks with weights scaled up until they amplify rounding, padding changed predictions by at
# most 1.1 times that.
LEAK_FACTOR = 10.0
Verdict = Literal["holds", "leaks", "undecided"]
VERDICT_WORDS: dict[Verdict, str] = {
    "holds": "passed",
    "leaks": "failed",
    "undecided": "undecided",
}
ANY_NUMBER = number(finite=False)  # network outputs may be NaN or infinite


@dataclass(frozen=True)
class Check:
    """One change that must not affect the predictions.

    Attributes:
        name: The change, as text for people.
        network: The network that was measured: the stock "keras" layers, the fast "engine", or the
            "export" that was saved and loaded; "preprocessing" if none was.
        difference: The largest change of a prediction, in the target's unit or as a probability.
            For a gradient, the same per unit of a padded input. For an update, the share of its
            largest component. None if it was not measured.
        tolerance: The change that rounding alone may cause; NaN if the predictions are not finite
            numbers.
        why: Why it was not measured.
        rounding: The change that rounding alone did cause: the last bits of the real steps were
            changed, and nothing else. Measured only if the difference exceeds the tolerance, else
            0; also 0 where the same operations on the same real steps must give the same bits.
    """

    name: str
    network: str
    difference: float | None
    tolerance: float
    why: str = ""
    rounding: float = 0.0

    @property
    def verdict(self) -> Verdict | None:
        """Tell whether the change had an effect; None if it was not measured.

        "undecided" if the difference exceeds the tolerance, but is not clearly more than rounding
        alone causes in this network.
        """
        if self.difference is None:
            return None
        if self.difference <= self.tolerance:
            return "holds"
        return "leaks" if self.difference > LEAK_FACTOR * self.rounding else "undecided"

    @property
    def passed(self) -> bool | None:
        """True if the verdict is "holds"; None if it was not measured."""
        return None if self.verdict is None else self.verdict == "holds"


@dataclass(frozen=True, repr=False)
class Proof:
    """Result of the padding check of a trained model.

    Attributes:
        mask: The recipe's mask mode. With "none" padding counts as data, and the table shows how
            much it changes the predictions.
        checks: The checks.
        spread: Standard deviation of the predictions for the measured sequences; 0 for a single
            one.
        classes: True if differences are probabilities, False if they are in the target's unit.
        sequences: Number of measured sequences.
        of: Number of sequences in the data.
        steps: Length of the longest measured sequence, in steps.
        cut: True if measured sequences were truncated to ``steps``.
        seconds: Duration of the check.
    """

    mask: MaskMode
    checks: tuple[Check, ...]
    spread: float
    classes: bool
    sequences: int
    of: int
    steps: int
    cut: bool
    seconds: float

    @property
    def table(self) -> pd.DataFrame:
        """One row per check: its fields and its verdict."""
        rows = [
            {
                "check": check.name,
                "network": check.network,
                "difference": check.difference,
                "tolerance": check.tolerance,
                "rounding": check.rounding,
                "verdict": check.verdict,
                "passed": check.passed,
                "why": check.why,
            }
            for check in self.checks
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        """Say whether the checks passed, and which did not."""
        names = [check.name for check in self.checks if check.verdict == self.verdict]
        verdict = VERDICT_WORDS[self.verdict]
        if not self.passed:
            verdict += f": {', '.join(names) or 'nothing measured'}"
        text = (
            f"Proof({verdict}; {len(self.checks)} checks on {self.sequences} sequences of up to "
            f"{self.steps} steps, mask={self.mask!r})"
        )
        return shorten_repr(text)

    def _repr_html_(self) -> str:
        """Return the verdict and the table, for notebooks."""
        return f"<p>{escape(repr(self))}</p>{self.table.to_html(index=False)}"

    @property
    def verdict(self) -> Verdict:
        """Tell whether padding has an effect.

        "leaks" if one check found a leak. "undecided" if none did, but one could not be decided,
        or none was measured. Else "holds".
        """
        verdicts = {check.verdict for check in self.checks} - {None}
        if "leaks" in verdicts:
            return "leaks"
        return "holds" if verdicts == {"holds"} else "undecided"

    @property
    def passed(self) -> bool:
        """True if the verdict is "holds"."""
        return self.verdict == "holds"

    @property
    def rounding(self) -> float:
        """Largest change of a prediction by rounding alone, where it was measured."""
        return max((check.rounding for check in self.checks), default=0.0)

    @property
    def largest_change(self) -> float:
        """Largest change of a prediction in any check."""
        changes = [c.difference or 0.0 for c in self.checks if c.name not in NOT_PREDICTIONS]
        return max(changes, default=0.0)

    @property
    def padding_effect(self) -> float:
        """Largest change of a prediction between usual padding and no padding."""
        return max(
            (check.difference or 0.0 for check in self.checks if check.name == ALONE), default=0.0
        )

    def explain_undecided(self) -> Note:
        """Explain why nothing could be decided, and what to do."""
        if not any(check.verdict for check in self.checks):
            return Note("Nothing was measured. Run the check again.")
        if any(np.isnan(check.tolerance) for check in self.checks):
            return Note(
                "Some predictions are not finite numbers, so they cannot be compared. Train with a "
                "smaller learning rate, or standardize the features."
            )
        return Note(
            "This network amplifies rounding: changing the last bits of real steps changes a "
            "prediction by up to {rounding}. Padding does not change it clearly more. Train "
            "with a smaller learning rate or with clipped gradients, then check again.",
            rounding=f"{self.rounding:.2g}",
        )

    def relative_difference(self, check: Check) -> float | None:
        """Divide a check's difference by the spread.

        None if the check does not compare predictions, or the spread is 0.
        """
        if check.name in NOT_PREDICTIONS or check.difference is None or self.spread == 0:
            return None
        return check.difference / self.spread

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON; ``Proof.from_dict`` reads them."""
        plain = asdict(self)
        return {"mask": plain.pop("mask"), "table": plain.pop("checks"), **plain}

    @classmethod
    def from_dict(cls, plain: object) -> Proof:
        """Create a proof from the values of ``to_dict``.

        Raises:
            ValueError: The values have another form.
        """
        return PROOF_CHECK(plain, "the proof")


def _restore_check(name: str, why: str, **fields: Any) -> Check:
    return Check(get_present_message(name), why=get_present_message(why), **fields)


PROOF_CHECK = record(
    lambda table, **fields: Proof(checks=table, **fields),
    {
        "mask": one_of(*MASK_MODES),
        "table": list_of(
            record(
                _restore_check,
                {
                    "name": text(300),
                    "network": text(30),
                    "difference": optional(ANY_NUMBER),
                    "tolerance": ANY_NUMBER,
                    "why": text(1000),
                },
                {"rounding": ANY_NUMBER},
            ),
            100,
        ),
        "spread": ANY_NUMBER,
        "classes": boolean,
        "sequences": integer(0, MAX_COUNT),
        "of": integer(0, MAX_COUNT),
        "steps": integer(0, MAX_COUNT),
        "cut": boolean,
        "seconds": number(0, 1e9),
    },
)
