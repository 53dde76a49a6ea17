"""The four layouts: the same sequences, targets, splits and groups are read from each."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import Sequences
from core.reading import Schema, detect_schema, open_table, read_sequences, read_table
from tests.support.findings import list_reasons

SAMPLES = Path(__file__).parents[4] / "samples"
THREE = [[1], [2, 5], [3, 9, 9, 4, 8]]
IDS = ["a", "b", "c"]


def read(text, **choices):
    return read_sequences(io.StringIO(text), **choices)


def list_steps(data):
    return [sequence.tolist() for sequence in data]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("three_rows.csv", Sequences.from_lists(THREE)),
        (
            "three_list_in_cell.csv",
            Sequences.from_lists(THREE, targets=[2, 4, 6], feature_names=["sequence"]),
        ),
        ("three_long.csv", Sequences.from_lists(THREE, targets=[2, 4, 6], ids=IDS)),
        (
            "three_wide.csv",
            Sequences.from_lists(THREE, targets=[2, 4, 6], ids=IDS, feature_names=["x"]),
        ),
    ],
)
def test_the_reference_example_is_read_in_each_layout(name, expected):
    data = read_sequences(SAMPLES / name)
    assert data == expected
    assert data == read_sequences(str(SAMPLES / name))
    assert data == read_sequences(io.BytesIO((SAMPLES / name).read_bytes()))


def test_japanese_vowels_is_read_without_choices():
    table = open_table(SAMPLES / "japanese_vowels.csv")
    layout = detect_schema(table)
    assert (layout.layout, layout.id, layout.time) == ("long", "utterance", "t")
    assert (layout.target, layout.split, layout.group) == ("speaker", "split", None)
    assert layout.features == tuple(f"lpc{i}" for i in range(1, 13))
    reason = "`utterance` repeats and `t` increases within it: long layout"
    assert ("layout", reason) in list_reasons(layout)
    data = read_table(table, layout)[0]
    assert (len(data), data.features) == (640, 12)
    assert (data.lengths.min(), data.lengths.max()) == (7, 29)
    assert (data.split == "train").sum() == 270
    assert (data.split == "test").sum() == 370
    assert np.unique(data.targets).tolist() == list(range(1, 10))
    raw = pd.read_csv(SAMPLES / "japanese_vowels.csv")
    assert np.array_equal(data.values, raw.filter(like="lpc").to_numpy(np.float32))


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        (("2", "-4", " 6 "), "i", [2, -4, 6]),
        (("2", "4.5", "6"), "f", [2.0, 4.5, 6.0]),
        (("1e3", "2", "3"), "i", [1000, 2, 3]),
        (("1.0", "0.0", "1.0"), "i", [1, 0, 1]),
        (("a", "b ", "a"), "O", ["a", "b", "a"]),
        (("1", "none", "x"), "O", ["1", "none", "x"]),
    ],
)
def test_targets_are_integers_numbers_or_classes(cells, kind, expected):
    rows = "".join(f"{id},1,{cell}\n" for id, cell in zip(IDS, cells, strict=True))
    data = read("id,x1,target\n" + rows)
    assert (data.targets.dtype.kind, data.targets.tolist()) == (kind, expected)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("train", "train"),
        ("Training", "train"),
        (" VAL ", "validation"),
        ("valid", "validation"),
        ("validation", "validation"),
        ("Dev", "validation"),
        ("TEST", "test"),
        ("testing", "test"),
    ],
)
@pytest.mark.parametrize("name", ["split", "Set", "which"])
def test_split_values_are_recognised_in_a_column_of_any_name(word, expected, name):
    data = read(f"id,{name},x1,x2,target\na,{word},1,,5\nb,test,1,2,6\n")
    assert data.split.tolist() == [expected, "test"]
    assert data.targets.tolist() == [5, 6]


def test_groups_are_read():
    data = read("id,group,t,v\na,g1,0,1\nb,g2,0,2\na,g1,1,3\n")
    assert data.groups.tolist() == ["g1", "g2"]


@pytest.mark.parametrize(
    ("missing", "first"), [("drop", [[1], [3]]), ("mean", [[1], [np.nan], [3]])]
)
@pytest.mark.parametrize(
    "text",
    [
        "id,x1,x2,x3\na,1,,3\nb,4,5,\n",
        "id,x1,x2,x3\na,1,NaN,3\nb,4,5,\n",
        "id,t,v\na,0,1\na,1,\na,2,3\nb,0,4\nb,1,5\n",
        'id,v\na,"[1, null, 3]"\nb,"[4, 5]"\n',
        "1,,3\n4,5\n",
        "1 nan 3\n4 5\n",
    ],
)
def test_missing_values_follow_the_chosen_policy(text, missing, first):
    data = read(text, missing=missing)
    np.testing.assert_array_equal(data[0], first)
    np.testing.assert_array_equal(data[1], [[4], [5]])


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (
            pd.DataFrame({"id": [7, 7, 8], "t": [1, 0, 0], "v": [1.5, 2.5, 3.5], "y": [0, 0, 1]}),
            Sequences.from_lists([[2.5, 1.5], [3.5]], [0, 1], ids=[7, 8], feature_names=["v"]),
        ),
        (
            pd.DataFrame({"id": ["a", "a"], "t": [1, 0], "v": [1.5, 2.5]}).set_index(["id", "t"]),
            Sequences.from_lists([[2.5, 1.5]], ids=["a"], feature_names=["v"]),
        ),
        (
            pd.DataFrame({"s": [[1.0, 2.0], np.array([3.0])], "target": [0.5, 2.0]}),
            Sequences.from_lists([[1, 2], [3]], [0.5, 2.0], feature_names=["s"]),
        ),
        (
            pd.DataFrame({"id": ["a", "b"], "x1": [1.0, 2.0], "x2": [np.nan, 3.0]}),
            Sequences.from_lists([[1], [2, 3]], ids=["a", "b"], feature_names=["x"]),
        ),
    ],
    ids=["long", "named index", "lists", "wide"],
)
def test_a_frame_is_read_like_a_file(frame, expected):
    assert read_sequences(frame) == expected


def test_a_table_is_opened_once_and_read_in_several_layouts():
    table = open_table(io.StringIO("id,x1,x2\na,1,2\nb,3,\n"))
    assert list_steps(read_table(table, detect_schema(table))[0]) == [[[1], [2]], [[3]]]
    other = Schema("long", id="id", features=("x1",))
    assert list_steps(read_table(table, other)[0]) == [[[1]], [[3]]]
