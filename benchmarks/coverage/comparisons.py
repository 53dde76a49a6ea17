"""Comparisons of equal recipes, and of one that is better."""

from __future__ import annotations

import itertools

import numpy as np

from benchmarks.coverage.cell import SIMULATIONS
from core.evaluation.evaluation_set import EvaluationSet
from core.experiments.compare import Comparison, Outcome, compare_outcomes

RECIPES, SEEDS, DESIGNS = (2, 4, 8, 16), (3, 5), ("same", "drawn", "each")
ROWS, TEST_ROWS, INPUTS = 120, 60, 16
SHARE_USED = 0.8  # of the training rows, which each training draws
BETTER_BY = 3.0  # standard errors
CALIBRATIONS = 1000


def measure_comparisons() -> list[dict[str, object]]:
    """Return how often the conclusion is that a recipe is better, and none is."""
    rows = []
    for design, seeds, recipes in itertools.product(DESIGNS, SEEDS, RECIPES):
        rng = np.random.default_rng(0)
        found = sum(_is_better(_compare(rng, design, recipes, seeds)) for _ in range(SIMULATIONS))
        share = round(found / SIMULATIONS, 3)
        rows.append({"rows": design, "seeds": seeds, "recipes": recipes, "false better": share})
    return rows


def measure_power(seeds: int = 5) -> list[dict[str, object]]:
    """Return how often one of two recipes is named that is better by three standard errors."""
    rows = []
    for design in DESIGNS:
        rng = np.random.default_rng(1)
        differences = [_measure_difference(rng, design, seeds) for _ in range(CALIBRATIONS)]
        error = float(np.std(differences))
        level = float(np.mean([_measure_level(rng, design) for _ in range(CALIBRATIONS)]))
        factor = 1 - BETTER_BY * error / level
        rng = np.random.default_rng(0)
        found = sum(_is_better(_compare(rng, design, 2, seeds, factor)) for _ in range(SIMULATIONS))
        rows.append({"rows": design, "seeds": seeds, "named": round(found / SIMULATIONS, 3)})
    return rows


def _is_better(comparison: Comparison) -> bool:
    return "is better than" in str(comparison.sentence)


def _measure_difference(rng: np.random.Generator, design: str, seeds: int) -> float:
    return _compare(rng, design, 2, seeds).entries[1].difference.value


def _measure_level(rng: np.random.Generator, design: str) -> float:
    return float(_compare(rng, design, 2, 2).entries[0].figures["rmse"].mean())


def _compare(
    rng: np.random.Generator, design: str, recipes: int, seeds: int, factor: float = 1.0
) -> Comparison:
    """Compare recipes: linear regressions that each leave out another of 16 equally good inputs.

    On new data all recipes are equally good; on the data at hand one is ahead by chance, with every
    seed.

    Args:
        rng: Source of randomness.
        design: see ``Comparison.rows``.
        recipes: Number of recipes.
        seeds: Number of seeds.
        factor: Multiplies the errors of the second recipe.
    """
    n = ROWS + (TEST_ROWS if design == "same" else 0)
    x = rng.normal(size=(n, INPUTS))
    y = 0.5 * x.sum(axis=1) + 2 * rng.normal(size=n)
    ids = np.arange(n).astype(str).astype(object)
    outcomes: dict[str, list[Outcome]] = {f"recipe {number}": [] for number in range(recipes)}
    folds = np.array_split(rng.permutation(ROWS), seeds)
    for seed in range(seeds):
        part, order = "validation", rng.permutation(ROWS)
        evaluated, training = order[: ROWS // 4], order[ROWS // 4 :]
        if design == "same":
            part, evaluated, training = "test", np.arange(ROWS, n), order
        elif design == "each":
            evaluated, training = folds[seed], np.setdiff1d(order, folds[seed])
        for number, results in enumerate(outcomes.values()):
            used = rng.choice(training, round(SHARE_USED * len(training)), replace=False)
            inputs = np.delete(x, number, axis=1)
            weights = np.linalg.lstsq(inputs[used], y[used], rcond=None)[0]
            errors = inputs[evaluated] @ weights - y[evaluated]
            errors *= factor if number == 1 else 1
            evaluation_set = EvaluationSet(
                part,
                ids[evaluated],
                np.ones(len(evaluated), int),
                y[evaluated],
                y[evaluated] + errors,
            )
            results.append(Outcome(evaluation_set, np.ones(1), 1.0, 1))
    return compare_outcomes(outcomes, tuple(range(seeds)))
