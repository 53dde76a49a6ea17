"""95 % confidence intervals of metrics and of their differences.

The unit is the sequence, or the group if the data has groups: predictions of one unit depend on
each other. Coverage of all intervals is measured by ``python -m benchmarks coverage``, see
docs/coverage.md.

**Shares** (accuracy, balanced accuracy, macro F1): Clopper and Pearson's exact interval
(Biometrika 26, 1934). Where a metric is no single share of independent rows, the exact interval of
the sample size at which a share would have its variance, corrected for the number of units (Korn
and Graubard, "Confidence intervals for proportions with small expected number of positive counts
estimated from survey data", Survey Methodology 24, 1998).

**Means** (RMSE, MAE, log loss, 1 − R²): Student's t with the jackknife's standard error of the
logarithm, which leaves out each unit in turn (Efron and Tibshirani, "An Introduction to the
Bootstrap", 1993, chapter 11).

**Differences** of a metric between models on the same rows: Student's t with the jackknife's
standard error. Several differences get intervals that hold for all of them at once, by the
distribution of the largest of correlated t variables (Hothorn, Bretz and Westfall, "Simultaneous
inference in general parametric models", Biometrical Journal 50, 2008).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..data.sequences import Sequences
from ..data.windowing import is_one_series
from .estimate import CONFIDENCE, Estimate
from .statistic import Share, Statistic

Floats = npt.NDArray[np.float64]
TAIL = (1 - CONFIDENCE) / 2
DRAWS = 10_000  # of the largest t variable: its quantile varies by 1 %


def assign_clusters(rows: Sequences, predicted: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Number the unit of each prediction: its group, or else its sequence.

    Windows of a single series are units although they depend on each other (``find_dependence``).

    Args:
        rows: n sequences.
        predicted: (n,) or (total steps,) bool, the predictions that exist.

    Returns:
        (predictions,) int64 from 0, for the predictions that exist.
    """
    units: np.ndarray = np.arange(len(rows))
    if rows.groups is not None and not is_one_series(rows):
        units = rows.groups
    units = np.repeat(units, rows.lengths) if rows.per_step else units
    return np.unique(units[predicted], return_inverse=True)[1]


def find_dependence(rows: Sequences) -> str:
    """Return a key of ``REASONS`` if the units of all intervals depend on each other, else ""."""
    return "series" if is_one_series(rows) else ""


def estimate_metrics(
    statistic: Statistic, clusters: np.ndarray, inflation: float = 1.0, dependence: str = ""
) -> dict[str, Estimate]:
    """Compute all finite metrics with their confidence intervals.

    Args:
        statistic: The predictions.
        clusters: (rows,) number of the unit of each row, from 0.
        inflation: Factor of all variances, above 1 where predictions depend on each other beyond
            their units.
        dependence: See ``find_dependence``; all intervals are then approximate.
    """
    values, count = statistic.compute(), int(clusters.max()) + 1
    if count < 2:
        return {name: Estimate(value) for name, value in values.items()}
    limits, faults = {}, statistic.find_faults(clusters)
    for name, share in statistic.compute_shares(clusters).items():
        limits[name] = _find_share_limits(share, count, inflation)
    left_out = statistic.leave_out(clusters)
    for name in values.keys() - limits.keys():
        error = values[name] if name != "r2" else 1 - values["r2"]
        without = left_out[name] if name != "r2" else 1 - left_out["r2"]
        low, high, is_known = _find_error_limits(error, without, inflation)
        if error == 0:
            high = statistic.compute_with_one_error(count)[name]
            high = high if name != "r2" else 1 - high
        limits[name] = (low, high) if name != "r2" else (1 - high, 1 - low)
        if not is_known:
            faults[name] = "equal"
    return {
        name: Estimate(
            value,
            float(limits[name][0]),
            float(limits[name][1]),
            dependence or faults.get(name, ""),
        )
        for name, value in values.items()
    }


def estimate_difference(
    ours: Statistic, theirs: Statistic, clusters: np.ndarray, metric: str, dependence: str = ""
) -> Estimate:
    """Compute a metric's difference, ours − theirs, of the same rows, with its interval.

    Args:
        ours: One model's predictions.
        theirs: The other model's.
        clusters: (rows,) number of the unit of each row, from 0.
        metric: "rmse", "mae", "mse", "accuracy" or "log_loss".
        dependence: See ``find_dependence``.
    """
    value = ours.compute()[metric] - theirs.compute()[metric]
    if clusters.max() < 1:
        return Estimate(value)
    without = ours.leave_out(clusters)[metric] - theirs.leave_out(clusters)[metric]
    low, high = find_difference_limits(np.array([value]), without[None], metric == "accuracy")
    faults = ours.find_faults(clusters), theirs.find_faults(clusters)
    fault = next((each[metric] for each in faults if metric in each), "")
    return Estimate(value, float(low[0]), float(high[0]), dependence or fault)


def find_difference_limits(
    values: Floats, without: Floats, is_share: bool
) -> tuple[Floats, Floats]:
    """Compute intervals that contain all of several differences at once.

    Args:
        values: (m,) differences.
        without: (m, units), the same without each unit.
        is_share: The differences are of shares: as if half a unit more were right in one model
            only, on either side (Agresti and Min, "Simple improved confidence intervals for
            comparing matched proportions", Statistics in Medicine 24, 2005).

    Returns:
        (m,) lower and (m,) upper limits.
    """
    from scipy import stats

    count = without.shape[1]
    deviations = without - without.mean(axis=1, keepdims=True)
    covariance = (count - 1) / count * deviations @ deviations.T
    if is_share:
        covariance[np.diag_indices(len(values))] += 1 / (count + 2) ** 2
    errors = np.sqrt(np.diag(covariance))
    if len(values) == 1:
        factor = stats.t.ppf(1 - TAIL, count - 1)
    else:
        scale = np.where(errors > 0, errors, 1)
        factor = _find_largest_t(covariance / np.outer(scale, scale), count - 1)
    return values - factor * errors, values + factor * errors


def _find_largest_t(correlation: Floats, freedom: int) -> float:
    """Return the quantile of the largest absolute of t variables with this correlation."""
    rng = np.random.default_rng(0)
    size = len(correlation)
    normal = rng.multivariate_normal(np.zeros(size), correlation, DRAWS, method="eigh")
    scale = np.sqrt(rng.chisquare(freedom, (DRAWS, 1)) / freedom)
    return float(np.quantile(np.abs(normal / scale).max(axis=1), CONFIDENCE))


def _find_share_limits(share: Share, count: int, inflation: float) -> tuple[float, float]:
    from scipy import stats

    if share.variance == 0:
        size = count / inflation
    else:
        size = share.smoothed * (1 - share.smoothed) / share.variance / inflation
        size *= (stats.norm.ppf(TAIL) / stats.t.ppf(TAIL, count - 1)) ** 2
    right = share.value * size
    low = stats.beta.ppf(TAIL, right, size - right + 1) if right > 0 else 0.0
    high = stats.beta.ppf(1 - TAIL, right + 1, size - right) if right < size else 1.0
    return min(low, share.value), max(high, share.value)


def _find_error_limits(
    value: float, without: Floats, inflation: float
) -> tuple[float, float, bool]:
    """Return limits of a positive metric, and whether its spread is known.

    Args:
        value: The metric.
        without: (units,) the metric without each unit.
        inflation: Factor of the variance.
    """
    from scipy import stats

    count = len(without)
    without = without[np.isfinite(without)]
    if not value > 0 or not len(without):
        return 0.0, value, False
    # A unit that holds all errors leaves none behind: as if 1/n of them were left.
    logarithms = np.log(np.maximum(without, value / count))
    error = np.sqrt((count - 1) * logarithms.var())
    is_known = bool(error > 1e-9)
    if not is_known:  # as if another unit had twice the error, or none
        error = 1 / count
    factor = np.exp(stats.t.ppf(1 - TAIL, count - 1) * error * np.sqrt(inflation))
    return value / factor, value * factor, is_known
