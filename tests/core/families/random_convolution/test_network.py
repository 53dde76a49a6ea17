import io
import zipfile
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from core import DataError, Recipe, Sequences, load, train
from core.export.onnx import measure_difference, to_onnx
from core.export.verify import measure_agreement
from core.families.random_convolution import keras_network
from core.families.random_convolution.fit import compute_scales
from core.families.random_convolution.kernels import draw_group_weights, draw_weights
from core.families.registry import get_family
from core.figures import plot_xray
from core.inspection.xray import XRay
from core.invariance.report import UPDATE
from tests.core.families.random_convolution.reference import compute_features, round_to_grid
from tests.support.training_scripts import run_training_script

pytestmark = pytest.mark.slow  # it builds networks of many operations

RECIPE = Recipe(
    task="classification",
    family="random_convolution",
    n_kernels=84,
    n_groups=2,
    validation_split=0.0,
)
RNG = np.random.default_rng(0)
compact = keras_network.compact


def make_data(n: int = 24, features: int = 2, task: str = "classification") -> Sequences:
    """Sequences of noise around 0, with a bump whose sign is the class."""
    rng = np.random.default_rng(1)
    rows, targets = [], []
    for number in range(n):
        steps = rng.normal(size=(int(rng.integers(5, 40)), features)).astype(np.float32)
        sign = (-1) ** number
        start = int(rng.integers(0, len(steps) - 4))
        steps[start : start + 4] += 4 * sign * np.array([1, -1, 1, -1])[:, None]
        rows.append(steps)
        targets.append("up" if sign > 0 else "down")
    if task == "regression":
        targets = [float(np.abs(np.diff(steps[:, 0])).mean()) for steps in rows]
    return Sequences.from_lists(rows, targets=targets)


@pytest.fixture(scope="module")
def data():
    return make_data()


@pytest.fixture(scope="module")
def model(data):
    return train(data, RECIPE)


@pytest.fixture(scope="module")
def features(model):
    network = keras.Model(model.network.inputs, model.network.get_layer("scaling").input)
    shapes = tf.TensorSpec((None, None, 2), tf.float32), tf.TensorSpec((None, None), tf.bool)
    run = tf.function(lambda *inputs: network(inputs), input_signature=shapes, autograph=False)
    return lambda inputs: run(*map(tf.constant, inputs))


def test_the_features_are_those_of_each_unpadded_sequence(model, features, data):
    prepared = model.preprocessing.prepare(data).sequences
    for row in range(4):
        steps = prepared[row]
        actual = features([steps[None], np.ones((1, len(steps)), bool)]).numpy()[0]
        expected = compute_features(model.network, steps)
        # Views and pools are ordered alike. A value normalized per sequence may be rounded to
        # another point of the grid in float32 than in float64.
        differences = np.abs(actual - expected) / np.maximum(np.abs(expected), 1)
        assert np.mean(differences > 1e-4) < 1e-3


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=5),
    st.integers(0, 20),
    st.sampled_from([0.0, -1.0, 1e6, np.nan, np.inf]),
    st.integers(0, 2**32 - 1),
)
def test_no_feature_depends_on_padding(features, lengths, extra, fill, seed):
    rng = np.random.default_rng(seed)
    rows = [rng.normal(size=(length, 2)).astype(np.float32) for length in lengths]
    width = max(lengths) + extra
    values = np.full((2, len(rows), width, 2), fill, np.float32)
    mask = np.zeros((2, len(rows), width), bool)
    for number, steps in enumerate(rows):
        first = int(rng.integers(0, width - len(steps) + 1))
        values[0, number, : len(steps)], mask[0, number, : len(steps)] = steps, True
        values[1, number, first : first + len(steps)] = steps
        mask[1, number, first : first + len(steps)] = True
    behind, elsewhere = (features([values[i], mask[i]]).numpy() for i in (0, 1))
    np.testing.assert_allclose(behind, elsewhere, rtol=1e-6, atol=1e-6)
    alone = features([rows[0][None], np.ones((1, len(rows[0])), bool)]).numpy()
    np.testing.assert_allclose(behind[:1], alone, rtol=1e-6, atol=1e-6)


def test_a_step_masked_inside_a_sequence_is_deleted(features):
    steps = RNG.normal(size=(1, 12, 2)).astype(np.float32)
    mask = np.ones((1, 12), bool)
    mask[0, [3, 7]] = False
    deleted = features([steps[:, mask[0]], np.ones((1, 10), bool)]).numpy()
    np.testing.assert_allclose(features([steps, mask]).numpy(), deleted, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("standardize", [True, False])
def test_outputs_that_equal_a_bias_do_not_depend_on_padding_or_library(standardize):
    """Of whole numbers many outputs do, and rounding errors would decide on which side they are."""
    rng = np.random.default_rng(5)
    rows = [rng.normal(size=(rng.integers(3, 12), 2)).round() for _ in range(24)]
    rows = [steps * [1, 100] for steps in rows]
    data = Sequences.from_lists(rows, targets=["ab"[int(steps.sum() > 0)] for steps in rows])
    model = train(data, replace(RECIPE, standardize=standardize))
    proof = model.prove(data, seconds=1)
    assert proof.passed
    assert proof.padding_effect < 1e-6
    assert measure_difference(to_onnx(model), model, data) < 1e-6


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.sampled_from([1.0, 1e-3, 1e6]))
def test_a_kernel_on_the_grid_is_exact_in_float32(seed, inputs, size):
    rng = np.random.default_rng(seed)
    x = rng.standard_t(2, size=(9, inputs)).astype(np.float32) * np.float32(size)
    on_grid = round_to_grid(x * compute_scales(x))
    before = round_to_grid(np.roll(x, 1, axis=0) * compute_scales(x))
    weights = [draw_weights(inputs, 84, rng), draw_group_weights(inputs, 8, rng)]
    weights = np.concatenate(weights, axis=2)
    products = ((on_grid - before)[:, :, None] * weights).reshape(-1, weights.shape[2])
    exact = products.sum(axis=0)  # in float64
    for order in (slice(None), slice(None, None, -1), rng.permutation(len(products))):
        total = np.zeros(weights.shape[2], np.float32)
        for product in products[order].astype(np.float32):
            total += product
        np.testing.assert_array_equal(total, exact)


def test_the_padding_check_passes(model, data):
    proof = model.prove(data)
    assert proof.passed, proof.table
    [why] = {check.why for check in proof.checks if check.name == UPDATE}
    assert why == "not every part of the model is trained by gradients"


def leak_into_shares(values, mask):
    return values, keras.ops.ones_like(mask)


def leak_at_the_ends(values, mask):
    """Pool over real steps only, and convolve over the padding behind them."""
    x, real = compact(values, mask)
    return keras.ops.where(keras.ops.expand_dims(real, -1), x, 0.01), real


@pytest.mark.parametrize("leak", [leak_into_shares, leak_at_the_ends])
def test_a_leaking_variant_is_caught(model, data, leak, monkeypatch):
    monkeypatch.setattr(keras_network, "compact", leak)
    parts = keras_network.build_parts(model.recipe, model.preprocessing.shape)
    parts.network.set_weights(model.network.get_weights())
    assert replace(model, network=parts.network).prove(data).verdict == "leaks"


def test_it_learns_classes_and_saves_its_probabilities(model, data, tmp_path):
    assert model.evaluate(make_data(60)[24:])["accuracy"] > 0.8
    model.save(tmp_path / "model.zip")
    loaded = load(tmp_path / "model.zip")
    np.testing.assert_array_equal(loaded.predict_proba(data), model.predict_proba(data))
    assert loaded.history == model.history
    content = (tmp_path / "model.zip").read_bytes()
    assert measure_agreement(content, model, data)[0] <= 1e-6
    card = zipfile.ZipFile(io.BytesIO(content)).read("MODEL_CARD.md").decode()
    assert "random convolutions" in card
    assert "Epochs" not in card


def test_its_keras_file_opens_in_safe_mode_and_predicts_the_same(model, data, tmp_path):
    model.network.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    steps = model.preprocessing.prepare(data[:1]).sequences[0]
    padded = np.concatenate([np.full((7, 2), np.nan, np.float32), steps])[None]
    mask = np.arange(len(steps) + 7)[None] >= 7
    expected = model.predict_proba(data[:1])
    np.testing.assert_allclose(loaded([padded, mask]).numpy(), expected, atol=1e-6)


def test_onnx_predicts_the_same(model, data):
    assert measure_difference(to_onnx(model), model, data) < 1e-5


@pytest.mark.parametrize("mask", ["lengths", "value", "none"])
def test_regression_in_every_mask_mode(mask):
    data = make_data(20, 1, "regression")
    model = train(data, replace(RECIPE, task="regression", mask=mask, mask_value=-1.0))
    assert model.evaluate(data)["r2"] > 0.5
    assert model.history["penalty"] == sorted(model.history["penalty"])
    assert measure_difference(to_onnx(model), model, data) < 1e-4
    assert model.prove(data).verdict == ("leaks" if mask == "none" else "holds")


def test_the_same_seed_gives_the_same_model_and_another_one_another(model, data):
    np.testing.assert_array_equal(
        train(data, RECIPE).predict_proba(data), model.predict_proba(data)
    )
    other = train(data, replace(RECIPE, seed=1)).predict_proba(data)
    assert not np.array_equal(other, model.predict_proba(data))


def test_its_parameters_are_counted_without_building_it(model):
    counted = get_family(RECIPE).count_weights(RECIPE, model.preprocessing.shape)
    assert counted == model.network.count_params()


def test_a_stopped_fit_has_learned_nothing(data):
    reports = []
    model = train(data, RECIPE, on_progress=reports.append, should_stop=lambda: len(reports) > 1)
    assert model.stopped
    assert model.history == {}
    np.testing.assert_allclose(model.predict_proba(data), 0.5)


def test_progress_ends_with_the_curve_of_the_penalty(data):
    reports = []
    model = train(data, RECIPE, on_progress=reports.append)
    shares = [report.share for report in reports]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert reports[-1].history == model.history


def test_targets_per_step_are_refused():
    with pytest.raises(ValueError, match="the targets are one per step"):
        replace(RECIPE, return_sequences=True)
    data = Sequences.from_lists([[1, 2], [3]], targets=[[0, 1], [1]])
    with pytest.raises(DataError):
        train(data, RECIPE)


def test_a_trace_explains_by_occlusion(model, data):
    trace = model.trace(data[:1])
    assert trace.layers == ()
    np.testing.assert_allclose(trace.predictions[-1], model.predict_proba(data[:1])[0], atol=1e-6)
    assert trace.attributions.shape == trace.inputs.shape
    assert np.abs(trace.attributions).max() > 0
    assert (trace.attributions[~trace.counts] == 0).all()


def test_a_trace_is_drawn_without_states(model, data):
    xray = XRay.from_traces(model.trace(data[:1]), model.trace(data[:1], masked=False))
    fig = plot_xray(xray)
    assert len(fig.data) > 4
    assert not any("hidden" in str(each.text) for each in fig.layout.annotations)


def test_its_script_fits_the_model_again(data, tmp_path, monkeypatch, capsys):
    model = train(data, replace(RECIPE, validation_split=0.25))
    variables = run_training_script(model, data, tmp_path, monkeypatch)
    assert "penalty" in capsys.readouterr().out
    assert len(variables["validation"]) == 6
    # On the same sequences: validation has no part in the scaling, as in the model.
    mean, _ = model.network.get_layer("scaling").get_weights()
    np.testing.assert_allclose(variables["scaler"].mean_, mean, rtol=1e-4, atol=1e-5)
