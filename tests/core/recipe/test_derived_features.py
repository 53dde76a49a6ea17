"""The features of a network, counted and traced back to its inputs."""

from dataclasses import replace

import numpy as np
import pytest

from core import LSTM, Conv1D, Recipe
from core.errors import RecipeError
from core.families.registry import get_family
from core.recipe.derived_features import DerivedFeatures
from core.recipe.network_shape import NetworkShape

SHAPE = NetworkShape(3, 1, usual_steps=5, sequences=9, coded=(1,))
LENGTHS = np.full(50, 40)
ORIGINS = {
    ("data_set", False): (0, 1, 2),
    ("data_set", True): (0, 1, 2, 0, 2),
    ("sequence", False): (1, 0, 2),
    ("sequence", True): (1, 0, 2, 0, 2),
    ("both", False): (0, 1, 2, 0, 2),
    ("both", True): (0, 1, 2, 0, 2, 0, 2, 0, 2),
}


@pytest.mark.parametrize(("settings", "expected"), ORIGINS.items())
def test_each_feature_comes_from_one_input_and_words_are_left_alone(settings, expected):
    normalization, differences = settings
    recipe = Recipe(normalization=normalization, differences=differences)
    features = DerivedFeatures.from_recipe(recipe, SHAPE)
    assert features.origins == expected
    assert features.are_inputs == (settings == ("data_set", False))
    words_only = DerivedFeatures.from_recipe(recipe, replace(SHAPE, coded=(0, 1, 2)))
    assert words_only.are_inputs
    assert words_only.origins == (0, 1, 2)


@pytest.mark.parametrize("normalization", ["sequence", "both"])
def test_statistics_of_a_whole_sequence_are_refused_per_step(normalization):
    with pytest.raises(RecipeError, match=r"reveal later steps to each step; use 'data_set'"):
        Recipe(return_sequences=True, normalization=normalization)
    recipe = Recipe(normalization=normalization, differences=True)
    assert recipe.adapt(return_sequences=True).normalization == "data_set"
    assert Recipe(return_sequences=True, differences=True).differences


def test_normalization_is_refused_where_features_are_not_standardized():
    with pytest.raises(RecipeError, match="features are not standardized; use 'data_set'"):
        Recipe(standardize=False, normalization="sequence")
    assert Recipe(normalization="both").adapt(standardize=False).normalization == "data_set"
    assert Recipe(standardize=False, differences=True).differences


@pytest.mark.parametrize(
    "recipe",
    [Recipe(layers=(LSTM(32),)), Recipe(family="convolution", layers=(Conv1D(32),))],
    ids=["recurrent", "convolution"],
)
def test_more_features_have_more_weights_and_take_more_time(recipe):
    family, shape = get_family(recipe), replace(SHAPE, coded=())
    more = replace(recipe, normalization="both", differences=True)
    counts = [family.count_weights(each, shape) for each in (recipe, more)]
    assert counts[1] - counts[0] == recipe.layers[0].count_weights(12) - recipe.layers[
        0
    ].count_weights(3)
    seconds = [family.estimate_cost(LENGTHS, 3, each).seconds for each in (recipe, more)]
    assert seconds[0] < seconds[1]


def test_random_convolutions_keep_their_own_views():
    recipe = Recipe(family="random_convolution")
    more, family = replace(recipe, normalization="both", differences=True), get_family(recipe)
    assert family.list_origins(more, SHAPE) == (0, 1, 2)
    assert family.count_weights(more, SHAPE) == family.count_weights(recipe, SHAPE)
    assert not family.fields & {"normalization", "differences"}
