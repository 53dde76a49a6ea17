"""k-fold cross-validation, for data too small for a fixed held-out set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..data.sequences import Sequences
from ..evaluation.estimate import Estimate, spread_estimates
from ..evaluation.intervals import assign_clusters, estimate_metrics
from ..evaluation.metric_formats import METRICS, format_metric
from ..evaluation.statistic import Statistic, has_prediction, make_statistic
from ..preprocessing.splits import split_into_folds
from ..recipe.recipe import Recipe
from ..representation import shorten_repr


@dataclass(frozen=True, eq=False, repr=False)
class CrossValidation:
    """Metrics of a cross-validation.

    Attributes:
        figures: metrics by name with their intervals, over the pooled held-out predictions of all
            folds. The intervals are for new sequences and models trained like those of the folds.
            Because the folds share training sequences, variances are multiplied by 1 + k / (k − 1)
            with k folds (Nadeau and Bengio, "Inference for the Generalization Error", Machine
            Learning 52, 2003).
        by_fold: (folds,) values by metric, each from the predictions of one fold.
    """

    figures: dict[str, Estimate]
    by_fold: dict[str, np.ndarray]

    @property
    def table(self) -> pd.DataFrame:
        """One row per fold and one of all folds; columns: fold, and the metrics.

        The row "all" also has each metric's 95 % interval, see ``spread_estimates``.
        """
        folds = pd.DataFrame(self.by_fold)
        folds.insert(0, "fold", range(1, len(folds) + 1))
        everything = pd.DataFrame([{"fold": "all"} | spread_estimates(self.figures)])
        return pd.concat([folds.astype({"fold": object}), everything], ignore_index=True)

    def __repr__(self) -> str:
        """Give the metrics with their intervals."""
        metrics = ", ".join(
            f"{name} {format_metric(name, value)}"
            for name, value in self.figures.items()
            if name in METRICS
        )
        folds = len(next(iter(self.by_fold.values())))
        return shorten_repr(f"CrossValidation({folds} folds: {metrics})")


def cross_validate(
    data: Sequences,
    recipe: Recipe,
    count: int = 5,
    on_progress: Callable[[float], None] | None = None,
) -> CrossValidation:
    """Train once per fold, on all other folds, and evaluate on that fold.

    Rows marked test are left out, so that the results may be used to choose settings.

    Args:
        data: sequences with targets.
        recipe: the recipe of every training.
        count: number of folds.
        on_progress: called with the finished share, 0 to 1, after each fold.

    Raises:
        DataError: there are fewer sequences, or groups, than folds, or the data cannot be used for
            training.
    """
    from ..training.train import train

    folds: list[tuple[Sequences, np.ndarray, np.ndarray | None]] = []
    order = []
    for number, (training, held_out) in enumerate(split_into_folds(data, recipe, count)):
        model = train(replace(data[training], split=None), recipe)
        rows = data[held_out]
        is_classifier = model.classes is not None
        predictions = model.predict_proba(rows) if is_classifier else model.predict(rows)
        folds.append((rows, predictions, model.classes))
        order.append(held_out)
        if on_progress is not None:
            on_progress((number + 1) / count)
    classes = None
    if recipe.task == "classification":
        classes = np.unique(np.concatenate([known for *_, known in folds if known is not None]))
    results = [
        (rows, _add_classes(predictions, known, classes)) for rows, predictions, known in folds
    ]
    metrics = [_build_statistic(*result, classes)[0].compute() for result in results]
    names = dict.fromkeys(name for fold in metrics for name in fold)
    pooled = np.concatenate([predictions for _, predictions in results])
    return CrossValidation(
        estimate_metrics(
            *_build_statistic(data[np.concatenate(order)], pooled, classes),
            inflation=1 + count / (count - 1),
        ),
        {name: np.array([fold.get(name, np.nan) for fold in metrics]) for name in names},
    )


def _add_classes(
    predictions: np.ndarray, known: np.ndarray | None, classes: np.ndarray | None
) -> np.ndarray:
    """Extend probabilities to all classes, with 0 for classes that are not in ``known``."""
    if classes is None or known is None or len(known) == len(classes):
        return predictions
    extended = np.zeros((len(predictions), len(classes)), predictions.dtype)
    extended[:, np.searchsorted(classes, known)] = predictions
    return extended


def _build_statistic(
    rows: Sequences, predictions: np.ndarray, classes: np.ndarray | None
) -> tuple[Statistic, np.ndarray]:
    """Return the statistic and the clusters of the predictions that exist."""
    predicted = has_prediction(predictions)
    statistic = make_statistic(rows.require_targets()[predicted], predictions[predicted], classes)
    return statistic, assign_clusters(rows, predicted)
