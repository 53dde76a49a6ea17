"""Suggested recipes: every choice follows from the data."""

from dataclasses import replace

import pytest

from core import Recipe, Sequences
from core.recipe.recipe import FAMILIES
from core.recipe.suggestion_rules import has_classes, suggest_first_version


def make_data(targets) -> Sequences:
    return Sequences.from_lists([[1]] * len(targets), targets=targets)


@pytest.mark.parametrize(
    ("targets", "classes"),
    [
        (["a", "b"], True),
        ([1, 2] * 10, True),
        ([2, 4, 6], False),  # the reference example predicts a number
        ([0.5, 1.5] * 10, False),
        (list(range(40)), False),
    ],
)
def test_the_task_follows_from_the_targets(targets, classes):
    assert has_classes(make_data(targets)) is classes
    expected = "classification" if classes else "regression"
    assert Recipe.suggest(make_data(targets)).task == expected


def test_targets_are_not_required():
    assert Recipe.suggest(Sequences.from_lists([[1], [2]])).task == "regression"


@pytest.mark.parametrize(("n", "batch_size"), [(1, 1), (100, 4), (640, 32), (100_000, 64)])
def test_small_data_gets_small_batches(n, batch_size):
    assert Recipe.suggest(make_data([0.5] * n)).batch_size == batch_size


def test_per_step_targets_get_a_unidirectional_layer():
    steps = Sequences.from_lists([[1, 2], [3]], [[0.5, 1.5], [2.5]])
    recipe = Recipe.suggest(steps)
    assert recipe.return_sequences
    assert not recipe.layers[0].bidirectional
    assert has_classes(Sequences.from_lists([[1] * 10], [[0, 1] * 5]))


def test_classification_pools_all_steps_and_regression_the_last():
    assert Recipe.suggest(make_data(["a", "b"] * 60), "recurrent").pooling == "mean"
    assert Recipe.suggest(make_data([0.5, 1.5] * 60)).pooling == "last"
    steps = Sequences.from_lists([[1] * 10] * 9, [["a", "b"] * 5] * 9)
    assert Recipe.suggest(steps).pooling == "last"  # one prediction per step


@pytest.mark.parametrize(("n", "share"), [(3, 0), (9, 0), (10, 0.2)])
def test_a_handful_of_sequences_has_no_validation_set(n, share):
    recipe = Recipe.suggest(make_data([0.5] * n))
    assert recipe.validation_split == share
    assert (recipe.patience is None) == (share == 0)


@pytest.mark.parametrize(("n", "units"), [(20, 32), (500, 64), (5_000, 128)])
def test_more_sequences_get_more_units(n, units):
    assert Recipe.suggest(make_data([0.5] * n)).layers[0].units == units


def test_large_data_gets_fewer_epochs_and_test_rows_do_not_count():
    long = Sequences([[0.0]] * 2_000_000, [100_000] * 20, [0.5] * 20)
    assert Recipe.suggest(long).epochs == 20
    marked = make_data([0.5] * 200)
    marked = marked.from_lists(list(marked), marked.targets, split=["train"] * 20 + ["test"] * 180)
    assert Recipe.suggest(marked).layers[0].units == 32


@pytest.mark.parametrize(
    ("data", "family"),
    [
        (make_data(["a", "b"] * 60), "random_convolution"),
        (make_data(["a", "b"] * 4), "recurrent"),  # too few to leave each one out
        (make_data([0.5, 1.5] * 60), "recurrent"),
        (make_data([0, 1] * 12_000), "recurrent"),  # their features would fill the memory
        (Sequences.from_lists([[1] * 10] * 20, [["a", "b"] * 5] * 20), "recurrent"),  # per step
        (
            Sequences([[0]] * 60, [1] * 60, ["a", "b"] * 30, categories={"value": ["x"]}),
            "recurrent",
        ),
    ],
)
def test_the_family_follows_from_features_and_targets(data, family):
    assert Recipe.suggest(data).family == family


def test_a_fit_in_closed_form_holds_out_sequences_only_without_a_test_set():
    data = make_data(["a", "b"] * 60)
    assert Recipe.suggest(data).validation_split == 0.2
    marked = data.from_lists(list(data), data.targets, split=["train"] * 100 + ["test"] * 20)
    assert Recipe.suggest(marked).validation_split == 0


def test_a_requested_family_has_the_settings_that_it_would_have_alone():
    data = make_data(["a", "b"] * 60)
    assert Recipe.suggest(data, "recurrent").pooling == "mean"
    assert Recipe.suggest(data, "recurrent").family == "recurrent"
    assert Recipe.suggest(data, "random_convolution") == Recipe.suggest(data)


def test_numbers_per_step_beside_a_test_set_are_learned_from_all_other_sequences():
    steps = Sequences.from_lists([[1] * 10] * 20, [[0.5] * 10] * 20)
    assert Recipe.suggest(steps).patience == 15
    marked = steps.from_lists(list(steps), [[0.5] * 10] * 20, split=["train"] * 15 + ["test"] * 5)
    recipe = Recipe.suggest(marked)
    assert (recipe.schedule, recipe.epochs) == ("cosine", 100)
    assert (recipe.validation_split, recipe.patience) == (0.0, None)
    assert Recipe(**suggest_first_version(marked)) == replace(
        recipe, schedule="constant", epochs=60, validation_split=0.2, patience=15
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_can_be_suggested(family):
    recipe = Recipe.suggest(make_data(["a", "b"] * 60), family)
    assert (recipe.family, recipe.task) == (family, "classification")
    assert recipe.validation_split == 0.2
