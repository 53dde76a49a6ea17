"""Attributions add up to the change of the prediction."""

import numpy as np
import pytest

from tests.support.traces import ONE

pytestmark = pytest.mark.slow  # it trains a model for each case


def test_attributions_add_up_to_the_prediction_and_padding_has_none(model, masked):
    trace = masked
    assert trace.attributions.shape == (9, 2)
    assert (trace.attributions[~trace.real] == 0).all()
    assert np.abs(trace.attributions[trace.real]).max() > 0
    means = [model.preprocessing.mean.tolist()] * 3
    change = model.predict([ONE])[0] - model.predict([means])[0]
    # Layer normalization is steep at the baseline, where all states are almost equal.
    is_normalized = any(layer.layer_normalization for layer in model.recipe.layers)
    share = 0.1 if is_normalized else 0.02
    assert trace.attributions.sum() == pytest.approx(change, abs=share * max(1, abs(change)))
    assert trace.attribution_error == pytest.approx(trace.attributions.sum() - change, abs=1e-4)
