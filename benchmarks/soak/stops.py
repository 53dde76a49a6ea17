"""Time from the press of Stop to the end of the run, for data sets of several sizes."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from statistics import median
from unittest.mock import patch

import numpy as np

from benchmarks.soak.kills import OWNER, make_data, wait_until
from benchmarks.workloads import read_vowels
from core import LSTM, Recipe, Sequences
from runs import ACTIVE, Runs, RunState

MAX_SECONDS = 1.0
ENDLESS = Recipe(layers=(LSTM(64, bidirectional=True),), epochs=10_000, batch_size=16)


def _make_many() -> Sequences:
    lengths = np.random.default_rng(0).integers(1, 60, 100_000)
    values = np.random.default_rng(1).normal(size=(lengths.sum(), 2))
    return Sequences(values, lengths, targets=lengths + 0.5)


def _make_long() -> Sequences:
    """Make a sequence whose batch takes some minutes; a batch cannot be interrupted."""
    return Sequences(np.ones((20_000, 2)), np.array([20_000]), targets=[1.5])


CASES: dict[str, tuple[Callable[[], Sequences], Recipe]] = {
    "200 sequences": (lambda: make_data(0), ENDLESS),
    "Japanese vowels": (
        read_vowels,
        Recipe(**vars(ENDLESS) | {"task": "classification", "loss": ""}),
    ),
    "100,000 sequences": (_make_many, ENDLESS),
    "one batch of minutes": (_make_long, Recipe(layers=(LSTM(512),), validation_split=0.0)),
}


def measure_stops(rounds: int) -> dict[str, object]:
    """Stop each run after it has trained for some seconds, ``rounds`` times per data set."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, UNPADDED_DATA=folder):
        runs = Runs()
        try:
            seconds = {
                name: [_measure_stop(runs, make(), recipe) for _ in range(rounds)]
                for name, (make, recipe) in CASES.items()
            }
        finally:
            runs.close()
    longest = max(map(max, seconds.values()))
    return {
        "seconds, median": {name: round(median(times), 2) for name, times in seconds.items()},
        "seconds, longest": {name: round(max(times), 2) for name, times in seconds.items()},
        "seconds at most": MAX_SECONDS,
        "reached": longest <= MAX_SECONDS,
    }


def _measure_stop(runs: Runs, sequences: Sequences, recipe: Recipe) -> float:
    run = runs.train(OWNER, sequences, recipe)
    wait_until(lambda: runs.get(run).state is RunState.RUNNING, "the start of the run")
    time.sleep(6)
    began = time.perf_counter()
    runs.stop(OWNER, run)
    wait_until(lambda: runs.get(run).state not in ACTIVE, "the end of the run")
    return time.perf_counter() - began
