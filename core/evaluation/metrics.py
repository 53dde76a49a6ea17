"""Figures of merit, by scikit-learn, on real sequences only."""

from __future__ import annotations

import numpy as np


def regression_metrics(truth: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """mse, rmse, mae in the target's unit (mse squared), and r2 from two sequences on."""
    from sklearn import metrics

    mse = float(metrics.mean_squared_error(truth, predicted))
    figures = {
        "mse": mse,
        "rmse": mse**0.5,
        "mae": float(metrics.mean_absolute_error(truth, predicted)),
    }
    if len(truth) > 1:
        figures["r2"] = float(metrics.r2_score(truth, predicted))
    return figures


def classification_metrics(
    truth: np.ndarray, probabilities: np.ndarray, classes: np.ndarray
) -> dict[str, float]:
    """accuracy, balanced_accuracy, macro_f1, and log_loss (nats) unless ``truth`` holds a
    class the model has never seen, for which it has no probability.

    truth (n,) labels; probabilities (n, k); classes (k,) sorted labels.
    """
    from sklearn import metrics

    # As text, so that labels of two kinds (the model's numbers, a file's words) still compare.
    true_names, names = truth.astype(str), classes.astype(str)
    predicted = names[probabilities.argmax(axis=1)]
    figures = {
        "accuracy": float(metrics.accuracy_score(true_names, predicted)),
        "balanced_accuracy": float(
            metrics.recall_score(
                true_names, predicted, labels=np.unique(true_names), average="macro"
            )
        ),
        "macro_f1": float(
            metrics.f1_score(true_names, predicted, average="macro", zero_division=0.0)
        ),
    }
    if np.isin(true_names, names).all():
        order = np.argsort(names)  # scikit-learn takes the columns in the order of sorted names
        figures["log_loss"] = float(
            metrics.log_loss(true_names, probabilities[:, order], labels=names[order])
        )
    return figures
