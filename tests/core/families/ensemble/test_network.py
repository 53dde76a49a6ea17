"""An ensemble is the mean of its members, for everything that a model does."""

import io
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from core import GRU, LSTM, Recipe, Sequences, compare, load, train
from core.data.padding import pad
from core.export.onnx import measure_difference, to_onnx
from core.families.ensemble.keras_network import list_networks
from core.families.registry import get_family, get_network
from core.recipe.network_shape import NetworkShape
from core.recipe.recipe import FIELDS

RECIPE = Recipe(
    task="classification", layers=(LSTM(5),), epochs=2, validation_split=0.0, n_kernels=84
)
CONVOLUTIONS = replace(RECIPE, family="random_convolution")
MEMBERS = {
    "two seeds": [RECIPE] * 2,
    "two networks": [RECIPE, replace(RECIPE, layers=(GRU(4, True),), pooling="max", dense=(3,))],
    "two families": [RECIPE, CONVOLUTIONS],
}


@pytest.fixture(scope="module")
def data() -> Sequences:
    rng = np.random.default_rng(5)
    parts = [rng.normal(size=(rng.integers(3, 12), 2)) for _ in range(24)]
    names = np.array(["low", "high"])[[int(part.mean() > 0) for part in parts]]
    return Sequences.from_lists(parts, targets=names)


@pytest.fixture(scope="module")
def numbers(data: Sequences) -> Sequences:
    parts = [data[row] for row in range(len(data))]
    return Sequences.from_lists(parts, targets=[float(part.sum()) for part in parts])


@pytest.fixture(scope="module", params=MEMBERS)
def model(request, data):
    return train(data, replace(RECIPE, members=MEMBERS[request.param]))


@pytest.mark.slow
def test_it_predicts_the_mean_of_its_members_trained_alone(model, data):
    alone = [train(data, member) for member in model.recipe.list_members()]
    mean = np.mean([each.predict_proba(data) for each in alone], axis=0)
    np.testing.assert_allclose(model.predict_proba(data), mean, atol=1e-6)
    ours = [weight for each in alone for weight in each.network.get_weights()]
    for weight, expected in zip(model.network.get_weights(), ours, strict=True):
        np.testing.assert_array_equal(weight, expected)


@pytest.mark.slow
def test_a_regression_predicts_the_mean_in_the_unit_of_the_target(numbers):
    recipe = replace(RECIPE, task="regression")
    members = [recipe, replace(recipe, family="random_convolution", loss="mae")]
    model = train(numbers, replace(recipe, members=members))
    alone = [train(numbers, member).predict(numbers) for member in model.recipe.list_members()]
    np.testing.assert_allclose(model.predict(numbers), np.mean(alone, axis=0), rtol=1e-5, atol=1e-5)


@pytest.mark.slow
def test_it_predicts_at_every_step_the_mean_of_its_members(numbers):
    parts = [numbers[row] for row in range(len(numbers))]
    steps = Sequences.from_lists(parts, [np.cumsum(part[:, 0]).tolist() for part in parts])
    recipe = replace(RECIPE, task="regression", return_sequences=True)
    model = train(steps, replace(recipe, members=2))
    alone = [train(steps, member).predict(steps) for member in model.recipe.list_members()]
    np.testing.assert_allclose(model.predict(steps), np.mean(alone, axis=0), rtol=1e-5, atol=1e-5)
    assert measure_difference(to_onnx(model), model, steps) < 1e-5
    assert model.prove(steps, seconds=1).passed


@pytest.mark.slow
def test_the_engine_gives_the_values_and_gradients_of_stock_keras(model, data):
    prepared = model.preprocessing.prepare(data).sequences
    padded = pad(prepared, padding="post")
    values, mask = tf.constant(padded.values), tf.constant(padded.mask)
    lengths = tf.constant(prepared.lengths, tf.int64)
    weights = tf.constant([[1.0, 3.0]])
    family = get_network(model.recipe)
    with family.open_network(model.recipe, model.network) as compute, tf.GradientTape(True) as tape:
        tape.watch(values)
        stock = model.network([values, mask], training=False)
        ours = compute(tf.transpose(values, [1, 0, 2]), lengths)
        sums = [tf.reduce_sum(each * weights) for each in (stock, ours)]
    np.testing.assert_allclose(ours, stock, atol=1e-5)
    np.testing.assert_allclose(model.predict_proba(data), stock, atol=1e-5)
    gradients = [tape.gradient(each, values).numpy() for each in sums]
    np.testing.assert_allclose(*gradients, atol=1e-5)
    assert not gradients[0][~padded.mask].any()
    if get_family(model.recipe).is_differentiable(model.recipe):
        assert gradients[0][padded.mask].any()


@pytest.mark.slow
def test_no_padding_of_any_content_changes_the_stock_network(model, data):
    prepared = model.preprocessing.prepare(data).sequences
    before = None
    for side in ("pre", "post"):
        for value in (0.0, -1e6, np.nan):
            padded = pad(prepared, int(prepared.lengths.max()) + 7, side, value=0.0)
            values = np.where(padded.mask[..., None], padded.values, np.float32(value))
            outputs = model.network([values, padded.mask], training=False).numpy()
            before = outputs if before is None else before
            np.testing.assert_allclose(outputs, before, atol=1e-6)


@pytest.mark.slow
def test_it_survives_saving_and_the_saved_network_is_stock_keras(model, data, tmp_path):
    saved = io.BytesIO()
    model.save(saved)
    loaded = load(saved)
    assert loaded.recipe == model.recipe
    assert loaded.history == model.history
    np.testing.assert_array_equal(loaded.predict_proba(data), model.predict_proba(data))
    model.network.save(tmp_path / "model.keras")
    stock = keras.models.load_model(tmp_path / "model.keras", compile=False, safe_mode=True)
    padded = pad(model.preprocessing.prepare(data).sequences, padding="post")
    outputs = stock([padded.values, padded.mask], training=False)
    np.testing.assert_allclose(outputs, model.predict_proba(data), atol=1e-6)
    assert not [name for name in map(type, stock.layers) if not name.__module__.startswith("keras")]


@pytest.mark.slow
def test_it_is_checked_explained_and_exported_as_one_model(model, data):
    assert model.prove(data, seconds=1).passed
    assert measure_difference(to_onnx(model), model, data) < 1e-5
    trace = model.trace(data[0])
    assert trace.layers == ()
    np.testing.assert_allclose(trace.predictions[-1], model.predict_proba(data[:1])[0], atol=1e-5)
    assert np.abs(trace.attributions).sum() > 0
    if get_family(model.recipe).is_differentiable(model.recipe):
        assert abs(trace.attribution_error) < 0.01
    card = model.render_model_card()
    assert "- Network: mean of " in card
    for name, value in model.recipe.members[-1].changes:
        assert f"{name} {FIELDS[name].to_text(value)}" in card


@pytest.mark.slow
def test_the_padding_check_fails_if_one_member_does_not_get_the_mask(data):
    model = train(data, replace(RECIPE, members=2))
    first, second = list_networks(model.network)
    values, mask = model.network.inputs
    outputs = [first([values, mask]), second([values, keras.ops.ones_like(mask)])]
    leaking = keras.Model([values, mask], keras.layers.Average()(outputs))
    proof = replace(model, network=leaking).prove(data, seconds=1)
    assert proof.verdict == "leaks"
    assert {check.network for check in proof.checks if check.verdict == "leaks"} >= {"keras"}


def test_it_is_compared_with_a_single_network(data):
    recipes = {"one": RECIPE, "two": replace(RECIPE, members=2)}
    report = compare(data, recipes, seeds=[0, 1])
    assert [entry.name for entry in report.entries] == ["one", "two"]


@pytest.mark.parametrize("members", MEMBERS.values(), ids=MEMBERS)
def test_its_weights_are_counted_and_its_cost_is_that_of_all_members(members):
    recipe, shape = replace(RECIPE, members=members), NetworkShape(3, 2, 5, 20)
    family, lengths = get_family(recipe), np.arange(3, 9)
    network = get_network(recipe).build(recipe, shape)
    assert family.count_weights(recipe, shape) == network.count_params()
    seconds = family.estimate_seconds(family.estimate_cost(lengths, 3, recipe), recipe)
    alone = 0.0
    for member in recipe.list_members():
        cost = get_family(member).estimate_cost(lengths, 3, member)
        alone += get_family(member).estimate_seconds(cost, member)
    assert seconds == pytest.approx(alone)
