"""Data sets that ship with the app."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from plotly.graph_objects import Figure

from core import Recipe, Sequences, pad
from core.data.serialization import pack
from core.figures import Words, mask_figure, padded_figure, sequences_figure
from core.i18n import N_
from core.reading import detect_schema, open_table, read_table
from runs.store import Content
from ui.i18n import _

FOLDER = Path(__file__).parent.parent / "samples"
EXAMPLE_LISTS = [[1], [2, 5], [3, 9, 9, 4, 8]]
EXAMPLE_NAME = N_("Three sequences")


def example_data() -> Sequences:
    """The reference example, which every page shows until there is other data."""
    return Sequences.from_lists(EXAMPLE_LISTS, targets=[2, 4, 6], ids=["a", "b", "c"])


@cache
def example_figures(dark: bool, words: Words) -> tuple[Figure, Figure, Figure]:
    """The example's sequences, padded array and mask. To draw them takes nine tenths of what the
    home page takes (29 ms), and they are the same for everybody."""
    example, recipe, look = example_data(), Recipe.example(), {"dark": dark, "words": words}
    padded = pad(example, recipe.maxlen, recipe.padding, recipe.truncating, recipe.value)
    return (
        sequences_figure(example, slice(None), **look),
        padded_figure(padded.values[:, :, 0], padded.mask, example.ids, **look),
        mask_figure(padded.mask, example.ids, **look),
    )


@cache
def digest(path: Path | None) -> str:
    """The address of a sample's data as it is shipped, None: of the example."""
    if path is None:
        return Content.of(pack(example_data())).digest
    table = open_table(io.BytesIO(path.read_bytes()))
    return Content.of(pack(read_table(table, detect_schema(table))[0])).digest


@cache
def digests() -> frozenset[str]:
    """Of all data that is shipped, which is nobody's own."""
    return frozenset(map(digest, [None, *FOLDER.glob("*.csv")]))


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
        EXAMPLE_NAME,
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
