"""Workloads: sequences, a network and its operations per step, and the peers to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import GRU, LSTM, Recipe, Sequences, read_sequences
from core.layers.recurrent.declaration import Recurrent

VOWELS_CSV = Path(__file__).parents[1] / "samples" / "japanese_vowels.csv"
FEATURES = 8


@dataclass(frozen=True)
class Workload:
    """Training of stacked recurrent layers that predict a number per sequence.

    Attributes:
        name: Name of the workload.
        lengths: Name of the distribution of lengths, see ``draw_lengths``.
        units: Units per layer.
        targets: Per peer, how many times as fast we aim to be.
        limit: Share of the machine's matrix-product rate that we aim for, or None.
        batch_size: Sequences per batch.
        kind: Kind of the layers.
    """

    name: str
    lengths: str
    units: tuple[int, ...]
    targets: dict[str, float]
    limit: float | None = None
    batch_size: int = 64
    kind: type[Recurrent] = LSTM

    def make_recipe(self, epochs: int) -> Recipe:
        """Make the recipe, without validation and without scaling."""
        return Recipe(
            layers=tuple(map(self.kind, self.units)),
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
    Workload("GRU 64/32", "lognormal", (64, 32), {"keras": 8, "our LSTM": 0.5}, kind=GRU),
    Workload("GRU 128/128", "lognormal", (128, 128), {"our LSTM": 0.67}, kind=GRU),
    Workload("GRU 256/256", "lognormal", (256, 256), {"our LSTM": 0.83}, kind=GRU),
)


def count_useful_flops(kind: type[Recurrent], units: tuple[int, ...], features: int) -> float:
    """Count the floating-point operations of training per real step.

    They are 6·gates·units·(inputs + units) per layer: two operations per weight, one product in the
    forward pass and two in the backward pass.

    Args:
        kind: Kind of the layers.
        units: Units per layer.
        features: Features per step.
    """
    inputs = np.array([features, *units[:-1]])
    return float((6 * kind.gates * np.array(units) * (inputs + np.array(units))).sum())


def draw_lengths(kind: str, n: int = 2000) -> np.ndarray:
    """Draw ``n`` lengths, shape (n,), in steps."""
    rng = np.random.default_rng(0)
    if kind == "lognormal":
        return rng.lognormal(np.log(40), 0.8, n).astype(np.int64).clip(1, 400)
    if kind == "uniform":
        return rng.integers(1, 401, n)
    return np.full(n, 57)


def make_sequences(lengths: np.ndarray) -> Sequences:
    """Make sequences of noise with targets of noise; the computation does not depend on them.

    Args:
        lengths: Steps per sequence, shape (n,).
    """
    rng = np.random.default_rng(1)
    values = rng.normal(size=(int(lengths.sum()), FEATURES))
    return Sequences(values, lengths, targets=rng.normal(size=len(lengths)))


def read_vowels() -> Sequences:
    """Read the Japanese vowels from the samples."""
    return read_sequences(VOWELS_CSV)
