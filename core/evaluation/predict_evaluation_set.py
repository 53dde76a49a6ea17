"""Predict the sequences that a model is evaluated on. Needs TensorFlow."""

from __future__ import annotations

from ..data.sequences import Sequences
from ..fitted import FittedModel
from .evaluation_set import EvaluationSet


def predict_evaluation_set(model: FittedModel, part: str, rows: Sequences) -> EvaluationSet:
    """Predict the rows of one part with the final weights, without dropout.

    Unlike ``FittedModel.predict``, it does not warn: what the network does not see of the training
    data is what the recipe says.
    """
    outputs = model.compute_outputs(model.as_sequences(rows))
    values = model.preprocessing.decode(outputs)
    probabilities = None if model.classes is None else outputs
    return EvaluationSet(
        part, rows.ids, rows.lengths, rows.require_targets(), values, model.classes, probabilities
    )
