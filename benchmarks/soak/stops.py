"""From the press of Stop to the end of the run, for data of any size."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from statistics import median
from unittest.mock import patch

import numpy as np

from benchmarks.soak.kills import OWNER, data, until
from benchmarks.workloads import vowels
from core import LSTM, Recipe, Sequences
from runs import ACTIVE, Runs, RunState

MAX_SECONDS = 1.0
ENDLESS = Recipe(layers=(LSTM(64, bidirectional=True),), epochs=10_000, batch_size=16)


def _many() -> Sequences:
    lengths = np.random.default_rng(0).integers(1, 60, 100_000)
    values = np.random.default_rng(1).normal(size=(lengths.sum(), 2))
    return Sequences(values, lengths, targets=lengths + 0.5)


def _long() -> Sequences:
    """One batch of it takes some minutes, and nothing can interrupt a batch."""
    return Sequences(np.ones((20_000, 2)), np.array([20_000]), targets=[1.5])


CASES: dict[str, tuple[Callable[[], Sequences], Recipe]] = {
    "200 sequences": (lambda: data(0), ENDLESS),
    "Japanese vowels": (vowels, Recipe(**vars(ENDLESS) | {"task": "classification", "loss": ""})),
    "100,000 sequences": (_many, ENDLESS),
    "one batch of minutes": (_long, Recipe(layers=(LSTM(512),), validation_split=0.0)),
}


def stops(rounds: int) -> dict[str, object]:
    """Each run is stopped after it has learned for some seconds."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, UNPADDED_DATA=folder):
        runs = Runs()
        try:
            found = {
                name: [_stop(runs, make(), recipe) for _ in range(rounds)]
                for name, (make, recipe) in CASES.items()
            }
        finally:
            runs.close()
    longest = max(max(seconds) for seconds in found.values())
    return {
        "seconds, median": {name: round(median(each), 2) for name, each in found.items()},
        "seconds, longest": {name: round(max(each), 2) for name, each in found.items()},
        "seconds at most": MAX_SECONDS,
        "reached": longest <= MAX_SECONDS,
    }


def _stop(runs: Runs, sequences: Sequences, recipe: Recipe) -> float:
    run = runs.train(OWNER, sequences, recipe)
    until(lambda: runs.get(run).state is RunState.RUNNING, "the run to begin")
    time.sleep(6)
    began = time.perf_counter()
    runs.stop(OWNER, run)
    until(lambda: runs.get(run).state not in ACTIVE, "its end")
    return time.perf_counter() - began
