"""Several files of binary formats are read like several files of text; structured arrays too."""

import io

import numpy as np
import pandas as pd
import pytest

from core import DataError, read_sequences
from core.reading import open_table
from core.reading.formats.archives import tables as archive_tables
from tests.support.files import make_zip

STEPS = pd.DataFrame({"t": [0, 1, 2], "x": [1.5, 2.5, 4.5]})
LONG = pd.DataFrame(
    {"id": [1, 1, 2, 2], "t": [0, 1, 0, 1], "x": [1.5, 2, 3, 5], "label": ["a", "a", "b", "b"]}
)


def save_npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def write(frame, suffix):
    file = io.BytesIO()
    if suffix == "parquet":
        frame.to_parquet(file, index=False)
    elif suffix == "feather":
        frame.to_feather(file)
    elif suffix == "xlsx":
        frame.to_excel(file, index=False)
    else:
        return save_npy(frame.to_records(index=False, column_dtypes={"label": "U9"}))
    return file.getvalue()


def read(files, pack=True):
    if pack:
        return read_sequences(io.BytesIO(make_zip(files)))
    buffers = []
    for name, content in files.items():
        buffer = io.BytesIO(content)
        buffer.name = name
        buffers.append(buffer)
    return read_sequences(buffers)


@pytest.mark.parametrize("pack", [True, False], ids=["zip", "files"])
@pytest.mark.parametrize("suffix", ["parquet", "feather", "npy"])
def test_each_file_is_a_sequence(suffix, pack):
    files = {f"{name}.{suffix}": write(STEPS, suffix) for name in ("a", "b")}
    data = read(files, pack)
    assert data.ids.tolist() == ["a", "b"]
    assert data.feature_names == ("x",)
    assert data.values.ravel().tolist() == [1.5, 2.5, 4.5] * 2
    assert data.schema.time == "t"


def test_folders_are_targets_and_a_table_of_files_is_joined():
    files = {f"{label}/{label}{i}.parquet": write(STEPS, "parquet") for label in "ab" for i in "12"}
    assert read(files).targets.tolist() == ["a", "a", "b", "b"]
    labels = pd.DataFrame({"file": ["p", "q", "r"], "label": ["low", "high", "low"]})
    files = {f"{name}.feather": write(STEPS, "feather") for name in "pqr"}
    data = read(files | {"labels.parquet": write(labels, "parquet")})
    assert data.targets.tolist() == ["low", "high", "low"]


def test_steps_and_a_row_per_id_are_joined():
    labels = pd.DataFrame({"id": [1, 2], "label": ["a", "b"]})
    files = {"steps.parquet": LONG.drop(columns="label"), "labels.parquet": labels}
    data = read({name: write(frame, "parquet") for name, frame in files.items()})
    assert data.targets.tolist() == ["a", "b"]
    assert data.lengths.tolist() == [2, 2]


@pytest.mark.parametrize("suffix", ["parquet", "feather", "npy"])
def test_files_of_a_split_are_joined(suffix):
    files = {f"N_{part}.{suffix}": write(LONG, suffix) for part in ("TRAIN", "TEST")}
    data = read(files)
    assert sorted(data.split) == ["test", "test", "train", "train"]
    assert data.targets.tolist() == ["a", "b"] * 2


def test_arrays_of_a_split_are_joined():
    x, y = np.arange(12.0).reshape(2, 3, 2), np.array([1, 2])
    data = read({"X_TRAIN.npy": save_npy(x), "X_TEST.npy": save_npy(x)})
    assert data.split.tolist() == ["train"] * 2 + ["test"] * 2
    files = {"x_train": x, "y_train": y, "x_test": x, "y_test": y}
    data = read({f"{name}.npy": save_npy(array) for name, array in files.items()}, pack=False)
    assert data.split.tolist() == ["train"] * 2 + ["test"] * 2
    assert data.targets.tolist() == [1, 2, 1, 2]


@pytest.mark.parametrize("pack", [True, False], ids=["zip", "files"])
def test_arrays_of_other_names_are_a_sequence_each(pack):
    arrays = {"walk/Ann.npy": np.arange(6.0).reshape(3, 2), "run/Bob.npy": np.ones((1, 2))}
    arrays["run/Cid.npy"] = np.zeros((2, 2))
    data = read({name: save_npy(array) for name, array in arrays.items()}, pack)
    assert sorted(data.ids) == ["Ann", "Bob", "Cid"]
    assert sorted(data.lengths.tolist()) == [1, 2, 3]
    assert data.feature_names == ("x1", "x2")
    if pack:
        assert dict(zip(data.ids, data.targets, strict=True))["Ann"] == "walk"


def test_rows_of_lists_stay_sequences():
    frame = pd.DataFrame({"x": [[1.0, 2.0], [3.0]], "y": [1, 0]})
    data = read({name: write(frame, "parquet") for name in ("a.parquet", "b.parquet")})
    assert data.lengths.tolist() == [2, 1, 2, 1]


def test_files_of_text_and_of_binary_formats_are_read_together():
    data = read({"a.csv": STEPS.to_csv(index=False).encode(), "b.parquet": write(STEPS, "parquet")})
    assert data.lengths.tolist() == [3, 3]


def test_files_that_do_not_match_are_refused_by_name():
    other = STEPS.rename(columns={"x": "z"})
    files = {"a.parquet": write(STEPS, "parquet"), "b.parquet": write(other, "parquet")}
    with pytest.raises(DataError, match=r"b\.parquet has the columns t, z; a\.parquet has t, x"):
        read(files)
    with pytest.raises(DataError, match=r"a\.parquet: The Parquet file is damaged"):
        read({name: content[:-10] for name, content in files.items()})


def test_limits_hold_for_all_files_together(monkeypatch):
    files = {name: write(STEPS, "parquet") for name in ("a.parquet", "b.parquet", "c.parquet")}
    with pytest.raises(DataError, match="steps"):
        open_table(io.BytesIO(make_zip(files)), max_steps=5)
    monkeypatch.setattr(archive_tables, "HARMLESS_BYTES", 100)
    monkeypatch.setattr("core.reading.formats.source.MAX_BYTES", 100)
    with pytest.raises(DataError, match="larger than"):
        archive_tables.open_tables(
            [(archive_tables.PurePosixPath(name), b"") for name in files],
            "",
            lambda *_: open_table(STEPS),
        )


def test_a_structured_array_is_a_table():
    data = read_sequences(io.BytesIO(write(LONG, "npy")))
    assert data.targets.tolist() == ["a", "b"]
    assert data.values.ravel().tolist() == [1.5, 2, 3, 5]
    file = io.BytesIO()
    np.savez(file, LONG.to_records(index=False, column_dtypes={"label": "S3"}))
    assert read_sequences(io.BytesIO(file.getvalue())) == data


def test_fields_of_any_kind_are_columns():
    kinds = [("id", "U2"), ("time", "M8[s]"), ("x", ">f4"), ("n", ">i2"), ("on", "?"), ("h", "<f2")]
    rows = [
        ("a", np.datetime64("2024-01-02"), 1.5, 3, True, 0.5),
        ("a", np.datetime64("2024-01-01"), 2.5, 4, False, 0.25),
    ]
    data = read_sequences(io.BytesIO(save_npy(np.array(rows, kinds))))
    assert data.feature_names == ("x", "n", "on", "h")
    assert data[0].tolist() == [[2.5, 4, 0, 0.25], [1.5, 3, 1, 0.5]]


def test_a_field_of_several_numbers_is_a_list():
    array = np.array([("a", [1, 2, 3]), ("b", [4, 5, 6])], [("id", "U1"), ("x", "f8", 3)])
    data = read_sequences(io.BytesIO(save_npy(array)))
    assert [sequence.ravel().tolist() for sequence in data] == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros(2, [("a", "c8"), ("b", "f8")]), "Column a contains complex64"),
        (np.zeros(2, [("a", "f8"), ("b", [("c", "f8")])]), "Column b contains"),
        (np.zeros((2, 2), [("a", "f8")]), r"shape \(2, 2\)"),
        (np.zeros(0, [("a", "f8")]), "input is empty"),
        (np.array([(1, None)], [("a", "f8"), ("b", object)]), "objects"),
    ],
)
def test_other_structured_arrays_are_refused(array, message):
    with pytest.raises(DataError, match=message):
        open_table(io.BytesIO(save_npy(array)))


def test_text_that_is_no_unicode_is_refused():
    data = save_npy(np.array([("a", 1.0)], [("id", "U1"), ("x", "f8")]))
    with pytest.raises(DataError, match="not Unicode"):
        open_table(io.BytesIO(data.replace(b"a\0\0\0", b"\xff\xff\xff\xff")))


@pytest.mark.parametrize("end", [0.3, 0.6, 0.95])
def test_a_damaged_file_is_called_what_it_seems_to_be(end):
    rows = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 4)))
    file = io.BytesIO()
    np.savez(file, x=rows.to_numpy(), y=np.arange(50))
    npz = file.getvalue()
    with pytest.raises(DataError, match=r"NumPy arrays \(.npz\) is damaged"):
        open_table(io.BytesIO(npz[: int(end * len(npz))]))
    workbook = write(rows, "xlsx")
    with pytest.raises(DataError, match="Excel workbook is damaged"):
        open_table(io.BytesIO(workbook[: int(end * len(workbook))]))
