"""Recipes: validation, JSON, and the number of weights."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given

from core import GRU, LSTM, Conv1D, Inception, Recipe
from core.families.registry import get_family
from core.recipe.network_shape import NetworkShape
from core.recipe.recipe import FIELDS
from tests.support.strategies import recipes


def test_example_is_the_reference_network():
    recipe = Recipe.example()
    assert recipe.layers == (LSTM(100), LSTM(20, dropout=0.2))
    assert (recipe.maxlen, recipe.padding, recipe.value, recipe.mask) == (15, "pre", 0.0, "lengths")
    assert (recipe.loss_name, recipe.optimizer, recipe.epochs, recipe.batch_size) == (
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
        ({"layers": Conv1D(8)}, ["layers", "Conv1D(8)", "recurrent", "'convolution'"]),
        ({"family": "convolution"}, ["layers", "LSTM(64)", "begin with Conv1D or Inception"]),
        (
            {"family": "convolution", "layers": (Conv1D(8), LSTM(8), Inception())},
            ["layers", "convolutions first"],
        ),
        (
            {
                "family": "convolution",
                "layers": Conv1D(8, pool_size=2),
                "return_sequences": True,
            },
            ["layers", "pool_size=2", "every step"],
        ),
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
        ({"pooling": ("mean", "median")}, ["pooling", "'median'", "'attention'"]),
        ({"pooling": ()}, ["pooling", "empty", "'mean'"]),
        ({"pooling": ("mean", "max", "mean")}, ["pooling", "('mean', 'max', 'mean')", "once"]),
        (
            {"pooling": ("last", "mean"), "return_sequences": True},
            ["pooling", "('last', 'mean')", "every step"],
        ),
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


@given(recipes)
def test_json_preserves_a_recipe(recipe):
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"epoch": 3}, "no field 'epoch'"),
        ({"layers": [{"kind": "Lambda", "units": 3}]}, "layers holds"),
        ({"layers": [{"units": 3}]}, "layers holds"),
        ({"layers": "LSTM"}, "layers is"),
        ({"layers": [{"kind": "LSTM", "units": 10**9}]}, r"LSTM\.units is"),
    ],
)
def test_invalid_json_is_refused(plain, message):
    with pytest.raises(ValueError, match=message):
        Recipe.from_dict(plain)


def test_a_default_follows_the_field_that_it_depends_on():
    sgd = dataclasses.replace(Recipe(), optimizer="sgd")
    assert (sgd.learning_rate, sgd.initial_learning_rate) == (None, 0.01)
    classes = dataclasses.replace(Recipe(), task="classification")
    assert (classes.loss, classes.loss_name) == (None, "sparse_categorical_crossentropy")


def test_a_recipe_stored_with_resolved_defaults_keeps_them():
    stored = Recipe().to_dict() | {"learning_rate": 0.001, "loss": "mse"}
    recipe = dataclasses.replace(Recipe.from_dict(stored), optimizer="sgd")
    assert recipe.initial_learning_rate == 0.001
    assert Recipe.from_dict(stored).resolve() == Recipe().resolve()
    assert Recipe(loss="") == Recipe()


def test_adapting_a_recipe_resets_choices_that_no_longer_fit():
    recipe = Recipe(task="classification", class_weight="balanced", pooling="max")
    assert recipe.adapt(task="regression") == Recipe(pooling="max")
    assert recipe.adapt(return_sequences=True).pooling == "last"
    several = Recipe(pooling=("std", "last"))
    assert several.adapt(epochs=3).pooling == ("std", "last")
    assert several.adapt(return_sequences=True).pooling == "last"
    with pytest.raises(ValueError, match="the task is regression"):
        recipe.adapt(task="regression", loss="sparse_categorical_crossentropy")


def test_adapting_to_another_family_resets_layers_that_do_not_fit():
    recipe = Recipe().adapt(family="convolution")
    blocks = (Inception(), Inception(), Inception())
    assert recipe == Recipe(family="convolution", layers=blocks, pooling="mean", schedule="cosine")
    assert recipe.adapt(family="recurrent") == Recipe()
    assert recipe.adapt(family="random_convolution").layers == recipe.layers
    shortened = Recipe(family="convolution", layers=Conv1D(8, strides=2))
    assert shortened.adapt(return_sequences=True).layers == blocks
    assert Recipe(return_sequences=True).adapt(family="convolution").pooling == "last"


@pytest.mark.parametrize("per_step", [False, True])
def test_convolutions_are_causal_for_per_step_targets_unless_chosen_otherwise(per_step):
    layers = (Conv1D(8), Inception(causal=False), Conv1D(8, causal=True))
    recipe = Recipe(family="convolution", layers=layers, return_sequences=per_step)
    assert [layer.causal for layer in recipe.resolve().layers] == [per_step, False, True]


def test_a_convolution_has_strides_or_dilation():
    with pytest.raises(ValueError, match=r"strides is 2 and Conv1D\.dilation_rate is 3"):
        Conv1D(8, strides=2, dilation_rate=3)


def test_a_single_layer_and_a_single_number_of_units_are_accepted():
    assert Recipe(layers=LSTM(8), dense=16) == Recipe(layers=(LSTM(8),), dense=(16,))


def test_a_single_pool_is_its_word_and_several_are_a_list_in_json():
    assert Recipe(pooling=("mean",)) == Recipe(pooling="mean")
    assert Recipe(pooling=["mean"]).to_dict()["pooling"] == "mean"
    assert Recipe(pooling=("max", "mean")).to_dict()["pooling"] == ["max", "mean"]
    assert Recipe(pooling="mean").pools == ("mean",)


def test_a_gru_is_not_an_lstm():
    assert not isinstance(GRU(8), LSTM)
    assert GRU(8) != LSTM(8)


def test_the_representation_shows_what_differs_from_the_default():
    assert repr(Recipe()) == "Recipe()"
    assert repr(Recipe(layers=GRU(8, dropout=0.2), epochs=3)) == (
        "Recipe(layers=(GRU(8, dropout=0.2),), epochs=3)"
    )
    assert eval(repr(Recipe.example())) == Recipe.example()
    assert len(repr(Recipe(layers=[LSTM(1024, True, 0.123456)] * 8, dense=[1000] * 8))) <= 700


def test_the_docstring_describes_every_field():
    for name, field in FIELDS.items():
        assert f"{name}: {field.help}" in Recipe.__doc__


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
        Recipe(layers=(LSTM(6, True, layer_normalization=True), GRU(4, layer_normalization=True))),
        Recipe(layers=(LSTM(6),), patch_size=7),
        Recipe(layers=(GRU(6, bidirectional=True),), pooling=("attention", "std"), dense=(4,)),
        Recipe(
            family="convolution",
            layers=(Conv1D(6, batch_normalization=False), Inception(4), LSTM(5)),
        ),
    ],
)
def test_count_weights_matches_keras(recipe: Recipe):
    from core.network.keras_network import build_network

    counted = get_family(recipe).count_weights(
        recipe, NetworkShape(3, 2, usual_steps=5, sequences=3)
    )
    assert counted == build_network(recipe, 3, 2).count_params()
