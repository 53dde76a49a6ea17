import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import GRU, LSTM, Recipe
from core.families.registry import get_family
from core.layers.recurrent.declaration import Recurrent

FAMILY = get_family(Recipe())
RECIPE = Recipe(layers=(LSTM(64), LSTM(32)), batch_size=64)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=300), st.integers(1, 64))
def test_computed_steps_are_between_real_and_usual_steps(lengths, batch_size):
    recipe = dataclasses.replace(RECIPE, batch_size=batch_size)
    cost = FAMILY.estimate_cost(np.array(lengths), 8, recipe)
    assert cost.real == sum(lengths)
    assert cost.usual == max(lengths) * len(lengths)
    assert cost.real <= cost.computed <= cost.usual
    assert 0 <= cost.skipped < 1


def test_most_usual_steps_are_skipped_when_lengths_differ_much():
    lengths = np.random.default_rng(0).lognormal(np.log(40), 0.8, 5000).astype(int).clip(1, 400)
    assert FAMILY.estimate_cost(lengths, 8, RECIPE).skipped > 0.8
    assert FAMILY.estimate_cost(np.full(1000, 57), 8, RECIPE).skipped == 0


def test_maxlen_shortens_and_counting_padding_as_data_skips_nothing():
    lengths = np.array([10, 20, 300])
    assert FAMILY.estimate_cost(lengths, 1, dataclasses.replace(RECIPE, maxlen=20)).real == 50
    unmasked = FAMILY.estimate_cost(lengths, 1, dataclasses.replace(RECIPE, mask="none"))
    assert (unmasked.real, unmasked.computed, unmasked.skipped) == (330, 900, 0)


def test_more_units_two_directions_or_keras_take_longer(monkeypatch):
    lengths = np.full(500, 40)
    one = FAMILY.estimate_cost(lengths, 8, Recipe(layers=(LSTM(32),))).seconds
    assert one < FAMILY.estimate_cost(lengths, 8, Recipe(layers=(LSTM(256),))).seconds
    both = FAMILY.estimate_cost(lengths, 8, Recipe(layers=(LSTM(32, bidirectional=True),))).seconds
    assert one < both <= 2 * one
    monkeypatch.setattr(LSTM, "step_seconds", Recurrent.step_seconds)
    assert one < FAMILY.estimate_cost(lengths, 8, Recipe(layers=(LSTM(32),))).seconds


@pytest.mark.parametrize(
    ("recipe", "line"),
    [
        (Recipe.example(), "LSTM(100) → LSTM(20) → Dropout(0.2) → Dense"),
        (
            Recipe(layers=(GRU(4, bidirectional=True, dropout=0.5),), pooling="mean", dense=(3,)),
            "Bidirectional(GRU(4)) → mean over steps → Dropout(0.5) → Dense(3) → Dense",
        ),
        (
            Recipe(layers=(LSTM(8, True, 0.5, layer_normalization=True),), pooling="max"),
            "Bidirectional(LSTM(8)) → LayerNormalization → max over steps → Dropout(0.5) → Dense",
        ),
        (Recipe(pooling=("last", "max")), "LSTM(64) → last + max over steps → Dense"),
    ],
)
def test_a_network_is_described_on_one_line(recipe, line):
    assert FAMILY.describe(recipe) == line


def test_steps_are_counted_before_they_are_joined_to_patches():
    lengths = np.arange(1, 101)
    alone, joined = (
        FAMILY.estimate_cost(lengths, 8, dataclasses.replace(RECIPE, patch_size=size))
        for size in (1, 4)
    )
    assert (joined.real, joined.usual) == (alone.real, alone.usual)
    assert joined.real <= joined.computed <= joined.usual
    assert joined.seconds < alone.seconds
