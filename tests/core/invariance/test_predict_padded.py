"""Predictions with more and more padding, through the network itself."""

from dataclasses import replace

import numpy as np
import pytest

from core import Recipe, Sequences, train
from core.errors import DataError
from core.invariance.predict_padded import predict_padded

ONE = Sequences.from_lists([[1]])
STEPS = [0, 14, 60]


def test_a_masked_network_predicts_the_same_whatever_the_padding(example_model):
    expected = example_model.predict(ONE)
    for side in ("pre", "post"):
        predictions = predict_padded(example_model, ONE, STEPS, side)
        np.testing.assert_allclose(predictions, np.repeat(expected, len(STEPS)), rtol=1e-4)


@pytest.mark.slow
def test_without_a_mask_the_prediction_depends_on_the_padding(example):
    model = train(example, replace(Recipe.example(), mask="none"))
    before, after = (predict_padded(model, ONE, STEPS, side) for side in ("pre", "post"))
    assert before[1] == pytest.approx(model.predict(ONE)[0], rel=1e-4)  # as it was trained
    assert np.ptp(before) > 0.1
    assert np.ptp(after) > 0.1


@pytest.mark.slow
def test_classes_are_predicted_as_labels(words, words_model):
    labels = predict_padded(words_model, words[:1], [0, 5], "pre")
    assert labels.tolist() == words_model.predict(words[:1]).tolist() * 2


def test_several_sequences_are_refused(example, example_model):
    with pytest.raises(DataError, match="Give a single sequence to pad"):
        predict_padded(example_model, example, STEPS, "pre")
