"""What stands in an address comes back; what is wrong in it is as suggested."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import GRU, LSTM, Recipe
from ui.links import FIELDS, read, written

units = st.integers(1, 500)
layers = st.builds(
    lambda kind, *rest: kind(*rest),
    st.sampled_from([LSTM, GRU]),
    units,
    st.booleans(),
    st.sampled_from([0.0, 0.25, 0.3, 0.875]),
)
recipes = st.builds(
    Recipe,
    task=st.just("classification"),
    layers=st.lists(layers, min_size=1, max_size=4).map(tuple),
    dense=st.lists(units, max_size=3).map(tuple),
    mask=st.sampled_from(["lengths", "value", "none"]),
    mask_value=st.integers(-(10**6), 10**6).map(lambda n: n / 64),
    maxlen=st.none() | st.integers(1, 10**4),
    pooling=st.sampled_from(["last", "mean", "max"]),
    learning_rate=st.sampled_from([1e-6, 0.003, 1.0]),
    clip_norm=st.none() | st.sampled_from([0.5, 3.0]),
    class_weight=st.sampled_from(["none", "balanced"]),
    epochs=st.integers(1, 10**4),
    patience=st.none() | st.integers(1, 99),
    standardize=st.booleans(),
)


@given(recipes, recipes)
def test_every_recipe_comes_back_whatever_was_suggested(recipe, suggested):
    assert read(written(recipe, suggested), suggested) == recipe


def test_an_address_can_name_every_field_of_a_recipe():
    assert set(FIELDS) == {field.name for field in fields(Recipe)}


def test_only_what_is_otherwise_than_suggested_stands_in_it():
    example = Recipe.example()
    assert written(example, example) == {}
    changed = replace(example, mask="none", layers=(LSTM(100, True), GRU(20, dropout=0.2)))
    assert written(changed, example) == {"mask": "none", "layers": "BiLSTM-100,GRU-20-0.2"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("epochs", "many"),
        ("epochs", "-3"),
        ("epochs", "9" * 5000),
        ("layers", "LSTM-64," * 99),
        ("layers", "LSTM-999999"),
        ("layers", "LSTM(64)"),
        ("layers", "__import__('os')"),
        ("learning_rate", "nan"),
        ("value", "inf"),
        ("mask", "<script>"),
        ("maxlen", "0"),
        ("standardize", "1"),
        ("dense", "1,,2"),
        ("no_field", "3"),
    ],
)
def test_what_is_wrong_is_left_as_suggested_and_the_rest_is_taken(name, text):
    recipe = read({name: text, "batch_size": "7"}, Recipe.example())
    assert recipe == replace(Recipe.example(), batch_size=7)
