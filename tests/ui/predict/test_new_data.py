import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core import Sequences
from core.reading import Schema, detect_schema, open_table, read_table
from core.reading.new_data import Reading
from ui.predict import new_data
from ui.predict.new_data import format_as_csv, read_typed, suggest_sequence
from ui.samples import load_example
from ui.session.state import Owner, State


def read_text(text: str, reading: Reading) -> Sequences | None:
    visitor = State(Owner("somebody", lasting=False, login=None))
    return read_typed(visitor, visitor.places.typed, text, reading)


@pytest.fixture
def messages(monkeypatch):
    """Messages that reading text shows: errors and captions."""
    shown = []
    monkeypatch.setattr(
        new_data, "offer_to_read_again", lambda error, key, read: shown.append(str(error))
    )
    monkeypatch.setattr(new_data.st, "caption", shown.append)
    monkeypatch.setattr(new_data, "show_rows", lambda report: None)  # shows resolved problems
    return shown


@pytest.mark.parametrize(
    ("text", "features", "lists"),
    [
        ("1.5", 1, [[[1.5]]]),
        ("[1.5]", 1, [[[1.5]]]),
        ("[True, False]", 1, [[[1], [0]]]),
        ("[1, 2], [3]", 1, [[[1], [2]], [[3]]]),
        ("1\n2, 5", 1, [[[1]], [[2], [5]]]),
        ("1, 2, 5", 1, [[[1], [2], [5]]]),
        ("[[1, 2], [3, 4]]", 1, [[[1], [2]], [[3], [4]]]),
        # Several features: a list inside brackets is a step, a bare list is a sequence of one step.
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
def test_typed_text_is_read(messages, text, features, lists):
    data = read_text(text, Reading(features))
    assert messages == []
    assert [data[i].tolist() for i in range(len(data))] == lists


@pytest.mark.parametrize(
    ("text", "features", "words"),
    [
        ("1.5, [2]", 1, "'1.5,' is outside the lists"),
        ("[1.5]; [2]", 1, "';' is outside the lists"),
        ("1.5\n[2]", 1, "'1.5' is not a list"),
        ("[inf]", 1, "'inf' in the list is infinite"),
        ("[Truth]", 1, "'Truth' in the list is not a number"),
        ("[٣]", 1, "'٣' in the list is not a number"),
        ("hello", 1, "'hello' is not a number"),
        ("1.5, hello", 1, "'hello' is not a number"),
        ("1, 2, 3", 2, "unlike '[1, 2, 3]'"),
        ("[1, 2]\n[3]", 2, "unlike '[3]'"),
        ("", 1, "input is empty"),
    ],
)
def test_unreadable_text_is_quoted(messages, text, features, words):
    assert read_text(text, Reading(features)) is None
    assert len(messages) == 1
    assert words in messages[0]


TRAINED = detect_schema(open_table(io.StringIO("id,t,a,b,y\np,0,1,2,3\np,1,1,2,3\nq,0,1,2,4\n")))


def test_csv_text_is_read_by_the_columns_of_the_training_data(messages):
    data = read_text("t,b,a,id,y\n1,2,1,p,3\n0,4,3,p,3\n", Reading(2, TRAINED))
    assert (data.feature_names, data[0].tolist()) == (("a", "b"), [[3, 4], [1, 2]])
    assert data.targets.tolist() == [3]
    assert messages == []


def test_unused_columns_of_csv_text_are_listed(messages):
    assert read_text("id,t,a,b,*note*\np,0,1,2,x\n", Reading(2, TRAINED)) is not None
    assert messages == [r"Not used: \*note\*."]


def test_missing_values_in_typed_text_are_treated_as_in_the_training_data(messages):
    assert read_text("[1, nan, 2]", Reading(schema=Schema("rows", missing="drop")))[0].tolist() == [
        [1],
        [2],
    ]


def test_missing_values_are_carried_on_unless_the_training_data_was_read_otherwise(messages):
    text = "id,t,a,b,y\np,0,1,2,3\np,1,,2,3\n"
    data = read_text(text, Reading(2, TRAINED))
    assert data.missing == "forward"
    assert np.isnan(data[0][1, 0])
    assert messages == []
    assert read_text(text, Reading(2, replace(TRAINED, missing="refuse"))) is None
    assert "Row 3, column a: the value is missing" in messages[0]


def test_the_suggestion_is_the_shortest_sequence():
    assert suggest_sequence(load_example()) == "[1]"


WORDS = "id,t,colour,v,y\na,0,red,1,1\na,10,blue,2.5,1\nb,0,red,3,2\nb,1,,7,2\nb,5,red,1,2\n"


@pytest.mark.parametrize("elapsed", [False, True])
def test_a_sequence_with_categories_is_suggested_as_csv(messages, elapsed):
    table = open_table(io.StringIO(WORDS))
    schema = replace(detect_schema(table), missing="mean", elapsed=elapsed)
    data, _ = read_table(table, schema)
    text = suggest_sequence(data)
    assert text.splitlines() == (
        ["t,colour,v", "0,red,1", "10,blue,2.5"] if elapsed else ["colour,v", "red,1", "blue,2.5"]
    )
    again = read_text(text, Reading.from_sequences(data))
    assert np.array_equal(again[0], data[0])
    lacking = format_as_csv(data[[1]], data.schema)
    pd.testing.assert_frame_equal(
        read_text(lacking, Reading.from_sequences(data)).to_frame()[["colour", "v"]],
        data[[1]].to_frame()[["colour", "v"]],
    )
    assert messages == []


def test_a_sequence_with_a_missing_value_is_suggested_as_lists(messages):
    data = Sequences.from_lists([[[1, 2], [float("nan"), 4]]], missing="mean")
    assert suggest_sequence(data) == "[[1, 2], [nan, 4]]"
    again = read_text("[[1, 2], [nan, 4]]", Reading.from_sequences(replace(data, schema=MEAN)))
    np.testing.assert_array_equal(again[0], data[0])
    assert messages == []


MEAN = Schema("list", missing="mean")
