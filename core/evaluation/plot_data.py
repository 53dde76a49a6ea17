"""Compute the data of the evaluation plots, as plain values for JSON of bounded size."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from .metrics import match_labels

MAX_POINTS = 1000
MAX_CLASSES = 20
BINS = 10  # of confidence, as in Guo, Pleiss, Sun and Weinberger (2017)


class PlotData(TypedDict, total=False):
    """Data of the evaluation plots: "points" of regression, the others of classification.

    Evaluations of earlier versions have no "class_counts".
    """

    points: list[list[float]]
    classes: list[str]
    confusion: list[list[int]]
    class_counts: list[list[int]]
    confidence: list[list[float]]


def compute_plot_data(
    truth: np.ndarray, predictions: np.ndarray, lengths: np.ndarray, classes: np.ndarray | None
) -> PlotData:
    """Compute the data of the scatter plot, or of the confusion matrix and calibration plot.

    Args:
        truth: (rows,) targets.
        predictions: (rows,) numbers, or (rows, k) probabilities.
        lengths: (rows,) steps of the sequence that each row belongs to.
        classes: (k,) labels in the order of the probabilities; None for regression.

    Returns:
        For regression "points": [length, target, prediction] per row, at most ``MAX_POINTS`` rows
        drawn with a fixed seed. For classification "classes": the names of the ``MAX_CLASSES``
        most frequent classes; "confusion": per true class, how often each class was predicted;
        "class_counts": [true, predicted, correctly predicted] rows per class, among all classes;
        "confidence": [mean probability, accuracy, count] per bin of the predicted class's
        probability, without empty bins.
    """
    if classes is None:
        rows = np.arange(len(truth))
        if len(rows) > MAX_POINTS:
            rows = np.sort(np.random.default_rng(0).choice(rows, MAX_POINTS, replace=False))
        points = np.column_stack([lengths[rows], truth[rows], predictions[rows]])  # (rows, 3)
        return {"points": points.astype(float).tolist()}
    names = classes.astype(str)
    true, predicted = match_labels(truth, classes), names[predictions.argmax(axis=1)]
    labels, counts = np.unique(true, return_counts=True)
    frequent = np.sort(np.argsort(-counts, kind="stable")[:MAX_CLASSES])
    order = {name: index for index, name in enumerate(names)}
    shown = sorted(labels[frequent], key=lambda name: order.get(name, len(order)))
    confusion = [
        [int(((true == row) & (predicted == column)).sum()) for column in shown] for row in shown
    ]
    class_counts = [
        [
            int((true == name).sum()),
            int((predicted == name).sum()),
            int(((true == name) & (predicted == name)).sum()),
        ]
        for name in shown
    ]
    confidences, is_correct = predictions.max(axis=1), true == predicted
    bins = np.minimum((confidences * BINS).astype(int), BINS - 1)
    calibration = [
        [
            float(confidences[bins == n].mean()),
            float(is_correct[bins == n].mean()),
            int((bins == n).sum()),
        ]
        for n in np.unique(bins)
    ]
    return {
        "classes": list(map(str, shown)),
        "confusion": confusion,
        "class_counts": class_counts,
        "confidence": calibration,
    }
