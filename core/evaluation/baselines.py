"""What a recurrent network must beat: simple models by scikit-learn, fitted on the same rows."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data.sequences import Sequences
from ..recipe.recipe import Task

CONSTANT, LENGTH, LAST, LINEAR = "constant", "length", "last", "linear"
# The simple models learn little from more sequences, or steps, or from so many that their summaries
# hold more numbers.
MAX_FITTED, MAX_NUMBERS = 20_000, 4_000_000


@dataclass(frozen=True, eq=False)
class Baseline:
    """name     "constant": the mean of the targets, or how common each class is
                "length": a decision tree on the number of steps alone
                "last": a linear model on the last step
                "linear": a linear model on the length and on each feature's mean, standard
                deviation, minimum, maximum, first and last value
             of targets a step: "constant", and "last", a linear model on the step itself
    answers  (rows,) numbers, or (rows, k) probabilities
    """

    name: str
    answers: np.ndarray


def baselines(
    training: Sequences, rows: Sequences, task: Task, classes: np.ndarray | None
) -> list[Baseline]:
    """Fitted on ``training``, asked about ``rows``. classes: (k,) the labels, None for regression;
    all of them occur in the training rows, or have probability 0."""
    kinds = _of_steps(training, rows) if training.per_step else _of_sequences(training, rows)
    targets = training.targets
    if classes is not None:
        targets = np.searchsorted(classes, targets)
    widest = max(known.shape[1] for known, _ in kinds.values())
    kept = _some(len(targets), max(500, min(MAX_FITTED, MAX_NUMBERS // widest)))
    found = []
    for name, (known, asked) in kinds.items():
        model = _fitted(_model(name, task, targets[kept]), known[kept], targets[kept])
        if classes is None:
            answers = model.predict(asked)
        else:
            answers = np.zeros((len(asked), len(classes)), np.float64)
            answers[:, model.classes_] = model.predict_proba(asked)
        found.append(Baseline(name, np.asarray(answers)))
    return found


def _some(rows: int, most: int) -> np.ndarray:
    """Numbers of at most so many rows, drawn once for all."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, most, replace=False))


def _fitted(model: Any, known: np.ndarray, targets: np.ndarray) -> Any:
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():  # as good as it gets in 500 iterations is good enough
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(known, targets)


def _model(name: str, task: Task, targets: np.ndarray) -> Any:
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    regression = task == "regression"
    if name == CONSTANT or len(set(targets.tolist())) == 1 or len(targets) < 3:
        return DummyRegressor() if regression else DummyClassifier(strategy="prior")
    if name == LENGTH:  # how a target goes with the length may be anything, but not noise
        tree = DecisionTreeRegressor if regression else DecisionTreeClassifier
        return tree(
            max_leaf_nodes=32, min_samples_leaf=max(1, min(5, len(targets) // 20)), random_state=0
        )
    linear = RidgeCV(np.logspace(-3, 4, 15)) if regression else LogisticRegression(max_iter=500)
    return make_pipeline(StandardScaler(), linear)


def _of_sequences(training: Sequences, rows: Sequences) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    both = [_summaries(each, training) for each in (training, rows)]
    last = [summary[:, -training.features :] for summary in both]
    length = [summary[:, :1] for summary in both]
    return {
        CONSTANT: (length[0], length[1]),
        LENGTH: (length[0], length[1]),
        LAST: (last[0], last[1]),
        LINEAR: (both[0], both[1]),
    }


def _of_steps(training: Sequences, rows: Sequences) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    known, asked = _filled(training, training), _filled(rows, training)
    return {CONSTANT: (known, asked), LAST: (known, asked)}


def _summaries(data: Sequences, training: Sequences) -> np.ndarray:
    """(n, 1 + 6 × features): the length; each feature's mean, standard deviation, minimum,
    maximum, first and last value over the real steps."""
    values = _filled(data, training).astype(np.float64)
    starts, lengths = data.offsets[:-1], data.lengths[:, None]
    mean = np.add.reduceat(values, starts) / lengths
    apart = (values - np.repeat(mean, data.lengths, axis=0)) ** 2
    return np.concatenate(
        [
            lengths,
            mean,
            np.sqrt(np.add.reduceat(apart, starts) / lengths),
            np.minimum.reduceat(values, starts),
            np.maximum.reduceat(values, starts),
            values[starts],
            values[data.offsets[1:] - 1],
        ],
        axis=1,
    )


def _filled(data: Sequences, training: Sequences) -> np.ndarray:
    """(total steps, features), missing values filled with the training steps' mean."""
    absent = np.isnan(data.values)
    if not absent.any():
        return data.values
    known = ~np.isnan(training.values)
    sums = np.where(known, training.values, 0).sum(axis=0, dtype=np.float64)
    return np.where(absent, sums / np.maximum(known.sum(axis=0), 1), data.values)
