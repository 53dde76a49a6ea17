"""Result of the padding check. Does not need TensorFlow.

``core.invariance.checks`` measures it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape

import pandas as pd

from ..data.padding import MASK_MODES, MaskMode
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
GRADIENT = N_("the gradient of the answers by every padded input")
SCALING = N_("the scaling, against the real training steps")
FILL = N_("the fill values, against the real training steps")
TARGET_SCALING = N_("the scaling of the targets, against the training targets")
ANY_NUMBER = number(finite=False)  # network outputs may be NaN or infinite


@dataclass(frozen=True)
class Check:
    """One change that must not affect the predictions.

    Attributes:
        name: The change, as text for people.
        network: The network that was measured: the stock "keras" layers, the fast "engine", or the
            "export" that was saved and loaded; "preprocessing" if none was.
        difference: The largest change of a prediction, in the target's unit or as a probability.
            For a gradient, the same per unit of a padded input. None if it was not measured.
        tolerance: The change that rounding alone may cause.
        why: Why it was not measured.
    """

    name: str
    network: str
    difference: float | None
    tolerance: float
    why: str = ""

    @property
    def passed(self) -> bool | None:
        """True if the difference is within the tolerance; None if it was not measured."""
        return None if self.difference is None else self.difference <= self.tolerance


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
        """One row per check: check, network, difference, tolerance, passed, why."""
        rows = [
            {
                "check": check.name,
                "network": check.network,
                "difference": check.difference,
                "tolerance": check.tolerance,
                "passed": check.passed,
                "why": check.why,
            }
            for check in self.checks
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        """Say whether the checks passed, and which did not."""
        failed = [check.name for check in self.checks if check.passed is False]
        verdict = "passed" if self.passed else f"failed: {', '.join(failed) or 'nothing measured'}"
        text = (
            f"Proof({verdict}; {len(self.checks)} checks on {self.sequences} sequences of up to "
            f"{self.steps} steps, mask={self.mask!r})"
        )
        return shorten_repr(text)

    def _repr_html_(self) -> str:
        """Return the verdict and the table, for notebooks."""
        return f"<p>{escape(repr(self))}</p>{self.table.to_html(index=False)}"

    @property
    def passed(self) -> bool:
        """True if no check failed and at least one was measured."""
        results = [check.passed for check in self.checks if check.passed is not None]
        return bool(results) and all(results)

    @property
    def padding_effect(self) -> float:
        """Largest change of a prediction between usual padding and no padding."""
        return max(
            (check.difference or 0.0 for check in self.checks if check.name == ALONE), default=0.0
        )

    def relative_difference(self, check: Check) -> float | None:
        """Divide a check's difference by the spread.

        None if the check does not compare predictions, or the spread is 0.
        """
        compares_predictions = check.name != GRADIENT and check.network != "preprocessing"
        if not compares_predictions or check.difference is None or self.spread == 0:
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


PROOF_CHECK = record(
    lambda table, **fields: Proof(checks=table, **fields),
    {
        "mask": one_of(*MASK_MODES),
        "table": list_of(
            record(
                Check,
                {
                    "name": text(300),
                    "network": text(30),
                    "difference": optional(ANY_NUMBER),
                    "tolerance": ANY_NUMBER,
                    "why": text(1000),
                },
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
