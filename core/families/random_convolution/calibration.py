"""Calibration of the scores of a ridge classifier."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

MIN_LOG_SCALE, MAX_LOG_SCALE = -4.0, 6.0  # natural logarithms


def fit_scale(scores: npt.NDArray[np.float64], classes: npt.NDArray[np.int64]) -> float:
    """Fit the factor by which softmax turns scores into probabilities.

    Temperature scaling (Guo et al., 2017) of scores that were predicted for left-out rows.

    Args:
        scores: (n, k).
        classes: (n,) class numbers.
    """

    def measure(log_scale: float) -> float:
        return compute_log_loss(np.exp(log_scale) * scores, classes)

    bounds = (MIN_LOG_SCALE, MAX_LOG_SCALE)
    return float(np.exp(minimize_scalar(measure, bounds=bounds, method="bounded").x))


def compute_log_loss(scores: npt.NDArray[np.float64], classes: npt.NDArray[np.int64]) -> float:
    """Return the mean log loss of the softmax of scores, (n, k), in nats."""
    return float(-log_softmax(scores, axis=1)[np.arange(len(classes)), classes].mean())
