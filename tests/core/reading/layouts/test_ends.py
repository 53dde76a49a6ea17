"""A sequence ends with its last value: what follows in its row is never filled."""

import io

import numpy as np
import pandas as pd
import pytest

from core import DataError
from core.errors import MissingValue
from core.reading import read_sequences
from tests.support.findings import find_finding, list_doubts

FORCES = "Specimen," + ",".join(f"Force {step} [N]" for step in range(1, 6)) + ",Max strain (%)\n"


def read(text, **choices):
    return read_sequences(io.StringIO(text), **choices)


def list_sequences(data):
    return [sequence.ravel().tolist() for sequence in data]


@pytest.mark.parametrize("end", ["", "nan", "NaN", "NA", "null", "None", "#N/A", " "])
@pytest.mark.parametrize(
    "header", [FORCES, "Specimen,1,2,3,4,5,Max strain (%)\n", "Specimen,x1,x2,x3,x4,x5,load\n"]
)
def test_cells_behind_the_last_value_end_a_row(header, end):
    data = read(header + f"a,1,2,3,{end},{end},7.5\nb,1,2,{end},{end},{end},8\nc,1,2,3,4,5,9\n")
    assert list_sequences(data) == [[1, 2, 3], [1, 2], [1, 2, 3, 4, 5]]
    assert data.targets.tolist() == [7.5, 8, 9]


def list_messages(data, code):
    return [str(finding.message) for finding in data.report if finding.code == code]


@pytest.mark.parametrize("end", ["nan", "NaN", "NA", "null", " None ", "#N/A", "NaN,,"])
def test_cells_behind_the_last_value_end_a_row_of_unequal_length(end):
    data = read(f"1,2,{end}\n3\n4,5,6,7,{end},{end}\n", missing="forward")
    assert list_sequences(data) == [[1, 2], [3], [4, 5, 6, 7]]
    assert list_messages(data, "end") == [
        ("Sequences whose end is marked by missing values after the last value: 2")
    ]


def test_lines_of_numbers_between_spaces_end_with_their_last_value():
    data = read("1 2 nan\n3\n4 5 6 7 nan nan\n")
    assert list_sequences(data) == [[1, 2], [3], [4, 5, 6, 7]]


@pytest.mark.parametrize("text", ["1,2,?\n3\n", "1,nan,2\n3\n"])
def test_a_missing_value_of_a_row_of_unequal_length_is_no_end(text):
    with pytest.raises(MissingValue, match="Row 1"):
        read_sequences(io.StringIO(text), missing="refuse")
    assert np.isnan(read(text).values).sum() == 1


def test_a_row_of_unequal_length_without_a_value_is_left_out():
    data = read("1,2\nnan,nan,nan\n3,NaN\n")
    assert list_sequences(data) == [[1, 2], [3]]
    assert data.report.left_out == {"empty": 1}
    assert data.report.rows == data.report.used + 1
    assert find_finding(data, "empty").rows == (2,)
    with pytest.raises(DataError, match="Row 1 has no values in columns 1 to 2"):
        read_sequences(io.StringIO("nan,nan\nnan\n"), layout="rows")


def test_nan_of_a_data_frame_ends_a_row():
    frame = pd.DataFrame({"id": ["a", "b"], "x1": [1.0, 2], "x2": [3, None], "x3": [4, None]})
    assert list_sequences(read_sequences(frame, missing="mean")) == [[1, 3, 4], [2]]


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        (["[1, 2, null]", "[1, nan, NaN]"], [[1, 2], [1]]),
        (["[[1, 2], [null, null]]", "[[1, 2]]"], [[1, 2], [1, 2]]),
    ],
)
def test_items_behind_the_last_value_end_a_list(lists, expected):
    data = read("s,y\n" + "".join(f'"{cell}",{row}\n' for row, cell in enumerate(lists)))
    assert list_sequences(data) == expected
    assert len(list_messages(data, "end")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "id,x1,x2,x3\na,1,,3\nb,1,2,3\n",
        "id,x1,x2,x3\na,1,2,?\nb,1,2,3\n",
        's,y\n"[1, null, 3]",4\n',
        's,y\n"[1, 2, ?]",4\n',
        's,y\n"[[1, 2], [3, null]]",4\n',
        's,r,y\n"[1, 2]","[1, null]",4\n"[1, null]","[1, 2]",4\n',
        'v,y\n"[1, null]","[3, 4]"\n"[1, 2]","[3, 4]"\n',  # a target of a step without a value
    ],
)
def test_a_value_before_the_end_or_a_question_mark_is_missing(text):
    with pytest.raises(MissingValue):
        read(text, missing="refuse")
    data = read(text)
    assert np.isnan(data.values).any()
    assert find_finding(data, "missing").remedies[0] == {
        "missing": "forward",
        "accept": ["missing"],
    }


def test_empty_columns_and_rows_at_the_end_are_dropped():
    data = read("id,x1,x2,y,,\na,1,2,5,,\nb,1,,6,,\n,,,,,\n")
    assert (list_sequences(data), data.schema.unused) == ([[1, 2], [1]], ())
    assert data.targets.tolist() == [5, 6]


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("x1,x2,x4", "x3"),
        ("x01,x02,x04", "x03"),
        ("t0,t10,t30", "t20"),
        ("F 1 [N],F 2 [N],F 4 [N]", "F 3 [N]"),
    ],
)
def test_a_gap_between_numbered_columns_is_a_doubt(header, missing):
    data = read(f"id,{header},y\na,1,2,3,5\nb,1,2,,6\n")
    assert list_sequences(data) == [[1, 2, 3], [1, 2]]
    doubt = (
        f"the columns count their steps, but `{missing}` is missing: "
        "the others are read as consecutive steps"
    )
    assert list_doubts(data) == [("warning", "missing_steps", doubt)]


@pytest.mark.parametrize("header", ["x1,x2,x3", "t0,t10,t20", "x0,x1,x2"])
def test_numbers_a_constant_step_apart_have_no_gap(header):
    assert list_doubts(read(f"id,{header},y\na,1,2,3,5\nb,1,2,,6\n")) == []


@pytest.mark.parametrize("value", ["0", "-1", "-999", "0.0"])
def test_a_number_that_only_fills_the_ends_is_a_doubt(value):
    text = "id,x1,x2,x3,x4,y\na,1,2,3,{0},1\nb,1,2,{0},{0},2\nc,4,{0},{0},{0},1\nd,1,1,2,3,2\n"
    data = read(text.format(value))
    assert data.lengths.tolist() == [4, 4, 4, 4]
    ((level, code, doubt),) = list_doubts(data)
    assert (level, code) == ("question", "padding")
    assert doubt.startswith(f"many rows end in {float(value):g}, which is read as data")


@pytest.mark.parametrize(
    "rows",
    [
        "a,1,0,3,0,1\nb,1,2,0,0,2\nc,4,0,0,0,1\nd,1,1,2,3,2\n",  # zero occurs inside
        "a,1,2,3,0,1\nb,1,2,3,0,2\nc,1,2,3,4,1\n",  # only the last value
        "a,1,2,0,0,1\nb,3,2,0,0,2\nc,4,1,0,0,1\n",  # always the same steps
    ],
)
def test_a_number_that_is_data_is_no_doubt(rows):
    assert list_doubts(read("id,x1,x2,x3,x4,y\n" + rows)) == []


def test_a_row_without_a_value_is_reported():
    data = read("id,x1,x2\na,1,2\nb,nan,nan\n")
    assert data.ids.tolist() == ["a"]
    finding = find_finding(data, "empty")
    assert (finding.level, finding.rows) == ("question", (3,))
    assert data.report.left_out == {"empty": 1}
