"""Evaluate a model on prefixes of the sequences. Needs TensorFlow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..data.padded import step_indices
from ..data.padding import erase
from ..data.sequences import Sequences
from ..errors import DataError
from ..evaluation.bootstrap import (
    assign_clusters,
    bootstrap,
    estimate_metric,
    make_statistic,
)
from ..evaluation.report import MAIN_METRICS
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
            "The model answers at every step, and so early that there is nothing to find out here."
        )
    if data.split is not None and (data.split == "test").any():
        data = data[data.split == "test"]
    if model.recipe.mask == "value":  # erased steps must not count towards a prefix
        data = erase(data, model.recipe.mask_value)
    if len(data) > MAX_SEQUENCES:
        rng = np.random.default_rng(0)
        data = data[np.sort(rng.choice(len(data), MAX_SEQUENCES, replace=False))]
    classes, main = model.classes, MAIN_METRICS[model.recipe.task]
    clusters = assign_clusters(data)
    count = int(clusters.max()) + 1
    estimates, draws = [], []
    for number, share in enumerate(SHARES):
        outputs = model.compute_outputs(take_prefixes(data, share))
        predictions = model.preprocessing.decode(outputs) if classes is None else outputs
        statistic = make_statistic(data.require_targets(), predictions, classes)
        draws.append(bootstrap(statistic, clusters)[main])
        value = statistic(np.ones(len(data)))[main]
        estimates.append(estimate_metric(value, draws[-1], count))
        if on_progress is not None:
            on_progress((number + 1) / len(SHARES))
    sign = 1 if main == "rmse" else -1
    enough = 1.0
    for share, estimate, values in zip(
        SHARES[-2::-1], estimates[-2::-1], draws[-2::-1], strict=True
    ):
        loss = sign * (estimate.value - estimates[-1].value)  # positive: worse than at the end
        difference = estimate_metric(loss, sign * (values - draws[-1]), count)
        if difference.low is None or difference.low > 0:
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
