"""Messages about compared recipes, computed again with NumPy from their errors."""

from __future__ import annotations

import numpy as np
from scipy import stats

from core.evaluation.evaluation_set import EvaluationSet
from core.experiments.compare import Comparison, Outcome, compare_outcomes
from tests.messages.case import Result, case

ROWS, SEEDS = 40, 3
IDS = np.arange(ROWS).astype(str).astype(object)


def draw_errors(scale: float, seed: int, spread: float = 0.03) -> np.ndarray:
    """Draw errors (seeds, rows), of the same sign and similar size for all scales."""
    rng = np.random.default_rng(0)
    common = rng.normal(size=ROWS)
    own = np.random.default_rng(seed)
    seeds = scale * np.exp(own.normal(0, spread, (SEEDS, 1)))
    return common * seeds * np.exp(own.normal(0, 0.05, (SEEDS, ROWS)))


def compare_errors(base: np.ndarray, other: np.ndarray, part: str = "test") -> Comparison:
    """Compare the numbers of two recipes with these errors (seeds, rows)."""
    truth = np.random.default_rng(9).normal(size=ROWS)

    def build(errors: np.ndarray) -> Outcome:
        predicted = EvaluationSet(part, IDS, np.ones(ROWS, int), truth, truth + errors)
        return Outcome(predicted, np.ones(2), 1.0, 10)

    outcomes = {"base": [*map(build, base)], "other": [*map(build, other)]}
    return compare_outcomes(outcomes, tuple(range(len(base))))


def compute_rmse(errors: np.ndarray) -> np.ndarray:
    """Compute the RMSE over the rows, the last axis."""
    return np.sqrt((errors**2).mean(axis=-1))


def compute_share(right: np.ndarray) -> np.ndarray:
    """Compute the share of correct rows, the last axis."""
    return right.mean(axis=-1)


def find_limits(base: np.ndarray, other: np.ndarray, compute, variance: float) -> np.ndarray:
    """Find the wider 95% limits of the difference, over the seeds and over the rows."""
    differences = compute(other) - compute(base)
    value = differences.mean()
    margin = stats.t.ppf(0.975, SEEDS - 1) * differences.std(ddof=1) / np.sqrt(SEEDS)
    without = np.array(
        [
            (compute(np.delete(other, row, 1)) - compute(np.delete(base, row, 1))).mean()
            for row in range(ROWS)
        ]
    )
    error = np.sqrt((ROWS - 1) * without.var() + variance)
    rows = stats.t.ppf(0.975, ROWS - 1) * error
    return np.array([value - max(margin, rows), value + max(margin, rows)])


def describe_errors(base: np.ndarray, other: np.ndarray, signs: str = "") -> dict[str, str]:
    """Describe the RMSE of two recipes; the difference in percent of the first."""
    theirs, ours = compute_rmse(base).mean(), compute_rmse(other).mean()
    percents = (
        100 * (ours - theirs) / theirs,
        *(100 * find_limits(base, other, compute_rmse, 0) / theirs),
    )
    if not signs and ours < theirs:
        percents = -percents[0], -percents[2], -percents[1]
    by, low, high = (format(each, f"{signs}.1f").replace("-", "−") for each in percents)
    return {
        "ours": f"{ours:.4g}",
        "theirs": f"{theirs:.4g}",
        "by": f"{by}%",
        "interval": f"95% CI {low} to {high}",
    }


BASE = draw_errors(1.0, seed=1)
BETTER, WORSE = draw_errors(0.7, seed=2), draw_errors(1.4, seed=3)
SIMILAR = draw_errors(0.97, seed=4, spread=0.4)


@case("“{name}” is better than…")
def name_a_better_recipe() -> Result:
    numbers = {"seeds": SEEDS, **describe_errors(BASE, BETTER)}
    return compare_errors(BASE, BETTER).sentence, numbers


@case("“{name}” is worse than…")
def name_a_worse_recipe() -> Result:
    numbers = {"seeds": SEEDS, **describe_errors(BASE, WORSE)}
    return compare_errors(BASE, WORSE).sentence, numbers


@case("Inconclusive with {seeds} seeds…")
def name_the_largest_difference() -> Result:
    numbers = {"seeds": SEEDS, **describe_errors(BASE, SIMILAR, signs="+")}
    numbers["change"], numbers["limits"] = numbers.pop("by"), numbers.pop("interval")
    return compare_errors(BASE, SIMILAR).sentence, numbers


@case("{n}%")
def state_a_difference_in_percent() -> Result:
    by = describe_errors(BASE, BETTER)["by"]
    return compare_errors(BASE, BETTER).sentence, {"n": by.removesuffix("%")}


@case("95% CI {low} to {high}")
def state_an_interval() -> Result:
    low, high = describe_errors(BASE, BETTER)["interval"].removeprefix("95% CI ").split(" to ")
    return compare_errors(BASE, BETTER).sentence, {"low": low, "high": high}


@case("No validation set: these metrics…")
def compare_on_the_training_set() -> Result:
    numbers = {
        "ours": f"{compute_rmse(BETTER).mean():.4g}",
        "theirs": f"{compute_rmse(BASE).mean():.4g}",
    }
    return compare_errors(BASE, BETTER, "training").sentence, numbers


def build_accuracies() -> tuple[Comparison, dict[str, str]]:
    """Compare classes: the second recipe is right in 12 of 40 more rows on average."""
    truth = np.array(["a", "b"])[np.arange(ROWS) % 2].astype(object)
    classes = np.array(["a", "b"], object)
    outcomes, right = {}, {}
    for name, wrong in {"base": (17, 18, 16), "other": (5, 4, 6)}.items():
        right[name] = np.arange(ROWS) >= np.array(wrong)[:, None]  # (seeds, rows)
        outcomes[name] = []
        for is_right in right[name]:
            is_b = (truth == "b") == is_right
            probabilities = np.stack([1 - is_b, is_b], axis=1).astype(np.float32)
            arrays = (IDS, np.ones(ROWS, int), truth, classes[is_b.astype(int)])
            evaluated = EvaluationSet("test", *arrays, classes, probabilities)
            outcomes[name].append(Outcome(evaluated, np.ones(2), 1.0, 10))
    theirs, ours = (right[name].mean() for name in ("base", "other"))
    low, high = 100 * find_limits(right["base"], right["other"], compute_share, (ROWS + 2) ** -2)
    return compare_outcomes(outcomes, (0, 1, 2)), {
        "ours": f"{ours:.1%}",
        "theirs": f"{theirs:.1%}",
        "by": f"{100 * (ours - theirs):.1f} percentage points",
        "interval": f"95% CI {low:.1f} to {high:.1f}",
    }


@case("“{name}” is better than…")
def name_the_better_accuracy() -> Result:
    comparison, numbers = build_accuracies()
    return comparison.sentence, {"seeds": SEEDS, **numbers}


@case("{n} percentage points")
def state_a_difference_in_points() -> Result:
    comparison, numbers = build_accuracies()
    return comparison.sentence, {"n": numbers["by"].removesuffix(" percentage points")}
