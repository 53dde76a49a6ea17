"""Data sets that ship with the app."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "samples"


@dataclass(frozen=True)
class Sample:
    """A sample; ``path`` is None for the reference example, which needs no file."""

    name: str
    about: str
    path: Path | None


SAMPLES = (
    Sample(
        "Three sequences", "The example of the home page: 1, 2 and 5 steps of one feature.", None
    ),
    Sample(
        "Japanese vowels",
        "640 utterances by nine speakers, 12 features, 7 to 29 steps; who is speaking? "
        "Kudo, Toyama and Shimbo, UCI Machine Learning Repository, CC BY 4.0.",
        FOLDER / "japanese_vowels.csv",
    ),
)
