"""The four layouts: the same sequences are read from each, in any notation."""

import io
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core import DataError, Sequences
from core.reading import Schema, detect_schema, open_table, read_sequences, read_table
from tests.support.files import build_parquet, make_zip

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
        ("three_wide.csv", Sequences.from_lists(THREE, targets=[2, 4, 6], ids=IDS)),
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
    assert "`utterance` repeats and `t` rises inside it: long layout" in layout.reasons
    data = read_table(table, layout)[0]
    assert (len(data), data.features) == (640, 12)
    assert (data.lengths.min(), data.lengths.max()) == (7, 29)
    assert (data.split == "train").sum() == 270
    assert (data.split == "test").sum() == 370
    assert np.unique(data.targets).tolist() == list(range(1, 10))
    raw = pd.read_csv(SAMPLES / "japanese_vowels.csv")
    assert np.array_equal(data.values, raw.filter(like="lpc").to_numpy(np.float32))


PASTED = [
    ("1.5", [[[1.5]]]),
    ("[1.5]", [[[1.5]]]),
    ("[[1.5]]", [[[1.5]]]),
    ("[[[1.5]]]", [[[1.5]]]),
    ("[[1], [2, 5], [3, 9, 9, 4, 8]]", [[[1]], [[2], [5]], [[3], [9], [9], [4], [8]]]),
    ("[[1],\n [2, 5],\n]", [[[1]], [[2], [5]]]),
    ("[1]\n[2, 5]", [[[1]], [[2], [5]]]),
    ("[1],\n[2, 5],\n", [[[1]], [[2], [5]]]),
    ("[[1, 2], [3, 4]]\n[[5, 6]]", [[[1, 2], [3, 4]], [[5, 6]]]),
    ("[[[1, 2], [3, 4]], [[5, 6]]]", [[[1, 2], [3, 4]], [[5, 6]]]),
    ("1\n2,5", [[[1]], [[2], [5]]]),
    ("1\n2;5", [[[1]], [[2], [5]]]),
    ("1\n2\t5", [[[1]], [[2], [5]]]),
    ("1\n2 5", [[[1]], [[2], [5]]]),
    ("1\n2, 5", [[[1]], [[2], [5]]]),
    ("\n 1 \r\n\r\n  \r\n2,5,,\r\n,,\r\n", [[[1]], [[2], [5]]]),
    ("1,2,3\n4,5,6", [[[1], [2], [3]], [[4], [5], [6]]]),
    ("1,2,,\n3,,,\n", [[[1], [2]], [[3]]]),
    ("-1e-3\n+2.,.5", [[[-0.001]], [[2], [0.5]]]),
    ("\ufeff1\n2,5", [[[1]], [[2], [5]]]),
]


@pytest.mark.parametrize(("text", "expected"), PASTED, ids=[repr(text) for text, _ in PASTED])
def test_pasted_text_is_read(text, expected):
    data = read(text)
    assert [np.shape(s) for s in data] == [np.shape(s) for s in expected]
    assert list_steps(data) == [np.float32(s).tolist() for s in expected]
    assert data.targets is None


LIST_TABLES = [
    ('s,y\n"[1]",2\n"[2, 5]",4\n', [[[1]], [[2], [5]]], [2, 4], ["1", "2"], ("s",)),
    ('"[1]",2\n"[2, 5]",4\n', [[[1]], [[2], [5]]], [2, 4], ["1", "2"], ("1",)),
    ("s;y\n[1];2\n[2, 5];4\n", [[[1]], [[2], [5]]], [2, 4], ["1", "2"], ("s",)),
    ("[1];2\n[2, 5];4\n", [[[1]], [[2], [5]]], [2, 4], ["1", "2"], ("1",)),
    ('id,a,b\np,"[1]","[2]"\nq,"[3,4]","[5,6]"', [[[1, 2]], [[3, 5], [4, 6]]], None, "pq", "ab"),
    ('id,s,y\np,"[[1,2],[3,4]]",x\nq,"[[5,6]]",z', [[[1, 2], [3, 4]], [[5, 6]]], "xz", "pq", None),
    ('"[[1,2],[3,4]]",x', [[[1, 2], [3, 4]]], "x", "1", ("x1", "x2")),
    (
        'name,s,v\nann,"[ 1 ]",2.5\nbob,"[2,\n5]",3',
        [[[1]], [[2], [5]]],
        [2.5, 3],
        ["ann", "bob"],
        "s",
    ),
]


@pytest.mark.parametrize(("text", "expected", "targets", "ids", "names"), LIST_TABLES)
def test_lists_in_cells_are_read(text, expected, targets, ids, names):
    data = read(text)
    assert list_steps(data) == expected
    assert (None if targets is None else list(targets)) == (
        None if data.targets is None else data.targets.tolist()
    )
    assert data.ids.tolist() == list(ids)
    assert data.feature_names == tuple(names or ("x1", "x2"))


def test_long_rows_may_be_interleaved_and_are_sorted_by_time():
    data = read("id,t,v,target\nb,2,5,4\na,0,1,2\nb,10,7,4\nb,1,2,4\n")
    assert data.ids.tolist() == ["b", "a"]
    assert list_steps(data) == [[[2], [5], [7]], [[1]]]
    assert data.targets.tolist() == [4, 2]


@pytest.mark.parametrize(
    "times",
    [
        ("2026-01-02", "2026-01-10", "2026-01-03"),
        ("2026-01-02 23:00:00", "2026-01-03T00:00:01", "2026-01-02 23:00:01"),
        ("2026-01-02T00:00:00+02:00", "2026-01-02T00:00:00Z", "2026-01-02T01:00:00+02:00"),
        ("9", "10", "9.5"),
        ("1700000000000000001", "1700000000000000003", "1700000000000000002"),
        (" 1", "1e1", " 2 "),
    ],
)
def test_times_sort_as_times(times):
    rows = "".join(f"a,{time},{value}\n" for time, value in zip(times, (1, 3, 2), strict=True))
    assert list_steps(read("id,time,v\n" + rows)) == [[[1], [2], [3]]]


@given(
    st.lists(st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)), min_size=2, unique=True).map(
        lambda dates: [f"{date:%Y-%m-%d %H:%M:%S.%f}".rjust(26, "0") for date in dates]
    )
)
def test_dates_sort_alike_with_and_without_a_time_zone(dates):
    def order(mark: str) -> list:
        rows = "".join(f"a,{date}{mark},{number}\n" for number, date in enumerate(dates))
        return read("id,time,v\n" + rows, id="id", time="time").values.ravel().tolist()

    assert order("") == order("Z") == order("+02:00") == np.argsort(dates).tolist()


@pytest.mark.parametrize("date", ["1500-01-01", "9999-12-31", "9999-12-31T00:00:00Z"])
def test_dates_out_of_range_are_not_times(date):
    with pytest.raises(DataError, match=f"Row 3, column time: '{date}' is no time"):
        read(f"id,time,v\na,2026-01-01,1\na,{date},2\na,2026-01-03,3\n", time="time")


def test_equal_times_keep_the_order_of_the_file():
    rows = "".join(f"{'ab'[i % 2]},{i % 3 == 0:d},{i}\n" for i in range(60))
    data = read("id,t,v\n" + rows)
    for start, sequence in enumerate(data):
        mine = range(start, 60, 2)
        expected = [i for i in mine if i % 3] + [i for i in mine if i % 3 == 0]
        assert sequence.ravel().tolist() == expected


def test_without_a_time_column_long_rows_keep_the_order_of_the_file():
    data = read("id,v,w\na,3,0\nb,1,0\na,2,1\nb,1,1\n")
    assert list_steps(data) == [[[3, 0], [2, 1]], [[1, 0], [1, 1]]]


def test_a_whole_table_can_be_one_sequence():
    data = read("t,v\n1,5\n0,4\n", layout="long", id="")
    assert list_steps(data) == [[[4], [5]]]


def test_ids_are_kept_as_written():
    data = read("id,t,v\n007,0,1\n7,0,2\n007,1,3\n7.0,0,4\n")
    assert data.ids.tolist() == ["007", "7", "7.0"]
    assert list_steps(data) == [[[1], [3]], [[2]], [[4]]]


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


@pytest.mark.parametrize(("missing", "first"), [("drop", [[1], [3]]), ("forward", [[1], [1], [3]])])
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
    assert list_steps(read(text, missing=missing)) == [first, [[4], [5]]]


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
            Sequences.from_lists([[1], [2, 3]], ids=["a", "b"]),
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


@st.composite
def labelled_sequences(draw, max_features=3):
    """Sequences with ids, targets and splits of all kinds."""
    width = draw(st.integers(1, max_features))
    lengths = draw(st.lists(st.integers(1, 5), min_size=1, max_size=7))
    number = st.floats(width=32, allow_nan=False, allow_infinity=False)
    parts = [
        np.float32(draw(st.lists(number, min_size=n * width, max_size=n * width))).reshape(n, width)
        for n in lengths
    ]
    size = {"min_size": len(parts), "max_size": len(parts)}
    words = st.text("abc XYZ,;\"'é\n-_0189", min_size=1).map(str.strip).filter(bool)
    classes = words.filter(lambda word: word[0].isalpha())
    targets = st.one_of(
        st.lists(st.integers(-(2**62), 2**62), **size),
        st.lists(st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.5), **size),
        st.lists(classes, **size),
    )
    return Sequences.from_lists(
        parts,
        targets=draw(targets.map(np.array)),
        ids=draw(st.lists(words, unique=True, **size)),
        split=draw(st.lists(st.sampled_from(["train", "validation", "test"]), **size)),
        feature_names=["value"] if width == 1 else [f"f{i}" for i in range(width)],
    )


def build_role_columns(data):
    return pd.DataFrame({"id": data.ids, "split": data.split, "target": data.targets})


def to_long(data, shuffle):
    frame = pd.DataFrame(data.values.astype(float), columns=list(data.feature_names))
    frame.insert(0, "t", np.concatenate([np.arange(n) for n in data.lengths]))
    sequence = np.repeat(np.arange(len(data)), data.lengths)
    frame = pd.concat(
        [build_role_columns(data).iloc[sequence].reset_index(drop=True), frame], axis=1
    )
    first = np.cumsum(data.lengths) - data.lengths  # sequences keep the order of their first row
    other_rows = np.setdiff1d(np.arange(len(frame)), first)
    order = np.r_[first, np.random.default_rng(shuffle).permutation(other_rows)]
    return frame.iloc[order]


def to_lists(data, write=json.dumps):
    frame = build_role_columns(data)
    for feature, name in enumerate(data.feature_names):
        frame[name] = [write(s[:, feature].tolist()) for s in data]
    return frame


def to_wide(data, shuffle=None):
    """One column per step: x0, x1, …, or f0_0, f0_1, …, f1_0, … for several features."""
    width = data.lengths.max()
    has_several = data.features > 1
    columns = {
        f"{name}_{step}" if has_several else f"x{step}": [
            float(s[step, feature]) if step < len(s) else None for s in data
        ]
        for feature, name in enumerate(data.feature_names)
        for step in range(width)
    }
    frame = pd.concat([build_role_columns(data), pd.DataFrame(columns)], axis=1)
    if shuffle is None:
        return frame
    shuffled = np.random.default_rng(shuffle).permutation(list(columns))
    return frame[[*build_role_columns(data), *shuffled]]


def to_csv(frame, delimiter):
    return frame.to_csv(index=False, sep=delimiter)


delimiters = st.sampled_from([",", ";", "\t"])
fewer = settings(max_examples=40)


@given(labelled_sequences(), st.integers(0, 99), delimiters)
def test_the_long_layout_round_trips(data, shuffle, delimiter):
    assert read(to_csv(to_long(data, shuffle), delimiter)) == data
    assert read_sequences(to_long(data, shuffle)) == data


@pytest.mark.parametrize("id", ["0;0", "1 2", "1;2;3"])
@pytest.mark.parametrize("cell", ["[7]", "[7, 8]"])
def test_an_id_that_could_be_a_list_of_numbers_is_an_id(id, cell):
    data = read(f'id,value,target\n{id},"{cell}",5\n')
    assert data.ids.tolist() == [id]
    assert data.feature_names == ("value",)


@given(labelled_sequences(), delimiters)
def test_the_list_layout_round_trips(data, delimiter):
    assert read(to_csv(to_lists(data), delimiter)) == data
    assert read_sequences(to_lists(data)) == data


@given(labelled_sequences(max_features=1), delimiters)
def test_the_wide_layout_round_trips(data, delimiter):
    assert read(to_csv(to_wide(data), delimiter)) == data
    assert read_sequences(to_wide(data)) == data


@fewer
@given(labelled_sequences(), delimiters, st.integers(0, 9))
def test_the_wide_layout_of_several_features_round_trips(data, delimiter, shuffle):
    assume(data.features > 1 and data.lengths.max() > 1)
    back = read(to_csv(to_wide(data, shuffle), delimiter))
    assert back.with_features(data.feature_names) == data


@fewer
@given(labelled_sequences(max_features=1), st.integers(0, 9))
def test_the_columns_of_a_wide_table_may_be_in_any_order(data, shuffle):
    assume(data.lengths.max() > 1)
    assert read(to_csv(to_wide(data, shuffle), ",")) == data


@fewer
@given(
    labelled_sequences(),
    st.sampled_from([repr, lambda s: repr(tuple(s)), lambda s: str(s).replace(",", "")]),
    delimiters,
)
def test_lists_in_python_and_numpy_notation_round_trip(data, write, delimiter):
    assert read(to_csv(to_lists(data, write), delimiter)) == data


@fewer
@given(labelled_sequences(), st.sampled_from([" ", "  ", ";", "; "]), delimiters)
def test_lists_with_spaces_round_trip(data, mark, delimiter):
    assume(data.lengths.max() > 1)
    text = to_csv(to_lists(data, lambda s: mark.join(map(repr, s))), delimiter)
    assert read(text, layout="list", features=data.feature_names) == data


@fewer
@given(labelled_sequences(), delimiters)
def test_nested_lists_in_cells_round_trip(data, delimiter):
    frame = build_role_columns(data)
    frame["steps"] = [json.dumps(s.tolist()) for s in data]
    back = read(to_csv(frame, delimiter))
    assert back.feature_names == (
        ("x1", "x2", "x3")[: data.features] if data.features > 1 else ("steps",)
    )
    assert replace(back, feature_names=data.feature_names) == data


@fewer
@given(labelled_sequences(), st.sampled_from([";", "\t"]))
def test_decimal_commas_round_trip(data, delimiter):
    frames = [to_long(data, 0)]
    if data.features == 1 or data.lengths.max() > 1:
        frames.append(to_wide(data))
    for frame in frames:
        assert read(frame.to_csv(index=False, sep=delimiter, decimal=",")) == data


@fewer
@given(labelled_sequences())
def test_an_archive_of_one_file_per_sequence_round_trips(data):
    data = replace(data, ids=[str(i) for i in range(len(data))])
    files = {
        f"{id}.csv": pd.DataFrame(s.astype(float), columns=list(data.feature_names)).to_csv(
            index=False
        )
        for id, s in zip(data.ids, data, strict=True)
    }
    files["about.csv"] = to_csv(build_role_columns(data).rename(columns={"id": "file"}), ",")
    assert read_sequences(io.BytesIO(make_zip(files)), target="target") == data


@fewer
@given(labelled_sequences())
def test_the_ts_format_round_trips(data):
    classes = data.lengths  # integers, because a class cannot contain a colon
    lines = [
        ":".join([*(",".join(map(repr, feature)) for feature in s.T.tolist()), str(label)])
        for s, label in zip(data, classes, strict=True)
    ]
    text = "@problemName any\n@classLabel true 1 2 3 4 5\n@data\n" + "\n".join(lines)
    assert read(text) == Sequences(data.values, data.lengths, classes)


@settings(max_examples=4, deadline=None)  # each example starts a process
@given(labelled_sequences())
def test_parquet_round_trips(data):
    long = to_long(data, 0)
    lists = dict(build_role_columns(data)) | {
        name: [s[:, feature] for s in data] for feature, name in enumerate(data.feature_names)
    }
    for columns in (dict(long), lists):
        assert read_sequences(io.BytesIO(build_parquet(**columns))) == data


@given(labelled_sequences(max_features=1), st.sampled_from([",", ";", "\t", " ", ", "]))
def test_the_rows_layout_round_trips(data, delimiter):
    lines = [delimiter.join(map(repr, s.ravel().tolist())) for s in data]
    assert read("\n".join(lines)) == Sequences(data.values, data.lengths)


@given(labelled_sequences(), st.sampled_from([None, 2]))
def test_pasted_nested_lists_round_trip(data, indent):
    text = json.dumps([s.tolist() for s in data], indent=indent)
    back = read(text)
    assert np.array_equal(back.values, data.values)
    assert np.array_equal(back.lengths, data.lengths)
