"""Workloads: sequences, a network, and the peers it is measured against."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import LSTM, Recipe, Sequences, read_sequences

VOWELS = Path(__file__).parents[1] / "samples" / "japanese_vowels.csv"
FEATURES = 8


@dataclass(frozen=True)
class Workload:
    """Epochs of a stack of LSTM layers that learn a number from each sequence.

    lengths  name of the distribution of lengths, see ``sequences``
    units    of each layer
    targets  how many times as fast as a peer we mean to be
    limit    the share of the machine's matrix-product rate that we mean to reach
    """

    name: str
    lengths: str
    units: tuple[int, ...]
    targets: dict[str, float]
    limit: float | None = None
    batch_size: int = 64

    def recipe(self, epochs: int) -> Recipe:
        return Recipe(
            layers=tuple(map(LSTM, self.units)),
            batch_size=self.batch_size,
            epochs=epochs,
            validation_split=0.0,
            standardize=False,
        )


WORKLOADS = (
    Workload(
        "lognormal 64/32",
        "lognormal",
        (64, 32),
        {"keras": 25, "torch packed": 18, "torch sorted": 1.4},
        limit=0.25,
    ),
    Workload("lognormal 128/128", "lognormal", (128, 128), {"torch sorted": 1.2}),
    Workload("lognormal 256/256", "lognormal", (256, 256), {"torch sorted": 1.0}),
    Workload("uniform 1 to 400", "uniform", (64, 32), {"torch sorted": 1.5}),
    Workload("all 57 steps", "equal", (64, 32), {"torch sorted": 1.2}),
)


def lengths_of(kind: str, n: int = 2000) -> np.ndarray:
    """(n,) steps."""
    rng = np.random.default_rng(0)
    if kind == "lognormal":
        return rng.lognormal(np.log(40), 0.8, n).astype(np.int64).clip(1, 400)
    if kind == "uniform":
        return rng.integers(1, 401, n)
    return np.full(n, 57)


def sequences(lengths: np.ndarray) -> Sequences:
    """Noise to learn noise from: the arithmetic is the same, whatever there is to learn."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(int(lengths.sum()), FEATURES))
    return Sequences(values, lengths, targets=rng.normal(size=len(lengths)))


def vowels() -> Sequences:
    return read_sequences(VOWELS)
