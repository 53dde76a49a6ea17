"""The padding check passes for correct networks and catches every known kind of leak."""

import io
import json
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from core import GRU, LSTM, Conv1D, DataError, Recipe, Sequences, load, pad, read_sequences, train
from core.engine import compiled
from core.families.registry import get_network
from core.invariance.report import (
    ALONE,
    FILL,
    GRADIENT,
    SCALING,
    TARGET_SCALING,
    UPDATE,
    Check,
    Proof,
)
from core.layers.convolution import keras_steps
from core.layers.recurrent import fast_layer
from core.layers.registry import RECURRENT
from core.trained_model import TrainedModel
from tests.core.layers.recurrent.leaking import (
    build_leaking_network,
    drop_mask,
    lose_mask_between_layers,
    shift_mask,
    strip_mask,
)
from tests.support.matrix import sample

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

SAMPLES = Path(__file__).parents[3] / "samples"
ONE_MORE = "1 more step of padding"
TWICE = "padded to twice the length"
MINUS, MILLION = "padding filled with −1", "padding filled with 1,000,000"
SIDE = "padding at the other end"
STEP = "one step masked, compared with the same step deleted"
SAVED = "the saved model, compared with this one"


def list_leaks(proof: Proof, network: str) -> set[str]:
    return {c.name for c in proof.checks if c.network == network and c.verdict == "leaks"}


@pytest.fixture(scope="module")
def data() -> Sequences:
    rng = np.random.default_rng(5)
    steps = [rng.normal(3, 2, (length, 2)) for length in [1, 2, 3, 5, 8, 13, 4, 4, 7, 6]]
    return Sequences.from_lists(steps, targets=[float(each.mean()) for each in steps])


RECIPE = Recipe(layers=(LSTM(6), LSTM(5)), epochs=3, batch_size=4, validation_split=0.0)


@pytest.fixture(scope="module")
def model(data):
    return train(data, RECIPE)


CORRECT = {
    "an LSTM": {"layers": (LSTM(6),)},
    "GRU, both directions": {"layers": (GRU(5, bidirectional=True), LSTM(4))},
    "both directions, stacked": {
        "layers": (LSTM(5, bidirectional=True, dropout=0.3), LSTM(4, bidirectional=True)),
        "dense": (3,),
    },
    "padded at the end, cut, not standardized": {
        "padding": "post",
        "value": -7.0,
        "maxlen": 4,
        "truncating": "post",
        "standardize": False,
    },
    "a mean over the steps": {"pooling": "mean"},
    "a maximum over the steps": {"pooling": "max", "layers": (LSTM(5, bidirectional=True),)},
    "several pools": {
        "pooling": ("attention", "last", "std"),
        "layers": (GRU(5, bidirectional=True),),
    },
    "layer normalization": {
        "layers": (
            LSTM(6, layer_normalization=True),
            GRU(5, bidirectional=True, layer_normalization=True),
        )
    },
    "a value as mask": {"mask": "value", "mask_value": -9.0},
}


@pytest.mark.parametrize("name", sample(CORRECT, 4))
def test_padding_never_counts_for_a_correct_network(data, name):
    proof = train(data, replace(RECIPE, epochs=1, **CORRECT[name])).prove(data)
    assert proof.passed, proof
    assert {check.network for check in proof.checks} == {
        "keras", "engine", "export", "preprocessing"
    }  # fmt: skip
    assert all(check.passed for check in proof.checks)
    assert proof.spread > 0
    assert (proof.sequences, proof.of, proof.cut) == (10, 10, False)


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_padding_never_counts_for_per_step_targets(data, task):
    flat = data.values[:, 0] > 3 if task == "classification" else data.values[:, 0]
    stepwise = data.with_targets(flat.astype(int if task == "classification" else float), True)
    recipe = replace(
        RECIPE, task=task, loss="", layers=(LSTM(5, bidirectional=True),), return_sequences=True
    )
    proof = train(stepwise, recipe).prove(stepwise)
    assert proof.passed, proof
    assert proof.classes == (task == "classification")


@pytest.mark.parametrize("name", ["three_long.csv", "japanese_vowels.csv"])
def test_padding_never_counts_on_the_samples(name):
    data = read_sequences(SAMPLES / name)
    task = "regression" if name.startswith("three") else "classification"
    recipe = Recipe(task=task, layers=(LSTM(8),), epochs=1, validation_split=0.0)
    assert train(data, recipe).prove(data).passed


def test_one_sequence_of_one_step_is_enough(model):
    proof = model.prove([[[1.0, 2.0]]])
    assert proof.passed
    missing = {check.name: check.why for check in proof.checks if check.passed is None}
    assert missing == {
        STEP: "no sequence has two steps",
        **dict.fromkeys((SCALING, FILL, TARGET_SCALING), "this is not the training data"),
    }


def test_without_a_mask_the_table_shows_how_much_padding_changes(example):
    recipe = replace(Recipe.example(), mask="none")
    proof = train(example, recipe).prove(example)
    assert proof.verdict == "leaks"
    for network in ("keras", "engine"):
        assert list_leaks(proof, network) >= {ONE_MORE, SIDE, ALONE, GRADIENT, MINUS}
    assert list_leaks(proof, "export") == list_leaks(proof, "preprocessing") == set()
    side = next(check for check in proof.checks if check.name == SIDE)
    assert side.difference > 0.1
    assert proof.relative_difference(side) == side.difference / proof.spread
    assert 0.1 < proof.padding_effect < 10


def test_long_sequences_are_cut_to_what_the_time_allows(model):
    rng = np.random.default_rng(0)
    long = Sequences.from_lists([rng.normal(size=(3000, 2)), [[1, 2]]])
    proof = model.prove(long, seconds=0.02)
    assert proof.passed
    assert proof.cut
    assert proof.steps < 3000


# Networks of the model's layers, connected wrongly.


def normalize_over_padding(first, second, values, mask):
    mean = keras.ops.mean(values, axis=(0, 1), keepdims=True)
    return second(first(values - mean, mask=mask), mask=mask)


def pool_over_padding(pool):
    def build(first, second, values, mask):
        x = first(values, mask=mask)
        return pool(first(strip_mask(values)), axis=1)[:, :5] + 0 * second(x, mask=mask)

    return build


LEAKS = {
    "the mask is lost between layers": (lose_mask_between_layers, {ONE_MORE, TWICE}),
    "left padding runs into the last row": (drop_mask, {ONE_MORE, SIDE, ALONE, GRADIENT}),
    "the mask comes a step late": (shift_mask, {ONE_MORE, GRADIENT}),
    "statistics of a batch, padding and all": (normalize_over_padding, {MILLION, ALONE}),
    "a maximum over padding": (pool_over_padding(keras.ops.max), {MINUS, ALONE}),
    "a mean over padding": (pool_over_padding(keras.ops.mean), {ONE_MORE, SIDE, ALONE, GRADIENT}),
}


@pytest.mark.parametrize(("build", "expected"), LEAKS.values(), ids=LEAKS)
def test_a_network_that_leaks_is_caught(model, data, build, expected):
    proof = replace(model, network=build_leaking_network(model, build)).prove(data)
    assert proof.verdict == "leaks"
    assert list_leaks(proof, "keras") >= expected
    assert list_leaks(proof, "export") <= {SAVED}  # with the recipe's padding, little may leak


@pytest.mark.parametrize("kind", RECURRENT.values(), ids=RECURRENT)
def test_a_layer_of_any_kind_that_reads_padding_is_caught(data, kind):
    model = train(data, replace(RECIPE, layers=(kind(6), kind(5)), epochs=1))
    network = build_leaking_network(model, drop_mask)
    proof = replace(model, network=network).prove(data)
    assert list_leaks(proof, "keras") >= {SIDE, ALONE, GRADIENT}


@pytest.mark.parametrize("kind", RECURRENT.values(), ids=RECURRENT)
def test_an_engine_that_reads_the_last_row_is_caught(data, monkeypatch, kind):
    monkeypatch.setattr(fast_layer, "read_last_steps", lambda hidden, lengths: hidden[-1])
    compiled.clear_idle_engines()
    model = train(data, replace(RECIPE, layers=(kind(7),)))
    compiled.clear_idle_engines()
    proof = model.prove(data)
    assert list_leaks(proof, "engine") >= {ONE_MORE, SIDE, ALONE, MINUS}
    assert list_leaks(proof, "keras") == set()
    compiled.clear_idle_engines()


@pytest.mark.parametrize("kind", RECURRENT.values(), ids=RECURRENT)
def test_an_engine_whose_weights_learn_from_padding_is_caught(data, monkeypatch, kind):
    """The outputs are right; the gradient of the weights adds that of the last padded steps."""
    right = fast_layer.read_last_steps

    def read_last_steps(hidden, lengths):
        last = hidden[-1]
        return right(hidden, lengths) + 0.01 * (last - tf.stop_gradient(last))

    monkeypatch.setattr(fast_layer, "read_last_steps", read_last_steps)
    compiled.clear_idle_engines()
    proof = train(data, replace(RECIPE, layers=(kind(7),))).prove(data)
    compiled.clear_idle_engines()
    assert UPDATE in list_leaks(proof, "engine")
    assert list_leaks(proof, "keras") == set()


def test_moments_of_a_training_batch_over_padding_are_caught(data, monkeypatch):
    """Predictions use the moving moments, so that only an update depends on padding."""

    def normalize(self, x, name):
        normalization = keras.layers.BatchNormalization(name=self.prefix + name)
        return replace(x, values=normalization(x.values))

    recipe = replace(RECIPE, family="convolution", layers=(Conv1D(5, 4), Conv1D(4, 3)), epochs=1)
    model = train(data, recipe)
    assert model.prove(data).passed
    monkeypatch.setattr(keras_steps.KerasSteps, "normalize", normalize)
    network = get_network(recipe).build(recipe, model.preprocessing.shape)
    network.set_weights(model.network.get_weights())
    proof = replace(model, network=network).prove(data)
    assert list_leaks(proof, "keras") == {UPDATE}
    assert list_leaks(proof, "engine") == list_leaks(proof, "export") == set()


def test_a_scaling_that_has_seen_padding_is_caught(model, data):
    padded = pad(data).values.reshape(-1, 2)
    leaked = replace(model.preprocessing, mean=padded.mean(axis=0), std=padded.std(axis=0))
    proof = replace(model, preprocessing=leaked).prove(data)
    assert list_leaks(proof, "preprocessing") == {SCALING}
    assert proof.verdict == "leaks"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"target_mean": 0.1}, TARGET_SCALING),
        ({"target_std": 1.01}, TARGET_SCALING),
        ({"fill": 0.01}, FILL),
    ],
)
def test_targets_and_fill_values_that_have_seen_other_rows_are_caught(data, changes, expected):
    model = train(data, replace(RECIPE, epochs=1))
    fitted = model.preprocessing
    leaked = {name: getattr(fitted, name, 0) + by for name, by in changes.items()}
    if "fill" in changes:
        inputs = replace(fitted.inputs, fill=fitted.inputs.fill + changes["fill"])
        leaked = {"inputs": inputs}
    proof = replace(model, preprocessing=replace(fitted, **leaked)).prove(data)
    assert list_leaks(proof, "preprocessing") == {expected}
    assert proof.verdict == "leaks"


def take_other_split(data: Sequences) -> Sequences:
    split = ["test" if row % 2 else "train" for row in range(len(data))]
    parts = {"targets": data.targets, "per_step": data.per_step, "missing": data.missing}
    return Sequences(values=data.values, lengths=data.lengths, split=split, **parts)


SAME_STEPS = {
    "lists": list,
    "without targets": lambda data: data.with_targets(None),
    "another split": take_other_split,
    "other targets": lambda data: data.with_targets(data.targets[::-1], data.per_step),
}
TASKS = {
    "regression": {},
    "classification": {"task": "classification"},
    "per step": {"return_sequences": True},
    "by value": {"mask": "value", "mask_value": -9.0, "maxlen": 4},
    "not standardized": {"standardize": False},
}


@pytest.mark.parametrize("give", SAME_STEPS.values(), ids=SAME_STEPS)
@pytest.mark.parametrize("changes", TASKS.values(), ids=TASKS)
def test_the_same_steps_in_another_form_are_no_leak(data, changes, give):
    targets = data.values[:, 0] if "return_sequences" in changes else data.targets
    if "task" in changes:
        targets = (data.targets > np.median(data.targets)).astype(int)
    values = data.values.copy()
    values[[3, 17], 1] = np.nan
    given = Sequences(
        values=values,
        lengths=data.lengths,
        targets=targets,
        per_step="return_sequences" in changes,
        missing="mean",
    )
    recipe = replace(RECIPE, layers=(LSTM(3),), epochs=1, validation_split=0.4, **changes)
    saved = io.BytesIO()
    train(given, recipe).save(saved)
    saved.seek(0)
    proof = load(saved).prove(give(given))
    assert proof.passed, proof
    figures = {check.name: check.passed for check in proof.checks}
    assert (figures[SCALING], figures[FILL]) == (True, True)
    if TARGET_SCALING in figures:
        assert figures[TARGET_SCALING] == (True if give is take_other_split else None)


def test_a_model_of_an_earlier_version_says_why_its_scaling_was_not_measured(data):
    saved = Path(__file__).parents[2] / "compatibility" / "3c4f589" / "example.zip"
    model = load(saved)
    proof = model.prove(Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6]))
    assert proof.passed, proof
    reasons = {check.why for check in proof.checks if check.passed is None}
    assert reasons == {"this model does not record its training sequences"}


def test_nothing_relies_on_implicit_masks(data, monkeypatch):
    """Strip all implicit masks, as Keras after 3.15 does in recurrent layers."""
    from keras.src import backend

    monkeypatch.setattr(backend, "set_keras_mask", lambda x, mask=None: None)
    monkeypatch.setattr(backend, "get_keras_mask", lambda x: None)
    layers = (GRU(5, bidirectional=True), LSTM(4), LSTM(3))
    assert train(data, replace(RECIPE, epochs=1, layers=layers)).prove(data).passed


# Networks that amplify rounding, and leaks in them and of the smallest size.


def amplify(model: TrainedModel, gain: float) -> TrainedModel:
    """Scale all kernels up, which makes the recurrence chaotic."""
    network = keras.models.clone_model(model.network)
    weights = model.network.get_weights()
    network.set_weights([each * gain if each.ndim > 1 else each for each in weights])
    return replace(model, network=network)


@pytest.fixture(scope="module")
def long_data() -> Sequences:
    rng = np.random.default_rng(0)
    steps = [rng.normal(3, 2, (length, 2)) for length in [1, 2, 3, 5, 8, 13, 4, 60, 100]]
    return Sequences.from_lists(steps, targets=[float(each.mean()) for each in steps])


@pytest.fixture(scope="module")
def long_model(long_data):
    return train(long_data, replace(RECIPE, layers=(GRU(16), GRU(16)), epochs=1))


@pytest.mark.parametrize("gain", [12, 20, 30])
def test_a_network_that_amplifies_rounding_is_undecided_and_not_a_leak(long_model, long_data, gain):
    proof = amplify(long_model, gain).prove(long_data)
    assert proof.verdict == "undecided"
    assert not proof.passed
    assert {check.verdict for check in proof.checks} == {"holds", "undecided"}
    undecided = [check for check in proof.checks if check.verdict == "undecided"]
    assert all(check.rounding > check.tolerance for check in undecided)
    assert "amplifies rounding" in proof.explain_undecided()
    assert Proof.from_dict(json.loads(json.dumps(proof.to_dict()))) == proof


def test_a_network_without_finite_predictions_is_undecided(long_model, long_data):
    proof = amplify(long_model, np.inf).prove(long_data)
    assert proof.verdict == "undecided"
    assert "not finite" in proof.explain_undecided()


@pytest.mark.parametrize("build", [drop_mask, lose_mask_between_layers, shift_mask])
def test_a_leak_in_a_network_that_amplifies_rounding_is_caught(long_model, long_data, build):
    model = amplify(long_model, 20)
    network = build_leaking_network(model, build)
    assert replace(model, network=network).prove(long_data).verdict == "leaks"


def add_per_padded_step(first, second, values, mask):
    padded = keras.ops.sum(keras.ops.cast(~mask, "float32"), axis=1, keepdims=True)
    return second(first(values, mask=mask), mask=mask) + 1e-5 * padded


def add_padded_values(first, second, values, mask):
    padded = keras.ops.where(mask[..., None], 0.0, values)
    total = keras.ops.sum(padded, axis=(1, 2))[:, None]
    return second(first(values, mask=mask), mask=mask) + 1e-5 * total


@pytest.mark.parametrize(
    ("build", "expected"),
    [(add_per_padded_step, {TWICE}), (add_padded_values, {MILLION, GRADIENT})],
)
def test_a_leak_of_1e_5_per_step_is_caught(long_model, long_data, build, expected):
    network = build_leaking_network(long_model, build)
    proof = replace(long_model, network=network).prove(long_data)
    assert proof.verdict == "leaks"
    assert list_leaks(proof, "keras") >= expected


def test_a_stored_proof_of_an_earlier_version_keeps_its_figures_and_verdict(model, data):
    plain = model.prove(data).to_dict()
    for check in plain["table"]:
        del check["rounding"]
    assert Proof.from_dict(plain).verdict == "holds"
    plain["table"][0]["difference"] = 0.5
    proof = Proof.from_dict(plain)
    assert proof.verdict == "leaks"
    assert proof.checks[0].difference == proof.largest_change == 0.5


def test_a_proof_is_saved_with_the_model(model, data):
    model.proof = model.prove(data)
    saved = io.BytesIO()
    model.save(saved)
    saved.seek(0)
    loaded = load(saved)
    assert loaded.proof == model.proof
    assert list_leaks(loaded.prove(data), "preprocessing") == set()
    assert all(check.passed for check in loaded.prove(data).checks)  # it recognizes its data
    assert Proof.from_dict(json.loads(json.dumps(model.proof.to_dict()))) == model.proof


@pytest.mark.parametrize("plain", [{}, {"table": 3}, {"mask": "half"}])
def test_plain_values_of_another_form_are_refused(model, data, plain):
    proof = Proof("lengths", (Check("x", "keras", 0.0, 1.0),), 1.0, False, 1, 1, 1, False, 0.1)
    with pytest.raises(ValueError, match=r"proof|mask"):
        Proof.from_dict((proof.to_dict() if plain else {}) | plain)


def test_progress_is_reported_to_the_end(model, data):
    shares = []
    model.prove(data, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_other_features_are_refused(model):
    with pytest.raises(DataError, match="number of features"):
        model.prove([[1, 2, 3]])
