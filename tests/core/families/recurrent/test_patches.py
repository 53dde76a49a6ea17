"""Patches from training to export and inspection, and variants that leak."""

import io
import zipfile
from dataclasses import replace

import keras
import numpy as np
import pytest

from core import GRU, LSTM, Recipe, Sequences, load, train
from core.engine import compiled
from core.export.onnx import measure_difference, to_onnx
from core.export.verify import measure_agreement
from core.inspection.trace import trace_layers
from core.network import keras_network
from core.network.keras_network import build_network
from tests.support.matrix import sample

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

pytest.importorskip("onnxruntime")

RECIPE = Recipe(
    layers=(LSTM(6), GRU(5, bidirectional=True)),
    pooling=("last", "std"),
    patch_size=3,
    epochs=4,
    batch_size=4,
    validation_split=0.0,
)
CHANGES = {
    "padded behind": {"padding": "post"},
    "last step": {"layers": LSTM(4), "pooling": "last", "patch_size": 4},
    "longer than every sequence": {"patch_size": 50},
    "erased steps": {"mask": "value", "mask_value": -9.0},
    "cut": {"maxlen": 5},
    "of derived features": {"normalization": "both", "differences": True},
    "an ensemble": {"members": [RECIPE, replace(RECIPE, family="random_convolution")]},
}


@pytest.fixture(scope="module")
def data() -> Sequences:
    rng = np.random.default_rng(5)
    steps = [rng.normal(3, 2, (length, 2)) for length in [1, 2, 3, 5, 8, 13, 4, 4, 7, 6]]
    for each in steps[4:]:
        each[2] = -9
    return Sequences.from_lists(steps, targets=[float(each.max()) for each in steps])


@pytest.fixture(scope="module")
def model(data):
    return train(data, RECIPE)


@pytest.mark.filterwarnings("ignore:Real steps erased|Sequences longer")
@pytest.mark.parametrize("name", sample(CHANGES, 3))
def test_a_network_is_invariant_and_its_exports_predict_the_same(data, name):
    model = train(data, replace(RECIPE, epochs=1, **CHANGES[name]))
    proof = model.prove(data)
    assert proof.passed, proof.table
    assert measure_difference(to_onnx(model), model, data) < 1e-5
    content = io.BytesIO()
    model.save(content)
    assert measure_agreement(content.getvalue(), model, data)[0] <= 1e-6
    content.seek(0)
    np.testing.assert_array_equal(load(content).predict(data), model.predict(data))
    if not model.recipe.members:
        with zipfile.ZipFile(content) as archive:
            card = archive.read("MODEL_CARD.md").decode()
        assert f"- Network: patches of {model.recipe.patch_size} steps → " in card


def test_the_saved_network_holds_stock_layers_only(model, tmp_path):
    model.network.save(tmp_path / "model.keras")
    network = keras.models.load_model(tmp_path / "model.keras", compile=False, safe_mode=True)
    assert all(type(layer).__module__.startswith("keras.") for layer in network.layers)
    inputs = [np.ones((2, 7, 2), np.float32), np.ones((2, 7), bool)]
    np.testing.assert_array_equal(network(inputs), model.network(inputs))


def test_a_resumed_training_ends_bit_identical(model, data):
    checkpoints = []
    train(data, replace(RECIPE, epochs=2), on_checkpoint=checkpoints.append)
    checkpoint = type(checkpoints[-1]).from_bytes(checkpoints[-1].to_bytes())
    resumed = train(data, RECIPE, resume=checkpoint).network.get_weights()
    for one, other in zip(model.network.get_weights(), resumed, strict=True):
        np.testing.assert_array_equal(one, other)


def leave_padding_in_front(values, mask):
    return values, mask


def fill_the_last_patch_with_padding(values, mask):
    real = compact(values, mask)[1]
    return keras.ops.take_along_axis(values, find_order(mask), axis=1), real


def find_order(mask):
    """Return the order of ``compact``, (batch, steps, 1)."""
    return keras.ops.expand_dims(keras.ops.argsort(keras.ops.logical_not(mask), axis=1), -1)


compact = keras_network.compact


@pytest.mark.parametrize("leak", [leave_padding_in_front, fill_the_last_patch_with_padding])
def test_a_network_that_leaks_is_caught(model, data, monkeypatch, leak):
    assert model.prove(data).passed
    monkeypatch.setattr(keras_network, "compact", leak)
    network = build_network(RECIPE, 2, 1)
    network.set_weights(model.network.get_weights())
    proof = replace(model, network=network).prove(data)
    assert "keras" in {check.network for check in proof.checks if check.verdict == "leaks"}


def test_an_engine_that_fills_the_last_patch_with_padding_is_caught(model, data, monkeypatch):
    make_patches = compiled.make_patches

    def leak(x, lengths, patch_size):
        patches, _ = make_patches(x, lengths * 0 + 1000, patch_size)
        return patches, -(-lengths // patch_size)

    monkeypatch.setattr(compiled, "make_patches", leak)
    compiled.clear_idle_engines()
    proof = model.prove(data)
    compiled.clear_idle_engines()
    assert "engine" in {check.network for check in proof.checks if check.verdict == "leaks"}


@pytest.mark.parametrize("layer", [LSTM(4), GRU(4, bidirectional=True)])
@pytest.mark.parametrize("is_erased", [False, True])
def test_each_step_shows_the_states_and_gates_of_its_patch(layer, is_erased):
    rng = np.random.default_rng(0)
    network = build_network(replace(RECIPE, layers=(layer,)), 2, 1)
    weights = network.get_weights()
    counts = np.array([False, False, *[True] * 7, False])
    counts[4] = not is_erased
    values = rng.normal(size=(10, 2)).astype("f4")
    real = values[counts]  # 7 or 6 steps: 3 or 2 patches
    filled = np.concatenate([real, np.zeros((-len(real) % 3, 2), "f4")]).reshape(-1, 6)
    joined, outputs = trace_layers(
        Recipe(layers=layer), weights, filled, np.ones(len(filled), bool)
    )
    traces, spread = trace_layers(replace(RECIPE, layers=(layer,)), weights, values, counts)
    patch = np.arange(len(real)) // 3
    np.testing.assert_array_equal(spread[counts], outputs[patch])
    for trace, expected in zip(traces, joined, strict=True):
        np.testing.assert_array_equal(trace.hidden[counts], expected.hidden[patch])
        before, after = trace.hidden[0], trace.hidden[-1]
        if trace.backward:
            np.testing.assert_array_equal(before, expected.hidden[0])
            assert not after.any()
        else:
            assert not before.any()
            np.testing.assert_array_equal(after, expected.hidden[-1])
        for name, gate in trace.gates.items():
            np.testing.assert_array_equal(gate[counts], expected.gates[name][patch])
            assert np.isnan(gate[~counts]).all()


@pytest.mark.parametrize("layers", [(LSTM(5),), RECIPE.layers])
def test_predictions_and_attributions_belong_to_single_steps(data, layers):
    model = train(data, replace(RECIPE, layers=layers, epochs=1))
    trace = model.trace(data[7])
    steps = data[7]
    prefixes = [steps[: length + 1] for length in range(len(steps))]
    real = trace.real[trace.prediction_steps]
    np.testing.assert_allclose(trace.predictions[real], model.predict(prefixes), rtol=1e-5)
    assert np.abs(trace.attributions[trace.real]).min() > 0
    assert not trace.attributions[~trace.real].any()
    change = trace.attributions.sum() - trace.attribution_error
    assert abs(trace.attribution_error) < 0.05 * max(abs(change), 0.1)


def test_per_step_targets_have_no_patches():
    with pytest.raises(ValueError, match="patch_size is 3, and the network predicts at every"):
        Recipe(patch_size=3, return_sequences=True)
    assert RECIPE.adapt(return_sequences=True).patch_size == 1
    assert RECIPE.adapt(family="random_convolution").steps_per_patch == 1
    with pytest.raises(ValueError, match="1 to 256"):
        Recipe(patch_size=0)
