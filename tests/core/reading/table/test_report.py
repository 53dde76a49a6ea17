"""All problems of a table are reported at once, with every row counted, and treated as chosen."""

import io
from dataclasses import replace

import numpy as np
import pytest

from core import DataError
from core.reading import (
    Schema,
    detect_schema,
    open_table,
    read_table,
    read_with_schema,
)
from core.reading.table.report import MAX_LISTED
from tests.support.findings import find_finding, list_doubts, list_reasons


def read(text: str, **choices):
    table = open_table(io.StringIO(text))
    return read_table(table, replace(detect_schema(table), **choices))


def catch_error(text: str, **choices) -> DataError:
    with pytest.raises(DataError) as caught:
        read(text, **choices)
    return caught.value


BROKEN = """id,t,v,w,target
a,0,1,2,x
a,1,oops,2,x

a,2,,2,x
b,0,1,1e99,y
,1,1,2,y
c,1,1,2,
"""


@pytest.mark.parametrize("missing", ["refuse", "forward"])
def test_every_problem_of_a_file_is_listed_with_its_place(missing):
    if missing == "refuse":
        report = catch_error(BROKEN, missing=missing).report
    else:
        report = read(BROKEN, missing=missing)[1]
    assert [(p.kind, p.row, p.column, p.found) for p in report.problems] == [
        ("unreadable", 3, "v", "oops"),
        ("missing", 5, "v", ""),
        ("unreadable", 6, "w", "1e99"),
        ("incomplete", 7, "id", ""),
        ("incomplete", 8, "target", ""),
    ]
    assert report.counts == {"unreadable": 2, "missing": 1, "incomplete": 2}
    assert all(str(p.row) in p.message and str(p.column) in p.message for p in report.problems)


def test_every_row_is_used_or_counted_as_dropped():
    data, report = read(BROKEN, missing="drop")
    assert [s.tolist() for s in data] == [[[1, 2]]]
    assert data.ids.tolist() == ["a"]
    assert (report.rows, report.used) == (6, 1)
    assert report.dropped == {"incomplete": 2, "missing": 3}
    assert find_finding(data, "unknown").level == "warning"
    data, report = read(BROKEN)
    assert data.lengths.tolist() == [3, 1]
    assert (report.used, report.dropped) == (4, {"incomplete": 2})


def test_only_problems_without_a_treatment_are_unresolved():
    error = catch_error(BROKEN, missing="refuse")
    assert "oops" in str(error)
    assert error.report.unresolved.counts == {"unreadable": 2, "missing": 1}
    constant = "".join(f"{id},{t},1,2,x\n" for id in "pqr" for t in (0, 1))
    error = catch_error(BROKEN + constant + "a,3,1,2,z\n")
    assert "differs from 'x'" in str(error)
    assert error.report.unresolved.counts == {"changes": 1}
    assert error.report.counts["unreadable"] == 2


def test_all_problems_are_counted_and_a_thousand_are_listed():
    report = catch_error("id,v\n" + "a,1\n" + "a,x\n" * 5_000, missing="refuse").report
    assert report.counts["unreadable"] == 5_000
    assert len([p for p in report.problems if p.kind == "unreadable"]) == MAX_LISTED
    data, _ = read("id,v\n" + "a,1\n" + "a,x\n" * 5_000)
    finding = find_finding(data, "unreadable")
    assert "count as missing: 5,000, the first with 'x' in row 3" in finding.message
    assert (finding.level, len(finding.rows)) == ("warning", MAX_LISTED)


def test_the_first_problem_is_named_also_behind_a_full_list_of_another_column():
    rows = ["1,bad", *["bad,1"] * (MAX_LISTED + 1), *["1,1"] * (MAX_LISTED + 3)]
    data, report = read("id,x,z\n" + "".join(f"{n % 2},{row}\n" for n, row in enumerate(rows)))
    finding = find_finding(data, "unreadable")
    assert (finding.message.values["row"], finding.message.values["column"]) == (2, "z")
    assert (report.counts["unreadable"], len(report.problems)) == (MAX_LISTED + 2, MAX_LISTED)


def test_ids_that_differ_in_spaces_are_merged_and_counted():
    data, report = read("id,v\na,1\na ,2\n a,3\nb,4\n")
    assert report.counts == {"spaces": 2}
    assert [s.ravel().tolist() for s in data] == [[1, 2, 3], [4]]
    assert (report.rows, report.used) == (4, 4)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("id,x1,x2,y\na,1,2,1\nb,,,2\nc,3,,4\n", ["a", "c"]),
        ('id,s\na,"[1]"\nb,"[]"\nc,"[2, 3]"\n', ["a", "c"]),
    ],
)
def test_sequences_without_a_step_are_dropped_and_counted(text, left):
    data, report = read(text)
    assert report.counts == {"empty": 1}
    assert data.ids.tolist() == left
    assert (report.rows, report.used, report.dropped) == (3, 2, {"empty": 1})


TWICE = "id,t,v\na,0,1\na,1,2\na,1,4\na,2,6\nb,0,7\n"


@pytest.mark.parametrize(
    ("choice", "expected", "used"),
    [
        ("keep", [1, 2, 4, 6], 5),
        ("first", [1, 2, 6], 4),
        ("last", [1, 4, 6], 4),
        ("mean", [1, 3, 6], 4),
    ],
)
def test_steps_at_the_same_time_are_reported_and_treated_as_chosen(choice, expected, used):
    data, report = read(TWICE, duplicates=choice)
    assert data[0].ravel().tolist() == expected
    assert (report.rows, report.used) == (5, used)
    [problem] = report.problems
    assert (problem.kind, problem.row, problem.column) == ("duplicate", 4, "t")


def test_a_mean_of_steps_ignores_missing_values():
    data, _ = read("id,t,v\na,0,1\na,0,\na,1,\na,1,\n", duplicates="mean", missing="mean")
    assert data.values[:, 0].tolist()[0] == 1
    assert np.isnan(data.values[1, 0])


def test_gaps_in_regular_times_are_reported():
    text = "id,t,v\n" + "".join(f"a,{t},1\n" for t in [*range(20), 23, 24])
    _, report = read(text)
    [problem] = report.problems
    assert (problem.kind, problem.row) == ("gap", 22)
    assert "4 times as long" in problem.message
    assert read("id,t,v\n" + "".join(f"a,{t * t},1\n" for t in range(20)))[1].problems == ()


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (["5", "2", "2.5"], [0, 0.5, 2.5]),
        (["2026-01-01 00:01", "2026-01-01", "2026-01-01T00:00:30"], [0, 30, 30]),
    ],
)
def test_the_time_since_the_last_step_can_be_a_feature(times, expected):
    text = "id,t,v\n" + "".join(f"a,{t},1\n" for t in times) + f"b,{times[0]},1\n"
    data, _ = read(text, elapsed=True)
    assert data.feature_names == ("v", "time since the last step")
    assert data[0][:, 1].tolist() == expected
    assert data[1][:, 1].tolist() == [0]


WORDS = "id,t,colour,on,v\na,0,red,yes,1\na,1,blue,no,2\nb,0,red,yes,3\nb,1,red,yes,4\n"


def test_words_are_read_as_codes_of_sorted_words():
    data, _ = read(WORDS)
    assert data.schema.categories == ("colour", "on")
    assert data.categories == {"colour": ("blue", "red"), "on": ("no", "yes")}
    assert data.feature_names == ("colour", "on", "v")
    assert data[0].tolist() == [[1, 1, 1], [0, 0, 2]]
    reason = "`colour` has 2 different words: one feature per word"
    assert ("words", reason) in list_reasons(data)


def test_a_column_of_free_text_is_not_a_feature():
    rows = "".join(f"a,{i},note {i},{i}\n" for i in range(10))
    assert read("id,t,note,v\n" + rows)[0].feature_names == ("v",)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("drop", [[0]]),
        ("forward", [[0], [np.nan]]),
    ],
)
def test_a_missing_category_is_a_missing_value(policy, expected):
    data, _ = read("id,c\na,x\na,\nb,y\nb,y\n", missing=policy)
    np.testing.assert_array_equal(data[0], expected)
    assert data.categories == {"c": ("x", "y")}


def test_a_missing_value_stays_missing_and_adds_no_feature():
    data, report = read("id,v,w\na,1,1\na,,2\nb,3,3\n", missing="mean")
    assert data.feature_names == ("v", "w")
    assert np.isnan(data[0][1, 0])
    assert (report.used, report.dropped) == (3, {})


@pytest.mark.parametrize(
    "text", ["1,,3\n2\n", "id,x1,x2,x3\na,1,,3\nb,2,,\n", 'id,s\na,"[1, null, 3]"\nb,"[2]"\n']
)
def test_missing_values_stay_missing_in_every_layout(text):
    data, _ = read(text, missing="mean")
    np.testing.assert_array_equal(data[0], [[1], [np.nan], [3]])


def test_a_schema_round_trips_through_plain_values():
    schema = read(WORDS, missing="mean", padding=-1.5, elapsed=True)[0].schema
    assert Schema.from_dict(schema.to_dict()) == schema


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"layout": "tall"},
        {"layout": "long", "missing": "guess"},
        {"layout": "long", "padding": "0"},
        {"layout": "long", "remaining_steps": 0},
        {"layout": "long", "target": "y", "remaining_steps": 9},
        {"layout": "long", "duplicates": "sum"},
        {"layout": "long", "features": 3},
        {"layout": "long", "categories": [1]},
    ],
)
def test_invalid_plain_values_are_refused(plain):
    with pytest.raises(ValueError, match=r"layout|the table|remaining steps"):
        Schema.from_dict(plain)


def read_with(text: str, schema: Schema):
    return read_with_schema(open_table(io.StringIO(text)), schema)


def test_new_data_is_read_like_the_training_data():
    schema = read(WORDS, missing="mean")[0].schema
    data, _ = read_with("v,on,colour,t,id\n5,3,green,1,c\n6,no,blue,0,c\n", schema)
    assert data.feature_names == read(WORDS)[0].feature_names
    assert data.categories == {"colour": ("blue", "green"), "on": ("3", "no")}
    assert data[0].tolist() == [[0, 1, 6], [1, 0, 5]]


def test_a_missing_feature_of_new_data_is_reported():
    with pytest.raises(DataError, match="no column 'on'"):
        read_with("id,t,colour,v\na,0,red,1\n", read(WORDS)[0].schema)


def test_incomplete_targets_of_new_data_are_ignored():
    schema = read("id,v,target\na,1,2\nb,3,4\n")[0].schema
    assert read_with("id,v,target\na,1,\nb,3,4\n", schema)[0].targets is None
    assert read_with("id,v,target\na,1,1\nb,3,4\n", schema)[0].targets.tolist() == [1, 4]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("name,v\nann,1\nann,2\nbob,3\n", ["no_time"]),
        ("who,v\nann,1\nann,2\nbob,3\n", ["assumed_id", "no_time"]),
        ("id,t,v,z\na,0,1,2\na,1,2,2\nb,0,1,3\nb,1,2,3\n", ["assumed_target"]),
        ("id,t,v,target\na,0,1,2\n", []),
    ],
)
def test_assumptions_are_reported_as_warnings(text, codes):
    doubts = list_doubts(detect_schema(open_table(io.StringIO(text))))
    assert [doubt[:2] for doubt in doubts] == [("warning", code) for code in codes]


def test_chinese_column_names_are_recognised():
    text = "编号,时间,值,目标\n甲,2,5,1\n甲,1,4,1\n乙,1,6,0\n"
    schema = detect_schema(open_table(io.StringIO(text)))
    assert (schema.id, schema.time, schema.features, schema.target) == (
        "编号",
        "时间",
        ("值",),
        "目标",
    )
    assert list_doubts(schema) == []
