"""A column that marks a split is honoured or doubted, and never a feature."""

import io

import numpy as np
import pytest

from core import Sequences
from core.preprocessing.splits import check_set_sizes
from core.reading import read_sequences
from core.recipe.recipe import Recipe
from tests.support.findings import find_finding, list_doubts, list_reasons

HONOURED = "`{}` contains {} and is used as the split into train and test"
NOT_USED = (
    "`{}` may mark a split and is not used. Write train, validation or test to use "
    "it, or choose it as a feature"
)


def read_long(name, value):
    """Read six sequences of two steps, with ``value(sequence, step)`` in a column."""
    rows = "".join(f"s{i},{t},{i * t},{value(i, t)}\n" for i in range(6) for t in range(2))
    return read_sequences(io.StringIO(f"id,t,v,{name}\n{rows}"))


@pytest.mark.parametrize(
    ("name", "values", "split"),
    [
        ("split", ["train", "val", "test"], ["train", "validation", "test"]),
        ("set", ["Train", "Test"], ["train", "test"]),
        ("anything", ["training", "dev"], ["train", "validation"]),
    ],
)
def test_words_mark_the_split_whatever_the_name(name, values, split):
    data = read_long(name, lambda i, t: values[i % len(values)])
    assert data.split[: len(split)].tolist() == split
    assert ("split", f"`{name}` contains train, validation or test: split") in list_reasons(data)
    assert list_doubts(data) == []


@pytest.mark.parametrize(
    ("name", "values", "split"),
    [
        ("is_test", ["0", "1"], ["train", "test"]),
        ("Is Test", ["no", "yes"], ["train", "test"]),
        ("test", ["False", "True"], ["train", "test"]),
        ("is_train", ["1", "0"], ["train", "test"]),
        ("is_validation", ["0", "1"], ["train", "validation"]),
    ],
)
def test_yes_and_no_mark_the_split_with_a_doubt(name, values, split):
    data = read_long(name, lambda i, t: values[i % 2])
    assert data.split[:2].tolist() == split
    assert data.feature_names == ("v",)
    doubt = HONOURED.format(name, ", ".join(values))
    assert list_doubts(data) == [("warning", "split", doubt)]
    assert find_finding(data, "split").remedies == ({"split": name}, {"split": ""})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("fold", "12345"),
        ("set", "01"),
        ("split", ["False", "True"]),
        ("partition", "ABC"),
        ("subset", "012"),
    ],
)
def test_other_parts_are_doubted_and_not_used(name, values):
    data = read_long(name, lambda i, t: values[i % len(values)])
    assert (data.split, data.feature_names, data.targets) == (None, ("v",), None)
    assert list_doubts(data) == [("question", "split", NOT_USED.format(name))]
    assert data.schema.unused == (name,)


@pytest.mark.parametrize(
    "text",
    [
        "id,x1,x2,{},y\na,1,2,{},5\nb,1,,{},6\n",
        'id,s,{},y\na,"[1]",{},5\nb,"[2]",{},6\n',
    ],
)
def test_rows_that_are_sequences_have_a_split(text):
    data = read_sequences(io.StringIO(text.format("is_test", 0, 1)))
    assert (data.split.tolist(), data.targets.tolist()) == (["train", "test"], [5, 6])
    data = read_sequences(io.StringIO(text.format("fold", 1, 2)))
    assert (data.split, data.targets.tolist()) == (None, [5, 6])
    assert ("question", "split", NOT_USED.format("fold")) in list_doubts(data)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("set", lambda i, t: i + t),
        ("fold", lambda i, t: t),
        ("test", lambda i, t: t),
        ("partition", lambda i, t: t * 1.5),
        ("set", lambda i, t: ["train", "test"][t]),
    ],
)
def test_a_column_that_varies_within_sequences_is_a_feature(name, value):
    data = read_long(name, value)
    assert data.split is None
    assert data.feature_names == ("v", name)
    reason = f"`{name}` is not a split, because it changes within sequences"
    assert list_reasons(data).count(("no_split", reason)) == 1
    assert list_doubts(data) == []


def test_many_values_are_no_parts():
    rows = "".join(f"s{i},{t},{i * t},{i}.5\n" for i in range(30) for t in range(2))
    data = read_sequences(io.StringIO(f"id,t,v,test,w\n{rows}".replace(".5\n", ".5,1\n")))
    assert data.feature_names == ("v", "test", "w")


def test_a_split_that_is_chosen_as_a_feature_is_one():
    text = "id,t,v,fold\na,0,1,1\na,1,2,1\nb,0,3,2\n"
    assert read_sequences(io.StringIO(text), features=["v", "fold"]).feature_names == ("v", "fold")


def test_groups_on_both_sides_of_a_split_are_a_doubt():
    text = "id,group,x1,x2,split\na,g,1,2,train\nb,g,1,,test\nc,h,1,,train\n"
    doubt = "groups in both the training set and another set: 1, such as g"
    data = read_sequences(io.StringIO(text))
    assert list_doubts(data) == [("warning", "divided_groups", doubt)]
    assert list_doubts(read_sequences(io.StringIO(text.replace("b,g", "b,k")))) == []


@pytest.mark.parametrize(("groups", "number"), [("gghh", 1), ("ggkh", 0)])
def test_training_says_that_groups_are_divided(groups, number):
    data = Sequences.from_lists(
        [[[1.0]]] * 4, targets=[0.5, 1.5, 2.5, 3.5], groups=list(groups),
        split=["train", "train", "train", "test"],
    )  # fmt: skip
    recipe = Recipe.suggest(data)
    notes = check_set_sizes(data, recipe, np.array([0, 1, 2]), np.array([], dtype=int))
    assert sum("Groups in both the training set" in note for note in notes) == number
