"""Predict the sequences that a model is evaluated on. Needs TensorFlow."""

from __future__ import annotations

from ..data.sequences import Sequences
from ..fitted import FittedModel
from .evaluation_set import EvaluationSet


def predict_evaluation_set(model: FittedModel, part: str, rows: Sequences) -> EvaluationSet:
    """Predict the rows of one part with the final weights, without dropout."""
    if model.classes is None:
        values, probabilities = model.predict(rows), None
    else:
        probabilities = model.predict_proba(rows)
        values = model.preprocessing.decode(probabilities)
    return EvaluationSet(
        part, rows.ids, rows.lengths, rows.targets, values, model.classes, probabilities
    )
