"""Per-step targets: detected, read, kept with their steps, and refused when they are an error."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core import DataError, read_sequences
from core.reading import Schema, detect_schema, open_table, read_table, read_with_schema
from tests.support.findings import find_finding, list_reasons

LIVES = """engine,cycle,heat,rul
a,2,5,1
a,1,4,2
b,1,7,1
a,3,6,0
b,2,9,0
"""


def read(text: str, **choices):
    table = open_table(io.StringIO(text))
    return read_table(table, replace(detect_schema(table), **choices))


def test_a_target_that_changes_in_most_sequences_is_per_step_in_the_order_of_time():
    data, report = read(LIVES)
    assert data.per_step
    assert [s[:, 0].tolist() for s in data] == [[4, 5, 6], [7, 9]]
    assert data.targets.tolist() == [2, 1, 0, 1, 0]
    assert data.schema.target_at == "step"
    reason = "`rul` changes within sequences: one target per step"
    assert ("target_per_step", reason) in list_reasons(data)
    assert report.rows == report.used == 5
    assert Schema.from_dict(data.schema.to_dict()) == data.schema


def test_classes_can_be_per_step_and_one_series_needs_no_id():
    data = read_sequences(
        io.StringIO("t,v,label\n0,1,walk\n1,2,walk\n2,3,run\n"), layout="long", id=""
    )
    assert data.targets.tolist() == ["walk", "walk", "run"]
    assert len(data) == 1


def test_a_target_that_changes_in_few_sequences_is_listed_as_a_mistake():
    text = "id,t,v,target\n" + "".join(f"{n},{t},1,{n % 2}\n" for n in range(4) for t in range(3))
    text = text.replace("2,1,1,0", "2,1,1,7").replace("2,2,1,0", "2,2,1,8")
    with pytest.raises(DataError) as refused:
        read(text)
    assert refused.value.report.counts == {"changes": 2}
    assert [(p.row, p.found) for p in refused.value.report.problems] == [(9, "7"), (10, "8")]
    assert refused.value.values["expected"] == "0"
    data, _ = read(text, target_at="step")  # what the page offers
    assert data.targets.tolist() == [0, 0, 0, 1, 1, 1, 0, 7, 8, 1, 1, 1]


def test_an_explicit_target_at_takes_precedence():
    text = LIVES.replace("2,5,1", "2,5,2").replace("3,6,0", "3,6,2").replace("b,2,9,0", "b,2,9,1")
    assert not read_sequences(io.StringIO(text)).per_step
    assert read_sequences(io.StringIO(text), target_at="step").targets.tolist() == [2, 2, 2, 1, 1]
    with pytest.raises(DataError, match="differs from '1' in row 2"):
        read_sequences(io.StringIO(LIVES), target_at="sequence")


@pytest.mark.parametrize(
    ("choice", "values", "targets"),
    [
        ("keep", [1, 3, 5], [10, 20, 30]),
        ("first", [1, 5], [10, 30]),
        ("last", [3, 5], [20, 30]),
        ("mean", [2, 5], [20, 30]),
    ],
)
def test_targets_stay_with_the_remaining_steps_of_equal_times(choice, values, targets):
    data, _ = read("id,t,v,target\na,1,1,10\na,1,3,20\na,2,5,30\n", duplicates=choice)
    assert (data.values[:, 0].tolist(), data.targets.tolist()) == (values, targets)


def test_targets_are_dropped_with_their_steps_and_sequences():
    text = "id,t,v,target\na,1,,1\na,2,5,2\nb,1,,3\nb,2,,4\nc,1,6,5\nc,2,7,6\n"
    data, report = read(text, missing="drop")
    assert data.ids.tolist() == ["a", "c"]
    assert data.targets.tolist() == [2, 5, 6]
    assert (report.used, report.dropped) == (3, {"missing": 3})


@pytest.mark.parametrize("missing", ["refuse", "forward"])
def test_a_row_without_a_target_is_left_out_and_reported(missing):
    data, report = read(LIVES.replace("b,1,7,1", "b,1,7,"), missing=missing)
    assert data.targets.tolist() == [2, 1, 0, 0]
    assert data.values.ravel().tolist() == [4, 5, 6, 9]
    assert report.counts == {"incomplete": 1}
    finding = find_finding(data, "incomplete")
    assert (finding.level, finding.column, finding.rows) == ("warning", "rul", (4,))
    assert finding.remedies == ({"accept": ["incomplete"]}, {"target": ""})


def test_new_data_is_read_with_and_without_targets():
    schema = read(LIVES)[0].schema
    with_targets = open_table(io.StringIO("engine,cycle,heat,rul\nz,1,5,7\nz,2,6,7\n"))
    assert read_with_schema(with_targets, schema)[0].targets.tolist() == [7, 7]
    without = read_with_schema(
        open_table(io.StringIO("engine,cycle,heat\nz,1,5\nz,2,6\n")), schema
    )[0]
    assert without.targets is None
    assert not without.per_step


LISTS = 'id,x,target\na,"[1, 2]","[5, 6]"\nb,[3],[7]\n'


def test_a_list_of_targets_with_a_list_of_values_is_per_step():
    data, _ = read(LISTS)
    assert data.feature_names == ("x",)
    assert data.targets.tolist() == [5, 6, 7]
    frame = pd.DataFrame({"x": [[1.0, 2.0], [3.0]], "label": [["a", "b"], ["a"]]})
    assert read_sequences(frame).targets.tolist() == ["a", "b", "a"]
    parquet = io.BytesIO()
    frame.to_parquet(parquet)
    parquet.seek(0)
    assert read_sequences(parquet) == read_sequences(frame)


def test_a_list_of_targets_can_contain_classes():
    data, _ = read('x,label\n"[1, 2]","[""up"", ""down""]"\n[3],[up]\n')
    assert data.targets.tolist() == ["up", "down", "up"]


def test_lists_without_the_name_of_a_target_are_features():
    data, _ = read('id,x,y\na,"[1, 2]","[5, 6]"\nb,[3],[7]\n')
    assert data.feature_names == ("x", "y")
    assert data.targets is None
    chosen = read_sequences(io.StringIO('id,x,y\na,"[1, 2]","[5, 6]"\n'), target="y")
    np.testing.assert_array_equal(chosen.targets, [5, 6])


@pytest.mark.parametrize(
    ("text", "says", "row"),
    [
        (LISTS.replace("[7]", '"[7, 8]"'), "the number of steps in the list", 3),
        (LISTS.replace("[7]", "7"), "is not a list", 3),
        (LISTS.replace("5, 6", "5,"), "no value between", 2),
        (LISTS.replace("[7]", "[]"), "empty list", 3),
        (LISTS.replace("[7]", "[nan]"), "missing", 3),
    ],
)
def test_lists_of_targets_that_do_not_match_are_refused_with_the_row(text, says, row):
    with pytest.raises(DataError, match=says) as refused:
        read(text)
    assert refused.value.values["row"] == row
    assert refused.value.values["column"] == "target"


def test_windows_of_a_series_are_cut_by_the_schema_and_new_data_is_read_whole():
    choices = {"cut": "prefixes", "cut_steps": 1, "cut_every": 1, "target_at": "end"}
    data, report = read(LIVES, **choices)
    assert data.ids.tolist() == ["a 1–1", "a 1–2", "a", "b 1–1", "b"]
    assert data.targets.tolist() == [2, 1, 0, 1, 0]
    assert report.rows == report.used == 5
    whole, _ = read_with_schema(open_table(io.StringIO(LIVES)), data.schema)
    assert (whole.ids.tolist(), whole.targets.tolist()) == (["a", "b"], [0, 0])


def test_windows_are_cut_in_new_data():
    data, _ = read(LIVES, cut="windows", cut_steps=2, cut_every=1, target_at="end")
    assert data.targets.tolist() == [1, 0, 0]
    again, _ = read_with_schema(
        open_table(io.StringIO(LIVES)), Schema.from_dict(data.schema.to_dict())
    )
    assert again == data


def test_new_data_with_incomplete_per_step_targets_has_none():
    table = open_table(io.StringIO("id,x,y,z\na,1,,2\nb,2,5,3\n"))
    schema = Schema("long", "id", target="y", features=("x", "z"), target_at="step", missing="drop")
    data, report = read_with_schema(table, schema)
    assert data.targets is None
    assert (len(data), report.rows, report.used) == (2, 2, 2)
