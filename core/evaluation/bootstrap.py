"""How sure figures of merit are: bootstrap over sequences.

Sequences, or groups of them where the data has groups, are drawn anew with replacement, and every
figure is computed again. Of the same rows and the same seed every model is judged on the same
draws, so that the difference of two models is drawn in pairs.

The limits are those of the expanded percentile interval: with few sequences a plain percentile
interval is too narrow, as a normal interval is against Student's t, and its ends are moved
outwards by as much (Hesterberg, "What Teachers Should Know About the Bootstrap", The American
Statistician 69, 2015, section 3.4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..data.sequences import Sequences
from .metrics import known_labels

CONFIDENCE = 0.95
DRAWS, DRAWS_OF_MANY = 2000, 500  # of many rows the limits are nearer to each other than to matter
MANY = 20_000
MAX_ROWS = 2_000_000  # some 10 seconds

Figures = dict[str, float]
Statistic = Callable[[np.ndarray], Figures]  # of weights, (rows,)


@dataclass(frozen=True)
class Figure:
    """A figure of merit and the limits of its interval; both None where there are not at least two
    sequences to draw from."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def leaves_zero_out(self) -> bool:
        return self.low is not None and (self.low > 0 or self.high < 0)


def bootstrap(statistic: Statistic, clusters: np.ndarray, seed: int = 0) -> dict[str, np.ndarray]:
    """(draws,) values of each figure. clusters (rows,): the number of what each row belongs to,
    from 0: its sequence, or its group."""
    rng = np.random.default_rng(seed)
    count = int(clusters.max()) + 1
    found: dict[str, list[float]] = {}
    for _ in range(DRAWS if len(clusters) <= MANY else DRAWS_OF_MANY):
        drawn = np.bincount(rng.integers(count, size=count), minlength=count)
        for name, value in statistic(drawn[clusters].astype(np.float64)).items():
            found.setdefault(name, []).append(value)
    return {name: np.array(values) for name, values in found.items()}


def figure(value: float, drawn: np.ndarray, count: int) -> Figure:
    """count: how many sequences or groups were drawn from."""
    drawn = drawn[np.isfinite(drawn)]
    if count < 2 or not len(drawn):
        return Figure(value)
    from scipy import stats

    tail = stats.t.ppf((1 - CONFIDENCE) / 2, count - 1) * np.sqrt(count / (count - 1))
    low, high = np.quantile(drawn, stats.norm.cdf([tail, -tail]))
    return Figure(value, float(low), float(high))


def figures(of_weights: Statistic, clusters: np.ndarray) -> dict[str, Figure]:
    """Each figure of the statistic with its interval, except of more rows than MAX_ROWS;
    clusters as ``bootstrap`` takes them."""
    values = of_weights(np.ones(len(clusters)))
    values = {name: value for name, value in values.items() if np.isfinite(value)}
    if len(clusters) > MAX_ROWS:
        return {name: Figure(value) for name, value in values.items()}
    drawn, count = bootstrap(of_weights, clusters), int(clusters.max()) + 1
    return {name: figure(value, drawn[name], count) for name, value in values.items()}


def clusters_of(rows: Sequences, answered: np.ndarray | slice = slice(None)) -> np.ndarray:
    """What each answer belongs to, its group where the data has groups, else its sequence, as a
    number from 0: (n,), or (total steps,) of targets a step, without those not ``answered``."""
    each = np.arange(len(rows)) if rows.groups is None else rows.groups
    each = np.repeat(each, rows.lengths) if rows.per_step else each
    return np.unique(each[answered], return_inverse=True)[1]


def answered_by(answers: np.ndarray) -> np.ndarray:
    """Which of (n,) numbers or (n, k) probabilities are there: NaN stands for no answer."""
    return ~np.isnan(answers if answers.ndim == 1 else answers[:, 0])


def statistic(truth: np.ndarray, answers: np.ndarray, classes: np.ndarray | None) -> Statistic:
    """Of answers (rows,) to numbers, or (rows, k) probabilities of the classes (k,)."""
    if classes is None:
        return regression_statistic(truth, answers)
    return classification_statistic(truth, answers, classes)


def regression_statistic(truth: np.ndarray, predicted: np.ndarray) -> Statistic:
    """As ``metrics.regression_metrics``, of weighted rows."""
    error = np.asarray(predicted, np.float64) - truth
    centred = truth - truth.mean()  # r2 is a difference of squares

    def figures(weights: np.ndarray) -> Figures:
        total = weights.sum()
        mse = float(weights @ error**2 / total)
        mean = weights @ centred / total
        spread = float(weights @ (centred - mean) ** 2 / total)
        return {
            "mse": mse,
            "rmse": mse**0.5,
            "mae": float(weights @ np.abs(error) / total),
            "r2": 1 - mse / spread if spread > 0 else np.nan,
        }

    return figures


def classification_statistic(
    truth: np.ndarray, probabilities: np.ndarray, classes: np.ndarray
) -> Statistic:
    """As ``metrics.classification_metrics``, of weighted rows."""
    names = classes.astype(str)
    true_names = known_labels(truth, classes)
    every, codes = np.unique(np.concatenate([names, true_names]), return_inverse=True)
    of_class, true = codes[: len(names)], codes[len(names) :]
    predicted = of_class[probabilities.argmax(axis=1)]
    right = true == predicted
    place = np.full(len(every), -1)
    place[of_class] = np.arange(len(names))
    known = place[true] >= 0
    tiny = np.finfo(probabilities.dtype).eps  # as scikit-learn clips them
    sure = np.clip(probabilities[np.arange(len(true)), place[true]], tiny, 1 - tiny)
    nats = -np.log(sure.astype(np.float64))

    def figures(weights: np.ndarray) -> Figures:
        total = weights.sum()

        def of_each(codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
            return np.bincount(codes, weights, len(every))

        trues, answers = of_each(true, weights), of_each(predicted, weights)
        hits = of_each(true[right], weights[right])
        there, seen = trues > 0, trues + answers > 0
        found = {
            "accuracy": float(hits.sum() / total),
            "balanced_accuracy": float((hits[there] / trues[there]).mean()),
            "macro_f1": float((2 * hits[seen] / (trues + answers)[seen]).mean()),
        }
        if known.all():
            found["log_loss"] = float(weights @ nats / total)
        return found

    return figures
