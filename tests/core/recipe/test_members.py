"""Recipes of ensembles: what their members share, and what each of them changes."""

from dataclasses import replace

import pytest
from hypothesis import given

from core import GRU, LSTM, Recipe
from core.errors import RecipeError
from core.recipe.members import MAX_MEMBERS, MAX_SEED, Member
from core.recipe.recipe import FIELDS
from tests.support.strategies import recipes

RECIPE = Recipe(task="classification", layers=(LSTM(8),), epochs=30, mask="value")


def test_a_number_stands_for_as_many_seeds_of_the_recipe():
    ensemble = replace(RECIPE, members=3)
    assert ensemble.members == (Member(), Member(), Member())
    assert ensemble == replace(RECIPE, members=[RECIPE] * 3)
    for member in ensemble.list_members():
        assert replace(member, seed=0) == RECIPE
    assert replace(RECIPE, members=0) == RECIPE
    assert RECIPE.list_members() == ()


def test_another_seed_of_an_ensemble_shares_no_seed_of_a_member():
    ensembles = [replace(RECIPE, members=MAX_MEMBERS, seed=seed) for seed in range(20)]
    seeds = [member.seed for ensemble in ensembles for member in ensemble.list_members()]
    assert len(set(seeds)) == 20 * MAX_MEMBERS
    last = replace(RECIPE, members=2, seed=MAX_SEED)
    assert len({member.seed for member in last.list_members()}) == 2


def test_a_member_is_stored_as_what_it_changes():
    other = replace(RECIPE, layers=(GRU(4),), epochs=5, seed=9)
    ensemble = replace(RECIPE, members=[RECIPE, other])
    assert ensemble.members == (Member(), Member(layers=(GRU(4),), epochs=5))
    assert repr(ensemble.members[1]) == "Member(epochs=5, layers=(GRU(4),))"


def test_a_change_of_the_ensemble_changes_the_members_without_a_value_of_their_own():
    ensemble = replace(RECIPE, members=[RECIPE, replace(RECIPE, epochs=5)])
    longer = replace(ensemble, epochs=100, mask="none", validation_split=0.5)
    assert [member.epochs for member in longer.list_members()] == [100, 5]
    assert {member.mask for member in longer.list_members()} == {"none"}
    assert {member.validation_split for member in longer.list_members()} == {0.5}


def test_resolving_keeps_the_defaults_of_each_member():
    ensemble = replace(RECIPE, members=[RECIPE, replace(RECIPE, optimizer="sgd")])
    adam, sgd = ensemble.resolve().list_members()
    assert (adam.learning_rate, sgd.learning_rate) == (0.001, 0.01)
    assert ensemble.resolve().resolve() == ensemble.resolve()


@given(recipes)
def test_an_ensemble_survives_json_and_its_representation(recipe):
    assert Recipe.from_dict(recipe.to_dict()) == recipe
    assert hash(Recipe.from_dict(recipe.to_dict())) == hash(recipe)
    resolved = [member.resolve() for member in recipe.list_members()]
    assert [member.resolve() for member in recipe.resolve().list_members()] == resolved


def test_changes_that_no_longer_fit_are_dropped_with_their_reason():
    convolutions = replace(RECIPE, family="random_convolution", n_kernels=500)
    ensemble = replace(RECIPE, members=[RECIPE, convolutions])
    per_step = ensemble.adapt(return_sequences=True)
    assert per_step.members == (Member(), Member(n_kernels=500))
    with pytest.raises(RecipeError, match="one per step"):
        replace(ensemble, return_sequences=True)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (MAX_MEMBERS + 1, "members is 11; use a whole number from 0 to 10"),
        ([RECIPE] * (MAX_MEMBERS + 1), "members has 11 entries; use at most 10"),
        (-1, "from 0 to 10"),
        (True, "from 0 to 10"),
        ("five", "use a number of seeds, or a list of recipes"),
        ([3], "members holds 3; use recipes"),
        ([replace(RECIPE, mask="none")], "mask 'none', and the ensemble 'value'"),
        ([Recipe()], "task 'regression', and the ensemble 'classification'"),
        ([replace(RECIPE, members=2)], "a member is an ensemble itself"),
        ([Member(seed=3)], "members changes seed, which all members share"),
        ([Member(colour=3)], "no field 'colour'"),
        ([Member(epochs=0)], "epochs is 0; use a whole number from 1"),
    ],
)
def test_members_that_no_ensemble_has_are_refused(members, message):
    with pytest.raises(RecipeError, match=message):
        replace(RECIPE, members=members)


@pytest.mark.parametrize("plain", [3, [3], {"epochs": 3}, [{"colour": 1}], [{"layers": 3}]])
def test_members_of_a_file_are_checked(plain):
    with pytest.raises(RecipeError):
        Recipe.from_dict(RECIPE.to_dict() | {"members": plain})


def test_a_link_names_what_each_member_changes():
    to_text, from_text = FIELDS["members"].to_text, FIELDS["members"].from_text
    assert to_text(replace(RECIPE, members=5).members) == "5"
    convolutions = replace(RECIPE, family="random_convolution", n_kernels=500)
    members = replace(RECIPE, members=[RECIPE, convolutions]).members
    assert to_text(members) == "same;family:random_convolution/n_kernels:500"
    assert from_text(to_text(members)) == members


@pytest.mark.parametrize("text", ["", "five", "same;", "mask:none", "epochs", "layers:LSTM(8)"])
def test_a_link_that_names_no_members_is_refused(text):
    with pytest.raises(ValueError, match=r"member|layer|field|invalid"):
        FIELDS["members"].from_text(text)
