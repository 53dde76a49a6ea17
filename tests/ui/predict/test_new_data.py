import io
from dataclasses import replace

import numpy as np
import pytest

from core import Sequences
from core.reading import Schema, detect_schema, open_table, read_table
from core.reading.new_data import Reading
from ui.predict import new_data
from ui.predict.new_data import a_short_sequence, as_table, typed_sequences
from ui.session.state import State, example_data
from ui.shell.auth import Owner


def typed(text: str, reading: Reading) -> Sequences | None:
    visitor = State(Owner("somebody", lasting=False, login=None))
    return typed_sequences(visitor, text, reading)


@pytest.fixture
def said(monkeypatch):
    """What typing put on screen, errors and captions."""
    shown = []
    monkeypatch.setattr(
        new_data, "offer_to_read_again", lambda error, key, read: shown.append(str(error))
    )
    monkeypatch.setattr(new_data.st, "caption", shown.append)
    monkeypatch.setattr(new_data, "rows", lambda report: None)  # what was not as it should be
    return shown


@pytest.mark.parametrize(
    ("text", "features", "lists"),
    [
        ("1.5", 1, [[[1.5]]]),
        ("[1.5]", 1, [[[1.5]]]),
        ("[1, 2], [3]", 1, [[[1], [2]], [[3]]]),
        ("1\n2, 5", 1, [[[1]], [[2], [5]]]),
        ("1, 2, 5", 1, [[[1], [2], [5]]]),
        ("[[1, 2], [3, 4]]", 1, [[[1], [2]], [[3], [4]]]),
        # Of several features: a list inside brackets is a step, a list by itself a sequence of one.
        ("[[1, 2], [3, 4]]", 2, [[[1, 2], [3, 4]]]),
        ("[[1, 2]]", 2, [[[1, 2]]]),
        ("[1, 2]", 2, [[[1, 2]]]),
        ("[1, 2]\n[3, 4]", 2, [[[1, 2]], [[3, 4]]]),
        ("1, 2\n3, 4", 2, [[[1, 2]], [[3, 4]]]),
        ("[[1, 2]]\n[[3, 4]]", 2, [[[1, 2]], [[3, 4]]]),
        ("[[[1, 2]], [[3, 4]]]", 2, [[[1, 2]], [[3, 4]]]),
        ("[[1, 2], [3, 4], [5, 6]]\n[[7, 8]]", 2, [[[1, 2], [3, 4], [5, 6]], [[7, 8]]]),
        ('s\n"[1, 2]"\n', 1, [[[1], [2]]]),
    ],
)
def test_what_people_type_is_understood(said, text, features, lists):
    data = typed(text, Reading(features))
    assert said == []
    assert [data[i].tolist() for i in range(len(data))] == lists


@pytest.mark.parametrize(
    ("text", "features", "words"),
    [
        ("1.5, [2]", 1, "'1.5,' stands outside the lists"),
        ("[1.5]; [2]", 1, "';' stands outside the lists"),
        ("1.5\n[2]", 1, "'1.5' is not a list"),
        ("[inf]", 1, "'inf' in the list is infinite"),
        ("[True]", 1, "'True' in the list is not a number"),
        ("[٣]", 1, "'٣' in the list is not a number"),
        ("hello", 1, "'hello' is not a number"),
        ("1.5, hello", 1, "'hello' is not a number"),
        ("1, 2, 3", 2, "'[1, 2, 3]' is none"),
        ("[1, 2]\n[3]", 2, "'[3]' is none"),
        ("", 1, "nothing in it"),
    ],
)
def test_what_cannot_be_placed_is_named(said, text, features, words):
    assert typed(text, Reading(features)) is None
    assert len(said) == 1
    assert words in said[0]


TRAINED = detect_schema(open_table(io.StringIO("id,t,a,b,y\np,0,1,2,3\np,1,1,2,3\nq,0,1,2,4\n")))


def test_csv_text_is_read_by_the_columns_of_the_training_data(said):
    data = typed("t,b,a,id,y\n1,2,1,p,3\n0,4,3,p,3\n", Reading(2, TRAINED))
    assert (data.feature_names, data[0].tolist()) == (("a", "b"), [[3, 4], [1, 2]])
    assert data.targets.tolist() == [3]
    assert said == []


def test_columns_of_csv_text_that_are_not_used_are_said(said):
    assert typed("id,t,a,b,*note*\np,0,1,2,x\n", Reading(2, TRAINED)) is not None
    assert said == [r"Not used: \*note\*."]


def test_missing_values_in_the_box_are_treated_as_in_the_training_data(said):
    assert typed("[1, nan, 2]", Reading(schema=Schema("rows", missing="drop")))[0].tolist() == [
        [1],
        [2],
    ]


def test_the_suggestion_is_the_shortest_sequence():
    assert a_short_sequence(example_data()) == "[1]"


WORDS = "id,t,colour,v,y\na,0,red,1,1\na,10,blue,2.5,1\nb,0,red,3,2\nb,1,,7,2\nb,5,red,1,2\n"


@pytest.mark.parametrize("elapsed", [False, True])
def test_a_sequence_with_words_is_suggested_as_the_table_it_is_read_from(said, elapsed):
    table = open_table(io.StringIO(WORDS))
    schema = replace(detect_schema(table), missing="mean", elapsed=elapsed)
    data, _ = read_table(table, schema)
    text = a_short_sequence(data)
    assert text.splitlines() == (
        ["t,colour,v", "0,red,1", "10,blue,2.5"] if elapsed else ["colour,v", "red,1", "blue,2.5"]
    )
    again = typed(text, Reading.of(data))
    assert np.array_equal(again[0], data[0])
    lacking = as_table(data[1], data.feature_names, data.schema)
    assert np.array_equal(typed(lacking, Reading.of(data))[0], data[1], equal_nan=True)
    assert said == []


def test_what_says_where_values_are_missing_is_not_typed(said):
    data = Sequences.from_lists([[[1, 2], [float("nan"), 4]]], missing="mean")
    assert a_short_sequence(data) == "[[1, 2], [nan, 4]]"
    again = typed("[[1, 2], [nan, 4]]", Reading.of(replace(data, schema=MEAN)))
    assert again[0].shape == (2, 2)
    assert said == []


MEAN = Schema("list", missing="mean", indicated=("x1",))
