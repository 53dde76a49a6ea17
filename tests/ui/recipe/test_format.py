"""Values of recipe fields as text."""

from dataclasses import replace

import pytest

from core import GRU, LSTM, Conv1D, Inception, Recipe
from core.recipe.recipe import FIELDS
from ui.recipe.format import format_field, format_layer, format_network, format_value


def test_layers_are_formatted_in_technical_terms():
    assert format_layer(LSTM(64, bidirectional=True)) == "BiLSTM(64)"
    assert format_layer(GRU(8)) == "GRU(8)"
    assert format_network(Recipe(layers=(LSTM(4), GRU(3)), pooling="max")) == (
        "LSTM(4) → GRU(3) → maximum"
    )
    assert format_network(Recipe(pooling=("last", "std"))) == (
        "LSTM(64) → last step, standard deviation"
    )
    assert format_network(Recipe(patch_size=8)) == "patches of 8 → LSTM(64)"
    convolutions = Recipe(family="convolution", layers=(Conv1D(128), Inception(), LSTM(4, True)))
    assert format_network(convolutions) == "Conv1D(128) → Inception(32) → BiLSTM(4)"


def test_an_ensemble_is_formatted_as_its_members():
    recipe = Recipe(layers=(LSTM(64),))
    assert format_network(replace(recipe, members=5)) == "5 × LSTM(64)"
    members = [recipe, replace(recipe, layers=(GRU(8),)), recipe]
    assert format_network(replace(recipe, members=members)) == "2 × LSTM(64) + GRU(8)"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("mask", "lengths", "by lengths"),
        ("maxlen", None, "no limit"),
        ("maxlen", 1200, "1,200"),
        ("validation_split", 0.2, "20%"),
        ("validation_split", 0.125, "12.5%"),
        ("learning_rate", 0.0005, "0.0005"),
        ("standardize", True, "standardized"),
        ("dense", (32, 16), "32,16"),
        ("pooling", ("mean", "max"), "mean, maximum"),
    ],
)
def test_a_value_is_formatted_by_its_type(name, value, text):
    assert format_value(FIELDS[name], value) == text


def test_a_default_is_formatted_as_what_it_stands_for():
    assert format_field(Recipe(task="classification"), "loss") == "cross-entropy, nats"
    assert format_field(Recipe(optimizer="sgd"), "learning_rate") == "0.01"


def test_names_of_choices_are_translated_and_terms_are_not(monkeypatch):
    monkeypatch.setattr("ui.i18n.get_language", lambda: "zh_CN")
    assert format_value(FIELDS["pooling"], "mean") == "均值"
    assert format_value(FIELDS["optimizer"], "adam") == "adam"
    assert format_value(FIELDS["loss"], "mse") == "mse"
