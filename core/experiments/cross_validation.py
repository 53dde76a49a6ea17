"""k-fold cross-validation, for data too small to set a part of it apart for good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..data.sequences import Sequences
from ..evaluation.bootstrap import Figure, Statistic, answered_by, clusters_of, figures, statistic
from ..preprocessing.splits import folds
from ..recipe.recipe import Recipe


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """figures  of all answers together, each given by the training that had not seen the
             sequence, with their intervals; they say nothing of the luck of one seed
    by_fold  by name: (folds,), of the answers of one training each
    """

    figures: dict[str, Figure]
    by_fold: dict[str, np.ndarray]


def cross_validate(
    data: Sequences,
    recipe: Recipe,
    count: int = 5,
    on_progress: Callable[[float], None] | None = None,
) -> CrossValidation:
    """Train ``count`` times, each time on all sequences but one part, and measure on that part.
    Rows marked test take no part in any of it, so that settings may be chosen by what comes out.

    on_progress: called with the share that is done, 0 to 1. Raises DataError as ``folds`` and
    ``train`` do.
    """
    from ..training.loop import train

    found, order = [], []
    for number, (learned, measured) in enumerate(folds(data, recipe, count)):
        model = train(replace(data[learned], split=None), recipe)
        rows = data[measured]
        answers = model.predict_proba(rows) if model.classes is not None else model.predict(rows)
        found.append((rows, answers, model.classes))
        order.append(measured)
        if on_progress is not None:
            on_progress((number + 1) / count)
    classes = None
    if recipe.task == "classification":
        classes = np.unique(np.concatenate([each for *_, each in found]))
    found = [(rows, _in_columns(answers, own, classes)) for rows, answers, own in found]
    by_fold: dict[str, list[float]] = {}
    for rows, answers in found:
        of_weights, clusters = _judged(rows, answers, classes)
        for name, value in of_weights(np.ones(len(clusters))).items():
            by_fold.setdefault(name, []).append(value)
    together = np.concatenate([answers for _, answers in found])
    return CrossValidation(
        figures(*_judged(data[np.concatenate(order)], together, classes)),
        {name: np.array(each) for name, each in by_fold.items()},
    )


def _in_columns(
    answers: np.ndarray, own: np.ndarray | None, classes: np.ndarray | None
) -> np.ndarray:
    """Probabilities of all classes; 0 for one that a training has not seen."""
    if classes is None or len(own) == len(classes):
        return answers
    wide = np.zeros((len(answers), len(classes)), answers.dtype)
    wide[:, np.searchsorted(classes, own)] = answers
    return wide


def _judged(
    rows: Sequences, answers: np.ndarray, classes: np.ndarray | None
) -> tuple[Statistic, np.ndarray]:
    """The statistic of the answers that are there, and what each of them belongs to."""
    answered = answered_by(answers)
    of_weights = statistic(rows.targets[answered], answers[answered], classes)
    return of_weights, clusters_of(rows, answered)
