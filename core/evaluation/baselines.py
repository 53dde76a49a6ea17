"""Baselines for a recurrent network: scikit-learn models fitted on the same rows."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..data.sequences import Sequences
from ..preprocessing.input_encoder import InputEncoder
from ..recipe.recipe import Task

CONSTANT, LENGTH, LAST, LINEAR, TREES = "constant", "length", "last", "linear", "trees"
# Cap the training set of a baseline: more sequences, or steps, barely change its score, and wide
# summaries of many sequences would take much memory.
MAX_FITTED, MAX_NUMBERS = 20_000, 4_000_000
# Boosting takes a tree per iteration and class. Its time is bounded by these limits: about 3 CPU
# seconds for 20,000 rows of 70 columns, with 1 output or with 50 classes.
MAX_TREE_COLUMNS, TREE_COLUMNS = 60_000, 50  # trees × columns; fixed cost of a tree, in columns
MAX_TREE_ROWS = 4_000_000  # trees × fitted rows
MAX_TREE_PREDICTIONS = 100_000_000  # trees × predicted rows
MIN_ITERATIONS, MAX_ITERATIONS = 10, 100


@dataclass(frozen=True, eq=False)
class Baseline:
    """Predictions of one baseline.

    Attributes:
        name: "constant": the mean of the targets, or the class frequencies; "length": a decision
            tree on the number of steps alone; "last": a linear model on the last step; "linear":
            a linear model on the length and on each feature's mean, standard deviation, minimum,
            maximum, first and last value; "trees": gradient-boosted trees on the same summary. For
            per-step targets: "constant", and "last" and "trees" on the step itself. "trees" is left
            out if it takes too long.
        predictions: (rows,) numbers, or (rows, k) probabilities.
    """

    name: str
    predictions: np.ndarray


def fit_baselines(
    training: Sequences, rows: Sequences, task: Task, classes: np.ndarray | None
) -> list[Baseline]:
    """Fit the baselines and predict.

    Args:
        training: sequences to fit.
        rows: sequences to predict.
        task: "regression" or "classification".
        classes: (k,) labels, None for regression; a class that does not occur in ``training`` gets
            probability 0.
    """
    from threadpoolctl import threadpool_limits

    inputs = _step_inputs(training, rows) if training.per_step else _sequence_inputs(training, rows)
    targets = training.require_targets()
    if classes is not None:
        targets = np.searchsorted(classes, targets)
    widest = max(fitted.shape[1] for fitted, _ in inputs.values())
    max_rows = max(500, min(MAX_FITTED, MAX_NUMBERS // widest))
    baselines = []
    for name, (fitted, new) in inputs.items():
        limit, iterations = max_rows, 0
        if name == TREES:
            outputs = 1 if classes is None or len(classes) == 2 else len(classes)
            iterations = _count_iterations(fitted.shape[1], len(new), outputs)
            if iterations < MIN_ITERATIONS:
                continue
            limit = min(limit, MAX_TREE_ROWS // (iterations * outputs))
        sample = _sample_rows(len(targets), limit)
        model = _build_model(name, task, targets[sample], iterations)
        # Threads of OpenMP wait for each other at every split, which takes 50 times as long if the
        # cores are busy with other trainings.
        with threadpool_limits(1, user_api="openmp"):
            _fit(model, fitted[sample], targets[sample])
            if classes is None:
                predictions = model.predict(new)
            else:
                predictions = np.zeros((len(new), len(classes)), np.float64)
                predictions[:, model.classes_] = model.predict_proba(new)
        baselines.append(Baseline(name, np.asarray(predictions)))
    return baselines


class _Model(Protocol):
    """Methods of a scikit-learn estimator that baselines use; the package has no types."""

    classes_: np.ndarray

    def fit(self, inputs: np.ndarray, targets: np.ndarray, /) -> object: ...

    def predict(self, inputs: np.ndarray, /) -> np.ndarray: ...

    def predict_proba(self, inputs: np.ndarray, /) -> np.ndarray: ...


def _sample_rows(rows: int, max_rows: int) -> np.ndarray:
    """Draw at most ``max_rows`` row numbers with a fixed seed."""
    if rows <= max_rows:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, max_rows, replace=False))


def _fit(model: _Model, inputs: np.ndarray, targets: np.ndarray) -> None:
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():  # the fit after 500 iterations is good enough for a baseline
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(inputs, targets)


def _count_iterations(columns: int, rows: int, outputs: int) -> int:
    """Return the affordable iterations of boosting, at most ``MAX_ITERATIONS``.

    Args:
        columns: columns of the inputs.
        rows: rows to predict.
        outputs: trees per iteration.
    """
    affordable = min(
        MAX_TREE_COLUMNS // (outputs * (columns + TREE_COLUMNS)),
        MAX_TREE_PREDICTIONS // (outputs * rows),
    )
    return min(MAX_ITERATIONS, affordable)


def _build_model(name: str, task: Task, targets: np.ndarray, iterations: int) -> _Model:
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.linear_model import LogisticRegression, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    regression = task == "regression"
    model: _Model
    if name == CONSTANT or len(set(targets.tolist())) == 1 or len(targets) < 3:
        model = DummyRegressor() if regression else DummyClassifier(strategy="prior")
    elif name == LENGTH:  # the relation may have any shape, but leaves must be too large for noise
        tree = DecisionTreeRegressor if regression else DecisionTreeClassifier
        model = tree(
            max_leaf_nodes=32, min_samples_leaf=max(1, min(5, len(targets) // 20)), random_state=0
        )
    elif name == TREES:
        boosting = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
        # Without regularization, the first trees of rare classes overshoot: with 50 classes of 80
        # rows the accuracy is 0.1, and with it 0.74. Early stopping fails for a class with one row.
        model = boosting(
            max_iter=iterations,
            learning_rate=min(0.3, 10 / iterations),
            max_leaf_nodes=15,
            max_bins=63,
            min_samples_leaf=max(1, min(20, len(targets) // 20)),
            l2_regularization=5.0,
            early_stopping=False,
            random_state=0,
        )
    else:
        linear = RidgeCV(np.logspace(-3, 4, 15)) if regression else LogisticRegression(max_iter=500)
        model = make_pipeline(StandardScaler(), linear)
    return model


def _sequence_inputs(
    training: Sequences, rows: Sequences
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Compute the inputs of each baseline, for ``training`` and ``rows``."""
    inputs = InputEncoder.fit(training)
    summaries = [_summarize(inputs.encode(data)) for data in (training, rows)]
    last = [summary[:, -len(inputs.names) :] for summary in summaries]
    length = [summary[:, :1] for summary in summaries]
    return {
        CONSTANT: (length[0], length[1]),
        LENGTH: (length[0], length[1]),
        LAST: (last[0], last[1]),
        LINEAR: (summaries[0], summaries[1]),
        TREES: (summaries[0], summaries[1]),
    }


def _step_inputs(training: Sequences, rows: Sequences) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Compute the inputs of each baseline for per-step targets."""
    inputs = InputEncoder.fit(training)
    fitted, new = inputs.encode(training).values, inputs.encode(rows).values
    return {CONSTANT: (fitted, new), LAST: (fitted, new), TREES: (fitted, new)}


def _summarize(data: Sequences) -> np.ndarray:
    """Return (n, 1 + 6 × features): length; mean, std, min, max, first and last per feature."""
    values = data.values.astype(np.float64)
    starts, lengths = data.offsets[:-1], data.lengths[:, None]
    mean = np.add.reduceat(values, starts) / lengths  # (n, features)
    squares = (values - np.repeat(mean, data.lengths, axis=0)) ** 2  # (total steps, features)
    return np.concatenate(
        [
            lengths,
            mean,
            np.sqrt(np.add.reduceat(squares, starts) / lengths),
            np.minimum.reduceat(values, starts),
            np.maximum.reduceat(values, starts),
            values[starts],
            values[data.offsets[1:] - 1],
        ],
        axis=1,
    )
