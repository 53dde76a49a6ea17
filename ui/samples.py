"""Data sets that ship with the app."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from plotly.graph_objects import Figure

from core import Recipe, Sequences, pad
from core.data.serialization import pack
from core.figures import Labels, plot_mask, plot_padded, plot_sequences, write_targets
from core.i18n import N_
from core.reading import open_table, read_with_choices
from runs.store import Content

FOLDER = Path(__file__).parent.parent / "samples"
EXAMPLE_LISTS = [[1], [2, 5], [3, 9, 9, 4, 8]]
EXAMPLE_NAME = N_("Three sequences")


def load_example() -> Sequences:
    """Load the reference example, which every page shows until other data is opened."""
    return Sequences.from_lists(EXAMPLE_LISTS, targets=[2, 4, 6], ids=["a", "b", "c"])


@cache
def draw_example(dark: bool, labels: Labels) -> tuple[Figure, Figure, Figure]:
    """Draw the sequences, padded array and mask of the example.

    Cached, because drawing takes nine tenths of the time of the home page (29 ms) and the figures
    are the same for all visitors.
    """
    example, recipe = load_example(), Recipe.example()
    padded = pad(example, recipe.maxlen, recipe.padding, recipe.truncating, recipe.value)
    return (
        write_targets(
            plot_sequences(example, slice(None), dark=dark, labels=labels),
            example.require_targets(),
            dark=dark,
            labels=labels,
        ),
        plot_padded(padded.values[:, :, 0], padded.mask, example.ids, dark=dark, labels=labels),
        plot_mask(padded.mask, example.ids, dark=dark, labels=labels),
    )


@cache
def compute_digest(path: Path | None) -> str:
    """Compute the content digest of a sample as shipped; ``path`` None is the reference example."""
    if path is None:
        return Content.from_bytes(pack(load_example())).digest
    table = open_table(io.BytesIO(path.read_bytes()))
    return Content.from_bytes(pack(read_with_choices(table, {})[0])).digest


@cache
def compute_digests() -> frozenset[str]:
    """Compute the digests of all shipped data, which belongs to no visitor."""
    return frozenset(map(compute_digest, [None, *FOLDER.glob("*.csv")]))


@dataclass(frozen=True)
class Sample:
    """A data set that ships with the app.

    Attributes:
        name: Display name, marked for translation.
        about: Description, marked for translation.
        path: CSV file; None for the reference example, which needs no file.
        record: Report of ``python -m benchmarks settings`` on this data set.
    """

    name: str
    about: str
    path: Path | None
    record: Path | None = None

    @property
    def key(self) -> str:
        """Name of the data in a URL."""
        return "example" if self.path is None else self.path.stem


# Accuracy on the published test set of the Japanese vowels, with its source.
PUBLISHED_ACCURACIES = (
    (0.949, "DTW, Bagnall et al. 2018"),
    (0.954, "BiLSTM, MATLAB documentation"),
    (0.989, "T-Loss, Franceschi et al. 2019"),
)
REAL_ZEROS = Sample(
    N_("Real zeros"),
    N_("Three sequences with real steps that are 0. A value mask would erase them."),
    FOLDER / "real_zeros.csv",
)
DAILY_RIDES = Sample(
    N_("Daily rides"),
    N_(
        "On which share of the days did each person ride? Rides per day of 240 people, 3 to 100 "
        "days, simulated. Here masking pays."
    ),
    FOLDER / "daily_rides.csv",
)
JAPANESE_VOWELS = Sample(
    N_("Japanese vowels"),
    N_(
        "Who is speaking? 640 utterances by nine speakers, 12 features, 7 to 29 steps. "
        "Source: Kudo, Toyama and Shimbo, UCI Machine Learning Repository, CC BY 4.0."
    ),
    FOLDER / "japanese_vowels.csv",
    Path(__file__).parent.parent / "docs" / "vowels.json",
)
SAMPLES = (
    Sample(
        EXAMPLE_NAME,
        N_("The example on the home page: 1, 2 and 5 steps of one feature."),
        None,
    ),
    REAL_ZEROS,
    DAILY_RIDES,
    JAPANESE_VOWELS,
)
SAMPLE_NAMES = {sample.name for sample in SAMPLES}
