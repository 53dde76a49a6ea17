"""Wide tables: one step per column, of one feature or several, with the target anywhere."""

import io
from dataclasses import replace

import numpy as np
import pytest

from core import DataError
from core.reading import Schema, detect_schema, open_table, read_table, read_with_schema
from tests.support.findings import find_finding, list_doubts, list_reasons

TWO = "id,x_1,x_2,x_3,y_1,y_2,y_3,target\na,1,2,3,4,5,6,0\nb,7,,,8,,,1\n"
TWO_STEPS = [[[1, 4], [2, 5], [3, 6]], [[7, 8]]]


def read(text, missing="refuse", **choices):
    table = open_table(io.StringIO(text))
    schema = detect_schema(table, **choices)
    return read_table(table, Schema(**{**schema.__dict__, "missing": missing}))[0]


def list_steps(data):
    return [sequence.tolist() for sequence in data]


@pytest.mark.parametrize(
    "text",
    [
        TWO,
        TWO.replace("_", ""),
        TWO.replace("_", "."),
        TWO.replace("_", " "),
        TWO.replace("_", "_t"),
        "id,x[1],x[2],x[3],y[1],y[2],y[3],target\na,1,2,3,4,5,6,0\nb,7,,,8,,,1\n",
        "id,x_1,y_1,x_2,y_2,x_3,y_3,target\na,1,4,2,5,3,6,0\nb,7,8,,,,,1\n",
        "id,x_3,x_1,x_2,y_2,y_1,y_3,target\na,3,1,2,5,4,6,0\nb,,7,,,8,,1\n",
        "id,x_8,x_9,x_10,y_8,y_9,y_10,target\na,1,2,3,4,5,6,0\nb,7,,,8,,,1\n",
        "id,x_0,x_10,x_5,y_0,y_10,y_5,target\na,1,3,2,4,6,5,0\nb,7,,,8,,,1\n",
    ],
)
def test_columns_with_the_steps_of_several_features(text):
    data = read(text)
    assert data.feature_names == ("x", "y")
    assert list_steps(data) == TWO_STEPS
    assert data.targets.tolist() == [0, 1]
    reason = "the columns count the steps of 2 features: `x, y`"
    assert ("channels", reason) in list_reasons(data)


def test_the_steps_of_one_feature_are_in_the_order_of_their_numbers():
    data = read("id,x1,x10,x2,x3,x4,x5,x6,x7,x8,x9\na,1,10,2,3,4,5,6,7,8,9\n")
    assert data.values.ravel().tolist() == list(range(1, 11))
    assert data.feature_names == ("x",)


def test_columns_that_count_backwards_stay_in_the_order_of_the_table():
    data = read("t-3,t-2,t-1\n1,2,3\n4,5,6\n", layout="wide")
    assert data[0].ravel().tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("missing", "expected"),
    [("drop", [[1, 4], [3, 6]]), ("forward", [[1, 4], [2, np.nan], [3, 6]])],
)
def test_a_step_with_one_blank_feature_has_a_missing_value(missing, expected):
    text = "id,x_1,x_2,x_3,y_1,y_2,y_3\na,1,2,3,4,,6\nb,7,,,8,,\n"
    with pytest.raises(DataError, match="value is missing") as caught:
        read(text)
    assert (caught.value.values["row"], caught.value.values["column"]) == (2, "y_2")
    np.testing.assert_array_equal(read(text, missing=missing)[0], expected)


def test_a_sequence_ends_where_its_last_feature_ends():
    text = "id,x_1,x_2,y_1,y_2\na,1,2,3,\nb,4,,6,\n"
    assert read(text, missing="forward").lengths.tolist() == [2, 1]
    data = read(text, missing="mean")
    assert data.feature_names == ("x", "y")
    assert np.isnan(data.values[:, 1]).tolist() == [False, True, False]


def test_features_with_different_steps_are_not_combined():
    text = "id,x_1,x_2,x_3,q_1,q_2\na,1,2,3,4,5\nb,1,2,,4,5\n"
    data = read(text)
    assert data.feature_names == ("x",)
    assert data[0].ravel().tolist() == [1, 2, 3]
    doubt = "`q_1` to `q_2` count other steps than `x_1` to `x_3`, and are not used"
    assert list_doubts(data) == [("warning", "other_steps", doubt)]
    with pytest.raises(DataError, match="only one has a step 3"):
        read(text, features=["x_1", "x_2", "x_3", "q_1", "q_2"])


def test_names_that_differ_only_in_punctuation_are_distinct():
    assert read("id,x1,x2,x_1,x_2\na,1,2,3,4\n").feature_names == ("x", "x_")


@pytest.mark.parametrize(
    ("text", "target", "id"),
    [
        ("score,x1,x2,x3\n5,1,2,3\n6.5,1,,\n5,2,3,\n", "score", None),
        ("id,score,x1,x2\na,5,1,2\nb,6,1,\n", "score", "id"),
        ("kind,x1,x2\nwalk,1,2\nrun,1,\nwalk,3,4\nrun,5,6\n", "kind", None),
        ("x1,x2,score\n1,2,5\n1,,6\n", "score", None),
        ("a,x1,x2,score\n5,1,2,5\n5,1,,6\n", "score", None),
        ("who,score,x1,x2\nann,5,1,2\nbob,6,1,\n", "score", "who"),
        ("number,score,x1,x2\n1,5,1,2\n2,6,1,\n", "score", "number"),
    ],
)
def test_a_target_before_or_after_the_steps_is_detected_and_stated(text, target, id):
    schema = read(text).schema
    assert (schema.layout, schema.target, schema.id) == ("wide", target, id)
    note = f"no column is called target; `{target}` is used as the target"
    assert ("assumed_target", note) in list_reasons(schema)


def test_two_possible_targets_leave_the_target_open():
    schema = read("age,dose,x1,x2\n5,7,1,2\n6,7,1,\n").schema
    assert schema.target is None
    doubt = "no column is called target; it may be one of `age, dose`"
    assert list_doubts(schema) == [("question", "target", doubt)]
    remedies = find_finding(schema, "target").remedies
    assert remedies == ({"target": ""}, {"target": "age"}, {"target": "dose"})


UCR = "1,5,6,7\n2,8,9,\n1,4,4,4\n"


def test_rows_without_a_header_can_begin_with_their_class():
    assert detect_schema(open_table(io.StringIO(UCR))).layout == "rows"
    data = read(UCR, layout="wide", target="1")
    assert list_steps(data) == [[[5], [6], [7]], [[8], [9]], [[4], [4], [4]]]
    assert data.targets.tolist() == [1, 2, 1]
    data = read("walk,5,6\nrun,8,\nwalk,4,4\nrun,1,2\n", layout="wide")
    assert data.targets.tolist() == ["walk", "run"] * 2


def read_with(text, schema):
    return read_with_schema(open_table(io.StringIO(text)), schema)[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,x_1,y_1\nq,7,8\n", [[[7, 8]]]),
        ("y_4,y_3,y_2,y_1,x_4,x_3,x_2,x_1\n8,7,6,5,4,3,2,1\n", [[[1, 5], [2, 6], [3, 7], [4, 8]]]),
        ("id,x_1,x_2,y_1,y_2,z_1,z_2\nq,1,2,3,4,5,6\n", [[[1, 3], [2, 4]]]),
    ],
)
def test_new_tables_may_have_fewer_or_more_steps(text, expected):
    schema = Schema.from_dict(read(TWO).schema.to_dict())
    assert list_steps(read_with(text, schema)) == expected


def test_new_tables_of_one_feature_may_have_fewer_or_more_steps():
    schema = read("who,x1,x2,x3,y\n7,1,2,3,5\n9,1,2,,6\n", id="who").schema
    data = read_with("who,x1,x2,x3,x4\n7,1,2,3,4\n8,5,,,\n", schema)
    assert list_steps(data) == [[[1], [2], [3], [4]], [[5]]]
    assert data.ids.tolist() == ["7", "8"]


def test_new_rows_without_a_header_keep_their_class_with_the_same_number_of_cells():
    schema = read(UCR, layout="wide", target="1").schema
    assert read_with(UCR, schema).targets.tolist() == [1, 2, 1]
    assert read_with("5,6\n8,9\n", schema).targets is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id,x_1,x_2\nq,7,8\n", "step of the feature 'y'"),
        ("id,x_1,x_2,y_1\nq,7,8,9\n", "only one has a step 2"),
    ],
)
def test_new_tables_that_lack_steps_of_a_feature_are_refused(text, says):
    with pytest.raises(DataError, match=says):
        read_with(text, read(TWO).schema)


def test_a_schema_whose_features_have_unequal_steps_is_refused():
    with pytest.raises(ValueError, match="channels"):
        Schema.from_dict({"layout": "wide", "features": ["x_1", "x_2", "y_1"], "channels": "xy"})


def test_new_data_of_one_feature_has_one_feature_for_any_column_names():
    text = "id,x_1,x_2,y_1,y_2,label\na,1,2,3,4,u\nb,5,,6,,v\n"
    schema = read(text, group="x_1", id="").schema
    again, _ = read_with_schema(open_table(io.StringIO(text)), schema)
    assert again.feature_names == ("y",)
    assert list_steps(again) == [[[3], [4]], [[6]]]


@pytest.mark.parametrize("text", ["t0,t10,label\n1,2,u\n3,,v\n", "x1,x2,x3\n1,2,5\n3,,\n"])
def test_new_tables_of_one_feature_may_have_other_names_and_steps(text):
    schema = read("x1,x2,label\n1,2,u\n3,,v\n").schema
    assert schema.channels == ("x",)
    data, _ = read_with_schema(open_table(io.StringIO(text)), schema)
    assert data.feature_names == ("x",)
    assert data[1].tolist() == [[3]]


def test_the_schema_of_an_earlier_version_does_not_name_the_feature():
    text = "x1,x2,label\n1,2,u\n3,,v\n"
    schema = replace(read(text).schema, channels=())
    for data in (
        read_with_schema(open_table(io.StringIO(text)), schema)[0],
        read_table(open_table(io.StringIO(text)), schema)[0],
    ):
        assert data.feature_names == ("value",)
        assert list_steps(data) == [[[1], [2]], [[3]]]
