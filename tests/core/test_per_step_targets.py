"""Per-step targets in the container, the engine, training, prediction and the ZIP."""

import csv
import dataclasses
import io
import json
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf

from core import GRU, LSTM, DataError, Recipe, Sequences, load, pad, train
from core.data.serialization import pack, unpack
from core.engine.batching import plan_epoch
from core.engine.compiled import Engine, RaggedTensors
from core.engine.spec import EngineSpec
from core.layers.lstm import fast_lstm
from tests.support.matrix import sample

RNG = np.random.default_rng(5)
LAYERS = {
    "one": (LSTM(7),),
    "stacked": (LSTM(12), LSTM(5, dropout=0.0)),
    "alignment": (LSTM(64),),
    "bidirectional": (LSTM(6, True), LSTM(5, True)),
    "mixed directions": (LSTM(6, True), LSTM(5)),
    "GRU": (GRU(6), LSTM(4, True)),
}
QUICK = Recipe(
    return_sequences=True, layers=(LSTM(6),), epochs=3, batch_size=4, validation_split=0.0
)


def make_running_means(n=40, longest=20) -> Sequences:
    """Draw sequences of two features; a step's target is the mean of the first feature so far."""
    lengths = RNG.integers(1, longest, n)
    parts = [RNG.normal(3, 2, (length, 2)) for length in lengths]
    targets = [part[:, 0].cumsum() / np.arange(1, len(part) + 1) for part in parts]
    return Sequences.from_lists(parts, targets, feature_names=["a", "b"])


def has_same_weights(one, other) -> bool:
    pairs = zip(one.network.get_weights(), other.network.get_weights(), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def test_lists_of_targets_are_per_step_targets_and_follow_their_steps():
    data = Sequences.from_lists([[1], [2, 5], [3, 9, 9]], [["a"], ["b", "a"], ["a", "a", "c"]])
    assert data.per_step
    assert data[[2, 0]].targets.tolist() == ["a", "a", "c", "a"]
    assert data[1:].targets.tolist() == ["b", "a", "a", "a", "c"]
    assert data.take_steps(data.values[:, 0] != 2, [1, 1, 3]).targets.tolist() == list("aaaac")
    assert data.with_targets([1, 2, 3]).targets.tolist() == [1, 2, 3]
    assert "a target a step" in repr(data)
    assert data != data.with_targets(None)
    assert unpack(pack(data)) == data


def test_a_dropped_step_takes_its_target_along():
    data = Sequences.from_lists([[1, None, 3], [None, 5]], [[1, 2, 3], [4, 5]], missing="drop")
    assert data.targets.tolist() == [1, 3, 5]
    carried = Sequences.from_lists([[1, None, 3]], [[1, 2, 3]], missing="forward")
    assert carried.targets.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("targets", "number"),
    [([[1], [2]], 2), ([[1], [2, 3], [4]], 3), ([[1], 2], 2), ([[1], [[2], [3]]], 2)],
)
def test_other_numbers_of_targets_than_steps_are_refused_with_the_sequence(targets, number):
    with pytest.raises(
        DataError, match="the number of targets is not the number of steps"
    ) as error:
        Sequences.from_lists([[1], [2, 5]], targets)
    assert error.value.values["number"] == number


def test_a_missing_target_of_a_step_is_refused_with_the_sequence():
    with pytest.raises(DataError) as error:
        Sequences.from_lists([[1], [2, 5]], [[1], [2, np.nan]], ids=["x", "y"])
    assert error.value.values["id"] == "y"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("layers", "task", "wide"),
    sample(
        [
            *((layers, "classification", False) for layers in LAYERS.values()),
            (LAYERS["stacked"], "regression", False),
            (LAYERS["alignment"], "regression", True),
            (LAYERS["mixed directions"], "classification", True),
        ],
        3,
    ),
    ids=str,
)
def test_weights_after_updates_equal_those_of_stock_keras_with_masked_loss(
    monkeypatch, layers, task, wide
):
    monkeypatch.setattr(fast_lstm, "MIN_WIDE_SIZE", 1 if wide else 10**9)
    lengths = RNG.integers(1, 15, 64)
    targets = RNG.integers(0, 3, lengths.sum())
    sequences = Sequences(RNG.normal(size=(len(targets), 3)), lengths, targets, per_step=True)
    classify = task == "classification"
    recipe = Recipe(
        task=task, return_sequences=True, layers=layers, dense=(4,), batch_size=16, optimizer="sgd"
    )
    fast = Engine(EngineSpec.from_recipe(recipe, 3, 3 if classify else 1, 2))
    before = fast.network.get_weights()
    model = keras.models.clone_model(fast.network)
    model.set_weights(before)
    stock = keras.optimizers.SGD(0.3 if classify else 0.05)
    data = RaggedTensors(sequences, targets.astype(np.int64 if classify else np.float32))

    @tf.function
    def learn(values, mask, expected_targets):
        with tf.GradientTape() as tape:
            outputs = tf.boolean_mask(model([values, mask], training=True), mask)
            expected_targets = tf.boolean_mask(expected_targets, mask)
            losses_per_step = (
                keras.losses.sparse_categorical_crossentropy(expected_targets, outputs)
                if classify
                else keras.losses.mean_squared_error(expected_targets[:, None], outputs)
            )
            loss = tf.reduce_mean(losses_per_step)
        variables = model.trainable_variables
        stock.apply(tape.gradient(loss, variables), variables)
        return tf.reduce_sum(losses_per_step), outputs

    # The padding of the targets is garbage.
    padded_targets = pad(Sequences(targets[:, None], lengths), 15, value=99.0)
    for epoch in range(2):
        plan = plan_epoch(lengths, 16, fast.spec.training_groups, np.random.default_rng(epoch))
        rate = float(stock.learning_rate)
        sums = fast.train_batches(data, plan, 0, len(plan), np.zeros(3), rate, 0, epoch)
        losses, correct = 0.0, 0
        for first, *_, last in plan.cuts:
            rows = plan.order[first:last]
            padded = pad(sequences[rows], 15, value=7.0)
            expected_targets = padded_targets.values[rows][..., 0]
            loss, outputs = learn(padded.values, padded.mask, expected_targets)
            losses += float(loss)
            if classify:
                classes = np.argmax(outputs, axis=1)
                correct += int((classes == expected_targets[padded.mask]).sum())
        assert sums.tolist() == pytest.approx([losses, correct, lengths.sum()], rel=1e-4)
    for actual, expected, old in zip(
        fast.network.get_weights(), model.get_weights(), before, strict=True
    ):
        np.testing.assert_allclose(actual, expected, atol=1e-4)
        assert np.abs(actual - old).max() > 1e-4
    plan = fast.plan_forward(lengths)
    predictions = fast.predict_batches(RaggedTensors(sequences), plan, 0, len(plan))
    padded = pad(sequences[plan.order], 20, value=-3.0)
    outputs = model([padded.values, padded.mask]).numpy()
    np.testing.assert_allclose(predictions, outputs[padded.mask], atol=1e-3)


@pytest.mark.parametrize(
    "padding",
    [{"padding": "post"}, {"value": -7.0}, {"maxlen": 33}, {"maxlen": 50, "truncating": "post"}],
    ids=str,
)
def test_by_lengths_no_padding_changes_a_single_bit(padding):
    data = make_running_means()
    recipe = dataclasses.replace(QUICK, layers=(LSTM(6, True, dropout=0.2),))
    assert has_same_weights(
        train(data, recipe), train(data, dataclasses.replace(recipe, **padding))
    )


@pytest.mark.slow
def test_running_means_are_learned():
    data = make_running_means(200)
    recipe = dataclasses.replace(QUICK, layers=(LSTM(24),), epochs=60, learning_rate=0.01)
    model = train(data, recipe)
    assert model.evaluate(data)["r2"] > 0.95
    assert model.predict(data).shape == (len(data.values),)
    later = train(data, dataclasses.replace(recipe, epochs=2, validation_split=0.3, patience=1))
    assert later.history["val_loss"][-1] > 0


@pytest.mark.slow
def test_classes_are_predicted_at_every_step():
    data = make_running_means(60)
    named = data.with_targets(np.where(data.targets > 3, "high", "low"), per_step=True)
    recipe = dataclasses.replace(
        QUICK, task="classification", loss="", epochs=30, learning_rate=0.02, validation_split=0.2
    )
    model = train(named, recipe)
    probabilities = model.predict_proba(named)
    assert probabilities.shape == (len(data.values), 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert set(model.predict(named)) == {"high", "low"}
    assert model.evaluate(named)["accuracy"] > 0.8
    assert len(model.history["val_accuracy"]) == 30


MODES = {
    "truncated": ({"maxlen": 2}, [[1, 1], [0, 1, 1]]),
    "truncated at the end": ({"maxlen": 2, "truncating": "post"}, [[1, 1], [1, 1, 0]]),
    "erased": ({"mask": "value", "mask_value": 5.0}, [[1, 0], [1, 1, 1]]),
    "unmasked": ({"mask": "none"}, [[1, 1], [1, 1, 1]]),
    "unmasked and cut": ({"mask": "none", "maxlen": 2}, [[1, 1], [0, 1, 1]]),
    "padded at the end": ({"mask": "none", "padding": "post"}, [[1, 1], [1, 1, 1]]),
}


LISTS = [[2, 5], [3, 9, 8]]


@pytest.fixture(scope="module")
def models():
    data = Sequences.from_lists([[1], [2, 5], [3, 9, 8]], [[1], [2, 5], [3, 9, 8]])
    recipe = dataclasses.replace(QUICK, layers=(LSTM(4), LSTM(3, True)))
    return {
        name: train(data, dataclasses.replace(recipe, **fields))
        for name, (fields, _) in MODES.items()
    }


@pytest.fixture(params=MODES)
def mode(request, models):
    """A model, sequences, and the mask of the steps that it sees."""
    seen = np.concatenate(MODES[request.param][1]).astype(bool)
    return models[request.param], LISTS, seen


@pytest.mark.filterwarnings("ignore:(Sequences|Real steps)")
def test_steps_that_the_network_does_not_see_have_no_prediction_and_do_not_affect_metrics(mode):
    model, lists, seen = mode
    predictions = model.predict(lists)
    assert (~np.isnan(predictions)).tolist() == seen.tolist()
    truth = Sequences.from_lists(lists, lists)
    error = (predictions - truth.targets)[seen]
    assert model.evaluate(truth)["mse"] == pytest.approx(float((error**2).mean()))


EACH = """
import os, runpy, sys
for folder in sys.argv[2:]:
    os.chdir(folder)
    sys.argv[1:] = sys.argv[1:2]
    try:
        runpy.run_path("predict.py", run_name="__main__")
    except SystemExit as end:
        assert end.code == 0
"""


@pytest.mark.further
@pytest.mark.filterwarnings("ignore:(Sequences|Real steps)")
def test_the_zip_predicts_the_same_without_this_library(models, tmp_path):
    for name, model in models.items():
        saved = io.BytesIO()
        model.save(saved)
        np.testing.assert_array_equal(load(saved).predict(LISTS), model.predict(LISTS))
        zipfile.ZipFile(saved).extractall(tmp_path / name)
    process = subprocess.run(  # one process for all, because importing TensorFlow takes seconds
        [sys.executable, "-I", "-c", EACH, json.dumps(LISTS), *(tmp_path / n for n in models)],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = csv.DictReader(
        process.stdout.replace("id,step,prediction\n", "").splitlines(),
        ["id", "step", "prediction"],
    )
    for name, model in models.items():
        seen = np.concatenate(MODES[name][1]).astype(bool)
        cells = [next(lines)["prediction"] for _ in seen]
        assert [cell != "" for cell in cells] == seen.tolist()
        printed = [float(cell or "nan") for cell in cells]
        np.testing.assert_allclose(printed, model.predict(LISTS), rtol=1e-5)
    assert not list(lines)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Sequences longer")
def test_classes_are_none_at_steps_that_the_network_does_not_see():
    data = Sequences.from_lists([[1, 2, 3], [4]], [[0, 1, 1], [0]])
    model = train(data, dataclasses.replace(QUICK, task="classification", loss="", maxlen=2))
    predictions = model.predict(data)
    assert predictions[0] is None
    assert set(predictions[1:]) <= {0, 1}


@pytest.mark.slow
def test_targets_at_cut_steps_take_no_part_in_training():
    lists = [[1, 2, 3], [4, 5]]
    recipe = dataclasses.replace(QUICK, maxlen=2)
    one = train(Sequences.from_lists(lists, [[7, 2, 3], [4, 5]]), recipe)
    assert has_same_weights(one, train(Sequences.from_lists(lists, [[1e6, 2, 3], [4, 5]]), recipe))


@pytest.mark.parametrize("per_step", [True, False])
def test_a_recipe_for_other_targets_is_refused_with_the_field(per_step):
    targets = [[1], [2, 5]] if per_step else [1, 2]
    data = Sequences.from_lists([[1], [2, 5]], targets)
    with pytest.raises(DataError, match="return_sequences"):
        train(data, dataclasses.replace(QUICK, return_sequences=not per_step))


@pytest.mark.slow
def test_an_interrupted_training_ends_bit_identical():
    data, checkpoints = make_running_means(30), []
    uninterrupted = train(data, QUICK)
    train(data, dataclasses.replace(QUICK, epochs=1), on_checkpoint=checkpoints.append)
    assert has_same_weights(train(data, QUICK, resume=checkpoints[-1]), uninterrupted)
