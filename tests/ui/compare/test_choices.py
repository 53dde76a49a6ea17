"""What a comparison varies, as text."""

import pytest

from core import Recipe, Sequences
from ui.compare.choices import Choices
from ui.compare.dimensions import build_dimensions
from ui.session.state import Owner, State


@pytest.fixture
def dimensions():
    data = Sequences.from_lists([[1], [2, 5]], targets=[1, 2])
    return build_dimensions(State(Owner("o", False, None), data=data, recipe=Recipe()))


def test_every_dimension_survives_as_text(dimensions):
    values = {key: list(each.defaults) for key, each in dimensions.items()}
    choices = Choices.from_values(values, dimensions, 7, True)
    assert Choices.from_texts(choices.to_texts(), dimensions) == choices
    read = {
        key: [dimensions[key].from_text(text) for text in texts]
        for key, texts in choices.varied.items()
    }
    assert read == values


def test_the_value_of_the_recipe_is_one_of_the_proposed_values(dimensions):
    assert all(each.current in each.defaults for each in dimensions.values())


@pytest.mark.parametrize(
    ("texts", "seeds", "folds"),
    [
        ({}, 5, None),
        ({"seeds": "3", "folds": "yes"}, 3, True),
        ({"seeds": "0"}, 1, None),
        ({"seeds": "99999999999", "folds": "perhaps"}, 10, None),
        ({"seeds": "-4"}, 5, None),
    ],
)
def test_seeds_and_folds_of_a_link_are_limited(dimensions, texts, seeds, folds):
    choices = Choices.from_texts(texts, dimensions)
    assert (choices.seeds, choices.folds) == (seeds, folds)
    assert list(choices.varied) == ["mask"]


def test_unreadable_values_are_left_out(dimensions):
    texts = {"vary.units": "8|x|8|-", "vary.mask": "?", "vary.cake": "1"}
    varied = Choices.from_texts(texts, dimensions).varied
    assert varied["units"] == ("8",)
    assert set(varied["mask"]) >= {"lengths", "none"}
    assert "cake" not in varied
