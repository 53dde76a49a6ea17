"""True and false are two classes as a target, and 1 and 0 as a feature, in any format."""

import io
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from core import DataError
from core.reading import detect_schema, open_table, read_sequences, read_table, read_with_schema
from core.reading.to_csv import to_csv

FRAME = pd.DataFrame(
    {
        "id": np.repeat([1, 2, 3, 4], 3),
        "t": [0, 1, 2] * 4,
        "x": np.arange(12.0) / 8,
        "on": [True, False, True, False] * 3,
        "label": np.repeat([True, False, True, True], 3),
    }
)


def write_parquet(frame):
    file = io.BytesIO()
    pyarrow.parquet.write_table(pa.Table.from_pandas(frame), file)
    return io.BytesIO(file.getvalue())


def write_npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return io.BytesIO(file.getvalue())


def write_csv(frame, change=str):
    return io.StringIO(change(frame.to_csv(index=False)))


@pytest.mark.parametrize(
    "source",
    [
        FRAME,
        FRAME.astype({"on": "boolean", "label": "boolean"}),
        FRAME.astype({"on": object, "label": object}),
        pa.Table.from_pandas(FRAME),
        write_csv(FRAME),
        write_csv(FRAME, lambda text: text.replace("True", "TRUE").replace("False", "FALSE")),
        write_csv(FRAME, lambda text: text.replace("True", " true").replace("False", "false ")),
        write_parquet(FRAME),
        io.StringIO(FRAME.to_json(orient="records", lines=True)),
    ],
    ids=["bool", "boolean", "object", "arrow", "csv", "capitals", "spaces", "parquet", "json"],
)
def test_a_target_is_two_classes_and_a_feature_is_1_and_0(source):
    data = read_sequences(source)
    assert data.targets.tolist() == ["True", "False", "True", "True"]
    assert data.feature_names == ("x", "on")
    assert data.categories == {}
    assert data.values[:, 1].tolist() == FRAME["on"].tolist()
    assert "`on` contains true and false: read as 1 and 0" in [str(f.message) for f in data.report]


def test_a_missing_boolean_is_a_missing_number():
    text = FRAME.astype({"on": object}).replace({"on": {False: None}}).to_csv(index=False)
    data = read_sequences(io.StringIO(text), missing="forward")
    assert data.feature_names == ("x", "on")
    assert np.isnan(data.values[:, 1]).tolist() == [not on for on in FRAME["on"]]


@pytest.mark.parametrize("word", ["maybe", "yes"])
def test_words_beside_true_and_false_are_categories(word):
    frame = FRAME.astype({"on": str})
    frame.loc[11, "on"] = word
    data = read_sequences(write_csv(frame))
    assert data.categories.get("on") == ("False", "True", word)


def test_a_number_beside_true_and_false_is_refused():
    frame = FRAME.astype({"on": object})
    frame.loc[11, "on"] = 7
    with pytest.raises(DataError, match="column on: 'True' is not a number"):
        read_sequences(write_csv(frame), missing="refuse")
    assert read_sequences(write_csv(frame)).report.select("warning")


def test_a_column_of_one_word_and_a_column_of_the_word_in_a_sentence_are_no_numbers():
    frame = FRAME.assign(on="it is true")
    assert read_sequences(write_csv(frame)).feature_names == ("x",)


def test_wide_steps_of_booleans_are_read():
    text = "id,x1,x2,x3\na,True,False,\nb,False,True,True\n"
    data = read_sequences(io.StringIO(text))
    assert [data[i].ravel().tolist() for i in range(2)] == [[1, 0], [0, 1, 1]]


def test_lists_of_booleans_are_steps_or_targets_per_step():
    rows = [{"x": [True, False], "label": [False, True]}, {"x": [True], "label": [True]}]
    assert read_sequences(io.StringIO("[[True], [False, True]]")).values.ravel().tolist() == [
        1,
        0,
        1,
    ]
    lines = io.StringIO("\n".join(map(json.dumps, rows)))
    for source in (lines, pa.Table.from_pylist(rows)):
        data = read_sequences(source)
        assert data.values.ravel().tolist() == [1, 0, 1]
        assert data.per_step
        assert data.targets.tolist() == ["False", "True", "True"]


def test_lists_of_steps_of_booleans_are_read():
    table = pa.table({"x": [[[True, False], [False, False]], [[True, True]]], "y": [1, 2]})
    assert read_sequences(table).values.tolist() == [[1, 0], [0, 0], [1, 1]]


def test_boolean_arrays_are_targets_of_two_classes():
    x = np.arange(6.0).reshape(2, 3)
    assert read_sequences(write_npz(x=x, y=np.array([True, False]))).targets.tolist() == [
        "True",
        "False",
    ]
    data = read_sequences(write_npz(x=x, y=x > 2))
    assert data.targets.tolist() == ["False"] * 3 + ["True"] * 3


def test_a_list_with_a_word_is_refused():
    with pytest.raises(DataError, match="in the list is not a number"):
        read_sequences(io.StringIO('x,y\n"[true, perhaps]",1\n"[false, true]",2\n'))


def test_new_data_and_written_data_are_read_in_the_same_way():
    table = open_table(FRAME)
    data, _ = read_table(table, detect_schema(table))
    again = read_sequences(io.StringIO(to_csv(data, data.schema)))
    assert again == data
    for on in (["TRUE", "false"], ["1", "0"]):
        new = pd.DataFrame({"id": ["a", "a"], "t": [0, 1], "x": [1, 2], "on": on})
        assert read_with_schema(open_table(new), data.schema)[0].values[:, 1].tolist() == [1, 0]
