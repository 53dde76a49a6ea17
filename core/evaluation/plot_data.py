"""What the pictures of an evaluation show, small whatever the data: plain numbers, for JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from .metrics import known_labels

MAX_POINTS = 1000
MAX_CLASSES = 20
BINS = 10  # of confidence, as Guo, Pleiss, Sun and Weinberger (2017) draw them


def pictures(
    truth: np.ndarray, answers: np.ndarray, lengths: np.ndarray, classes: np.ndarray | None
) -> dict[str, Any]:
    """Of n rows. lengths (n,): the steps of the sequence each belongs to.

    Of numbers: "points", rows of length, truth and prediction, at most 1,000 drawn once for all.
    Of classes: "classes", names, the commonest 20; "confusion", a list a true class of how often
    each was answered; "confidence", a list of mean probability, share that is right and count for
    each tenth of the probability of the answer, those that are empty left out.
    """
    if classes is None:
        kept = np.arange(len(truth))
        if len(kept) > MAX_POINTS:
            kept = np.sort(np.random.default_rng(0).choice(kept, MAX_POINTS, replace=False))
        shown = np.column_stack([lengths[kept], truth[kept], answers[kept]])
        return {"points": shown.astype(float).tolist()}
    names = classes.astype(str)
    true, answer = known_labels(truth, classes), names[answers.argmax(axis=1)]
    every, counts = np.unique(true, return_counts=True)
    common = np.sort(np.argsort(-counts, kind="stable")[:MAX_CLASSES])
    order = {name: place for place, name in enumerate(names)}
    shown = sorted(every[common], key=lambda name: order.get(name, len(order)))
    confusion = [
        [int(((true == one) & (answer == other)).sum()) for other in shown] for one in shown
    ]
    sure, right = answers.max(axis=1), true == answer
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    confidence = [
        [float(sure[place == n].mean()), float(right[place == n].mean()), int((place == n).sum())]
        for n in np.unique(place)
    ]
    return {"classes": list(map(str, shown)), "confusion": confusion, "confidence": confidence}
