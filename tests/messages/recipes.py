"""Values of recipes in names and refusals."""

from __future__ import annotations

import pytest

from core import LSTM, Conv1D, Recipe, Sequences
from core.errors import RecipeError
from core.layers.inception.declaration import Inception
from core.recipe.recipe import FIELDS
from tests.messages.case import Result, case
from ui.compare.dimensions import build_dimensions
from ui.session.state import Owner, State


def name_value(recipe: Recipe, key: str, value: object) -> str:
    """Name a recipe of Compare by the value of one setting."""
    data = Sequences.from_lists([[1], [2, 5]], [1, 2])
    visitor = State(Owner("me", True, None), data=data, recipe=recipe)
    return build_dimensions(visitor)[key].format(value)


CONVOLUTION = Recipe(family="convolution", layers=(Conv1D(8),))
INCEPTION = Recipe(family="convolution", layers=(Inception(8),))
ROCKET = Recipe(family="random_convolution", task="classification")

# Per message: the recipe, the key of its setting, a value, and how it is shown.
NAMED: dict[str, tuple[Recipe, str, object, str]] = {
    "kernel size {value}": (CONVOLUTION, "kernel_size", 7, "7"),
    "{value} filters": (CONVOLUTION, "filters", 1234, "1,234"),
    "kernels up to {value}": (INCEPTION, "kernel_size", 40, "40"),
    "{value} units": (Recipe(), "units", 1024, "1,024"),
    "maxlen {value}": (Recipe(), "maxlen", 1500, "1,500"),
    "batch {value}": (Recipe(), "batch_size", 32, "32"),
    "rate {value}": (Recipe(), "learning_rate", 0.0005, "0.0005"),
    "decay {value}": (Recipe(), "weight_decay", 0.004, "0.004"),
    "gradients clipped at {value}": (Recipe(), "clip_norm", 1.5, "1.5"),
    "{value} kernels": (ROCKET, "n_kernels", 2500, "2,500"),
    "{value} groups": (ROCKET, "n_groups", 32, "32"),
    "patches of {value}": (Recipe(), "patch_size", 8, "8"),
}


def build_name_case(recipe: Recipe, key: str, value: object, text: str):
    return lambda: (name_value(recipe, key, value), {"value": text})


for message, situation in NAMED.items():
    case(message)(build_name_case(*situation))


@case("dropout {value}")
def name_a_dropout() -> Result:
    return name_value(Recipe(), "dropout", 0.3), {"value": 0.3}


@case("members: {value}")
def count_named_members() -> Result:
    recipe = Recipe(members=7)
    return name_value(recipe, "members", recipe.members), {"value": len(recipe.members)}


def refuse(**fields: object) -> str:
    with pytest.raises(RecipeError) as caught:
        Recipe(**fields)
    return str(caught.value)


@case("{name} is {value!r}; use a whole number…")
def state_the_limits_of_a_whole_number() -> Result:
    limits = FIELDS["epochs"].type
    return refuse(epochs=0), {"low": limits.low, "high": limits.high}


@case("{name} is {value!r}; use a number from…")
def state_the_limits_of_a_number() -> Result:
    limits = FIELDS["learning_rate"].type
    return refuse(learning_rate=-1.0), {"low": limits.low, "high": limits.high}


@case("{name} has {n} numbers…")
def count_the_numbers_of_a_list() -> Result:
    return refuse(dense=(8,) * 9), {"n": 9, "most": 8}


@case("{name} has {n} layers…")
def count_layers() -> Result:
    return refuse(layers=(LSTM(2),) * 12), {"n": 12, "most": 8}


@case("{name} has {n} entries…")
def count_members() -> Result:
    return refuse(members=[Recipe()] * 120), {"n": 120, "most": 10}


@case("Conv1D.strides is {strides}…")
def combine_strides_and_dilation() -> Result:
    with pytest.raises(RecipeError) as caught:
        Conv1D(8, strides=2, dilation_rate=3)
    return str(caught.value), {"strides": 2, "dilation_rate": 3}
