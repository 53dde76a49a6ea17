"""Networks with derived features from training to export, and variants that leak."""

import io
import json
import zipfile
from dataclasses import replace

import keras
import numpy as np
import pytest

from core import GRU, LSTM, Conv1D, Recipe, Sequences, load, pad, read_sequences, train
from core.export.onnx import measure_difference, to_onnx
from core.export.verify import measure_agreement
from core.families.recurrent import keras_network
from core.families.recurrent.keras_network import build_with_features, compute_features
from core.network.derived_features import derive_features
from tests.support.matrix import sample

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

pytest.importorskip("onnxruntime")

RECIPE = Recipe(layers=(GRU(5),), epochs=2, batch_size=8, validation_split=0.0)
CONVOLUTION = replace(RECIPE, family="convolution", layers=(Conv1D(6, 4),), pooling="mean")
PER_SEQUENCE = {"normalization": "sequence"}
BOTH = {"normalization": "both", "differences": True}
RECIPES = {
    "per sequence": replace(RECIPE, **PER_SEQUENCE),
    "both, with differences": replace(RECIPE, layers=(LSTM(5, True),), pooling="mean", **BOTH),
    "raw differences": replace(RECIPE, standardize=False, differences=True, learning_rate=1e-4),
    "convolution": replace(CONVOLUTION, **BOTH),
    "convolution, differences": replace(CONVOLUTION, pooling="last", differences=True),
    "erased steps": replace(RECIPE, mask="value", mask_value=-9.0, **BOTH),
    "members of two kinds": replace(RECIPE, members=[RECIPE, replace(CONVOLUTION, **BOTH)]),
}


def make_data(per_step: bool = False) -> Sequences:
    """Walks with a level of their own, and with steps of -9."""
    rng = np.random.default_rng(1)
    lengths = [1, 2, *rng.integers(3, 30, 22)]
    rows = [rng.normal(0, 5, 2) + rng.normal(size=(n, 2)).cumsum(axis=0) for n in lengths]
    for row in rows[3:]:
        row[rng.integers(len(row))] = -9
    targets = [row[:, 0].tolist() if per_step else np.ptp(row[:, 0]) for row in rows]
    return Sequences.from_lists(rows, targets=targets)


@pytest.fixture(scope="module")
def data() -> Sequences:
    return make_data()


@pytest.mark.filterwarnings("ignore:Real steps erased because")
@pytest.mark.parametrize("name", sample(RECIPES, 3))
def test_a_network_is_invariant_and_its_exports_predict_the_same(data, name, tmp_path):
    model = train(data, RECIPES[name])
    proof = model.prove(data)
    assert proof.passed, proof.table
    assert proof.spread > 0
    assert measure_difference(to_onnx(model), model, data) < 1e-5
    model.save(tmp_path / "model.zip")
    loaded = load(tmp_path / "model.zip")
    np.testing.assert_array_equal(loaded.predict(data), model.predict(data))
    zipfile.ZipFile(tmp_path / "model.zip").extractall(tmp_path)
    check_lines_of_the_card(tmp_path, model, data)


def list_layers(network: keras.Model) -> list[keras.layers.Layer]:
    """List the layers of a network and of its submodels."""
    submodels = [layer for layer in network.layers if isinstance(layer, keras.Model)]
    return [*network.layers, *(each for model in submodels for each in list_layers(model))]


def check_lines_of_the_card(folder, model, data):
    """Check the exported network on each sequence alone; erased steps deleted, and masked."""
    fitted = json.loads((folder / "preprocessing.json").read_text())
    network = keras.models.load_model(folder / "model.keras", compile=False, safe_mode=True)
    assert all(type(layer).__module__.startswith("keras.") for layer in list_layers(network))
    for row in range(0, len(data), 3):
        steps = data[row][None]
        real = np.ones(steps.shape[:2], bool)
        if model.recipe.mask == "value":
            real = ~(steps == model.recipe.mask_value).all(axis=2)
        values = ((steps - fitted["mean"]) / fitted["std"]).astype("float32")
        deleted = values[:, real[0]]
        for given in ((deleted, np.ones(deleted.shape[:2], bool)), (values, real)):
            outputs = network.predict(list(given), verbose=0)
            answer = outputs[:, 0] * fitted["target_std"] + fitted["target_mean"]
            np.testing.assert_allclose(answer, model.predict([data[row]]), atol=1e-5)


def test_the_exported_script_predicts_the_same(data):
    model, content = train(data, RECIPES["both, with differences"]), io.BytesIO()
    model.save(content)
    assert measure_agreement(content.getvalue(), model, data)[0] <= 1e-6
    card = zipfile.ZipFile(content).read("MODEL_CARD.md").decode()
    assert "- Normalization: both\n- Differences: yes" in card


@pytest.mark.parametrize("name", ["per sequence", "both, with differences", "convolution"])
def test_one_update_of_the_engine_is_that_of_stock_keras(data, name):
    """Values and gradients: plain gradient descent on the whole network, padded in front."""
    recipe = replace(RECIPES[name], optimizer="sgd", epochs=1, batch_size=len(data))
    model = train(data, recipe)
    prepared = model.preprocessing.prepare(data)
    network = build_with_features(recipe, model.preprocessing.shape)
    network.compile(keras.optimizers.SGD(recipe.initial_learning_rate), "mse")
    padded = pad(prepared.sequences, padding="pre", value=7.0)
    network.train_on_batch([padded.values, padded.mask], model.preprocessing.encode(prepared))
    for ours, stock in zip(model.network.get_weights(), network.get_weights(), strict=True):
        np.testing.assert_allclose(ours, stock, atol=1e-5)


def test_per_step_predictions_depend_on_earlier_steps_only():
    data = make_data(per_step=True)
    model = train(data, replace(RECIPE, return_sequences=True, differences=True))
    assert model.prove(data).passed
    assert measure_difference(to_onnx(model), model, data) < 1e-5
    whole, part = (model.predict([steps]) for steps in (data[9], data[9][:3]))
    np.testing.assert_allclose(whole[:3], part, atol=1e-5)


def test_words_and_indicators_are_left_alone():
    rows = (f"{n % 9},{'ab'[n % 2]},{n * n % 7 or ''},{n % 9}" for n in range(60))
    table = io.StringIO("\n".join(["id,word,number,target", *sorted(rows)]))
    data = read_sequences(table, missing="mean")
    model = train(data, replace(RECIPE, **BOTH))
    assert model.preprocessing.inputs.names == (
        *("word=a", "word=b", "word=unknown", "number", "number missing"),
    )
    values = compute_features(model.network, model.preprocessing.prepare(data).sequences).values
    assert values.shape[1] == 5 + 1 + 2
    np.testing.assert_allclose(values[:, 5:].mean(axis=0), 0, atol=1e-5)
    assert model.prove(data).passed
    assert measure_difference(to_onnx(model), model, data) < 1e-5


def test_features_do_not_depend_on_the_other_sequences(data, monkeypatch):
    model = train(data, RECIPES["both, with differences"])
    prepared = model.preprocessing.prepare(data).sequences
    together = compute_features(model.network, prepared).values
    monkeypatch.setattr(keras_network, "MAX_CELLS", 1)  # one sequence at a time
    alone = compute_features(model.network, prepared).values
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize("name", ["both, with differences", "members of two kinds"])
def test_a_resumed_training_ends_bit_identical(data, name):
    checkpoints, recipe = [], RECIPES[name]
    whole = train(data, recipe, on_checkpoint=checkpoints.append).network.get_weights()
    checkpoint = type(checkpoints[0]).from_bytes(checkpoints[0].to_bytes())
    resumed = train(data, recipe, resume=checkpoint).network.get_weights()
    for one, other in zip(whole, resumed, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.filterwarnings("ignore:Real steps erased because")
@pytest.mark.parametrize(
    "name", ["both, with differences", "raw differences", "erased steps", "members of two kinds"]
)
def test_attributions_of_derived_features_count_for_their_input(data, name):
    model = train(data, RECIPES[name])
    trace = model.trace(data[5])
    assert trace.attributions.shape == (len(trace.real), 2)
    assert not trace.attributions[~trace.counts].any()
    change = trace.attributions.sum() - trace.attribution_error
    assert abs(trace.attribution_error) < 0.05 * max(abs(change), 0.1)
    np.testing.assert_allclose(trace.predictions[-1], model.predict([data[5]])[0], atol=1e-4)


def test_a_trace_reads_each_prefix_with_statistics_of_its_own(data):
    model = train(data, RECIPES["per sequence"])
    steps = data[8]
    trace = model.trace(steps)
    expected = [model.predict([steps[: n + 1]])[0] for n in range(len(steps))]
    np.testing.assert_allclose(
        trace.predictions[trace.real[trace.prediction_steps]], expected, atol=1e-5
    )
    assert len(trace.layers) == 1


# Networks whose features leak.


def leak_into_statistics(features, x, real):
    """Normalize over padding, too."""
    return derive_features(features, x, keras.ops.ones_like(real))


def leave_padding(values, mask):
    """Take the difference of the first real step to the padding before it."""
    return values, mask


LEAKS = [("derive_features", leak_into_statistics), ("compact", leave_padding)]


@pytest.mark.parametrize(("function", "leak"), LEAKS)
@pytest.mark.parametrize("name", ["both, with differences", "convolution"])
def test_features_that_leak_are_caught(data, monkeypatch, function, leak, name):
    model = train(data, RECIPES[name])
    monkeypatch.setattr(keras_network, function, leak)
    network = build_with_features(model.recipe, model.preprocessing.shape)
    network.set_weights(model.network.get_weights())
    proof = replace(model, network=network).prove(data)
    assert {check.network for check in proof.checks if check.verdict == "leaks"} >= {"keras"}


def test_a_scaling_of_differences_that_has_seen_padding_is_caught(data):
    model = train(data, RECIPES["raw differences"].adapt(standardize=True))
    scaling = model.preprocessing.difference_std
    leaked = replace(model.preprocessing, difference_std=scaling * 1.01)
    proof = replace(model, preprocessing=leaked).prove(data)
    [failed] = [check.name for check in proof.checks if check.verdict == "leaks"]
    assert failed == "scaling, compared with the real training steps"


def test_the_scaling_of_differences_is_that_of_the_features_that_the_network_reads(data):
    """The first step of each sequence counts as 0, not as a difference to another sequence."""
    model = train(data, RECIPES["raw differences"].adapt(standardize=True))
    prepared = model.preprocessing.prepare(data).sequences
    differences = compute_features(model.network, prepared).values[:, 2:]
    np.testing.assert_allclose(differences.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(differences.std(axis=0), 1, atol=1e-5)


def test_the_largest_numbers_of_float32_have_differences():
    largest = float(np.finfo(np.float32).max)
    rows = [[[sign * largest], [-sign * largest]] for sign in (1, -1)] * 4
    data = Sequences.from_lists(rows, targets=range(8))
    model = train(data, replace(RECIPE, **BOTH))
    assert np.isfinite(model.predict(data)).all()


def test_a_saved_model_without_the_scaling_of_its_differences_is_refused(data):
    model = train(data, RECIPES["both, with differences"])
    plain = model.preprocessing.to_dict()
    again = type(model.preprocessing).from_dict(model.recipe, plain)
    assert again.shape == model.preprocessing.shape
    del plain["difference_mean"], plain["difference_std"]
    with pytest.raises(ValueError, match="scaling of the differences"):
        type(model.preprocessing).from_dict(model.recipe, plain)
