"""URL parameters round-trip a recipe, and invalid ones fall back to the suggestion."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import GRU, LSTM, Conv1D, Inception, Recipe, Sequences, read_sequences
from core.recipe.suggestion_rules import suggest_first_version
from ui.url_state import FIELDS, VERSION, VERSION_KEY, explain_ignored, read, write

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
    pooling=st.sampled_from(["last", "mean", "max", ("mean", "std"), ("attention", "last")]),
    learning_rate=st.sampled_from([1e-6, 0.003, 1.0]),
    clip_norm=st.none() | st.sampled_from([0.5, 3.0]),
    class_weight=st.sampled_from(["none", "balanced"]),
    epochs=st.integers(1, 10**4),
    patience=st.none() | st.integers(1, 99),
    standardize=st.booleans(),
)


V2 = {VERSION_KEY: "2"}


@given(recipes, recipes)
def test_every_recipe_round_trips_whatever_the_suggestion(recipe, suggested):
    address = write(recipe)
    assert read(address | V2, suggested) == recipe
    assert explain_ignored(address, recipe) == ()


def test_a_convolutional_recipe_round_trips_and_its_layers_without_their_family_are_ignored():
    layers = (Conv1D(16, 5, strides=2), Inception(8, causal=True, dropout=0.5), LSTM(4))
    recipe = Recipe(family="convolution", layers=layers, pooling="mean")
    address = write(recipe)
    assert read(address | V2, Recipe()) == recipe
    assert explain_ignored(address, recipe) == ()
    assert read({"layers": address["layers"]} | V2, Recipe()) == Recipe()
    assert explain_ignored({"layers": address["layers"]} | V2, Recipe())


def test_a_url_covers_every_field_of_a_recipe():
    assert set(FIELDS) == {field.name for field in fields(Recipe)}


def test_a_url_names_every_field_including_suggested_ones():
    address = write(Recipe.example())
    assert set(address) == set(FIELDS)
    assert (address["layers"], address["maxlen"], address["patience"]) == (
        "LSTM-100,LSTM-20-0.2",
        "15",
        "none",
    )


def test_a_url_without_a_version_keeps_its_meaning():
    """The URL was written by commit 3c4f589, relative to what that commit suggests for the vowels.

    The rules of then are kept for such URLs.
    """
    vowels = read_sequences("samples/japanese_vowels.csv")
    assert (
        read({"mask": "none"}, Recipe(**suggest_first_version(vowels)))
        == Recipe(
            task="classification",
            layers=(LSTM(64, bidirectional=True, dropout=0.3),),
            pooling="mean",
            mask="none",
            batch_size=16,
            epochs=60,
            patience=15,
        ).resolve()
    )
    numbers = Sequences.from_lists(
        [[i / 7] * (1 + i % 3) for i in range(60)], [i / 3 for i in range(60)]
    )
    assert (
        read({"epochs": "9"}, Recipe.suggest(numbers))
        == Recipe(
            layers=(LSTM(64, bidirectional=True),), batch_size=4, epochs=9, patience=15
        ).resolve()
    )
    per_step = Sequences.from_lists([[0.5, 1.5], [2.5]], [[1.5, 2.5], [3.5]])
    assert (
        read({"seed": "3"}, Recipe.suggest(per_step))
        == Recipe(
            return_sequences=True,
            layers=(LSTM(32),),
            batch_size=1,
            epochs=60,
            validation_split=0.0,
            seed=3,
        ).resolve()
    )


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
def test_invalid_values_are_replaced_by_the_suggestion_and_valid_ones_apply(name, text):
    address = {name: text, "batch_size": "7"} | V2
    recipe = read(address, Recipe.example())
    assert recipe == replace(Recipe.example(), batch_size=7)
    assert [note.values["name"] for note in explain_ignored(address, recipe)] == [name] * (
        name in FIELDS
    )


def test_one_invalid_value_in_a_complete_link_keeps_the_others():
    chosen = replace(Recipe.example(), task="classification", epochs=7, mask="value")
    recipe = read(write(chosen) | V2 | {"dense": "a"}, Recipe.example())
    assert recipe == chosen
    recipe = read(write(chosen) | V2 | {"seed": "-1"}, Recipe.example())
    assert recipe == chosen  # -1 is read, but no recipe has it


def test_a_link_of_another_version_is_read_with_a_note():
    recipe = Recipe.example()
    assert explain_ignored({"v": VERSION}, recipe) == ()
    assert explain_ignored({"v": "1"}, recipe) == ()
    [note] = explain_ignored({"v": "99" * 50}, recipe)
    assert "another version" in note
    assert len(note) < 150
