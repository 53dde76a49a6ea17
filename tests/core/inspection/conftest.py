"""Models of several architectures, trained once for all tests of the folder."""

import numpy as np
import pytest

from core import GRU, LSTM, Sequences
from core.inspection.trace import Trace
from tests.support.traces import ONE, train_model

RECIPES = {
    "LSTM over LSTM": {"layers": (LSTM(6), LSTM(5, dropout=0.4))},
    "GRU": {"layers": (GRU(6), GRU(4)), "padding": "post"},
    "LSTM, its mean": {"layers": (LSTM(5),), "pooling": "mean"},
    "LSTM, its maximum": {"layers": (LSTM(5),), "pooling": "max", "padding": "post"},
    "GRU, several pools": {"layers": (GRU(4),), "pooling": ("std", "last", "attention")},
    "normalized": {
        "layers": (LSTM(4, layer_normalization=True), GRU(3, layer_normalization=True)),
        "pooling": ("last", "mean"),
    },
    "both directions": {"layers": (LSTM(4, bidirectional=True), GRU(3, bidirectional=True))},
}


@pytest.fixture(scope="package")
def data() -> Sequences:
    rng = np.random.default_rng(7)
    steps = [rng.normal(1, 2, (length, 2)) for length in [1, 2, 9, 4, 5, 3]]
    return Sequences.from_lists(
        steps, targets=[float(each.sum()) for each in steps], feature_names=["x", "y"]
    )


@pytest.fixture(scope="package", params=RECIPES.values(), ids=RECIPES)
def model(request, data):
    return train_model(data, **request.param)


@pytest.fixture(scope="package")
def masked(model) -> Trace:
    return model.trace(ONE)
