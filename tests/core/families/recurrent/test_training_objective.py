"""The exported training script optimizes what the app optimizes.

The batches of the app are handed to the script, whose only other difference is rounding.
"""

from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import pytest

import core
from core import GRU, LSTM, Conv1D, Inception, Recipe, Sequences, read_sequences, train
from core.families.recurrent import fit
from tests.support.matrix import sample
from tests.support.training_scripts import run_training_script

RNG = np.random.default_rng(1)
LENGTHS = RNG.integers(2, 11, 40)
STEPS = [RNG.normal(2, 3, size=(n, 2)) for n in LENGTHS]
RARE = ["rare" if i % 5 == 0 else "often" for i in range(40)]
PARTS = ["test" if i % 8 == 0 else "validation" if i % 4 == 1 else "train" for i in range(40)]
OWNERS = [f"owner {i // 3}" for i in range(40)]


def read_table_with_words_and_gaps() -> Sequences:
    frame = pd.DataFrame(
        [
            {"id": i, "time": t, "x": x, "y": y, "word": "abc"[(i + t) % 3], "answer": RARE[i]}
            for i, steps in enumerate(STEPS)
            for t, (x, y) in enumerate(steps)
        ]
    )
    frame.loc[frame.index % 7 == 3, "x"] = np.nan
    return read_sequences(frame, id="id", time="time", target="answer")


def cut_targets(values: list[list[float]], absent: float) -> list[list[float]]:
    return [[absent if t % 3 == 1 else v for t, v in enumerate(each)] for each in values]


SUMS = [float(steps.sum()) for steps in STEPS]
CLASSES = Sequences.from_lists(STEPS, RARE)
PARTED = Sequences.from_lists(STEPS, RARE, split=PARTS)
OWNED = Sequences.from_lists(STEPS, SUMS, groups=OWNERS)
NUMBERS = Sequences.from_lists(STEPS, SUMS)
WORDS = read_table_with_words_and_gaps()
# Validation sequences contradict the others, so that their loss grows.
SIGNS = [-1 if part == "validation" else 1 for part in PARTS]
BY_STEP = Sequences.from_lists(
    STEPS,
    [(sign * np.cumsum(steps[:, 0])).tolist() for sign, steps in zip(SIGNS, STEPS, strict=True)],
    split=PARTS,
)
CLASS_BY_STEP = Sequences.from_lists(
    STEPS,
    [
        ["high" if x > 5 else "low" for x in sign * steps[:, 0]]
        for sign, steps in zip(SIGNS, STEPS, strict=True)
    ],
    split=PARTS,
)
COMMON = {"epochs": 8, "batch_size": 8}
LONG = {"epochs": 15, "batch_size": 20}
CLASSIFY = {"task": "classification", "class_weight": "balanced", **COMMON}
CASES = {
    "class weights": (CLASSES, Recipe(layers=(LSTM(6),), **CLASSIFY)),
    "class weights, one sequence per batch": (
        PARTED, Recipe(layers=(GRU(5),), optimizer="sgd", **(CLASSIFY | {"batch_size": 1})),
    ),
    "marked validation rows and patience": (
        PARTED, Recipe(layers=(GRU(5, bidirectional=True),), patience=2, **CLASSIFY),
    ),
    "class weights per step": (
        CLASS_BY_STEP,
        Recipe(
            layers=(LSTM(5),), return_sequences=True, schedule="plateau", patience=9,
            learning_rate=0.005, **(CLASSIFY | LONG),
        ),
    ),
    "cosine": (
        NUMBERS, Recipe(layers=(LSTM(5), GRU(4)), schedule="cosine", optimizer="rmsprop", **COMMON)
    ),
    "plateau without validation": (
        NUMBERS,
        Recipe(
            layers=(GRU(4),), schedule="plateau", validation_split=0, learning_rate=1.2, loss="mae",
            optimizer="sgd", **(COMMON | LONG),
        ),
    ),
    "patience per step": (
        BY_STEP,
        Recipe(
            layers=(LSTM(5, bidirectional=True),), return_sequences=True, loss="mae", patience=2,
            learning_rate=0.005, **(COMMON | LONG),
        ),
    ),
    "maxlen per step": (
        BY_STEP, Recipe(layers=(LSTM(5),), return_sequences=True, maxlen=5, **COMMON)
    ),
    "padding that counts, per step": (
        BY_STEP, Recipe(layers=(GRU(5),), return_sequences=True, mask="none", **COMMON)
    ),
    "groups": (OWNED, Recipe(layers=(LSTM(5),), dense=(6,), loss="mae", **COMMON)),
    "last rows, not standardized": (
        OWNED,
        Recipe(
            layers=(LSTM(5),), validation_rows="last", standardize=False, clip_norm=0.5, **COMMON
        ),
    ),
    "folds": (CLASSES, Recipe(layers=(GRU(5),), validation_rows="folds", seed=3, **CLASSIFY)),
    "words and missing values": (
        WORDS, Recipe(layers=(LSTM(5),), pooling=("last", "mean", "attention"), **CLASSIFY)
    ),
    "decay and clipping": (
        WORDS,
        Recipe(
            layers=(GRU(5, layer_normalization=True),), pooling="max", weight_decay=0.02,
            clip_norm=0.3, learning_rate=0.00123456789, **CLASSIFY,
        ),
    ),
    "derived features": (
        NUMBERS, Recipe(layers=(LSTM(5),), normalization="both", differences=True, **COMMON)
    ),
    "patches": (NUMBERS, Recipe(layers=(LSTM(5),), patch_size=3, pooling="mean", **COMMON)),
    "mask by value": (
        Sequences.from_lists([steps.round() for steps in STEPS], SUMS),
        Recipe(layers=(LSTM(5),), mask="value", mask_value=2, **COMMON),
    ),
    "convolution": (
        PARTED,
        Recipe(family="convolution", layers=(Conv1D(6, 3, residual=True),), pooling="mean",
               patience=3, **CLASSIFY),
    ),
    "convolution and recurrent layer, per step": (
        CLASS_BY_STEP,
        Recipe(
            family="convolution", layers=(Conv1D(6, 3, causal=True), LSTM(4)),
            return_sequences=True, **CLASSIFY,
        ),
    ),
    "inception": (
        NUMBERS,
        Recipe(family="convolution", layers=(Inception(4, 8),), pooling=("mean", "max"),
               optimizer="rmsprop", schedule="cosine", **COMMON),
    ),
}  # fmt: skip


def train_and_record(
    data: Sequences, recipe: Recipe, monkeypatch
) -> tuple[core.TrainedModel, list]:
    """Train, and return the model and per epoch the rows of each batch."""
    epochs, plan_epoch = [], fit.plan_epoch

    def record(*arguments):
        plan = plan_epoch(*arguments)
        epochs.append([plan.order[cuts[0] : cuts[-1]] for cuts in plan.cuts])
        return plan

    monkeypatch.setattr(fit, "plan_epoch", record)
    return train(data, recipe), epochs


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Sequences longer")
@pytest.mark.parametrize("name", sample(CASES, 6))
def test_with_the_batches_of_the_app_it_ends_with_its_weights(name, tmp_path, monkeypatch):
    data, recipe = CASES[name]
    model, epochs = train_and_record(data, recipe, monkeypatch)
    variables = run_training_script(model, data, tmp_path, monkeypatch, epochs)
    history = variables["network"].history.history["loss"]
    assert len(history) == len(model.history["loss"])
    if recipe.schedule == "plateau":
        assert variables["network"].optimizer.learning_rate < recipe.initial_learning_rate
    for weight, expected in zip(
        variables["network"].get_weights(), model.network.get_weights(), strict=True
    ):
        np.testing.assert_allclose(weight, expected, atol=1e-5)


@pytest.mark.slow
def test_with_one_sequence_per_batch_a_rare_class_is_as_likely_as_in_the_app(tmp_path, monkeypatch):
    recipe = Recipe(layers=(LSTM(6),), **(CLASSIFY | {"epochs": 20, "batch_size": 1}))
    model = train(CLASSES, recipe)
    unweighted = train(CLASSES, replace(recipe, class_weight="none"))
    variables = run_training_script(model, CLASSES, tmp_path, monkeypatch)
    rare = list(model.classes).index("rare")
    outputs = variables["network"].predict(variables["padded"](variables["rows"]), verbose=0)
    expected = model.predict_proba(CLASSES)[:, rare].mean()
    assert outputs[:, rare].mean() == pytest.approx(expected, abs=0.05)
    assert unweighted.predict_proba(CLASSES)[:, rare].mean() < expected - 0.1


@pytest.mark.slow
def test_what_it_saves_can_be_loaded_without_the_script(tmp_path, monkeypatch):
    recipe = Recipe(layers=(GRU(3),), **(CLASSIFY | {"epochs": 1}))
    variables = run_training_script(train(PARTED, recipe), PARTED, tmp_path, monkeypatch)
    again = keras.models.load_model(tmp_path / "trained_again.keras")
    inputs = variables["padded"](variables["rows"])
    np.testing.assert_array_equal(
        again.predict(inputs, verbose=0), variables["network"].predict(inputs, verbose=0)
    )


@pytest.mark.slow
def test_a_class_that_only_test_rows_have_is_never_right(tmp_path, monkeypatch):
    labels = np.where(np.array(PARTS) == "test", "another", RARE)
    data = Sequences.from_lists(STEPS, labels, split=PARTS)
    recipe = Recipe(task="classification", layers=(LSTM(3),), epochs=1)
    variables = run_training_script(train(data, recipe), data, tmp_path, monkeypatch)
    assert len(variables["correct"]) == PARTS.count("test")
    assert not variables["correct"].any()
