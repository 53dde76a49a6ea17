"""Figures of merit, by scikit-learn, on real sequences only."""

from __future__ import annotations

import numpy as np

from ..data.tokens import is_number
from ..errors import DataError


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

    truth (n,) labels; probabilities (n, k); classes (k,) sorted labels. Raises DataError as
    ``known_labels`` does.
    """
    from sklearn import metrics

    names = classes.astype(str)
    true_names = known_labels(truth, classes)
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


def known_labels(truth: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """(n,) the labels as text, as the model writes them where it writes the same number otherwise:
    a file's "1.0" is the model's "1". Raises DataError when the model knows none of them: every
    answer would be wrong, and say nothing about it."""
    labels, names = truth.astype(str), classes.astype(str)
    by_number = {float(name): name for name in names if is_number(name)}
    exact = set(names)
    distinct, where = np.unique(labels, return_inverse=True)
    written = [
        by_number.get(float(label), label) if label not in exact and is_number(label) else label
        for label in distinct
    ]
    if exact.isdisjoint(written):
        raise DataError(
            "The model knows none of the targets (such as {found!r}), so its answers cannot be "
            "compared to them. Its classes are {classes}.",
            found=str(labels[0]),
            classes=", ".join(names[:12]) + (", …" if len(names) > 12 else ""),
        )
    return np.array(written, dtype=str)[where]
