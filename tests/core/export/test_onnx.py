"""ONNX Runtime predicts the same as the model, for every network and length."""

import io

import numpy as np
import pytest

from core import GRU, LSTM, DataError, Recipe, Sequences, read_sequences, train
from core.export.onnx import describe_inputs, measure_difference, to_onnx, to_verified_onnx
from core.layers.lstm.network import LSTMNetwork
from core.preprocessing.masking import mask_steps
from core.preprocessing.transform import Preprocessing
from tests.support.matrix import sample

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

RNG = np.random.default_rng(0)
LISTS = [RNG.normal(3, 2, size=(n, 2)) for n in (1, 2, 3, 5, 9, 30)]
CLASSES = Sequences.from_lists(LISTS, list("ababab"))
NUMBERS = Sequences.from_lists(LISTS, [x.sum() for x in LISTS])
BY_STEP = Sequences.from_lists(LISTS, [(x[:, 0] * 50).tolist() for x in LISTS])
QUICK = {"epochs": 1, "validation_split": 0.0}
RECIPES = {
    "last step, both directions": (NUMBERS, {"layers": (LSTM(4, True), LSTM(3, dropout=0.2))}),
    "GRU, mean": (
        CLASSES,
        {"task": "classification", "layers": (GRU(4), GRU(5, True)), "pooling": "mean"},
    ),
    "maximum, dense": (NUMBERS, {"layers": (LSTM(3, True),), "pooling": "max", "dense": (6, 4)}),
    "several pools": (
        NUMBERS,
        {"layers": (LSTM(3, True),), "pooling": ("attention", "last", "std", "mean"), "dense": 4},
    ),
    "normalized, last step": (
        NUMBERS,
        {"layers": (GRU(3, layer_normalization=True), LSTM(3, True, layer_normalization=True))},
    ),
    "normalized, several pools": (
        NUMBERS,
        {"layers": (LSTM(3, True, layer_normalization=True),), "pooling": ("max", "last")},
    ),
    "every step": (BY_STEP, {"layers": (LSTM(4, True),), "return_sequences": True, "maxlen": 7}),
    "padding that counts": (
        NUMBERS, {"layers": (LSTM(4),), "mask": "none", "value": -1.0, "standardize": False}
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Sequences longer")
@pytest.mark.parametrize("name", sample(RECIPES, 4))
def test_predictions_are_equal_for_sequences_of_every_length(name):
    data, fields = RECIPES[name]
    model = train(data, Recipe(**QUICK, **fields))
    assert measure_difference(to_onnx(model), model, data) < 1e-5


def test_missing_and_erased_steps_are_handled_alike():
    lists = [[[0, 0], [1, 2], [np.nan, 3]], [[4, 5]], [[0, 0], [2, 2]]]
    data = Sequences.from_lists(lists, [1.0, 2.5, 3.5], missing="mean")
    model = train(data, Recipe(layers=(LSTM(3),), mask="value", **QUICK))
    assert measure_difference(to_onnx(model), model, data) < 1e-5
    assert "all equal 0" in onnx.load(io.BytesIO(to_onnx(model))).graph.doc_string


def test_a_file_with_other_predictions_is_refused(monkeypatch):
    data = read_sequences(io.StringIO("1\n2,5\n3,9,9\n")).with_targets([1.5, 2, 3])
    model = train(data, Recipe(layers=(LSTM(3),), **QUICK))
    assert to_verified_onnx(model, data) == to_onnx(model)
    monkeypatch.setattr(LSTMNetwork, "onnx_gates", (0, 1, 2, 3))  # the gates in Keras's order
    with pytest.raises(DataError, match="was withheld"):
        to_verified_onnx(model, data)


def test_the_inputs_are_described():
    def describe(**fields):
        recipe = Recipe(**fields)
        masked = mask_steps(Sequences.from_lists([[1], [2] * 12], [1, 2]), recipe)
        return describe_inputs(Preprocessing.fit(masked, recipe, None))

    assert describe(maxlen=9, truncating="post").endswith(
        "Of more than 9 steps leave the last ones out."
    )
    assert "Pad in front with 0 to 12 steps" in describe(mask="none")
