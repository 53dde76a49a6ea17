"""Convolutional networks from training to export, and the padding check on variants that leak."""

import io
import zipfile
from dataclasses import replace

import keras
import numpy as np
import pytest

from core import LSTM, Conv1D, Inception, Recipe, Sequences, load, train
from core.engine import compiled
from core.export.onnx import measure_difference, to_onnx
from core.export.verify import measure_agreement
from core.families.convolution.training_script import render_training_script
from core.families.registry import get_family
from core.layers.convolution import keras_steps, packed_steps
from core.network import keras_network
from core.network.keras_network import build_network
from core.recipe.network_shape import NetworkShape
from tests.support.matrix import sample

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

pytest.importorskip("onnxruntime")

RECIPE = Recipe(
    task="classification",
    family="convolution",
    layers=(Conv1D(8, 5, residual=True), Inception(4, 8)),
    pooling="mean",
    epochs=2,
    batch_size=8,
    validation_split=0.0,
)
STACKS = {
    "mean": {},
    "maximum, shortened": {
        "layers": (Conv1D(6, 5, strides=2), Inception(3, 8), Conv1D(4, 3, pool_size=3)),
        "pooling": "max",
    },
    "last step, not normalized": {
        "layers": Conv1D(6, 4, dilation_rate=3, batch_normalization=False, dropout=0.2),
        "pooling": "last",
    },
    "in front of an LSTM": {
        "layers": (Conv1D(6, 4, pool_size=2, dropout=0.2), LSTM(5, bidirectional=True)),
        "pooling": "last",
        "dense": (4,),
    },
    "several pools": {"pooling": ("attention", "last", "std", "max")},
    "erased steps": {"mask": "value", "mask_value": -9.0},
}


def make_data(n: int = 40) -> Sequences:
    """Sequences of noise with a bump whose sign is the class, and with steps of -9."""
    rng = np.random.default_rng(1)
    rows, targets = [], []
    for number in range(n):
        steps = rng.normal(size=(int(rng.integers(5, 40)), 2)).astype(np.float32)
        start, sign = int(rng.integers(0, len(steps) - 4)), (-1) ** number
        steps[start : start + 4] += 4 * sign * np.array([1, -1, 1, -1])[:, None]
        steps[int(rng.integers(len(steps)))] = -9
        rows.append(steps)
        targets.append("up" if sign > 0 else "down")
    return Sequences.from_lists(rows, targets=targets)


@pytest.fixture(scope="module")
def data():
    return make_data()


@pytest.fixture(scope="module")
def model(data):
    return train(data, RECIPE)


@pytest.mark.filterwarnings("ignore:Real steps erased because")
@pytest.mark.parametrize("name", sample(STACKS, 3))
def test_a_network_is_invariant_and_its_exports_predict_the_same(data, name):
    model = train(data, replace(RECIPE, **STACKS[name]))
    proof = model.prove(data)
    assert proof.passed, proof.table
    assert proof.spread > 0
    content = io.BytesIO()
    model.save(content)
    assert measure_difference(to_onnx(model), model, data) < 1e-5
    assert measure_agreement(content.getvalue(), model, data)[0] <= 1e-6
    content.seek(0)
    np.testing.assert_array_equal(load(content).predict_proba(data), model.predict_proba(data))
    with zipfile.ZipFile(content) as archive:
        card = archive.read("MODEL_CARD.md").decode()
    assert f"- Network: {model.recipe.layers[0].describe()}" in card
    assert set(model.computed["layers"]) <= {"packed", "fused"}
    check_stock_network(model, data)


def check_stock_network(model, data):
    """Check that the stock network alone predicts the same, with garbage in front."""
    sequences = model.preprocessing.prepare(data).sequences
    width = int(sequences.lengths.max()) + 5
    values = np.full((len(sequences), width, 2), np.nan, np.float32)
    mask = np.zeros((len(sequences), width), bool)
    for row, length in enumerate(sequences.lengths):
        values[row, -length:], mask[row, -length:] = sequences[row], True
    outputs = model.network([values, mask], training=False).numpy()
    np.testing.assert_allclose(outputs, model.predict_proba(data), atol=1e-5)


def test_the_saved_network_holds_stock_layers_only(model, tmp_path):
    model.network.save(tmp_path / "model.keras")
    network = keras.models.load_model(tmp_path / "model.keras", compile=False, safe_mode=True)
    assert all(type(layer).__module__.startswith("keras.") for layer in network.layers)
    inputs = [np.ones((1, 7, 2), np.float32), np.ones((1, 7), bool)]
    np.testing.assert_array_equal(network(inputs), model.network(inputs))


@pytest.mark.filterwarnings("ignore:Real steps erased because")
@pytest.mark.parametrize("name", sample(STACKS, 3))
def test_with_our_weights_the_network_of_the_script_predicts_the_same(data, name):
    model = train(data, replace(RECIPE, epochs=1, **STACKS[name]))
    script = render_training_script(model.recipe, model.preprocessing.shape)
    first, last = script.index("values = keras.Input"), script.index("# 4. Training,")
    variables = {"keras": keras}
    exec(script[first:last], variables)
    variables["network"].set_weights(model.network.get_weights())
    mask = np.arange(30) < np.array([[30], [12], [1]])
    values = np.random.default_rng(0).normal(size=(3, 30, 2)).astype(np.float32)
    outputs = [
        each([values, mask], training=False) for each in (variables["network"], model.network)
    ]
    np.testing.assert_allclose(*outputs, atol=1e-6)


def leak_between_layers(surround):
    """Convolve over the outputs behind each sequence."""

    def leak(x, padding):
        return surround(replace(x, real=keras.ops.ones_like(x.real)), padding)

    return keras_steps, "surround", leak


def leak_values(compact):
    """Leave the padding where it is."""
    return keras_network, "compact", lambda values, mask: (values, mask)


def leak_into_moments(normalize):
    """Normalize over padding, too."""

    def leak(self, x, name):
        whole = normalize(self, replace(x, real=keras.ops.ones_like(x.real)), name)
        return replace(whole, values=whole.values - keras.ops.mean(x.values), real=x.real)

    return keras_steps.KerasSteps, "normalize", leak


LEAKS = [
    (leak_between_layers, keras_steps.surround),
    (leak_values, keras_network.compact),
    (leak_into_moments, keras_steps.KerasSteps.normalize),
]


@pytest.mark.parametrize(("leak", "right"), LEAKS)
@pytest.mark.parametrize(
    "layer",
    sample([Conv1D(5, 4), Conv1D(5, 4, strides=2), Conv1D(5, 4, pool_size=2), Inception(3, 8)], 2),
)
def test_a_network_that_leaks_is_caught(data, monkeypatch, leak, right, layer):
    model = train(data, replace(RECIPE, layers=(layer, Conv1D(4, 3)), epochs=1))
    assert model.prove(data).passed
    monkeypatch.setattr(*leak(right))
    network = build_network(model.recipe, 2, 2)
    network.set_weights(model.network.get_weights())
    assert replace(model, network=network).prove(data).verdict == "leaks"


def test_an_engine_that_reads_the_next_sequence_is_caught(data, monkeypatch):
    model = train(data, RECIPE)
    # No zeros between sequences, and as many as before around all of them.
    monkeypatch.setattr(packed_steps, "max", lambda padding: 0, raising=False)
    compiled.clear_idle_engines()
    proof = model.prove(data)
    compiled.clear_idle_engines()
    failed = {check.network for check in proof.checks if check.verdict == "leaks"}
    assert "engine" in failed
    assert "keras" not in failed


def test_the_moving_statistics_are_learned_and_are_no_weights_of_the_optimizer(data):
    checkpoints = []
    model = train(data, RECIPE, on_checkpoint=checkpoints.append)
    network, before = model.network, build_network(RECIPE, 2, 2)
    assert len(checkpoints[-1].slots) == len(network.trainable_variables) < len(network.variables)
    for variable, first in zip(
        network.non_trainable_variables, before.non_trainable_variables, strict=True
    ):
        assert not np.array_equal(variable, first)


def test_a_resumed_training_ends_bit_identical(data):
    checkpoints = []
    recipe = replace(RECIPE, layers=(Conv1D(6, dropout=0.2), Inception(4, 8)), epochs=4)
    whole = train(data, recipe).network.get_weights()
    train(data, replace(recipe, epochs=2), on_checkpoint=checkpoints.append)
    checkpoint = type(checkpoints[-1]).from_bytes(checkpoints[-1].to_bytes())
    resumed = train(data, recipe, resume=checkpoint).network.get_weights()
    for one, other in zip(whole, resumed, strict=True):
        np.testing.assert_array_equal(one, other)


def test_per_step_predictions_depend_on_earlier_steps_only():
    rng = np.random.default_rng(0)
    rows = [rng.normal(size=(int(n), 1)) for n in rng.integers(1, 30, 30)]
    data = Sequences.from_lists(rows, targets=[np.cumsum(row[:, 0]).tolist() for row in rows])
    recipe = Recipe(
        family="convolution", layers=(Conv1D(6, 4), LSTM(4)), return_sequences=True, epochs=2
    )
    model = train(data, recipe)
    assert model.prove(data).passed
    assert measure_difference(to_onnx(model), model, data) < 1e-5
    whole, part = (model.predict([steps]) for steps in (rows[0], rows[0][:3]))
    np.testing.assert_allclose(whole[:3], part, atol=1e-5)
    acausal = replace(recipe, layers=(Conv1D(6, 4, causal=False),))
    model = train(data, acausal)
    assert model.prove(data).passed
    whole, part = (model.predict([steps]) for steps in (rows[0], rows[0][:3]))
    assert np.abs(whole[2] - part[2]) > 1e-3


def test_the_influence_of_a_step_is_explained(model, data):
    trace = model.trace(data[0])
    assert trace.layers == ()
    change = trace.attributions.sum() - trace.attribution_error
    assert abs(trace.attribution_error) < 0.05 * max(abs(change), 0.1)


def test_it_learns_patterns_wherever_they_are(data):
    model = train(data, replace(RECIPE, epochs=100, learning_rate=0.01))
    assert model.evaluate(make_data(100)[40:])["accuracy"] > 0.9


def test_the_cost_and_the_network_are_described():
    family = get_family(RECIPE)
    lengths = np.full(100, 50)
    quick, slow = (
        family.estimate_cost(lengths, 2, replace(RECIPE, layers=layers)).seconds
        for layers in ((Conv1D(64),), (Conv1D(256), Conv1D(256)))
    )
    assert quick < slow
    shortened = replace(RECIPE, layers=(Conv1D(256, strides=4), Conv1D(256)))
    assert family.estimate_cost(lengths, 2, shortened).seconds < slow
    blocks = replace(RECIPE, layers=(Inception(), Inception()), epochs=1)  # mostly compilation
    assert family.estimate_seconds(family.estimate_cost(lengths, 2, blocks), blocks) > 2
    assert family.describe(RECIPE) == (
        "Conv1D(8, kernel_size=5, residual=True) → Inception(4, kernel_size=8) "
        "→ mean over steps → Dense"
    )
    weights = family.count_weights(RECIPE, NetworkShape(2, 2, usual_steps=5, sequences=3))
    assert weights == build_network(RECIPE, 2, 2).count_params()
