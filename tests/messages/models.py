"""Small models that cases share, and the runs that the store would return for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import numpy as np

from core import LSTM, Recipe, Sequences, TrainedModel, train
from runs import Run, RunState
from tests.messages.suggestions import CLASSES, NUMBERS

SMALL = Recipe(layers=(LSTM(2),), epochs=2, batch_size=16)
CLASSIFIER = replace(SMALL, task="classification")
ROCKET = Recipe(task="classification", family="random_convolution", n_kernels=84)
START = datetime(2026, 1, 1, tzinfo=UTC)
# Some steps equal 1, the mask value.
WITH_ONES = Sequences.from_lists(
    [[2, 1, 3, 1], [1, 4], [5, 1, 1, 6, 7]] * 8, np.random.default_rng(4).normal(size=24)
)
# More steps, units and features than a figure draws.
LONG = Sequences.from_lists(
    [np.random.default_rng(n).normal(size=(250 + n, 20)) for n in range(4)], [0.5, 1.5, 2.5, 3.5]
)
RECIPES = {
    "numbers": (SMALL, NUMBERS),
    "classes": (CLASSIFIER, CLASSES),
    "rocket": (ROCKET, CLASSES),
    "unmasked": (replace(SMALL, mask="none"), NUMBERS),
    "by value": (replace(SMALL, mask="value", mask_value=1.0, maxlen=8), WITH_ONES),
    "wide": (replace(SMALL, layers=(LSTM(50),), epochs=1, validation_split=0.0), LONG),
    "patient": (replace(SMALL, patience=1, epochs=3), NUMBERS),
    "members": (replace(SMALL, epochs=2, members=2), NUMBERS),
}


@cache
def train_once(name: str) -> tuple[TrainedModel, Sequences]:
    """Train a model of RECIPES, once for all cases; returns its data, too."""
    recipe, data = RECIPES[name]
    return train(data, recipe), data


def make_run(model: TrainedModel, state: RunState = RunState.FINISHED, **changes) -> Run:
    """Make the run of a model, as the store returns it."""
    fields = {
        "history": model.history,
        "best_epoch": model.best_epoch,
        "computed": model.computed,
        "notes": tuple(model.notes),
        "has_model": True,
    }
    reading = {"features": len(model.preprocessing.feature_names), "schema": None}
    run = Run(
        f"run {id(model)}", "me", "a run", model.recipe, model.trained_on, reading, state, START
    )
    return replace(run, **fields | changes)
