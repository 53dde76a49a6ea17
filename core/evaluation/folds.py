"""k-fold cross-validation, for data too small to set a part of it apart for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from core.errors import DataError
from core.evaluation.intervals import Figure, Statistic, bootstrap, figure, statistic
from core.evaluation.judging import clusters_of
from core.recipe import Recipe
from core.sequences import Sequences


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """figures  of all answers together, each given by the training that had not seen the
             sequence, with their intervals; they say nothing of the luck of one seed
    by_fold  by name: (folds,), of the answers of one training each
    """

    figures: dict[str, Figure]
    by_fold: dict[str, np.ndarray]


def folds(
    data: Sequences, recipe: Recipe, count: int = 5
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(rows to train on, rows to measure on), ``count`` times: every sequence that is not marked
    test is measured once. Drawn by the recipe's seed; classes in their proportion, and of data
    with groups none on both sides. Raises DataError for fewer sequences, or groups, than folds.
    """
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    rows = np.arange(len(data)) if data.split is None else np.flatnonzero(data.split != "test")
    groups = None if data.groups is None else data.groups[rows].astype(str)
    most = len(rows) if groups is None else len(set(groups))
    if not 2 <= count <= most:
        raise DataError(
            "{count} folds need as many sequences, or groups of them, and these are {n}. Use 2 to "
            "{n} folds.",
            count=count,
            n=most,
        )
    labels = None
    if recipe.task == "classification" and not data.per_step:
        labels = data.targets[rows].astype(str)
        # scikit-learn refuses folds in which no class could stand
        labels = labels if np.unique(labels, return_counts=True)[1].max() >= count else None
    kinds = {
        (False, False): KFold,
        (False, True): GroupKFold,
        (True, False): StratifiedKFold,
        (True, True): StratifiedGroupKFold,
    }
    splitter = kinds[labels is not None, groups is not None](
        count, shuffle=True, random_state=recipe.seed
    )
    for learned, measured in splitter.split(rows, labels, groups):
        yield rows[learned], rows[measured]


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
    from core.training import train

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
        values, *_ = _judged(rows, answers, classes)
        for name, value in values.items():
            by_fold.setdefault(name, []).append(value)
    together = np.concatenate([answers for _, answers in found])
    values, of_weights, clusters = _judged(data[np.concatenate(order)], together, classes)
    drawn = bootstrap(of_weights, clusters)
    sequences = int(clusters.max()) + 1
    return CrossValidation(
        {name: figure(value, drawn[name], sequences) for name, value in values.items()},
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
) -> tuple[dict[str, float], Statistic, np.ndarray]:
    """The figures, the statistic they are of, and what each answer belongs to: its sequence."""
    answered = ~np.isnan(answers if answers.ndim == 1 else answers[:, 0])
    clusters = np.unique(clusters_of(rows)[answered], return_inverse=True)[1]
    truth, answers = rows.targets[answered], answers[answered]
    of_weights = statistic(truth, answers, classes)
    return of_weights(np.ones(len(truth))), of_weights, clusters
