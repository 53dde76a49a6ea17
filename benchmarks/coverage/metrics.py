"""Settings: shares, errors of three distributions, groups, classes, and cross-validation."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from scipy import stats

from benchmarks.coverage.cell import SIMULATIONS, Cell, simulate
from core.evaluation.intervals import estimate_metrics
from core.evaluation.statistic import ClassificationStatistic, RegressionStatistic

SIZES = (10, 20, 50, 100, 200)
SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
GROUPS = (3, 5, 10, 20, 30)
LABELS = np.array(["no", "yes"])
Draw = Callable[[np.random.Generator, int], np.ndarray]
# Of each distribution of errors: draws, the root of the mean square, the mean of the absolute value
ERRORS: dict[str, tuple[Draw, float, float]] = {
    "normal": (lambda rng, n: rng.normal(size=n), 1.0, np.sqrt(2 / np.pi)),
    "t3": (lambda rng, n: rng.standard_t(3, n), np.sqrt(3), float(stats.t(3).expect(np.abs))),
    "lognormal": (
        lambda rng, n: rng.choice([-1, 1], n) * rng.lognormal(size=n),
        np.exp(1.0),
        np.exp(0.5),
    ),
}
DEVIATION = 2.0  # of predictions; targets are predictions plus errors
# Classes, rows, and the share of each class
CLASSES = ((2, 40, (1, 1)), (2, 100, (4, 1)), (3, 100, (3, 2, 1)), (5, 100, (1,) * 5))
CLASSES += ((3, 200, (8, 1, 1)), (10, 200, (1,) * 10))
RECALLS = (0.6, 0.8, 0.9, 0.97)
MIN_ROWS = 10  # of every class: simulations with fewer are drawn again
FOLDS, INPUTS = 5, 8


def measure_shares() -> list[dict[str, object]]:
    """Accuracy of independent sequences: exact coverage, from all possible counts."""
    rows = []
    for n in SIZES:
        limits = [_estimate_share(right, n) for right in range(n + 1)]
        low, high = np.array([each.limits for each in limits]).T
        for share in SHARES:
            chance = stats.binom.pmf(np.arange(n + 1), n, share)
            covered = float(chance[(low <= share) & (share <= high)].sum())
            ends = stats.binom.ppf([[0.025], [0.975]], n, np.arange(n + 1) / n) / n
            ends[:, [0, n]] = 0  # all resamples are alike
            width = float(chance @ (high - low)) / float(chance @ (ends[1] - ends[0]))
            rows.append(
                {"n": n, "share": share, "coverage": round(covered, 3), "width": round(width, 2)}
            )
    return rows


def find_worst_share() -> list[dict[str, object]]:
    """Return the lowest exact coverage on a fine grid, for 10 to 200 sequences."""
    shares, worst = np.arange(0.5, 0.9801, 0.002), 1.0
    for n in range(10, 201, 10):
        limits = [_estimate_share(right, n).limits for right in range(n + 1)]
        low, high = np.array(limits).T
        for share in shares:
            chance = stats.binom.pmf(np.arange(n + 1), n, share)
            worst = min(worst, float(chance[(low <= share) & (share <= high)].sum()))
    return [{"coverage": round(worst, 3)}]


def _estimate_share(right: int, n: int):
    truth = np.repeat("yes", n)
    predicted = np.where(np.arange(n) < right, 1, 0)
    return estimate_metrics(_classify(truth, predicted, LABELS), np.arange(n))["accuracy"]


def _classify(truth: np.ndarray, predicted: np.ndarray, labels: np.ndarray):
    probabilities = np.full((len(truth), len(labels)), 0.1 / len(labels))
    probabilities[np.arange(len(truth)), predicted] += 0.9
    return ClassificationStatistic(truth, probabilities, labels)


def measure_errors() -> list[dict[str, object]]:
    """RMSE, MAE and R² of independent sequences."""
    rows = []
    for name, n in itertools.product(ERRORS, SIZES):
        draw_errors, rms, mean = ERRORS[name]

        def draw(rng, n=n, draw_errors=draw_errors):
            predicted = DEVIATION * rng.normal(size=n)
            truth = predicted + draw_errors(rng, n)
            return RegressionStatistic(truth, predicted), np.arange(n)

        true = {"rmse": rms, "mae": mean, "r2": 1 - rms**2 / (rms**2 + DEVIATION**2)}
        for metric, found in simulate(draw, true, _take_errors).items():
            rows.append({"errors": name, "n": n, "metric": metric, **found})
    return rows


def _take_errors(statistic: RegressionStatistic, rows: np.ndarray) -> RegressionStatistic:
    truth = statistic.centred[rows]
    return RegressionStatistic(truth, truth + statistic.error[rows])


def measure_groups() -> list[dict[str, object]]:
    """Accuracy and RMSE where sequences of a group are alike; 3 to 11 sequences per group."""
    rows = []
    for groups, share in itertools.product(GROUPS, (0.5, 0.7, 0.8, 0.9, 0.95)):

        def draw(rng, groups=groups, share=share):
            clusters = np.repeat(np.arange(groups), rng.integers(3, 12, groups))
            alike = 1 / 0.3 - 1  # a correlation of .3 within groups
            chance = rng.beta(share * alike, (1 - share) * alike, groups)
            predicted = (rng.random(len(clusters)) < chance[clusters]).astype(int)
            return _classify(np.repeat("yes", len(clusters)), predicted, LABELS), clusters

        found = simulate(draw, {"accuracy": share}, _take_classes)["accuracy"]
        rows.append({"groups": groups, "metric": f"accuracy {share}", **found})
    for groups in GROUPS:

        def draw(rng, groups=groups):
            clusters = np.repeat(np.arange(groups), rng.integers(3, 12, groups))
            errors = rng.normal(size=groups)[clusters] + rng.normal(size=len(clusters))
            return RegressionStatistic(-errors, np.zeros(len(errors))), clusters

        found = simulate(draw, {"rmse": np.sqrt(2)}, _take_errors)["rmse"]
        rows.append({"groups": groups, "metric": "rmse", **found})
    return rows


def _take_classes(statistic: ClassificationStatistic, rows: np.ndarray) -> ClassificationStatistic:
    labels = np.arange(statistic.labels)
    return _classify(statistic.true[rows], statistic.predicted[rows], labels)


def measure_classes() -> list[dict[str, object]]:
    """Balanced accuracy and macro F1 of classes of unequal size."""
    rows = []
    for (count, n, sizes), recall in itertools.product(CLASSES, RECALLS):
        prior = np.array(sizes) / np.sum(sizes)
        right = np.clip(recall + np.linspace(-0.08, 0.08, count), 0.02, 0.995)
        chance = np.tile(((1 - right) / (count - 1))[:, None], (1, count))
        chance[np.diag_indices(count)] = right
        joint = prior[:, None] * chance
        labels = np.array([f"c{number}" for number in range(count)])

        def draw(rng, joint=joint, n=n, count=count, labels=labels):
            while True:
                cells = rng.choice(joint.size, n, p=joint.ravel())
                if np.bincount(cells // count, minlength=count).min() >= MIN_ROWS:
                    return _classify(labels[cells // count], cells % count, labels), np.arange(n)

        f1 = 2 * np.diag(joint) / (joint.sum(axis=1) + joint.sum(axis=0))
        true = {"balanced_accuracy": float(right.mean()), "macro_f1": float(f1.mean())}
        for metric, found in simulate(draw, true, _take_classes).items():
            name = f"{count} classes, {':'.join(map(str, sizes))}"
            rows.append({"classes": name, "n": n, "recall": recall, "metric": metric, **found})
    return rows


def measure_cross_validation() -> list[dict[str, object]]:
    """RMSE of five folds of linear regression, against its mean error on new sequences."""
    rows = []
    for n in (30, 60, 120):
        rng, cell = np.random.default_rng(0), Cell()
        true = np.sqrt(np.mean([_measure_new_error(rng, n) for _ in range(SIMULATIONS)]))
        for _ in range(SIMULATIONS):
            x, y = _draw_linear(rng, n)
            predicted = np.empty(n)
            for held_out in np.array_split(np.arange(n), FOLDS):
                predicted[held_out] = x[held_out] @ _fit_linear(x, y, held_out)
            estimates = estimate_metrics(
                RegressionStatistic(y, predicted), np.arange(n), inflation=1 + FOLDS / (FOLDS - 1)
            )
            cell.add(estimates["rmse"], true)
        rows.append({"n": n, **cell.to_dict()})
    return rows


def _draw_linear(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    x = rng.normal(size=(n, INPUTS))
    return x, x.sum(axis=1) + 2 * rng.normal(size=n)


def _fit_linear(x: np.ndarray, y: np.ndarray, held_out: np.ndarray) -> np.ndarray:
    return np.linalg.lstsq(np.delete(x, held_out, 0), np.delete(y, held_out), rcond=None)[0]


def _measure_new_error(rng: np.random.Generator, n: int) -> float:
    """Return the expected squared error of a model of one fold on new sequences."""
    x, y = _draw_linear(rng, n)
    weights = _fit_linear(x, y, np.arange(n // FOLDS))
    return 4 + float(((weights - 1) ** 2).sum())
