import dataclasses
import io
import json
import time
from pathlib import Path

import numpy as np
import pytest

from core import GRU, LSTM, Conv1D, DataError, Recipe, Sequences, read_sequences, train
from core.engine.batching import MIN_NOISE, plan_epoch


def has_same_weights(one, other) -> bool:
    pairs = zip(one.network.get_weights(), other.network.get_weights(), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("seed", range(5))
def test_the_reference_example_is_learned_and_distinguishes_one_and_a_half_from_one(example, seed):
    model = train(example, dataclasses.replace(Recipe.example(), seed=seed))
    assert model.evaluate(example)["mse"] < 0.2
    half, one = model.predict([[1.5], [1]])
    assert half - one > 0.1
    assert len(model.history["loss"]) == len(model.history["seconds"]) == 100


@pytest.mark.further
def test_japanese_vowels_reach_the_published_accuracy_without_using_test_rows():
    # Settings chosen by cross-validation on the 270 training rows; see benchmarks/settings.py.
    record = json.loads(Path("docs/vowels.json").read_text(encoding="utf-8"))["settings"]
    assert record["mean"] == pytest.approx(np.mean(record["test accuracy"]), abs=1e-4)
    assert record["mean"] >= 0.975
    losses = {row["settings"]: row["log_loss"] for row in record["cross-validation"]}
    assert record["chosen"] == min(losses, key=losses.get)
    data = read_sequences("samples/japanese_vowels.csv")
    assert (data.split == "train").sum() == 270
    recipe, test = Recipe.from_dict(record["recipe"]), data[data.split == "test"]
    accuracies = [
        train(data, dataclasses.replace(recipe, seed=seed)).evaluate(test)["accuracy"]
        for seed in range(3)
    ]
    assert np.mean(accuracies) >= 0.97  # on any machine; recorded: 0.979


@pytest.mark.slow
def test_same_seed_gives_the_same_weights_and_another_seed_others(words, quick_recipe):
    recipe = dataclasses.replace(
        quick_recipe, layers=(LSTM(6, dropout=0.4), GRU(4, bidirectional=True)), epochs=3
    )
    model = train(words, recipe)
    assert has_same_weights(model, train(words, recipe))
    assert not has_same_weights(model, train(words, dataclasses.replace(recipe, seed=1)))


@pytest.mark.slow
def test_by_lengths_no_padding_changes_a_single_bit(words, quick_recipe):
    recipe = dataclasses.replace(quick_recipe, layers=(LSTM(6, dropout=0.3),), epochs=3)
    model = train(words, recipe)
    for padding in (
        {"padding": "post", "value": -1e6},
        {"maxlen": 500},
        {"maxlen": 40, "padding": "post", "truncating": "post"},
    ):
        assert has_same_weights(model, train(words, dataclasses.replace(recipe, **padding))), (
            padding
        )


@pytest.mark.slow
def test_mode_value_trains_as_if_the_erased_steps_did_not_exist():
    lists = [[0, 1, 2], [3, 0, 0, 1], [5, 2]]
    recipe = Recipe(layers=(LSTM(5),), mask="value", epochs=4, batch_size=1, validation_split=0.0)
    erased = train(Sequences.from_lists(lists, targets=[1, 2, 3]), recipe)
    deleted = train(
        Sequences.from_lists([[s for s in steps if s] for steps in lists], targets=[1, 2, 3]),
        dataclasses.replace(recipe, mask="lengths"),
    )
    assert has_same_weights(erased, deleted)
    assert "erased because they equal the mask value 0.0: 3" in erased.notes[0]


def test_mode_none_lets_padding_count():
    data = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])
    recipe = Recipe(layers=(LSTM(5),), mask="none", epochs=4, batch_size=1, validation_split=0.0)
    masked = train(data, dataclasses.replace(recipe, mask="lengths"))
    unmasked = train(data, recipe)
    assert not has_same_weights(masked, unmasked)
    assert not has_same_weights(unmasked, train(data, dataclasses.replace(recipe, padding="post")))
    assert not has_same_weights(unmasked, train(data, dataclasses.replace(recipe, maxlen=9)))


@pytest.mark.slow
def test_rows_marked_test_touch_neither_weights_nor_scaler(words, quick_recipe):
    poisoned = words.values.copy()
    rows = np.repeat(words.split == "test", words.lengths)
    poisoned[rows] = 1e9
    recipe = dataclasses.replace(quick_recipe, epochs=3, patience=2)
    assert has_same_weights(
        train(words, recipe), train(words.with_steps(poisoned, words.lengths), recipe)
    )


def test_standardization_sees_real_training_steps_only(words, quick_recipe):
    model = train(words, dataclasses.replace(quick_recipe, epochs=1, validation_split=0.0))
    training = words[words.split == "train"]
    np.testing.assert_allclose(model.preprocessing.mean, training.values.mean(0), rtol=1e-5)
    np.testing.assert_allclose(model.preprocessing.std, training.values.std(0), rtol=1e-5)


@pytest.mark.slow
def test_targets_of_any_unit_are_learned_and_predicted_in_it():
    rng = np.random.default_rng(2)
    lists = [rng.normal(size=rng.integers(1, 8)) for _ in range(64)]
    targets = 50_000 + 2_000 * np.array([steps.mean() for steps in lists])
    data = Sequences.from_lists(lists, targets=targets)
    model = train(data, Recipe(layers=(LSTM(16),), epochs=60, batch_size=8, learning_rate=0.01))
    assert model.evaluate(data)["r2"] > 0.8
    # The curve is in the target's unit too: the first epoch's error is near the variance.
    assert targets.var() / 5 < model.history["loss"][0] < targets.var() * 5


def test_rows_marked_validation_are_the_validation_part(words, quick_recipe):
    split = np.where(words.split == "test", "validation", "train")
    data = Sequences(words.values, words.lengths, words.targets, split=split)
    model = train(data, dataclasses.replace(quick_recipe, epochs=2))
    shown = model.evaluate(data[split == "validation"])["accuracy"]
    assert model.history["val_accuracy"][-1] == pytest.approx(shown)


def test_early_stopping_keeps_the_best_weights(words, quick_recipe):
    recipe = dataclasses.replace(quick_recipe, epochs=200, patience=3, learning_rate=0.2)
    model = train(words, recipe)
    losses = model.history["val_loss"]
    assert len(losses) < 200
    assert model.best_epoch == int(np.argmin(losses)) + 1
    assert len(losses) == model.best_epoch + 3
    shorter = train(words, dataclasses.replace(recipe, epochs=model.best_epoch, patience=None))
    assert has_same_weights(model, shorter)


@pytest.mark.slow
def test_rare_classes_weigh_as_much_as_frequent_ones(quick_recipe):
    """The steps do not distinguish the classes, so the probabilities are the class weights."""
    data = Sequences.from_lists([[0.5, 1]] * 40, targets=["often"] * 30 + ["seldom"] * 10)
    recipe = dataclasses.replace(
        quick_recipe, epochs=60, learning_rate=0.05, batch_size=40, validation_split=0.0
    )
    plain = train(data, recipe).predict_proba([[0.5, 1]])[0]
    even = train(data, dataclasses.replace(recipe, class_weight="balanced"))
    np.testing.assert_allclose(plain, [0.75, 0.25], atol=0.02)
    np.testing.assert_allclose(even.predict_proba([[0.5, 1]])[0], [0.5, 0.5], atol=0.02)


@pytest.mark.slow
def test_progress_reports_epochs_and_ends_with_the_last(words, quick_recipe):
    reports = []
    start = time.perf_counter()
    model = train(words, dataclasses.replace(quick_recipe, epochs=40), on_progress=reports.append)
    assert reports[-1].epoch == reports[-1].epochs == 40
    assert reports[-1].history == model.history
    shares = [progress.share for progress in reports]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(reports) <= 5 * (time.perf_counter() - start) + 2  # never a flood


@pytest.mark.parametrize("after", [0, 1, 2, 30])  # the first call comes before compilation
def test_stop_is_obeyed_before_the_next_call_and_keeps_the_weights(words, quick_recipe, after):
    calls = []

    def should_stop() -> bool:
        calls.append(None)
        return len(calls) > after

    recipe = dataclasses.replace(quick_recipe, epochs=40)
    model = train(words, recipe, should_stop=should_stop)
    assert model.stopped
    assert len(calls) == after + 1
    assert len(model.predict(words)) == len(words)
    untrained = train(words, recipe, should_stop=lambda: True)
    assert has_same_weights(model, untrained) == (after <= 1)


@pytest.mark.parametrize(
    ("data", "fields", "message"),
    [
        (Sequences.from_lists([[1], [2]]), {}, "no targets"),
        (Sequences.from_lists([[1], [2]], targets=["a", "b"]), {}, "words"),
        (
            Sequences.from_lists([[1], [2]], targets=[0.5, 1.5]),
            {"task": "classification"},
            "decimals",
        ),
        (
            Sequences.from_lists([[1], [2]], targets=["a", "a"]),
            {"task": "classification"},
            "at least two",
        ),
        (
            Sequences.from_lists([[1], [2]], targets=[1, 2], split=["test", "test"]),
            {},
            "is marked “train”",
        ),
        (
            Sequences.from_lists([[1], [0]], targets=[1, 2], ids=["a", "b"]),
            {"mask": "value"},
            "Sequence b: the mask mode",
        ),
        (
            Sequences.from_lists([[1e30], [2e30]], targets=[1e25, -1e25]),
            {"standardize": False, "optimizer": "sgd", "learning_rate": 10.0},
            "smaller learning rate",
        ),
    ],
)
def test_data_that_cannot_be_trained_on_is_refused_with_a_message(data, fields, message):
    fields = {"layers": (LSTM(3),), "epochs": 5, "validation_split": 0.0} | fields
    with pytest.raises(DataError, match=message):
        train(data, Recipe(**fields))


def test_a_list_is_refused_with_the_remedy():
    with pytest.raises(DataError, match=r"list.*Sequences\.from_lists"):
        train([[1], [2, 5]], Recipe.example())


@pytest.mark.slow
@pytest.mark.parametrize("task", ["regression", "classification"])
def test_whole_numbers_with_a_point_train_as_numbers_and_as_classes(task):
    data = Sequences.from_lists([[1], [2], [1], [2]], targets=[1.0, 0.0, 1.0, 0.0])
    model = train(data, Recipe(task=task, layers=(LSTM(2),), epochs=2))
    assert np.isfinite(model.predict(data)).all()
    assert model.classes is None or model.classes.tolist() == [0, 1]


def test_one_sequence_of_one_step_trains():
    model = train(Sequences.from_lists([[3]], targets=[1]), Recipe(layers=(LSTM(2),), epochs=2))
    assert np.isfinite(model.predict([[3], [1, 2, 3]])).all()


SMALL = {
    "all of length 1": "id,t,v,target\na,0,1,2\nb,0,2,4\nc,0,3,6\n",
    "one sequence": "id,t,v,target\na,0,1,2\na,1,2,2\n",
    "one sequence of length 1": "id,t,v,target\na,0,1,2\n",
}


@pytest.mark.parametrize("text", SMALL.values(), ids=SMALL)
def test_the_smallest_data_is_trained_on_and_its_limits_are_noted(text):
    data = read_sequences(io.StringIO(text))
    model = train(data, Recipe(layers=(LSTM(2),), epochs=2))
    assert np.isfinite(model.predict(data)).all()
    assert len(model.notes) == (len(data) == 1)


def test_a_class_of_one_member_is_learned_from_and_named():
    data = read_sequences(io.StringIO("id,x1,x2,label\na,1,2,x\nb,1,,y\nc,2,3,y\nd,3,4,y\n"))
    model = train(data, Recipe(task="classification", layers=(LSTM(2),), epochs=2))
    assert model.classes.tolist() == ["x", "y"]
    assert [note.values["found"] for note in model.notes] == ["x"]


@pytest.mark.slow
@pytest.mark.parametrize("per_step", [False, True])
@pytest.mark.parametrize("task", ["regression", "classification"])
def test_batches_are_mixed_more_if_targets_depend_on_the_length(task, per_step, monkeypatch):
    rng = np.random.default_rng(0)
    lengths = rng.integers(2, 12, 100)
    noises = []

    def record(*arguments):
        noises.append(arguments[-1])
        return plan_epoch(*arguments)

    monkeypatch.setattr("core.families.recurrent.fit.plan_epoch", record)
    recipe = Recipe(task=task, layers=(LSTM(2),), epochs=2, batch_size=8, return_sequences=per_step)
    for targets in (rng.permutation(lengths), lengths):
        targets = targets > 6 if task == "classification" else targets / 2
        targets = np.repeat(targets, lengths) if per_step else targets
        data = Sequences(rng.normal(size=(lengths.sum(), 1)), lengths, targets, per_step=per_step)
        train(data, recipe)
    assert noises[:2] == [MIN_NOISE, MIN_NOISE]
    assert noises[2] == noises[3] > MIN_NOISE


@pytest.mark.slow
def test_batches_of_packed_steps_are_almost_random(monkeypatch):
    """Sorting by length saves padding, of which they have none."""
    lengths = np.arange(1, 101)
    targets = np.random.default_rng(0).normal(size=100)
    data = Sequences(np.ones((lengths.sum(), 1)), lengths, targets=targets)
    spread = []

    def record(*arguments):
        plan = plan_epoch(*arguments)
        batches = [plan.order[cuts[0] : cuts[-1]] for cuts in plan.cuts]
        spread.append(np.mean([np.ptp(lengths[rows]) for rows in batches]))
        return plan

    monkeypatch.setattr("core.families.recurrent.fit.plan_epoch", record)
    recipe = Recipe(family="convolution", layers=(Conv1D(2),), epochs=1, batch_size=8)
    train(data, recipe)
    train(data, dataclasses.replace(recipe, layers=(Conv1D(2), LSTM(2))))
    assert spread[0] > 60 > spread[1]
