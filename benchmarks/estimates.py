"""Measure how long trainings take, start-up included, against their estimates.

Each recipe is built, traced and trained in a process that has trained another one before, as in a
worker. The result is docs/estimates.json; tests/benchmarks/test_estimates.py checks the estimates
against it.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core import GRU, LSTM, Recipe, Sequences, train
from core.families.registry import get_family
from core.layers.conv1d.declaration import Conv1D
from core.layers.inception.declaration import Inception
from core.preprocessing.input_encoder import estimate_inputs
from core.recipe.members import Member

PATH = Path(__file__).parents[1] / "docs" / "estimates.json"
ROUNDS = 2  # the faster of them counts, because other programs share the machine
FIT = replace(Recipe(), validation_split=0.2)
CLASSIFY = replace(FIT, task="classification")
CONVOLVE = replace(CLASSIFY, family="convolution", pooling="mean", layers=(Inception(16),))


@dataclass(frozen=True)
class Case:
    """Data of random numbers, and a recipe.

    Attributes:
        recipe: The recipe.
        sequences: Number of sequences.
        shortest: Steps of the shortest sequence.
        longest: Steps of the longest sequence.
        features: Number of features.
    """

    recipe: Recipe
    sequences: int
    shortest: int
    longest: int
    features: int

    def draw(self) -> Sequences:
        """Draw the data, with classes or numbers as targets."""
        rng = np.random.default_rng(0)
        lengths = rng.integers(self.shortest, self.longest + 1, self.sequences)
        steps = [rng.normal(size=(length, self.features)) for length in lengths]
        if self.recipe.task == "classification":
            return Sequences.from_lists(steps, rng.integers(3, size=self.sequences))
        return Sequences.from_lists(steps, rng.normal(size=self.sequences))

    def estimate(self) -> float:
        """Estimate the seconds of the training, before the speed of the server is applied."""
        data, family = self.draw(), get_family(self.recipe)
        cost = family.estimate_cost(data.lengths, estimate_inputs(data), self.recipe)
        return family.estimate_seconds(cost, self.recipe)


CASES = {
    "example": Case(Recipe.example(), 3, 1, 5, 1),
    "LSTM(64) → mean": Case(
        replace(CLASSIFY, layers=(LSTM(64, bidirectional=True),), pooling="mean", epochs=15),
        *(270, 7, 29, 12),
    ),
    "LSTM(128)": Case(replace(FIT, layers=(LSTM(128),), epochs=4), 400, 50, 150, 6),
    "LSTM(64) → LSTM(32)": Case(
        replace(CLASSIFY, layers=(LSTM(64), LSTM(32)), epochs=6), 200, 20, 60, 4
    ),
    "GRU(64)": Case(replace(FIT, layers=(GRU(64),), epochs=10), 200, 20, 60, 4),
    "patches of 8 → LSTM(64)": Case(replace(CLASSIFY, patch_size=8, epochs=6), 60, 400, 800, 1),
    "Inception(16)": Case(replace(CONVOLVE, epochs=6), 100, 50, 100, 2),
    "3 × Inception(32)": Case(
        replace(CONVOLVE, layers=(Inception(32),) * 3, epochs=4), 60, 40, 60, 2
    ),
    "Conv1D(32) → LSTM(32)": Case(
        replace(CONVOLVE, layers=(Conv1D(32), LSTM(32)), epochs=6), 100, 60, 100, 3
    ),
    "10,000 random convolutions": Case(
        replace(CLASSIFY, family="random_convolution"), 150, 30, 100, 3
    ),
    "2,000 random convolutions in groups": Case(
        replace(CLASSIFY, family="random_convolution", n_kernels=2000, n_groups=8), 80, 100, 200, 1
    ),
    "2 × LSTM(16)": Case(
        replace(FIT, layers=(LSTM(16),), epochs=8, members=(Member(), Member())), 60, 10, 40, 2
    ),
}


def run() -> dict[str, object]:
    """Measure the cases, write the seconds to docs/estimates.json, and return them."""
    train(Case(FIT, 4, 2, 3, 1).draw(), replace(FIT, layers=(LSTM(2),), epochs=1))
    seconds: dict[str, float] = {}
    for number in range(ROUNDS):
        for name, case in CASES.items():
            data, recipe = case.draw(), case.recipe
            if number:
                recipe = _renew(recipe)
            start = time.perf_counter()
            train(data, recipe)
            taken = time.perf_counter() - start
            seconds[name] = min(taken, seconds.get(name, taken))
            print(f"{name}: {taken:.1f} s", flush=True)
    report = {name: round(taken, 1) for name, taken in seconds.items()}
    text = json.dumps(report, indent=1, ensure_ascii=False)
    PATH.write_text(f"{text}\n", encoding="utf-8")
    return dict(report)


def _renew(recipe: Recipe) -> Recipe:
    """Return an equally large network that is built and traced again."""
    if recipe.family == "random_convolution":
        return replace(recipe, n_kernels=recipe.n_kernels + 84)
    return replace(recipe, weight_decay=1e-9)
