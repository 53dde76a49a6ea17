"""Any sequences, written in any layout and format, are read back unchanged."""

import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core import Sequences
from core.reading import read_sequences
from tests.support.files import build_parquet, make_zip


def read(text, **choices):
    return read_sequences(io.StringIO(text), **choices)


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
    """One column per step: value_0, value_1, …, or f0_0, f0_1, …, f1_0, … for several features."""
    width = data.lengths.max()
    columns = {
        f"{name}_{step}": [float(s[step, feature]) if step < len(s) else None for s in data]
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
