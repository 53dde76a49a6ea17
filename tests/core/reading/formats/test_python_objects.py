"""Objects of Python are read as tables, or the error names what to call instead."""

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from core import DataError, Sequences, read_sequences
from tests.support.files import LONG, SAMPLES
from tests.support.findings import find_finding

THREE = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6], ids=["a", "b", "c"])
FRAME = pd.read_csv(io.StringIO(LONG))
TABLE = pa.Table.from_pandas(FRAME, preserve_index=False)


class Stream:
    """A table that offers the Arrow C stream interface only, with the types of Polars."""

    def __arrow_c_stream__(self, requested_schema=None):
        kinds = [
            pa.large_string() if pa.types.is_string(kind) else kind for kind in TABLE.schema.types
        ]
        schema = pa.schema(list(zip(TABLE.schema.names, kinds, strict=True)))
        return TABLE.cast(schema).__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "source",
    [
        TABLE,
        TABLE.combine_chunks().to_batches()[0],
        Stream(),
        FRAME.to_dict("list"),
        {name: FRAME[name].to_numpy() for name in FRAME},
        {"id": list("abc"), "value": [[1], [2, 5], [3, 9, 9, 4, 8]], "target": (2, 4, 6)},
    ],
    ids=["table", "batch", "stream", "lists", "arrays", "lists in cells"],
)
def test_the_reference_example_is_read(source):
    assert read_sequences(source) == THREE


def test_data_frames_are_sequences_whose_columns_have_names():
    frames = [
        pd.DataFrame({"x": [1.0, 2], "y": [3, 4]}),
        pd.DataFrame({"y": [6], "x": [5]}),
    ]
    data = read_sequences(frames)
    assert [sequence.tolist() for sequence in data] == [[[1, 3], [2, 4]], [[5, 6]]]
    assert data.ids.tolist() == ["1", "2"]
    gap = [frames[0], pd.DataFrame({"x": [1, None], "y": [1, 2]})]
    with pytest.raises(DataError, match="Row 3 of frame 2"):
        read_sequences(gap, missing="refuse")
    rows = find_finding(read_sequences(gap), "missing").rows
    assert [str(row) for row in rows] == ["3 of frame 2"]
    with pytest.raises(DataError, match="Frame 2 has the columns z, x"):
        read_sequences([frames[0], frames[1].rename(columns={"y": "z"})])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (np.zeros((2, 3, 1)), "Call Sequences.from_numpy3d"),
        ([[1], [2, 5]], "source is a list with a list. Call Sequences.from_lists"),
        ([1.5], "Call Sequences.from_lists"),
        (5, "source is a int"),
        (None, "source is a NoneType"),
        (b"id,v\na,1\n", "io.BytesIO"),
        ("id,v\na,1\n", "io.StringIO"),
        ("1,2,3", "io.StringIO"),
        ("[[1], [2, 5]]", "io.StringIO"),
        ({"id": 5}, "source['id'] is a int"),
        ({"id": ["a", "b"], "v": [1]}, "unequal lengths"),
        ({}, "input is empty"),
        (pd.DataFrame({"id": ["a"], "v": [1 + 2j]}), "Column v contains complex numbers"),
        (pa.table({"id": ["a"], "v": [b"1"]}), "contains binary"),
    ],
)
def test_other_objects_are_refused_with_what_to_call(source, expected):
    with pytest.raises(DataError) as caught:
        read_sequences(source)
    assert expected in str(caught.value)


def test_a_path_that_does_not_exist_is_an_error_of_the_system():
    with pytest.raises(FileNotFoundError):
        read_sequences("absent.csv")
    assert read_sequences(SAMPLES / "three_long.csv") == read_sequences(
        str(SAMPLES / "three_long.csv")
    )
