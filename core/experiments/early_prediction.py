"""The result of early prediction: a metric on growing prefixes of the sequences."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..errors import Note
from ..evaluation.estimate import Estimate, spread_estimates
from ..evaluation.report import METRIC_NAMES
from ..representation import shorten_repr


@dataclass(frozen=True, repr=False)
class EarlyPrediction:
    """The main metric of a model on growing prefixes.

    Attributes:
        main: "rmse" or "accuracy".
        shares: shares of each sequence's steps, rounded up to whole steps; the last is 1.
        figures: the main metric at each share.
        enough: the first share from which predictions are not worse than at the end: the interval
            of the paired difference contains 0 or lies on the better side.
        sequences: number of sequences evaluated.
    """

    main: str
    shares: tuple[float, ...]
    figures: tuple[Estimate, ...]
    enough: float
    sequences: int

    @property
    def table(self) -> pd.DataFrame:
        """One row per share: share, the metric, and "low" and "high" of its 95 % interval."""
        return pd.DataFrame(
            [
                {"share": share, **spread_estimates({self.main: estimate})}
                for share, estimate in zip(self.shares, self.figures, strict=True)
            ]
        )

    def __repr__(self) -> str:
        """Give the conclusion."""
        return shorten_repr(f"EarlyPrediction({self.sequences} sequences. {self.note})")

    @property
    def note(self) -> Note:
        """The conclusion, in one sentence."""
        values: dict[str, str] = {"metric": METRIC_NAMES[self.main]}
        template = "{:.4g}" if self.main == "rmse" else "{:.1%}"
        values["whole"] = template.format(self.figures[-1].value)
        if self.enough == 1:
            return Note(
                "Predictions improve up to the last step: {metric} {whole} at the end, {before} "
                "after 90% of the steps.",
                before=template.format(self.figures[-2].value),
                **values,
            )
        return Note(
            "{share} of the steps are enough: {metric} {there}, compared with {whole} at the end. "
            "The difference is not significant.",
            share=f"{self.enough:.0%}",
            there=template.format(self.figures[self.shares.index(self.enough)].value),
            **values,
        )
