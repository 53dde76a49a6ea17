"""Predictions of a model for one sequence with more and more padding. Needs TensorFlow.

The padded arrays go into the stock Keras network itself: ``predict`` strips all padding first.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..data.padded import Side
from ..data.sequences import Sequences
from ..errors import DataError
from ..fitted import FittedModel
from .networks import Network, wrap_keras
from .padded_arrays import PaddedSample


def predict_padded(
    model: FittedModel, sequence: Sequences, steps: Iterable[int], side: Side
) -> np.ndarray:
    """Predict one sequence once per number of padded steps.

    Args:
        model: The model, with per-sequence targets.
        sequence: One sequence with the model's features.
        steps: Numbers of padded steps.
        side: Where the padding is.

    Returns:
        (numbers,) predictions in the unit of the target, or class labels.

    Raises:
        DataError: The data has more than one sequence.
    """
    if len(sequence) != 1:
        raise DataError("Give a single sequence to pad; this data has {n}.", n=len(sequence))
    sample = PaddedSample(model.preprocessing, sequence)
    network = Network("keras", wrap_keras(model.network), model.preprocessing.n_inputs)
    outputs = [network.predict(sample.array(sample.longest + extra, side)) for extra in steps]
    return model.preprocessing.decode(np.concatenate(outputs))
