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
        values: dict[str, str] = {"figure": METRIC_NAMES[self.main]}
        template = "{:.4g}" if self.main == "rmse" else "{:.1%}"
        values["whole"] = template.format(self.figures[-1].value)
        if self.enough == 1:
            return Note(
                "The answers get better to the very end of the sequences: {figure} {whole} there, "
                "{before} after nine tenths.",
                before=template.format(self.figures[-2].value),
                **values,
            )
        return Note(
            "From {share} of a sequence on, the answers cannot be told from those after all of it: "
            "{figure} {there} there, {whole} at the end.",
            share=f"{self.enough:.0%}",
            there=template.format(self.figures[self.shares.index(self.enough)].value),
            **values,
        )
