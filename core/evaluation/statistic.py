"""Metrics of predictions, with what their confidence intervals are computed from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .metrics import match_labels

Floats = npt.NDArray[np.float64]
Metrics = dict[str, float]
MIN_CLASS_ROWS = 10  # of a class whose share of right predictions is well measured
MIN_GROUPS = 20  # of sequences that are alike, to measure errors on
# Kurtosis above that of normal errors by more than three standard errors, and the mean square over
# the squared mean of absolute errors, which is 1.57 of normal ones: above, intervals cover less
# than 92 % (docs/coverage.md).
NORMAL_KURTOSIS, MAX_SPREAD_OF_MEAN = 3.0, 3.5


@dataclass(frozen=True)
class Share:
    """A metric between 0 and 1 that is a mean of shares of right predictions.

    Attributes:
        value: The metric.
        smoothed: The metric with half a row more in each class, spread over all labels, so that it
            is neither 0 nor 1.
        variance: Its variance, from the smoothed shares; 0 if it is a single share of independent
            rows, whose distribution is known.
    """

    value: float
    smoothed: float
    variance: float


class Statistic(ABC):
    """Metrics of predictions.

    ``clusters`` in the methods is (rows,), the number from 0 of the sequence or group of each row.
    """

    @abstractmethod
    def compute(self) -> Metrics:
        """Compute all finite metrics."""

    @abstractmethod
    def leave_out(self, clusters: np.ndarray) -> dict[str, Floats]:
        """Compute metrics that are functions of means without each cluster, (clusters,) by name."""

    @abstractmethod
    def compute_shares(self, clusters: np.ndarray) -> dict[str, Share]:
        """Compute metrics that are means of shares, by name."""

    @abstractmethod
    def compute_with_one_error(self, count: int) -> Metrics:
        """Compute metrics that are 0 or 1 without any error, as if one more unit had one.

        Args:
            count: Number of units.
        """

    @abstractmethod
    def find_faults(self, clusters: np.ndarray) -> dict[str, str]:
        """Return keys of ``REASONS`` by the metrics whose intervals are only approximate."""


class RegressionStatistic(Statistic):
    """mse, rmse, mae and, for targets that differ, r2."""

    def __init__(self, truth: np.ndarray, predicted: np.ndarray) -> None:
        """Store errors.

        Args:
            truth: (rows,) targets.
            predicted: (rows,) predictions.
        """
        self.error = np.asarray(predicted, np.float64) - truth
        # The mean is removed because r2 is a difference of squares, which would cancel.
        self.centred = np.asarray(truth, np.float64) - np.mean(truth)
        self.size = float(np.abs(truth).max())

    @cached_property
    def _terms(self) -> Floats:
        """Terms of the sums that all metrics follow from, (rows, terms)."""
        ones = np.ones(len(self.error))
        return np.stack(
            [ones, self.error**2, np.abs(self.error), self.centred, self.centred**2], axis=1
        )

    def compute(self) -> Metrics:
        """See ``Statistic.compute``."""
        values = _compute_from_sums(self._terms.sum(axis=0))
        return {name: float(value) for name, value in values.items() if np.isfinite(value)}

    def leave_out(self, clusters: np.ndarray) -> dict[str, Floats]:
        """See ``Statistic.leave_out``."""
        sums = _sum_by_cluster(self._terms, clusters)
        return _compute_from_sums(sums.sum(axis=0) - sums)

    def compute_shares(self, clusters: np.ndarray) -> dict[str, Share]:
        """Regression has none."""
        return {}

    def compute_with_one_error(self, count: int) -> Metrics:
        """See ``Statistic.compute_with_one_error``: of the size of the targets' deviation."""
        error = float(self.centred.std()) or self.size or 1.0
        mse = error**2 / (count + 1)
        return {"mse": mse, "rmse": mse**0.5, "mae": error / (count + 1), "r2": 1 - 1 / (count + 1)}

    def find_faults(self, clusters: np.ndarray) -> dict[str, str]:
        """See ``Statistic.find_faults``."""
        sums = _sum_by_cluster(self._terms, clusters)
        if len(sums) < min(MIN_GROUPS, len(clusters)):
            return dict.fromkeys(("mse", "rmse", "mae", "r2"), "groups")
        faults = {}
        is_heavy = _has_heavy_tails(sums[:, 1])
        if is_heavy:
            faults = dict.fromkeys(("mse", "rmse"), "tails")
        if is_heavy or _has_heavy_tails(sums[:, 4]):
            faults["r2"] = "tails"
        if _spread_of_mean(sums[:, 2]) > MAX_SPREAD_OF_MEAN:
            faults["mae"] = "tails"
        return faults


@dataclass(frozen=True)
class _Counts:
    """Rows by label, each (labels,).

    Attributes:
        support: Rows with this true label.
        predictions: Rows with this predicted label.
        hits: Rows with both.
    """

    support: Floats
    predictions: Floats
    hits: Floats

    @property
    def occurrences(self) -> Floats:
        return self.support + self.predictions

    @property
    def recall(self) -> Floats:
        return _divide(self.hits, self.support)

    @property
    def f1(self) -> Floats:
        return _divide(2 * self.hits, self.occurrences)

    def smooth(self) -> _Counts:
        """Add half a row to each true label, spread over all predicted labels."""
        is_true = (self.support > 0).astype(np.float64)
        share = is_true / (2 * len(is_true))
        return _Counts(
            self.support + is_true / 2, self.predictions + share.sum(), self.hits + share
        )

    def compute_metrics(self) -> Metrics:
        """Compute accuracy, balanced_accuracy and macro_f1."""
        return {
            "accuracy": float(self.hits.sum() / self.support.sum()),
            "balanced_accuracy": float(self.recall[self.support > 0].mean()),
            "macro_f1": float(self.f1[self.occurrences > 0].mean()),
        }


class ClassificationStatistic(Statistic):
    """accuracy, balanced_accuracy, macro_f1 and, if all labels are known, log_loss (nats)."""

    def __init__(self, truth: np.ndarray, probabilities: np.ndarray, classes: np.ndarray) -> None:
        """Store predicted classes.

        Args:
            truth: (rows,) labels.
            probabilities: (rows, k).
            classes: (k,) labels in the order of the probabilities.
        """
        names = classes.astype(str)
        true_names = match_labels(truth, classes)
        labels, codes = np.unique(np.concatenate([names, true_names]), return_inverse=True)
        class_codes, self.true = codes[: len(names)], codes[len(names) :]  # (k,), (rows,)
        self.predicted = class_codes[probabilities.argmax(axis=1)]
        self.is_correct = self.true == self.predicted
        self.labels = len(labels)
        column = np.full(len(labels), -1)  # of each label's probability, -1 for unknown labels
        column[class_codes] = np.arange(len(names))
        self.nats: Floats | None = None
        if (column[self.true] >= 0).all():
            eps = np.finfo(probabilities.dtype).eps  # scikit-learn clips them in the same way
            of_true = probabilities[np.arange(len(self.true)), column[self.true]]
            self.nats = -np.log(np.clip(of_true, eps, 1 - eps).astype(np.float64))

    @cached_property
    def _counts(self) -> _Counts:
        def count(codes: np.ndarray) -> Floats:
            return np.bincount(codes, minlength=self.labels).astype(np.float64)

        return _Counts(count(self.true), count(self.predicted), count(self.true[self.is_correct]))

    def compute(self) -> Metrics:
        """See ``Statistic.compute``."""
        values = self._counts.compute_metrics()
        if self.nats is not None:
            values["log_loss"] = float(self.nats.mean())
        return values

    def leave_out(self, clusters: np.ndarray) -> dict[str, Floats]:
        """See ``Statistic.leave_out``."""
        terms = [np.ones(len(self.true)), self.is_correct.astype(np.float64)]
        terms += [] if self.nats is None else [self.nats]
        sums = _sum_by_cluster(np.stack(terms, axis=1), clusters)
        rest = sums.sum(axis=0) - sums
        names = ["accuracy", "log_loss"][: len(terms) - 1]
        return {name: rest[:, 1 + number] / rest[:, 0] for number, name in enumerate(names)}

    def compute_shares(self, clusters: np.ndarray) -> dict[str, Share]:
        """See ``Statistic.compute_shares``.

        Variances are those of independent rows, or of the clusters' summed influences if they are
        larger. Where nothing, or everything, is wrong, each cluster counts as one row.
        """
        rows, true, predicted = len(self.true), self.true, self.predicted
        smoothed = self._counts.smooth()
        values, means = self._counts.compute_metrics(), smoothed.compute_metrics()
        right = self.is_correct.astype(np.float64)
        recall, f1 = smoothed.recall, smoothed.f1
        per_true = _divide(1, smoothed.support) / np.count_nonzero(smoothed.support)
        per_row = _divide(1, smoothed.occurrences) / np.count_nonzero(smoothed.occurrences)
        weighted = f1 * per_row
        influences = {  # (rows,) of each row
            "accuracy": (right - means["accuracy"]) / rows,
            "balanced_accuracy": (right - recall[true]) * per_true[true],
            "macro_f1": 2 * right * per_row[true] - weighted[true] - weighted[predicted],
        }
        # of the half rows that smooth, spread over all labels, in closed form
        others = self.labels * weighted**2 + 2 * weighted * weighted.sum() + (weighted**2).sum()
        spread = others - 4 * weighted**2 + 4 * (per_row - weighted) ** 2
        is_true = smoothed.support > 0
        variances = {
            "accuracy": means["accuracy"] * (1 - means["accuracy"]) / rows,
            "balanced_accuracy": float(
                (recall * (1 - recall) * smoothed.support * per_true**2).sum()
            ),
            "macro_f1": float(
                (influences["macro_f1"] ** 2).sum() + spread[is_true].sum() / (2 * self.labels)
            ),
        }
        count = int(clusters.max()) + 1
        shares = {}
        for name, influence in influences.items():
            value, variance = values[name], variances[name]
            if count < rows:
                summed = _sum_by_cluster(influence[:, None], clusters)
                if value in (0, 1):
                    variance *= rows / count
                else:
                    variance = max(variance, count / (count - 1) * float((summed**2).sum()))
            elif name == "accuracy":
                variance = 0.0
            shares[name] = Share(value, means[name], variance)
        return shares

    def compute_with_one_error(self, count: int) -> Metrics:
        """The log loss is never 0, because probabilities are clipped."""
        return {}

    def find_faults(self, clusters: np.ndarray) -> dict[str, str]:
        """See ``Statistic.find_faults``."""
        faults = {}
        support = self._counts.support
        if support[support > 0].min() < MIN_CLASS_ROWS:
            faults = dict.fromkeys(("balanced_accuracy", "macro_f1"), "rare")
        if self.nats is not None:
            sums = _sum_by_cluster(self.nats[:, None], clusters)[:, 0]
            if len(sums) < min(MIN_GROUPS, len(clusters)):
                faults["log_loss"] = "groups"
            elif _spread_of_mean(sums) > MAX_SPREAD_OF_MEAN:
                faults["log_loss"] = "tails"
        return faults


def make_statistic(
    truth: np.ndarray, predictions: np.ndarray, classes: np.ndarray | None
) -> Statistic:
    """Build the metrics of predictions.

    Args:
        truth: (rows,) targets.
        predictions: (rows,) numbers, or (rows, k) probabilities.
        classes: (k,) labels in the order of the probabilities; None for regression.
    """
    if classes is None:
        return RegressionStatistic(truth, predictions)
    return ClassificationStatistic(truth, predictions, classes)


def has_prediction(predictions: np.ndarray) -> np.ndarray:
    """Find the rows that have a prediction, not NaN.

    Args:
        predictions: (rows,) numbers or (rows, k) probabilities.

    Returns:
        (rows,) bool.
    """
    has_value: np.ndarray = ~np.isnan(predictions if predictions.ndim == 1 else predictions[:, 0])
    return has_value


def _sum_by_cluster(terms: Floats, clusters: np.ndarray) -> Floats:
    """Sum (rows, terms) over the rows of each cluster, (clusters, terms)."""
    count = int(clusters.max()) + 1
    return np.stack([np.bincount(clusters, term, count) for term in terms.T], axis=1)


def _compute_from_sums(sums: Floats) -> dict[str, Floats]:
    """Compute regression metrics from (…, terms) sums, each (…)."""
    rows, squares, sizes, centred, centred_squares = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mse = np.maximum(squares, 0) / rows
        variance = centred_squares / rows - (centred / rows) ** 2
        # of equal targets: only rounding is left
        is_constant = variance <= 1e-12 * centred_squares / rows
        r2 = np.where(is_constant | (rows < 2), np.nan, 1 - mse / variance)
    return {"mse": mse, "rmse": np.sqrt(mse), "mae": np.maximum(sizes, 0) / rows, "r2": r2}


def _divide(numerators: Floats | float, denominators: Floats) -> Floats:
    """Divide, with 0 where the denominator is 0."""
    quotients: Floats = np.zeros(len(denominators))
    return np.divide(numerators, denominators, out=quotients, where=denominators > 0)


def _spread_of_mean(terms: Floats) -> float:
    """Return the mean square of terms over their squared mean; 1 if all are 0."""
    mean = float(terms.mean())
    return float((terms**2).mean()) / mean**2 if mean > 0 else 1.0


def _has_heavy_tails(squares: Floats) -> bool:
    """Tell if squares vary by more than those of normal errors, or one of them is most of all."""
    limit = NORMAL_KURTOSIS + 3 * np.sqrt(24 / len(squares))
    return bool(_spread_of_mean(squares) > min(limit, 0.8 * len(squares)))
