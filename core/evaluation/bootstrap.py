"""Confidence intervals of metrics by the bootstrap over sequences.

Sequences, or their groups if the data has groups, are resampled with replacement, and every metric
is computed for each resample. For the same rows and seed, all models are evaluated on the same
resamples, so that the difference of two models is a paired one.

The intervals are expanded percentile intervals: with few sequences a plain percentile interval is
too narrow, just as a normal interval is compared with Student's t, and its ends are moved outwards
by the same amount (Hesterberg, "What Teachers Should Know About the Bootstrap", The American
Statistician 69, 2015, section 3.4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..data.sequences import Sequences
from .metrics import match_labels

CONFIDENCE = 0.95
# Large samples need fewer resamples: their interval is narrow.
DRAWS, DRAWS_OF_LARGE = 2000, 500
MAX_SMALL = 20_000  # rows of a sample that gets all ``DRAWS`` resamples
MAX_ROWS = 2_000_000  # above which there is no interval: some 10 seconds

Metrics = dict[str, float]
Statistic = Callable[[np.ndarray], Metrics]  # from the weights of the rows, (rows,)


@dataclass(frozen=True)
class Estimate:
    """A metric with its confidence interval.

    Attributes:
        value: the metric.
        low: lower end of the interval; None if fewer than two sequences can be resampled, or for
            more than ``MAX_ROWS`` rows.
        high: upper end of the interval; None together with ``low``.
    """

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def limits(self) -> tuple[float, float] | None:
        """Both ends of the interval; None without one."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def excludes_zero(self) -> bool:
        """True when the interval does not contain 0."""
        return self.limits is not None and (self.limits[0] > 0 or self.limits[1] < 0)


def spread_estimates(metrics: Mapping[str, Estimate]) -> dict[str, float | None]:
    """Spread metrics over the columns of a table: "rmse", "rmse low", "rmse high", …"""
    columns: dict[str, float | None] = {}
    for name, estimate in metrics.items():
        columns |= {name: estimate.value}
        columns |= {f"{name} low": estimate.low, f"{name} high": estimate.high}
    return columns


def bootstrap(statistic: Statistic, clusters: np.ndarray, seed: int = 0) -> dict[str, np.ndarray]:
    """Compute the metrics of many resamples.

    Args:
        statistic: computes metrics from row weights.
        clusters: (rows,) number of the sequence or group of each row, from 0.
        seed: random seed of the resamples.

    Returns:
        (draws,) values by metric.
    """
    rng = np.random.default_rng(seed)
    count = int(clusters.max()) + 1
    draws: dict[str, list[float]] = {}
    for _ in range(DRAWS if len(clusters) <= MAX_SMALL else DRAWS_OF_LARGE):
        multiplicity = np.bincount(rng.integers(count, size=count), minlength=count)  # (clusters,)
        for name, value in statistic(multiplicity[clusters].astype(np.float64)).items():
            draws.setdefault(name, []).append(value)
    return {name: np.array(values) for name, values in draws.items()}


def estimate_metric(value: float, draws: np.ndarray, count: int) -> Estimate:
    """Compute the confidence interval of one metric.

    Args:
        value: the metric on all rows.
        draws: (draws,) its values from ``bootstrap``.
        count: number of sequences or groups that were resampled.
    """
    draws = draws[np.isfinite(draws)]
    if count < 2 or not len(draws):
        return Estimate(value)
    from scipy import stats

    tail = stats.t.ppf((1 - CONFIDENCE) / 2, count - 1) * np.sqrt(count / (count - 1))
    low, high = np.quantile(draws, stats.norm.cdf([tail, -tail]))
    return Estimate(value, float(low), float(high))


def estimate_metrics(statistic: Statistic, clusters: np.ndarray) -> dict[str, Estimate]:
    """Compute all finite metrics with confidence intervals, up to ``MAX_ROWS`` rows.

    Args:
        statistic: computes metrics from row weights.
        clusters: (rows,) number of the sequence or group of each row, from 0.
    """
    values = statistic(np.ones(len(clusters)))
    values = {name: value for name, value in values.items() if np.isfinite(value)}
    if len(clusters) > MAX_ROWS:
        return {name: Estimate(value) for name, value in values.items()}
    draws, count = bootstrap(statistic, clusters), int(clusters.max()) + 1
    return {name: estimate_metric(value, draws[name], count) for name, value in values.items()}


def assign_clusters(rows: Sequences, predicted: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Number the resampling unit of each prediction: its group, or else its sequence.

    Args:
        rows: n sequences.
        predicted: (n,) or (total steps,) bool, the predictions that exist.

    Returns:
        (predictions,) int64 from 0, for the predictions that exist.
    """
    units: np.ndarray = np.arange(len(rows)) if rows.groups is None else rows.groups
    units = np.repeat(units, rows.lengths) if rows.per_step else units
    return np.unique(units[predicted], return_inverse=True)[1]


def has_prediction(predictions: np.ndarray) -> np.ndarray:
    """Find the rows that have a prediction, not NaN.

    Args:
        predictions: (rows,) numbers or (rows, k) probabilities.

    Returns:
        (rows,) bool.
    """
    has_value: np.ndarray = ~np.isnan(predictions if predictions.ndim == 1 else predictions[:, 0])
    return has_value


def make_statistic(
    truth: np.ndarray, predictions: np.ndarray, classes: np.ndarray | None
) -> Statistic:
    """Build the metrics of predictions as a function of row weights.

    Args:
        truth: (rows,) targets.
        predictions: (rows,) numbers, or (rows, k) probabilities.
        classes: (k,) labels in the order of the probabilities; None for regression.
    """
    if classes is None:
        return regression_statistic(truth, predictions)
    return classification_statistic(truth, predictions, classes)


def regression_statistic(truth: np.ndarray, predicted: np.ndarray) -> Statistic:
    """Build ``metrics.regression_metrics`` as a function of row weights.

    Args:
        truth: (rows,) targets.
        predicted: (rows,) predictions.
    """
    error = np.asarray(predicted, np.float64) - truth
    centred = truth - truth.mean()  # avoids cancellation in r2, a difference of squares

    def compute_metrics(weights: np.ndarray) -> Metrics:
        total = weights.sum()
        mse = float(weights @ error**2 / total)
        mean = weights @ centred / total
        variance = float(weights @ (centred - mean) ** 2 / total)
        return {
            "mse": mse,
            "rmse": mse**0.5,
            "mae": float(weights @ np.abs(error) / total),
            "r2": 1 - mse / variance if variance > 0 else np.nan,
        }

    return compute_metrics


def classification_statistic(
    truth: np.ndarray, probabilities: np.ndarray, classes: np.ndarray
) -> Statistic:
    """Build ``metrics.classification_metrics`` as a function of row weights.

    Args:
        truth: (rows,) labels.
        probabilities: (rows, k).
        classes: (k,) labels in the order of the probabilities.
    """
    names = classes.astype(str)
    true_names = match_labels(truth, classes)
    labels, codes = np.unique(np.concatenate([names, true_names]), return_inverse=True)
    class_codes, true = codes[: len(names)], codes[len(names) :]  # (k,), (rows,)
    predicted = class_codes[probabilities.argmax(axis=1)]
    is_correct = true == predicted
    column = np.full(len(labels), -1)  # of each label's probability, -1 for unknown labels
    column[class_codes] = np.arange(len(names))
    is_known = column[true] >= 0
    eps = np.finfo(probabilities.dtype).eps  # scikit-learn clips probabilities in the same way
    of_true = np.clip(probabilities[np.arange(len(true)), column[true]], eps, 1 - eps)
    nats = -np.log(of_true.astype(np.float64))

    def compute_metrics(weights: np.ndarray) -> Metrics:
        total = weights.sum()

        def sum_per_label(codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
            return np.bincount(codes, weights, len(labels))

        support, predictions = sum_per_label(true, weights), sum_per_label(predicted, weights)
        hits = sum_per_label(true[is_correct], weights[is_correct])
        has_support, occurs = support > 0, support + predictions > 0
        metrics = {
            "accuracy": float(hits.sum() / total),
            "balanced_accuracy": float((hits[has_support] / support[has_support]).mean()),
            "macro_f1": float((2 * hits[occurs] / (support + predictions)[occurs]).mean()),
        }
        if is_known.all():
            metrics["log_loss"] = float(weights @ nats / total)
        return metrics

    return compute_metrics
