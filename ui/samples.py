"""Data sets that ship with the app."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.words import N_
from ui.words import _

FOLDER = Path(__file__).parent.parent / "samples"


@dataclass(frozen=True)
class Sample:
    """A sample; ``path`` is None for the reference example, which needs no file. record: a report
    of ``python -m benchmarks settings`` on it."""

    name: str
    about: str
    path: Path | None
    record: Path | None = None


# Accuracy on the published test part of the Japanese vowels, and who reports it.
PUBLISHED = (
    (0.949, "DTW, Bagnall et al. 2018"),
    (0.954, "BiLSTM, MATLAB documentation"),
    (0.989, "T-Loss, Franceschi et al. 2019"),
)
REAL_ZEROS = Sample(
    N_("Real zeros"),
    N_("Three sequences in which some steps are truly 0, which a mask by value would erase."),
    FOLDER / "real_zeros.csv",
)
SAMPLES = (
    Sample(
        N_("Three sequences"),
        N_("The example of the home page: 1, 2 and 5 steps of one feature."),
        None,
    ),
    REAL_ZEROS,
    Sample(
        N_("Japanese vowels"),
        N_(
            "640 utterances by nine speakers, 12 features, 7 to 29 steps; who is speaking? "
            "Kudo, Toyama and Shimbo, UCI Machine Learning Repository, CC BY 4.0."
        ),
        FOLDER / "japanese_vowels.csv",
        Path(__file__).parent.parent / "docs" / "vowels.json",
    ),
)
OURS = {sample.name for sample in SAMPLES}


def called(name: str) -> str:
    """The name of a data set, or of a run on it, on screen: ours are translated."""
    return _(name) if name in OURS else name
