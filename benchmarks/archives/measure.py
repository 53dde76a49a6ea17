"""Measurements of recipes on one data set: by cross-validation, and on the test set."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.archives.sources import CAP, Source, stop_engines
from core import Recipe, Sequences
from core.preprocessing.splits import split_into_folds
from core.recipe.recipe import FIELDS

if TYPE_CHECKING:
    from core import TrainedModel

ENSEMBLE, MEMBERS = "ensemble", 5
FOLDS, FOLD_SEEDS, TEST_SEEDS = 5, range(2), range(5)
Figures = dict[str, list[float]]  # one per training


@dataclass(frozen=True, eq=False)
class Part:
    """Data whose test rows are measured.

    Attributes:
        data: The data.
        remaining: (test rows,) true remaining cycles of engines; None for other data.
        seeds: Seeds of the trainings.
    """

    data: Sequences
    remaining: np.ndarray | None
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Result:
    """Figures of a recipe.

    Attributes:
        recipe: The recipe, described on one line.
        figures: Metrics, and "seconds" of training.
        baselines: Main metric of each baseline, where asked for.
    """

    recipe: str
    figures: Figures
    baselines: Figures = field(default_factory=dict)


def list_candidates(training: Sequences) -> tuple[str, ...]:
    """List the families that can predict targets like these, the suggested one first; ENSEMBLE."""
    possible = FIELDS["family"].list_choices(Recipe.suggest(training))
    suggested = Recipe.suggest(training).family
    return (suggested, *(each for each in possible if each != suggested), ENSEMBLE)


def cross_validate(source: Source, candidate: str, with_baselines: bool) -> Result:
    """Measure the suggested recipe of a family, or the ensemble, on parts of the training set."""
    training = source.read_training()
    recipe = choose(candidate, training)
    parts = []
    for seed in FOLD_SEEDS:
        for _, held_out in split_into_folds(training, replace(recipe, seed=seed), FOLDS):
            split = np.full(len(training), "train", object)
            split[held_out] = "test"
            data, remaining = replace(training, split=split), None
            if source.read_remaining is not None:
                data, remaining = stop_engines(data, seed)
            parts.append(Part(data, remaining, (seed,)))
    return _measure(recipe, parts, with_baselines)


def test(source: Source, candidate: str, with_baselines: bool) -> Result:
    """Measure the suggested recipe of a family, or the ensemble, on the test set.

    The recipe is chosen before test targets are read.
    """
    recipe = choose(candidate, source.read_training())
    remaining = None if source.read_remaining is None else source.read_remaining()
    part = Part(source.read_all(), remaining, tuple(TEST_SEEDS))
    return _measure(recipe, [part], with_baselines)


def choose(candidate: str, training: Sequences) -> Recipe:
    """Choose the recipe for a training set beside which there is a test set.

    The ensemble has several seeds of the suggestion.
    """
    # The rules ask whether there is a test set, not what is in it: the first sequence will do.
    rows = np.append(np.arange(len(training)), 0)
    split = np.array(["train"] * len(training) + ["test"], object)
    data = replace(training[rows], split=split)
    if candidate == ENSEMBLE:
        return replace(Recipe.suggest(data), members=MEMBERS)
    return Recipe.suggest(data, candidate)


def _measure(recipe: Recipe, parts: list[Part], with_baselines: bool) -> Result:
    from core import train
    from core.families.registry import get_family

    figures: Figures = {}
    baselines: Figures = {}
    for part in parts:
        for number, seed in enumerate(part.seeds):
            began = time.perf_counter()
            model = train(part.data, replace(recipe, seed=seed))
            _append(figures, {"seconds": time.perf_counter() - began})
            _append(figures, _score(model, part))
            if with_baselines and number == 0 and part.remaining is None:
                evaluation = model.evaluate_held_out(part.data)
                main = evaluation.main
                _append(baselines, {b.name: b.figures[main].value for b in evaluation.rivals})
    return Result(get_family(recipe).describe(recipe), figures, baselines)


def _score(model: TrainedModel, part: Part) -> dict[str, float]:
    """Compute the metrics on the test rows."""
    rows = part.data[part.data.split == "test"]
    if part.remaining is None:
        return model.evaluate(rows)
    predicted = model.predict(rows)[np.cumsum(rows.lengths) - 1]
    errors = {"rmse": np.minimum(part.remaining, CAP), "rmse, uncapped": part.remaining}
    return {
        name: float(np.sqrt(np.mean((predicted - truth) ** 2))) for name, truth in errors.items()
    }


def _append(figures: Figures, values: dict[str, float]) -> None:
    for name, value in values.items():
        figures.setdefault(name, []).append(value)
