"""Early prediction: evaluate a model on prefixes of the sequences.

Needs TensorFlow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..data.padding import erase
from ..data.sequences import Sequences, step_indices
from ..errors import DataError, Note
from ..evaluation.bootstrap import (
    Estimate,
    assign_clusters,
    bootstrap,
    estimate_metric,
    make_statistic,
)
from ..evaluation.report import MAIN_METRICS, METRIC_NAMES
from ..fitted import FittedModel

SHARES = tuple(np.arange(1, 11) / 10)
MAX_SEQUENCES = 5000  # of more, a sample with a fixed seed is evaluated


@dataclass(frozen=True)
class EarlyPrediction:
    """The main metric of a model on growing prefixes.

    Attributes:
        main: "rmse" or "accuracy".
        shares: shares of each sequence's steps, rounded up to whole steps; the last is 1.
        figures: the main metric at each share.
        enough: the first share from which predictions are not worse than at the end: the interval
            of the paired difference contains 0 or lies on the better side.
        sequences: number of sequences evaluated.
    """

    main: str
    shares: tuple[float, ...]
    figures: tuple[Estimate, ...]
    enough: float
    sequences: int

    @property
    def note(self) -> Note:
        """The conclusion, in one sentence."""
        values = {"figure": METRIC_NAMES[self.main]}
        template = "{:.4g}" if self.main == "rmse" else "{:.1%}"
        values["whole"] = template.format(self.figures[-1].value)
        if self.enough == 1:
            return Note(
                "The answers get better to the very end of the sequences: {figure} {whole} there, "
                "{before} after nine tenths.",
                before=template.format(self.figures[-2].value),
                **values,
            )
        return Note(
            "From {share} of a sequence on, the answers cannot be told from those after all of it: "
            "{figure} {there} there, {whole} at the end.",
            share=f"{self.enough:.0%}",
            there=template.format(self.figures[self.shares.index(self.enough)].value),
            **values,
        )


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
    if data.targets is None:
        raise DataError("This data has no targets, so predictions cannot be compared to it.")
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
        statistic = make_statistic(data.targets, predictions, classes)
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
