"""Evaluate a model on prefixes of the sequences. Needs TensorFlow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..data.padded import step_indices
from ..data.padding import erase
from ..data.sequences import Sequences
from ..errors import DataError
from ..evaluation.intervals import (
    assign_clusters,
    estimate_difference,
    estimate_metrics,
    find_dependence,
)
from ..evaluation.report import MAIN_METRICS
from ..evaluation.statistic import make_statistic
from ..fitted import FittedModel
from .early_prediction import EarlyPrediction

SHARES = tuple(np.arange(1, 11) / 10)
MAX_SEQUENCES = 5000  # of more, a sample with a fixed seed is evaluated


def evaluate_early_prediction(
    model: FittedModel, data: Sequences, on_progress: Callable[[float], None] | None = None
) -> EarlyPrediction:
    """Evaluate a model on growing prefixes of the sequences.

    Args:
        model: one prediction per sequence.
        data: sequences with targets; if some are marked test, only these are evaluated.
        on_progress: called with the finished share, 0 to 1, after each prefix length.

    Raises:
        DataError: the data has no targets, or the model predicts at every step.
    """
    data.require_targets()
    if model.recipe.return_sequences or data.per_step:
        raise DataError(
            "This model already predicts at every step; early prediction needs one prediction per "
            "sequence."
        )
    if data.split is not None and (data.split == "test").any():
        data = data[data.split == "test"]
    if model.recipe.mask == "value":  # erased steps must not count towards a prefix
        data = erase(data, model.recipe.mask_value)
    if len(data) > MAX_SEQUENCES:
        rng = np.random.default_rng(0)
        data = data[np.sort(rng.choice(len(data), MAX_SEQUENCES, replace=False))]
    classes, main = model.classes, MAIN_METRICS[model.recipe.task]
    clusters, dependence = assign_clusters(data), find_dependence(data)
    statistics = []
    for number, share in enumerate(SHARES):
        outputs = model.compute_outputs(take_prefixes(data, share))
        predictions = model.preprocessing.decode(outputs) if classes is None else outputs
        statistics.append(make_statistic(data.require_targets(), predictions, classes))
        if on_progress is not None:
            on_progress((number + 1) / len(SHARES))
    estimates = [
        estimate_metrics(statistic, clusters, dependence=dependence)[main]
        for statistic in statistics
    ]
    whole = statistics[-1]
    enough = 1.0
    for share, statistic in zip(SHARES[-2::-1], statistics[-2::-1], strict=True):
        pair = (statistic, whole) if main == "rmse" else (whole, statistic)
        loss = estimate_difference(
            *pair, clusters, main, dependence
        )  # positive: worse than at the end
        if loss.low is None or loss.low > 0:
            break
        enough = float(share)
    shares = tuple(map(float, SHARES))
    return EarlyPrediction(main, shares, tuple(estimates), enough, len(data))


def take_prefixes(data: Sequences, share: float) -> Sequences:
    """Take the first steps of each sequence.

    Args:
        data: n sequences.
        share: share of the steps of each sequence, rounded up to whole steps.
    """
    # in floating point 0.3 × 10 is slightly more than 3; rounding keeps ceil from adding a step
    lengths = np.maximum(np.ceil(np.round(data.lengths * share, 9)), 1).astype(np.int64)
    return data.take_steps(step_indices(data.offsets[:-1], lengths), lengths)
