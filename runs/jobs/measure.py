"""The metrics of a model, and the predictions behind them. Needs TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.data.sequences import Sequences
from core.errors import Note, UnpaddedError
from core.evaluation.evaluation_set import EvaluationSet
from runs.types import Metrics

if TYPE_CHECKING:
    from core.trained_model import TrainedModel


def measure_model(
    model: TrainedModel, part: str, rows: Sequences
) -> tuple[Metrics, EvaluationSet, list[Note]]:
    """Predict the rows of one part, and return metrics, predictions and notes."""
    from core.evaluation.predict_evaluation_set import predict_evaluation_set

    measured = predict_evaluation_set(model, part, rows)
    try:
        return {part: model.score(measured.predictions, rows)}, measured, []
    except UnpaddedError as error:  # the model is kept, whatever the targets are
        return {}, measured, [Note(error.template, **error.values)]
