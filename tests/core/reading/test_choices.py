"""Choices: what a person decided about a table, merged, described, checked and applied."""

import io
import json

import numpy as np
import pytest

from core import DataError
from core.data.choices import CHOICES_CHECK, Choices, merge_choices
from core.reading import open_table, read_sequences, read_with_choices
from core.reading.choices import choose_schema, describe_schema, drop_absent_columns
from tests.support.findings import find_finding, list_doubts
from tests.support.headerless_tables import CMAPSS, write_ucr
from tests.support.tables import TABLES

LONG = "id,t,x,w,target\na,1,2,5,0\na,2,3,6,0\nb,1,4,7,1\nb,2,5,8,1\n"
DESCRIBED = TABLES | {
    "chosen features": (LONG, {"features": ("w",)}),
    "no time": (LONG, {"time": "", "group": "target", "target": ""}),
    "ids of several columns": (
        "subject,trial,t,v\n"
        + "".join(f"{s},{n},{t},{t}.5\n" for s in "pq" for n in (1, 2) for t in range(4)),
        {},
    ),
    "a date and a clock": (
        "id,date,clock,v\na,31.01.2024,23:59,1\na,01.02.2024,0:01,2\nb,31.01.2024,1:00,3\n",
        {},
    ),
    "months first": ("id,time,v\na,01/02/2024,1\na,02/03/2024,2\n", {"dayfirst": False}),
    "either order of days": ("id,time,v\na,01/02/2024,1\na,02/03/2024,2\n", {}),
    "pairs": ("id,t,bp,w\na,0,120/80,1\na,1,125/85,2\nb,0,130/90,3\nb,1,110/70,4\n", {}),
    "the first of pairs": (
        "id,t,bp,w\na,0,120/80,1\na,1,125/85,2\nb,0,130/90,3\n",
        {"features": ("bp (1)",)},
    ),
    "thousands": ('id,t,v,w\na,0,"1,234",1\na,1,"12,500",2\nb,0,900,3\n', {}),
    "decimals": ('id,t,v,w\na,0,"1,234",1\na,1,"12,500",2\nb,0,900,3\n', {"decimal": {"v": ","}}),
    "points beside decimal commas": (
        "id;t;v;w\na;0;1.234;2,5\na;1;12.500;3,5\nb;0;2.000;4,5\n",
        {"decimal": {"v": "."}},
    ),
    "points that group digits": ("id;t;v;w\na;0;1.234;2,5\na;1;12.500;3,5\nb;0;2.000;4,5\n", {}),
    "remaining steps": ("id,t,x\na,1,2\na,2,3\nb,1,4\n", {"remaining_steps": 5}),
    "padding": ("id,x1,x2,x3\na,1,2,0\nb,3,0,0\n", {"padding": 0.0}),
    "fold": (
        "id,t,x,fold\n" + "".join(f"{n},{t},{t},{n}\n" for n in range(4) for t in (0, 1)),
        {"group": "fold"},
    ),
    "ucr": (write_ucr(), {}),
    "cmapss": (CMAPSS, {}),
}


def read(text, **choices):
    return read_sequences(io.StringIO(text), **choices)


@pytest.mark.parametrize("name", DESCRIBED)
def test_the_described_choices_of_a_schema_give_the_schema_again(name):
    text, choices = DESCRIBED[name]
    table = open_table(io.StringIO(text))
    schema = choose_schema(table, choices)
    described = describe_schema(schema)
    assert choose_schema(table, described) == schema
    stored = CHOICES_CHECK(json.loads(json.dumps(described)), "the choices")
    assert choose_schema(table, drop_absent_columns(stored, table)) == schema
    data, again = (read_with_choices(table, each)[0] for each in (choices, stored))
    assert (again, again.schema) == (data, data.schema)


def test_a_later_choice_wins_and_accepted_codes_and_marks_add_up():
    first: Choices = {"target": "x", "accept": ["padding", "split"], "decimal": {"v": ","}}
    second: Choices = {"target": "", "accept": ["split", "target"], "decimal": {"w": "."}}
    assert merge_choices(first, {}, second) == {
        "target": "",
        "accept": ["padding", "split", "target"],
        "decimal": {"v": ",", "w": "."},
    }
    assert merge_choices(first, {"decimal": {"v": "."}})["decimal"] == {"v": "."}
    assert merge_choices() == {}
    assert first["accept"] == ["padding", "split"]


def test_choices_of_absent_columns_are_dropped_and_the_others_kept():
    table = open_table(io.StringIO("id,t,x,bp\na,1,2,120/80\na,2,3,125/85\n"))
    kept: Choices = {
        "id": "id",
        "target": "",
        "missing": "mean",
        "accept": ["split"],
        "features": ["x", "bp (1)"],
        "decimal": {"x": "."},
    }
    absent: Choices = {"time": ("t", "clock"), "split": "part", "group": "site"}
    assert drop_absent_columns(kept | absent, table) == kept
    assert drop_absent_columns({"features": ["x", "y"], "decimal": {"y": ","}}, table) == {}


def test_checked_choices_are_those_that_were_stored():
    choices = {
        "layout": "long", "id": ["a", "b"], "time": None, "target": "", "features": ["x"],
        "split": "s", "group": None, "missing": "drop", "target_at": "end",
        "remaining_steps": 125, "steps_after": "r", "sheet": "1", "dayfirst": False,
        "decimal": {"x": ","},
        "padding": -1.0, "duplicates": "mean", "elapsed": True, "cut": "windows",
        "cut_steps": 5, "cut_every": 2, "accept": ["split"],
    }  # fmt: skip
    assert choices.keys() == Choices.__annotations__.keys()
    checked = CHOICES_CHECK(choices | {"of a newer version": 1}, "the choices")
    assert json.loads(json.dumps(checked)) == choices
    assert CHOICES_CHECK({}, "the choices") == {}


@pytest.mark.parametrize(
    "choices",
    [
        5,
        {"layout": "tall"},
        {"id": 5},
        {"id": ["a", 5]},
        {"target": ["a", "b"]},
        {"features": "x"},
        {"missing": "guess"},
        {"target_at": "start"},
        {"remaining_steps": 0},
        {"remaining_steps": 1.5},
        {"remaining_steps": True},
        {"steps_after": 5},
        {"dayfirst": "yes"},
        {"decimal": {"x": ";"}},
        {"decimal": ["x"]},
        {"padding": "0"},
        {"padding": float("nan")},
        {"duplicates": "sum"},
        {"elapsed": 1},
        {"cut": "halves"},
        {"cut_steps": -1},
        {"accept": "split"},
        {"accept": ["split"] * 1_001},
    ],
    ids=repr,
)
def test_other_values_are_no_choices(choices):
    with pytest.raises(ValueError, match="the choices"):
        CHOICES_CHECK(choices, "the choices")


RUNS = "unit,cycle,heat\n" + "".join(f"{u},{t},{t * 7 % 5}\n" for u in (1, 2) for t in range(u + 3))


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (125, [3, 2, 1, 0, 4, 3, 2, 1, 0]),
        (2, [2, 2, 1, 0, 2, 2, 2, 1, 0]),
        (1, [1, 1, 1, 0, 1, 1, 1, 1, 0]),
    ],
)
@pytest.mark.parametrize("is_shuffled", [False, True])
def test_remaining_steps_are_counted_in_the_order_of_time_and_capped(most, expected, is_shuffled):
    header, *rows = RUNS.splitlines(keepends=True)
    if is_shuffled:
        rows = [rows[place] for place in (2, 7, 0, 3, 8, 1, 4, 6, 5)]
    data = read(header + "".join(rows), remaining_steps=most)
    assert (data.per_step, data.schema.target) == (True, None)
    order = np.argsort(data.ids)
    assert data.ids[order].tolist() == ["1", "2"]
    targets = np.split(data.targets, data.offsets[1:-1])
    assert np.concatenate([targets[place] for place in order]).tolist() == expected
    assert data.report.used == data.report.rows == 9


def test_remaining_steps_count_to_the_end_of_the_sequence_and_not_of_the_window():
    data = read(RUNS, remaining_steps=3, cut="windows", cut_steps=3, cut_every=2)
    assert data.lengths.tolist() == [3, 2, 3, 3]
    assert data.targets.tolist() == [3, 2, 1, 1, 0, 3, 3, 2, 2, 1, 0]
    assert data.report.used == data.report.rows == 9


def test_remaining_steps_are_counted_without_steps_that_are_dropped():
    data = read("id,t,x\na,1,1\na,2,\na,3,3\nb,1,4\n", remaining_steps=9, missing="drop")
    assert data.targets.tolist() == [1, 0, 0]
    assert data.report.left_out == {"missing": 1}


AFTER = "id,t,x,life\na,1,1,2\na,2,2,2\na,3,3,2\nb,1,4,0\nb,2,5,0\n"


@pytest.mark.parametrize(
    ("text", "choices", "targets"),
    [
        (AFTER, {"remaining_steps": 9}, [4, 3, 2, 1, 0]),
        (AFTER, {"remaining_steps": 3}, [3, 3, 2, 1, 0]),
        (AFTER, {}, [4, 3, 2, 1, 0]),
        (AFTER, {"remaining_steps": 9, "cut": "windows", "cut_steps": 2, "cut_every": 1},
         [4, 3, 3, 2, 1, 0]),
        (AFTER.replace("a,2,2", "a,2,"), {"remaining_steps": 9, "missing": "drop"}, [3, 2, 1, 0]),
        ("id,t,x,life\na,1,1,\na,2,2,7\nb,1,4,0\n", {"remaining_steps": 9}, [8, 7, 0]),
        ("id,x1,x2,life\na,1,2,3\nb,4,,1\n", {"remaining_steps": 9}, [4, 3, 1]),
    ],
)  # fmt: skip
def test_remaining_steps_include_those_after_the_last_row(text, choices, targets):
    data = read(text, steps_after="life", **choices)
    assert (data.targets.tolist(), data.per_step, data.schema.target) == (targets, True, None)
    assert "life" not in (*data.feature_names, *data.schema.unused)
    codes = [each.code for each in data.report.select("info")]
    assert "steps_after" in codes
    assert "remaining_steps" in codes
    table = open_table(io.StringIO(text))
    again = read_with_choices(table, describe_schema(data.schema))[0]
    assert again == data
    assert again.schema == data.schema


@pytest.mark.parametrize(("found", "said"), [("-1", "-1"), ("2.5", "2.5"), ("soon", "soon")])
def test_steps_after_the_last_row_are_whole_numbers(found, said):
    with pytest.raises(DataError, match=f"life.*'{said}' of sequence a is not a number of steps"):
        read(AFTER.replace(",2\n", f",{found}\n"), steps_after="life", remaining_steps=9)


def test_steps_after_the_last_row_are_the_same_in_each_row():
    with pytest.raises(DataError, match="'3' differs from '2'"):
        read(AFTER.replace("a,3,3,2", "a,3,3,3"), steps_after="life", remaining_steps=9)


def test_a_column_of_steps_after_the_last_row_has_no_other_role():
    with pytest.raises(DataError, match="The column 'life' has two roles"):
        read(AFTER, steps_after="life", target="life")
    with pytest.raises(DataError, match="no column 'death'"):
        read(AFTER, steps_after="death")


def test_steps_after_the_last_row_are_not_used_with_another_target():
    data = read(AFTER, steps_after="life", target="")
    assert (data.targets, data.feature_names) == (None, ("x",))


def test_a_target_is_a_column_or_the_remaining_steps():
    with pytest.raises(DataError, match="either the column 'target' or the number of remaining"):
        read(LONG, target="target", remaining_steps=5)
    data = read(LONG, remaining_steps=5)
    assert (data.schema.target, data.targets.tolist()) == (None, [1, 0, 1, 0])
    assert read(LONG, target="", remaining_steps=5) == data


PADDED = {
    "wide": "id,x1,x2,x3,x4,y\na,1,2,3,0,1\nb,1,2,0,0,2\nc,4,0,0,0,1\nd,1,1,2,3,2\n",
    "wide with a zero inside": "id,x1,x2,x3,x4,y\na,1,0,3,0,1\nb,4,0,0,0,2\nc,1,1,2,3,2\n",
    "wide of two features": "id,x_1,x_2,y_1,y_2\na,1,0,0,0\nb,1,0,2,3\n",
    "list": 's,y\n"[1, 2, 3, 0]",1\n"[1, 2, 0, 0]",2\n"[4, 0, 0, 0]",1\n"[1, 1, 2, 3]",2\n',
    "rows": "1,2,3,0\n1,2,0,0\n4,0,0,0\n1,1,2,3\n",
}
UNPADDED = {
    "wide": [[1, 2, 3], [1, 2], [4], [1, 1, 2, 3]],
    "wide with a zero inside": [[1, 0, 3], [4], [1, 1, 2, 3]],
    "wide of two features": [[1, 0], [1, 2, 0, 3]],
    "list": [[1, 2, 3], [1, 2], [4], [1, 1, 2, 3]],
    "rows": [[1, 2, 3], [1, 2], [4], [1, 1, 2, 3]],
}


@pytest.mark.parametrize("name", PADDED)
def test_padding_ends_sequences_and_answers_its_question(name):
    data = read(PADDED[name], padding=0)
    assert [sequence.ravel().tolist() for sequence in data] == UNPADDED[name]
    assert data.report.rows == data.report.used
    assert read(PADDED[name]).lengths.max() == read(PADDED[name]).lengths.min()
    if name in ("wide", "list", "rows"):
        question = find_finding(read(PADDED[name]), "padding")
        assert question.level == "question"
        assert question.remedies == ({"accept": ["padding"]}, {"padding": 0.0})


def test_a_row_of_padding_alone_is_left_out():
    data = read("id,x1,x2,x3\na,1,2,-1\nb,-1,-1,-1\n", padding=-1)
    assert data.ids.tolist() == ["a"]
    assert data.report.left_out == {"empty": 1}


@pytest.mark.parametrize(("mark", "values"), [(",", [1.234, 12.5, 0.9]), (".", [1234, 12500, 0.9])])
def test_a_chosen_decimal_mark_answers_its_question(mark, values):
    text = 'id,t,v,w\na,0,"1,234",1\na,1,"12,500",2\nb,0,0.9,3\n'.replace("0.9", "900")
    values = [*values[:2], 900]
    assert list_doubts(read(text))[0][:2] == ("question", "decimal_mark")
    data = read(text, decimal={"v": mark})
    assert data.values[:, 0].tolist() == pytest.approx(values)
    assert list_doubts(data) == []


def test_a_decimal_mark_of_an_absent_column_is_refused():
    with pytest.raises(DataError, match="There is no column 'u'"):
        read(LONG, decimal={"u": ","})
