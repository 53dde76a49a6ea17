"""Recipes: validation, JSON, and the number of weights."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import GRU, LSTM, Recipe
from core.recipe.recipe import POOLINGS, SCHEDULES, count_weights


def test_example_is_the_reference_network():
    recipe = Recipe.example()
    assert recipe.layers == (LSTM(100), LSTM(20, dropout=0.2))
    assert (recipe.maxlen, recipe.padding, recipe.value, recipe.mask) == (15, "pre", 0.0, "lengths")
    assert (recipe.loss, recipe.optimizer, recipe.epochs, recipe.batch_size) == (
        "mse",
        "rmsprop",
        100,
        1,
    )


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ({"task": "ranking"}, ["task", "'ranking'", "'classification'"]),
        ({"layers": ()}, ["layers", "0 layers", "1 to 8"]),
        ({"layers": (64,)}, ["layers", "64", "LSTM(units)"]),
        ({"dense": (0,)}, ["dense", "0", "1 to 1,024"]),
        ({"mask": "auto"}, ["mask", "'auto'", "'lengths'"]),
        ({"maxlen": 0}, ["maxlen", "0", "100,000"]),
        ({"padding": "left"}, ["padding", "'left'", "'pre'"]),
        ({"value": float("nan")}, ["value", "nan"]),
        ({"loss": "sparse_categorical_crossentropy"}, ["loss", "'mse'"]),
        ({"optimizer": "lion"}, ["optimizer", "'lion'", "'adam'"]),
        ({"learning_rate": 0.0}, ["learning_rate", "0.0", "10"]),
        ({"pooling": "median"}, ["pooling", "'median'", "'mean'"]),
        ({"pooling": "max", "return_sequences": True}, ["pooling", "'max'", "every step"]),
        ({"schedule": "linear"}, ["schedule", "'linear'", "'cosine'"]),
        ({"weight_decay": 2}, ["weight_decay", "2", "0 to 1"]),
        ({"clip_norm": 0}, ["clip_norm", "0", "1e-06"]),
        ({"class_weight": {0: 2}}, ["class_weight", "{0: 2}", "'balanced'"]),
        ({"class_weight": "balanced"}, ["class_weight", "numbers have no classes"]),
        ({"epochs": 2.5}, ["epochs", "2.5", "10,000"]),
        ({"epochs": True}, ["epochs", "True"]),
        ({"batch_size": -1}, ["batch_size", "-1"]),
        ({"validation_split": 1.0}, ["validation_split", "1.0", "0.9"]),
        ({"validation_rows": "first"}, ["validation_rows", "'first'", "'last'"]),
        ({"patience": 0}, ["patience", "0"]),
        ({"seed": -1}, ["seed", "-1"]),
        ({"standardize": "no"}, ["standardize", "'no'"]),
    ],
)
def test_errors_name_the_field_the_value_and_the_range(fields, parts):
    with pytest.raises(ValueError, match=parts[0]) as error:
        Recipe(**fields)
    for part in parts:
        assert part in str(error.value)


@pytest.mark.parametrize(
    "layer", [{"units": 0}, {"units": 5000}, {"units": 8, "dropout": 1.0}, {"units": 1.5}]
)
def test_an_invalid_layer_is_refused_on_creation(layer):
    with pytest.raises(ValueError, match=r"LSTM\.(units|dropout) is"):
        LSTM(**layer)


def test_a_recipe_cannot_be_changed_in_place():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Recipe().epochs = 3


layers = st.builds(
    lambda kind, units, bidirectional, dropout: kind(units, bidirectional, dropout),
    st.sampled_from([LSTM, GRU]),
    st.integers(1, 1024),
    st.booleans(),
    st.floats(0, 0.95),
)


@given(
    st.builds(
        Recipe,
        task=st.sampled_from(["regression", "classification"]),
        layers=st.lists(layers, min_size=1, max_size=4).map(tuple),
        dense=st.lists(st.integers(1, 64), max_size=2).map(tuple),
        pooling=st.sampled_from(POOLINGS),
        schedule=st.sampled_from(SCHEDULES),
        clip_norm=st.none() | st.floats(1e-6, 1e6),
        weight_decay=st.floats(0, 1),
        maxlen=st.none() | st.integers(1, 1000),
        patience=st.none() | st.integers(1, 50),
    )
)
def test_json_preserves_a_recipe(recipe):
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"epoch": 3}, "no field 'epoch'"),
        ({"layers": [{"kind": "Lambda", "units": 3}]}, "layers is"),
        ({"layers": [{"units": 3}]}, "layers is"),
        ({"layers": "LSTM"}, "layers is"),
        ({"layers": [{"kind": "LSTM", "units": 10**9}]}, r"LSTM\.units is"),
    ],
)
def test_invalid_json_is_refused(plain, message):
    with pytest.raises(ValueError, match=message):
        Recipe.from_dict(plain)


def test_numpy_numbers_become_python_numbers():
    recipe = Recipe(maxlen=np.int64(9), learning_rate=np.float32(0.5), layers=[LSTM(np.int32(4))])
    assert json.loads(json.dumps(recipe.to_dict()))["maxlen"] == 9
    assert recipe == Recipe(maxlen=9, learning_rate=0.5, layers=(LSTM(4),))


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe.example(),
        Recipe(layers=(LSTM(7, bidirectional=True), GRU(5)), dense=(4, 3)),
        Recipe(layers=(GRU(6, bidirectional=True),), task="classification"),
    ],
)
def test_count_weights_matches_keras(recipe: Recipe):
    from core.network.keras_network import build_network

    assert count_weights(recipe, 3, 2) == build_network(recipe, 3, 2).count_params()
