"""Every wrong input is refused with the row, the column and the text that is wrong.

Cells without a number are missing values unless these are refused, and rows without a role are left
out: both are reported in the same way.
"""

import contextlib
import io
import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import DataError
from core.errors import MissingValue
from core.reading import open_lists, open_table, read_sequences, read_with_choices
from tests.support.files import build_parquet
from tests.support.findings import find_finding

LONG = "id,t,v,target\na,0,1,2\n"
NOTHING = {}


def cell(row, column, found):
    return {"row": row, "column": column, "found": found}


REFUSED = {
    "an empty file": ("", "input is empty", NOTHING),
    "only blank lines": ("\n  \n\t\n", "input is empty", NOTHING),
    "only delimiters": (",,\n,,\n", "input is empty", NOTHING),
    "a blank line above a delimiter": (" \n;\n", "input is empty", NOTHING),
    "a header alone": ("\nid,t,v,target\n", "no row of values follows", {"row": 2}),
    "a ZIP cut off": (b"PK\x03\x04\x14", "ZIP is damaged", NOTHING),
    "a PDF renamed": (b"%PDF-1.7\n", "not a text file", NOTHING),
    "a picture renamed": (b"\x89PNG\r\n\x1a\n", "not a text file", NOTHING),
    "a JSON object": ('\n{"a":[1, 2, 3]}\n', "JSON object", {"found": '{"a":[1, 2, 3]}'}),
    "bytes of zero": (b"1,2\n3,\x00\n", "not a text file", NOTHING),
    "nothing but an id": ("id\na\nb\n", "No numeric column is left", NOTHING),
    "an id and a target": ("id,target\na,1\na,1\n", "No numeric column is left", NOTHING),
    "columns of one name": ("id,v,v\na,1,2\n", "two columns", cell(1, 3, "v")),
    "an open quote": ('id,t,v\na"b,0,1\na,1,2\n\nb,1,2\n', "quote", NOTHING),
    "columns that show no layout": ("a,b,c\n1,2,3\n4,5,6\n", "Choose the id column", NOTHING),
    "a short row": (
        LONG + "a,1,3\n",
        "number of cells is 3",
        {"row": 3, "cells": 3, "expected": 4, "found": "a,1,3"},
    ),
    "a long row": (
        LONG + "\na,1,2,3,4\n", "number of cells is 5", {"row": 4, "cells": 5, "expected": 4}
    ),
    "a list without quotes": (
        "s,y\n[1, 2],5\n[3],6\n", "quotes around lists", {"row": 2, "cells": 3}
    ),
    "long: text for a number": (LONG + "a,1,x,2\n", "not a number", cell(3, "v", "x")),
    "long: a word under blank lines": (
        "\n" + LONG + "\n \na,1,1_0,2\n", "not a number", cell(6, "v", "1_0")
    ),
    "long: text below a cell of two lines": (
        'id,t,v,note\na,0,1,"x\ny"\n\na,1,z,q\n', "not a number", cell(5, "v", "z")
    ),
    "long: a missing cell": (LONG + "\na,1,,2\n", "missing", cell(4, "v", "")),
    "long: a formula": (LONG + "a,1,=B2*2,2\n", "is a formula", cell(3, "v", "=B2*2")),
    "long: formulas alone": (
        "id,t,v\na,0,=B2*2\na,1,=B3*2\nb,0,=B4*2\n", "is a formula", cell(2, "v", "=B2*2")
    ),
    "wide: a formula": (
        "id,x1,x2\na,1,2\nb,1,\"=SUM(B2,C2)\"\n", "is a formula", cell(3, "x2", "=SUM(B2,C2)")
    ),
    "long: an error of a sheet": (
        LONG + "a,1,#DIV/0!,2\n", "not a number", cell(3, "v", "#DIV/0!")
    ),
    "long: nan": (LONG + "a,1,NaN,2\n", "missing", cell(3, "v", "NaN")),
    "long: inf": (LONG + "a,1,-inf,2\n", "too large", cell(3, "v", "-inf")),
    "long: 1e400": (LONG + "a,1,1e400,2\n", "too large", cell(3, "v", "1e400")),
    "long: 1e39": (LONG + "a,1,1e39,2\n", "too large", cell(3, "v", "1e39")),
    "long: target changes": (
        LONG + "b,0,1,2\na,1,5,3\nb,1,1,2\nc,0,1,2\nc,1,1,2\n",
        "differs from '2' in row 2",
        cell(4, "target", "3"),
    ),
    "long: split changes": (
        "id,v,split\na,1,train\na,2,test\n", "differs from 'train'", cell(3, "split", "test")
    ),
    "long: group changes": (
        "id,v,group\na,1,g\na,2,h\n", "differs from 'g'", cell(3, "group", "h")
    ),
    "list: not closed": ('s,y\n"[1]",2\n"[1,2",3\n', "not a list", cell(3, "s", "[1,2")),
    "list: a bare number": ('s,y\n"[1]",2\n5,3\n', "not a list", cell(3, "s", "5")),
    "list: no cell": ('s,y\n"[1]",2\n,3\n', "not a list", cell(3, "s", "")),
    "list: code": (
        "s\n[1]\n[__import__('os')]\n", "not a number", cell(3, "s", "__import__('os')")
    ),
    "list: two commas": ('s,y\n"[1,,2]",2\n', "two commas", cell(2, "s", "")),
    "list: a comma at the end": ('s,y\n"[1,2,]",2\n', "after the last", cell(2, "s", "")),
    "list: text inside": ('s,y\n"[1]",2\n"[1,x]",3\n', "not a number", cell(3, "s", "x")),
    "list: null inside": (
        's,y\n"[1]",2\n"[1,null,2]",3\n', "missing in the list", cell(3, "s", "null")
    ),
    "list: Infinity inside": (
        's,y\n"[1]",2\n"[Infinity]",3\n', "too large", cell(3, "s", "Infinity")
    ),
    "list: unequal lengths": (
        'a,b,y\n"[1,2]","[1,2]",3\n"[1,2]","[1]",3\n', "in the list is 1", cell(3, "b", "[1]")
    ),
    "list: unequal steps": ('s,y\n"[[1,2],[3]]",3\n', "in a step is 1", cell(2, "s", "[3]")),
    "list: two ways": ('s,y\n"[[1]]",3\n"[1]",3\n', "not a list", cell(3, "s", "[1]")),
    "list: repeated id": ('id,s\na,"[1]"\nb,"[2]"\na,"[3]"\n', "earlier row", cell(4, "id", "a")),
    "wide: repeated id": (
        "id,x1,x2,y\na,1,,2\nb,2,3,4\na,2,3,4\n", "earlier row", cell(4, "id", "a")
    ),
    "wide: a gap": ("id,x1,x2,x3\na,1,2,3\nb,1,,3\nc,1,,\n", "missing", cell(3, "x2", "")),
    "wide: text": ("id,x1,x2\na,1,2\nb,1,oops\n", "not a number", cell(3, "x2", "oops")),
    "wide: a gap in one of two features": (
        "id,x_1,x_2,y_1,y_2\na,1,2,3,4\nb,1,2,,4\n", "missing", cell(3, "y_1", "")
    ),
    "wide: text in one of two features": (
        "id,x_1,x_2,y_1,y_2\na,1,2,3,4\nb,1,,oops,\n", "not a number", cell(3, "y_1", "oops")
    ),
    "list: text among spaces": (
        "s,y\n1 2,3\n4 x,5\n6 7 8,5\n", "No numeric column is left", NOTHING
    ),
    "list: infinity among spaces": (
        "s,y\n1 2,3\n4 inf,5\n6 7 8,5\n", "too large", cell(3, "s", "inf")
    ),
    "rows: text": ("1\n\n  \n2,x\n3,4,5\n", "not a number", cell(4, 2, "x")),
    "rows: text after spaces": ("1\n2  x\n3 4 5\n", "not a number", cell(2, 2, "x")),
    "rows: text in the first row": ("x\n1,2\n3\n", "only numbers", {"row": 2}),
    "rows: a gap": ("1\n2,,3\n", "missing", cell(2, 2, "")),
    "rows: 1e39": ("1\n2,1e39\n", "too large", cell(2, 2, "1e39")),
    "pasted: not closed": ("[[1],\n [2, 5]", "brackets", {"row": 1}),
    "pasted: closed twice": ("[1]\n[2]]\n", "brackets", {"row": 2}),
    "pasted: a number among lists": ("[[1],\n 2, [3]]", "outside the lists", {"row": 2}),
    "pasted: a target behind": ("[1, 2]\n[3], 6\n", "outside the lists", {"row": 2}),
    "pasted: a word": ("[[1],\n [2, abc]]", "not a number", cell(2, "value", "abc")),
    "pasted: infinity": ("[inf]", "too large", cell(1, "value", "inf")),
    "pasted: nothing": ("[]", "empty list", {"row": 1}),
}  # fmt: skip


def to_buffer(text):
    return io.BytesIO(text) if isinstance(text, bytes) else io.StringIO(text)


NAN = np.nan
# Of these, the cells that hold no number: what is read by default, and the level of the finding
# about values that are missing or cells that are unreadable.
READ_AS_MISSING = {
    "long: text for a number": ([[1, NAN]], "warning"),
    "long: a word under blank lines": ([[1, NAN]], "warning"),
    "long: text below a cell of two lines": ([[1, NAN]], "warning"),
    "long: a missing cell": ([[1, NAN]], "warning"),
    "long: a formula": ([[1, NAN]], "warning"),
    "wide: a formula": ([[1, 2], [1, NAN]], "warning"),
    "long: an error of a sheet": ([[1, NAN]], "warning"),
    "long: nan": ([[1, NAN]], "warning"),
    "long: inf": ([[1, NAN]], "warning"),
    "long: 1e400": ([[1, NAN]], "warning"),
    "long: 1e39": ([[1, NAN]], "warning"),
    "list: code": ([[1], [NAN]], "warning"),
    "list: text inside": ([[1], [1, NAN]], "warning"),
    "list: null inside": ([[1], [1, NAN, 2]], "question"),
    "list: Infinity inside": ([[1], [NAN]], "warning"),
    "wide: a gap": ([[1, 2, 3], [1, NAN, 3], [1]], "info"),
    "wide: text": ([[1, 2], [1, NAN]], "warning"),
    "wide: a gap in one of two features": ([[1, 3, 2, 4], [1, NAN, 2, 4]], "info"),
    "wide: text in one of two features": ([[1, 3, 2, 4], [1, NAN]], "warning"),
    "list: infinity among spaces": ([[1, 2], [4, NAN], [6, 7, 8]], "warning"),
    "rows: text": ([[1], [2, NAN], [3, 4, 5]], "warning"),
    "rows: text after spaces": ([[1], [2, NAN], [3, 4, 5]], "warning"),
    "rows: a gap": ([[1], [2, NAN, 3]], "question"),
    "rows: 1e39": ([[1], [2, NAN]], "warning"),
    "pasted: a word": ([[1], [2, NAN]], "warning"),
}


def check_error(error, says, values):
    assert says in str(error)
    assert {name: error.values.get(name) for name in values} == values
    fields = {name for _, name, _, _ in string.Formatter().parse(error.template) if name}
    assert fields <= error.values.keys()


def list_values(data):
    return [sequence.ravel().tolist() for sequence in data]


@pytest.mark.parametrize("missing", ["refuse", "forward"])
@pytest.mark.parametrize("name", REFUSED)
def test_an_error_has_the_place_and_the_text(name, missing):
    text, says, values = REFUSED[name]
    if missing == "forward" and name in READ_AS_MISSING:
        return  # see below
    with pytest.raises(DataError) as caught:
        read_sequences(to_buffer(text), missing=missing)
    check_error(caught.value, says, values)


@pytest.mark.parametrize("name", READ_AS_MISSING)
def test_a_cell_without_a_number_is_a_missing_value_with_its_place(name):
    text, says, values = REFUSED[name]
    expected, level = READ_AS_MISSING[name]
    data, report = read_with_choices(open_table(to_buffer(text)), {})
    assert len(data) == len(expected)
    for sequence, steps in zip(list_values(data), expected, strict=True):
        np.testing.assert_array_equal(sequence, steps)
    kind = "missing" if "missing" in says else "unreadable"
    finding = find_finding(data, kind)
    assert finding.level == level
    assert (finding.column, finding.rows) == (str(values["column"]), (values["row"],))
    (problem,) = report.problems
    assert (problem.kind, problem.found) == (kind, values["found"])
    check_error(problem.message, says, values)
    assert (data.report.used, data.report.left_out) == (data.report.rows, {})


LEFT_OUT = {
    "long: unknown split": (
        "id,v,split\na,1,train\na,2,foo\n", "foo", cell(3, "split", "foo"), [[1]], "question"
    ),
    "long: no split": (
        "id,v,split\na,1,train\nb,2,\n", "split is missing", cell(3, "split", ""), [[1]], "question"
    ),
    "long: no id": (LONG + ",1,2,2\n", "id is missing", cell(3, "id", ""), [[1]], "question"),
    "long: no target of a sequence": (
        LONG + "b,1,2,\n", "target is missing", cell(3, "target", ""), [[1]], "question"
    ),
    "long: target nan": (
        LONG + "b,1,2,nan\n", "target is missing", cell(3, "target", "nan"), [[1]], "question"
    ),
    "long: target inf": (
        LONG + "b,1,2,inf\n", "infinite", cell(3, "target", "inf"), [[1]], "question"
    ),
    "long: no time": (LONG + "a,,2,2\n", "time is missing", cell(3, "t", ""), [[1]], "question"),
    "long: few without a time": (
        LONG + "a,1,2,2\na,2,3,2\na,3,4,2\na,,5,2\n", "time is missing", cell(6, "t", ""),
        [[1, 2, 3, 4]], "warning",
    ),
    "long: an infinite time": (
        LONG + "a,inf,2,2\n", "as a time", cell(3, "t", "inf"), [[1]], "question"
    ),
    "long: a word for a time": (
        LONG + "a,later,2,2\n", "as a time", cell(3, "t", "later"), [[1]], "question"
    ),
    "long: 13/13/2026": (
        "id,t,v\na,13/13/2026,1\na,02/02/2026,2\n", "2026-01-31", cell(2, "t", "13/13/2026"),
        [[2]], "question",
    ),
    "wide: no target": (
        "id,x1,x2,y\na,1,2,\nb,1,2,2\n", "target is missing", cell(2, "y", ""), [[1, 2]], "question"
    ),
    "list: empty": (
        's,y\n"[1]",2\n"[ ]",2\n', "empty list", cell(3, "s", "[ ]"), [[1]], "question"
    ),
    "list: nothing among spaces": (
        "s,y\n1 2,3\n ,5\n6 7 8,5\n", "empty list", cell(3, "s", " "),
        [[1, 2], [6, 7, 8]], "question",
    ),
    "list: few empty": (
        's\n"[1]"\n"[2]"\n"[3]"\n"[4]"\n"[]"\n', "empty list", cell(6, "s", "[]"),
        [[1], [2], [3], [4]], "warning",
    ),
    "wide: no values": (
        "id,x1,x2,y\na,1,2,1\nb,,,2\n", "no steps", {"row": 3, "column": "x1"}, [[1, 2]], "question"
    ),
    "wide: few without values": (
        "id,x1,x2\n" + "".join(f"{name},1,2\n" for name in "abcd") + "e,,\n", "no steps",
        {"row": 6, "column": "x1"}, [[1, 2]] * 4, "warning",
    ),
    "wide: no values of two features": (
        "id,x_1,x_2,y_1,y_2\na,1,2,3,4\nb,,,,\n", "no steps",
        {"row": 3, "column": "x_1", "last": "y_2"}, [[1, 3, 2, 4]], "question",
    ),
    "pasted: an empty sequence": (
        "[[1],\n []]", "empty list", {"row": 2, "column": "value"}, [[1]], "question"
    ),
}  # fmt: skip


@pytest.mark.parametrize("missing", ["refuse", "forward"])
@pytest.mark.parametrize("name", LEFT_OUT)
def test_a_row_without_a_role_or_a_step_is_left_out_with_its_place(name, missing):
    text, says, values, expected, level = LEFT_OUT[name]
    data, report = read_with_choices(open_table(to_buffer(text)), {"missing": missing})
    assert list_values(data) == expected
    (problem,) = [each for each in report.problems if each.kind in ("incomplete", "empty")]
    check_error(problem.message, says, values)
    finding = find_finding(data, problem.kind)
    assert finding.level == level
    assert (finding.column, finding.rows) == (values["column"], (values["row"],))
    assert finding.remedies[0] == {"accept": [problem.kind]}
    assert data.report.left_out == {problem.kind: 1}
    assert data.report.rows == data.report.used + 1


def test_a_row_without_two_roles_is_one_row():
    data = read_sequences(to_buffer(LONG + ",,2,2\n" + "a,1,1,2\n" * 3))
    finding = find_finding(data, "incomplete")
    assert (finding.level, finding.column, finding.rows) == ("warning", None, (3, 3))
    assert "because a role has no value: 1, the first is row 3" in finding.message
    assert data.report.left_out == {"incomplete": 1}


@pytest.mark.parametrize("missing", ["refuse", "forward"])
def test_ids_apart_by_a_space_are_one_id(missing):
    text = LONG + "a ,1,3,2\n"
    data, report = read_with_choices(open_table(to_buffer(text)), {"missing": missing})
    assert (list_values(data), data.ids.tolist()) == ([[1, 3]], ["a"])
    (problem,) = report.problems
    check_error(problem.message, "spaces only", cell(3, "id", "a "))
    finding = find_finding(data, "spaces")
    assert (finding.level, finding.column, finding.rows) == ("warning", "id", (3,))


@pytest.mark.parametrize(
    ("text", "choices", "says"),
    [
        ("id,v,label\na,1,\nb,2,\n", {"target": "label"}, "target is missing"),
        ("id,v,part\na,1,x\nb,2,y\n", {"split": "part"}, "is not part of a split"),
        ("id,x1,x2,y\na,,,1\nb,,,2\n", {}, "no steps"),
        ('s,y\n"[]",2\n"[]",2\n', {}, "empty list"),
    ],
)
def test_a_table_of_which_nothing_remains_is_refused_with_the_first_reason(text, choices, says):
    with pytest.raises(DataError, match=says) as caught:
        read_sequences(to_buffer(text), **choices)
    assert caught.value.values["row"] == 2
    assert caught.value.report.used == 0


@pytest.mark.parametrize(
    ("text", "choices", "says", "values"),
    [
        (LONG, {"target": "zz"}, "id, t, v, target", {"found": "zz"}),
        (LONG, {"features": ["v", "w"]}, "id, t, v, target", {"found": "w"}),
        (LONG, {"target": "v", "features": ["v"]}, "two roles", {"column": "v"}),
        (
            LONG,
            {"layout": "rows", "missing": "refuse"},
            "not a number",
            {"row": 2, "column": "id", "found": "a"},
        ),
        (LONG, {"layout": "rows", "target": "v"}, 'layout "rows"', {"column": "v"}),
        ("1\n2,3\n", {"layout": "long"}, "unequal numbers of cells", {"layout": "long"}),
        ("a,b\n1,2\n3,4\n", {"layout": "long"}, "identifies the sequences", {}),
        (
            "id,note,v\n" + "".join(f"a,w{i},1\n" for i in range(501)),
            {"features": ["note"]},
            "501 different words",
            {"column": "note"},
        ),
        (LONG, {"layout": "list", "features": ["v"]}, "not a list", cell(2, "v", "1")),
    ],
)
def test_a_choice_that_does_not_match_is_refused(text, choices, says, values):
    with pytest.raises(DataError) as caught:
        read_sequences(to_buffer(text), **choices)
    assert says in str(caught.value)
    assert {name: caught.value.values.get(name) for name in values} == values


@pytest.mark.parametrize("text", ["5", "1.5, [2]", "[1.5]; [2]"])
def test_open_lists_refuses_everything_else(text):
    with pytest.raises(DataError, match="Write each sequence as a list"):
        open_lists(to_buffer(text))


@pytest.mark.parametrize(
    "text",
    ["id,t,v\na,0,1\na,1,\n", "[1, null, 2]", "1\n2,,3\n", "id,x1,x2,x3\na,1,,3\n"],
    ids=["long", "lists", "rows", "wide"],
)
def test_a_missing_value_raises_its_own_error(text):
    with pytest.raises(MissingValue):
        read_sequences(to_buffer(text), missing="refuse")


def test_an_unknown_layout_is_refused():
    with pytest.raises(ValueError, match="tall"):
        read_sequences(io.StringIO("1"), layout="tall")


def test_a_path_that_does_not_exist_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_sequences(tmp_path / "none.csv")


def test_rows_of_a_data_frame_count_as_if_saved_with_a_header():
    with pytest.raises(DataError) as caught:
        read_sequences(pd.DataFrame({"id": ["a", "a"], "v": [1.0, np.nan]}), missing="refuse")
    assert (caught.value.values["row"], caught.value.values["column"]) == (3, "v")


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"id": [], "v": []})])
def test_an_empty_frame_is_refused(frame):
    with pytest.raises(DataError, match="input is empty"):
        read_sequences(frame)


@pytest.mark.parametrize("role", ["id", "target", "split", "group"])
def test_a_column_of_lists_cannot_have_another_role(role):
    file = io.BytesIO(build_parquet(a=[[1], [2, 5]], b=[[0], [1, 1]]))
    with pytest.raises(DataError, match="Column b contains lists"):
        read_sequences(file, layout="list", features=["a"], target_at="sequence", **{role: "b"})


@given(st.integers(1, 300), st.data())
def test_the_first_bad_cell_is_reported_anywhere(rows, draw):
    bad = draw.draw(st.integers(0, rows - 1))
    blank = draw.draw(st.lists(st.booleans(), min_size=rows, max_size=rows))
    lines, expected = ["id,t,v"], None
    for i in range(rows):
        lines += [""] * blank[i] + [f"a,{i},{'oops' if i == bad else i}"]
        expected = len(lines) if i == bad else expected
    lines += ["a,999,1"]  # so that the column always holds a number
    with pytest.raises(DataError) as caught:
        read_sequences(
            io.StringIO("\n".join(lines)), layout="long", features=["v"], missing="refuse"
        )
    assert caught.value.values == cell(expected, "v", "oops")
    data = read_sequences(io.StringIO("\n".join(lines)), layout="long", features=["v"])
    assert find_finding(data, "unreadable").rows == (expected,)
    assert np.flatnonzero(np.isnan(data.values)).tolist() == [bad]


@given(st.text("[]1,;\t \n\r\"x.-\ufeffé'", max_size=40))
def test_any_text_is_read_or_refused_but_never_crashes(text):
    with contextlib.suppress(DataError):
        assert len(read_sequences(io.StringIO(text))) >= 1


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_but_never_crash(data):
    with contextlib.suppress(DataError):
        assert len(read_sequences(io.BytesIO(data))) >= 1
