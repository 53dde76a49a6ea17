"""The exported training script runs and does what the recipe says."""

import ast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import GRU, LSTM, Conv1D, Recipe, Sequences, train
from core.data.sequences import default_names
from core.families.recurrent.training_script import render_training_script
from core.preprocessing.splits import split_rows
from core.recipe.network_shape import NetworkShape
from tests.support.matrix import sample
from tests.support.strategies import recipes
from tests.support.training_scripts import run_training_script

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

RNG = np.random.default_rng(0)
LISTS = [RNG.normal(size=(n, 2)) for n in RNG.integers(1, 7, 24)]
CLASSES = Sequences.from_lists(LISTS, [["low", "high"][int(x[-1, 0] > 0)] for x in LISTS])
NUMBERS = Sequences.from_lists(LISTS, [x.sum() for x in LISTS], groups=[i // 3 for i in range(24)])
BY_STEP = Sequences.from_lists(LISTS, [x[:, 0].tolist() for x in LISTS])
SMALL = {"epochs": 2, "batch_size": 5}
RECIPES = {
    "mean of both directions": (
        CLASSES,
        Recipe(task="classification", layers=(LSTM(4, True, 0.3),), pooling="mean", **SMALL),
    ),
    "weights and schedules": (
        CLASSES,
        Recipe(
            task="classification", layers=(GRU(4), LSTM(3)), dense=(5,), pooling="max",
            class_weight="balanced", schedule="cosine", weight_decay=0.01, clip_norm=1.0, **SMALL,
        ),
    ),
    "several pools": (
        CLASSES,
        Recipe(
            task="classification", layers=(GRU(4), LSTM(3, True, 0.2)),
            pooling=("attention", "last", "std", "mean", "max"), **SMALL,
        ),
    ),
    "normalized": (
        NUMBERS,
        Recipe(
            layers=(GRU(4, layer_normalization=True), LSTM(3, True, layer_normalization=True)),
            pooling=("last", "mean"), **SMALL,
        ),
    ),
    "patches": (
        NUMBERS, Recipe(layers=(LSTM(4), LSTM(3, True)), pooling="mean", patch_size=3, **SMALL)
    ),
    "patches of derived features, normalized": (
        NUMBERS,
        Recipe(
            layers=(LSTM(3, True, layer_normalization=True),), pooling=("last", "attention"),
            patch_size=2, normalization="both", differences=True, **SMALL,
        ),
    ),
    "padding that counts": (
        NUMBERS,
        Recipe(
            layers=(LSTM(4),), mask="none", loss="mae", schedule="plateau", patience=1,
            padding="post", **SMALL,
        ),
    ),
    "derived features": (
        CLASSES,
        Recipe(
            task="classification", layers=(LSTM(4),), normalization="both", differences=True,
            **SMALL,
        ),
    ),
    "per sequence": (NUMBERS, Recipe(layers=(GRU(4),), normalization="sequence", **SMALL)),
    "convolution of differences": (
        NUMBERS,
        Recipe(family="convolution", layers=(Conv1D(4, 3),), differences=True, **SMALL),
    ),
    "per-step targets, and padding that counts": (
        BY_STEP, Recipe(layers=(LSTM(4),), return_sequences=True, mask="none", **SMALL)
    ),
    "per-step targets": (
        BY_STEP, Recipe(layers=(LSTM(4),), return_sequences=True, maxlen=4, **SMALL)
    ),
}  # fmt: skip


@given(recipes, st.integers(1, 40), st.integers(1, 40))
def test_every_recipe_gives_a_script_of_well_formed_python(recipe, features, outputs):
    script = render_training_script(
        recipe, NetworkShape(features, outputs, usual_steps=5, sequences=3)
    )
    ast.parse(script)
    assert all(line == line.rstrip() for line in script.splitlines())
    assert "\n\n\n\n" not in script
    assert script.endswith(")\n")


@pytest.mark.filterwarnings("ignore:Sequences longer")
@pytest.mark.parametrize("name", sample(RECIPES, 5))
def test_with_our_weights_its_network_predicts_the_same(name, tmp_path, monkeypatch, capsys):
    data, recipe = RECIPES[name]
    model = train(data, recipe)
    variables = run_training_script(model, data, tmp_path, monkeypatch)
    output = capsys.readouterr().out
    assert (tmp_path / "trained_again.keras").exists()
    assert ("accuracy" if recipe.task == "classification" else "RMSE") in output
    for part, expected in zip(("training", "validation"), split_rows(data, recipe), strict=True):
        assert [row["id"] for row in variables[part]] == list(data.ids[expected])

    variables["network"].set_weights(model.network.get_weights())
    rows = sorted(variables["rows"], key=lambda row: int(row["id"]))
    outputs = variables["network"].predict(variables["padded"](rows), verbose=0)
    if recipe.return_sequences:
        outputs = outputs[variables["counting"](rows)]
        ours = model.predict(data)
        ours = ours[~np.isnan(ours)]
    else:
        ours = model.predict(data) if model.classes is None else model.predict_proba(data)
    if model.classes is None:
        outputs = outputs[:, 0] * model.preprocessing.target_std + model.preprocessing.target_mean
    np.testing.assert_allclose(outputs, ours, atol=2e-6)


def test_it_learns_the_reference_example(example, example_model, tmp_path, monkeypatch):
    variables = run_training_script(example_model, example, tmp_path, monkeypatch)
    predictions = variables["network"].predict(variables["padded"](variables["rows"]), verbose=0)[
        :, 0
    ]
    np.testing.assert_allclose(predictions, [2, 4, 6], atol=1)
    text = (tmp_path / "train.py").read_text()
    assert "x = keras.layers.LSTM(100, return_sequences=True)(values, mask=mask)" in text
    assert "x = keras.layers.LSTM(20)(x, mask=mask)" in text
    assert default_names(1)[0] in (tmp_path / "example.csv").read_text()
