"""Metrics of regression and classification, computed by scikit-learn."""

from __future__ import annotations

import numpy as np

from ..errors import DataError
from ..reading.table.number_text import is_number


def regression_metrics(truth: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Compute mse, rmse, mae and, for two or more rows, r2.

    Args:
        truth: (rows,) targets.
        predicted: (rows,) predictions.

    Returns:
        Metrics by name, rmse and mae in the target's unit, mse in its square.
    """
    from sklearn import metrics

    mse = float(metrics.mean_squared_error(truth, predicted))
    values = {
        "mse": mse,
        "rmse": mse**0.5,
        "mae": float(metrics.mean_absolute_error(truth, predicted)),
    }
    if len(truth) > 1:
        values["r2"] = float(metrics.r2_score(truth, predicted))
    return values


def classification_metrics(
    truth: np.ndarray, probabilities: np.ndarray, classes: np.ndarray
) -> dict[str, float]:
    """Compute accuracy, balanced_accuracy, macro_f1 and log_loss (nats).

    log_loss is left out if ``truth`` holds a class that the model does not know, for which it has
    no probability.

    Args:
        truth: (rows,) labels.
        probabilities: (rows, k).
        classes: (k,) sorted labels.

    Returns:
        Metrics by name.

    Raises:
        DataError: the model knows none of the labels.
    """
    from sklearn import metrics

    names = classes.astype(str)
    true_names = match_labels(truth, classes)
    predicted = names[probabilities.argmax(axis=1)]
    values = {
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
        order = np.argsort(names)  # scikit-learn expects the columns in the order of sorted names
        values["log_loss"] = float(
            metrics.log_loss(true_names, probabilities[:, order], labels=names[order])
        )
    return values


def match_labels(truth: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Convert labels to text in the model's notation: "1.0" in a file matches class "1".

    Args:
        truth: (rows,) labels.
        classes: (k,) labels of the model.

    Returns:
        (rows,) str.

    Raises:
        DataError: the model knows none of the labels; every prediction would count as wrong, which
            would say nothing about the model.
    """
    labels, names = truth.astype(str), classes.astype(str)
    by_number = {float(name): name for name in names if is_number(name)}
    known = set(names)
    distinct, inverse = np.unique(labels, return_inverse=True)
    matched = [
        by_number.get(float(label), label) if label not in known and is_number(label) else label
        for label in distinct
    ]
    if known.isdisjoint(matched):
        raise DataError(
            "The model knows none of the targets (such as {found!r}), so its predictions cannot be "
            "compared to them. Its classes are {classes}.",
            found=str(labels[0]),
            classes=", ".join(names[:12]) + (", …" if len(names) > 12 else ""),
        )
    return np.array(matched, dtype=str)[inverse]
