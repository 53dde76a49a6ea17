"""JSON Lines and JSON arrays of objects are read as rows."""

import io
import json

import numpy as np
import pytest

from core import DataError, Sequences, read_sequences
from core.reading import open_table
from tests.support.findings import find_finding, read_problem

THREE = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6], ids=["a", "b", "c"])
LISTS = [
    {"id": "a", "value": [1], "target": 2},
    {"id": "b", "value": [2, 5], "target": 4},
    {"id": "c", "value": [3, 9, 9, 4, 8], "target": 6},
]
STEPS = [
    {"id": record["id"], "t": t, "value": value, "target": record["target"]}
    for record in LISTS
    for t, value in enumerate(record["value"])
]


def to_lines(records):
    return "".join(json.dumps(record) + "\n" for record in records)


def read(text, **choices):
    return read_sequences(io.StringIO(text), **choices)


def catch_message(text, **choices):
    with pytest.raises(DataError) as caught:
        read(text, **choices)
    return str(caught.value)


@pytest.mark.parametrize("records", [LISTS, STEPS])
@pytest.mark.parametrize("write", [to_lines, json.dumps, lambda rows: json.dumps(rows, indent=2)])
def test_the_reference_example_is_read(records, write):
    assert read(write(records)) == THREE


def test_objects_in_objects_are_columns_with_a_dot():
    table = open_table(io.StringIO(to_lines([{"a": {"b": 1, "c": {"d": 2}}}, {"a": {"b": 3}}])))
    assert table.columns.to_pydict() == {"a.b": [1, 3], "a.c.d": [2, None]}


def test_a_list_of_objects_is_a_sequence_per_key():
    steps = [{"x": 1, "y": 2}, {"x": 3, "y": 4}]
    data = read(to_lines([{"steps": steps, "label": "p"}, {"steps": steps[:1], "label": "q"}]))
    assert data.feature_names == ("steps.x", "steps.y")
    assert [sequence.tolist() for sequence in data] == [[[1, 2], [3, 4]], [[1, 2]]]


def test_values_keep_their_kind():
    records = [
        {"id": "007", "n": 1, "x": 0.5, "flag": True, "mixed": 1, "when": "2026-01-31"},
        {"id": "8", "n": 2**70, "x": None, "flag": False, "mixed": "two", "when": None},
    ]
    table = open_table(io.StringIO(to_lines(records)))
    assert table.columns.to_pydict() == {
        "id": ["007", "8"],
        "n": ["1", str(2**70)],
        "x": [0.5, None],
        "flag": ["true", "false"],
        "mixed": ["1", "two"],
        "when": ["2026-01-31", ""],
    }


def test_a_row_of_json_lines_has_the_number_of_its_line():
    text = '\n{"id":"a","v":1}\n\n{"id":"a","v":"x"}\n{"id":"b","v":2}\n'
    assert "Row 4, column v: 'x'" in catch_message(text, missing="refuse")
    assert "Row 4, column v: 'x'" in read_problem(io.StringIO(text))


def test_a_missing_key_is_a_missing_value():
    text = '{"id":"a","t":0,"v":1}\n{"id":"a","t":1}\n{"id":"b","t":0,"v":2}\n'
    assert "the value is missing" in catch_message(text, missing="refuse")
    data = read(text)
    np.testing.assert_array_equal(data.values.ravel(), [1, np.nan, 2])
    assert find_finding(data, "missing").rows == (2,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}\n', "This is a JSON object"),
        ('{\n"a": [1, 2]\n}\n', "This is a JSON object"),
        ('{"a": 1}\n{"a": 2\n', "Row 2: this is not JSON"),
        ('[{"a": 1},\n{"a": 2},\n', "Row 3: this is not JSON"),
        ('{"a": 1, "a": 2}\n{"a": 3}\n', "two values called 'a'"),
        ('{"a.b": 1, "a": {"b": 2}}\n{"a": {"b": 3}}\n', "two values called 'a.b'"),
        ('[{"a": 1}, 5]', "Object 2 of the JSON is '5'"),
        ("[{}, {}]", "have no values"),
        ('{"a": 1}\n{"a": %s}\n' % ("1" * 5_000), "Row 2: the JSON has lists"),
        ('{"a": ' * 100_000 + "1" + "}" * 100_000 + '\n{"a": 1}\n', "too deep"),
        ('[{"a": ' + "[" * 100_000 + "]" * 100_000 + "}]", "too deep"),
        ('[{"a": ' + '{"a": ' * 700 + "1" + "}" * 700 + "}]", ""),
        ('{"x": [[[1]]]}\n{"x": [[[2]]]}\n', ""),
    ],
)
def test_other_json_is_refused(text, expected):
    assert expected in catch_message(text)


def test_a_word_in_a_list_of_json_is_reported():
    text = '{"x": [1, "a"]}\n{"x": [2]}\n'
    assert "is not a number" in catch_message(text, missing="refuse")
    assert "is not a number" in read_problem(io.StringIO(text))


@pytest.mark.slow
def test_a_million_names_are_refused():
    text = "[{" + ",".join(f'"c{i}": 1' for i in range(1_000_000)) + "}]"
    assert "There are 1,000,000 columns" in catch_message(text)
    text = to_lines({f"c{i}": 1} for i in range(15_000))
    assert "15,000 different names in 15,000 rows" in catch_message(text)
