"""Several files at once are read like the files of a ZIP."""

import gzip
import io

import numpy as np
import pytest

from core import DataError, read_sequences
from core.reading import open_table
from core.reading.formats import source
from core.reading.to_csv import derive_schema, to_csv
from tests.support.files import build_parquet, make_zip
from tests.support.findings import find_finding, list_reasons
from tests.support.headerless_tables import CMAPSS, write_ucr


@pytest.fixture
def write(tmp_path):
    def write_files(files):
        paths = []
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            paths.append(path)
        return paths

    return write_files


def test_each_file_is_a_sequence_and_its_folder_the_target(write):
    files = {f"{label}/{label}{i}.csv": "v\n1\n2\n" for label in ("walk", "run") for i in (1, 2)}
    paths = write(files)
    data = read_sequences(paths)
    assert data.ids.tolist() == ["walk1", "walk2", "run1", "run2"]
    assert data.targets.tolist() == ["walk", "walk", "run", "run"]
    assert read_sequences([str(path) for path in paths]) == data


def test_buffers_have_the_names_of_their_files_or_numbers():
    first, second = io.BytesIO(b"v\n1\n2\n"), io.StringIO("v\n3\n")
    first.name = "/tmp/a.csv"
    assert read_sequences([first, second]).ids.tolist() == ["a", "file 2"]


@pytest.mark.parametrize("pack", [False, True], ids=["files", "zip"])
def test_training_and_test_files_of_the_ucr_archive_are_a_split(write, pack):
    files = {"N_TRAIN.tsv": write_ucr(), "N_TEST.tsv": write_ucr(rows=4, steps=11)}
    data = read_sequences(io.BytesIO(make_zip(files)) if pack else write(files))
    by_split = {split: data[data.split == split] for split in ("train", "test")}
    assert by_split["train"].lengths.tolist() == [12, 11] * 3
    assert by_split["test"].lengths.tolist() == [11, 10] * 2
    assert by_split["test"].targets.tolist() == [1, 2, 1, 2]
    assert data.features == 1
    again = read_sequences(io.StringIO(to_csv(data, derive_schema(data))))
    assert again.lengths.tolist() == data.lengths.tolist()


def test_ids_that_two_files_share_are_different_sequences(write):
    data = read_sequences(write({"x_train.txt": CMAPSS, "x_test.txt": CMAPSS}))
    assert data.ids.tolist() == ["train 1", "train 2", "test 1", "test 2"]
    assert data.lengths.tolist() == [6, 5, 6, 5]
    assert data.features == 2
    assert any(code == "file" and "share ids" in text for code, text in list_reasons(data))


def test_ids_of_one_file_each_are_unchanged(write):
    files = {"x_train.csv": "id,v\na,1\na,2\n", "x_test.csv": "id,v\nb,1\nb,2\n"}
    data = read_sequences(write(files))
    assert data.ids.tolist() == ["a", "b"]
    assert data.split.tolist() == ["train", "test"]


def test_a_split_may_be_of_binary_files():
    parts = {
        f"x_{split}.parquet": build_parquet(id=list("aab"), v=[1.0, 2, 3], y=[0, 0, 1])
        for split in ("train", "val", "test")
    }
    data = read_sequences(io.BytesIO(make_zip(parts)))
    assert np.unique(data.split).tolist() == ["test", "train", "validation"]
    assert len(data) == 6


@pytest.mark.parametrize(
    "names",
    [
        ("x_TRAIN.csv", "x_TEST.csv"),
        ("train_FD001.csv", "test_FD001.csv"),
        ("my-walks-train.csv", "my-walks-test.csv"),
        ("Training.csv", "Testing.csv"),
    ],
)
def test_names_that_differ_in_the_part_are_a_split(write, names):
    files = dict(zip(names, ("id,v\na,1\na,2\n", "id,v\nb,1\nb,2\n"), strict=True))
    assert read_sequences(write(files)).split.tolist() == ["train", "test"]


@pytest.mark.parametrize(
    "names",
    [
        ("bus_train.csv", "tram_test.csv"),
        ("train_1.csv", "test_2.csv"),
        ("train_1.csv", "train_2.csv"),
        ("restrain.csv", "retest.csv"),
        ("train_1.csv", "1_test.csv"),
    ],
)
def test_names_that_differ_in_more_than_the_part_are_no_split(write, names):
    files = dict(zip(names, ("v\n1\n", "v\n2\n3\n"), strict=True))
    assert read_sequences(write(files)).split is None


def test_a_row_is_named_with_its_file(write):
    paths = write({"x_train.csv": "id,v\na,1\na,2\n", "x_test.csv": "id,v\nb,1\nb,x\n"})
    with pytest.raises(DataError, match=r"Row 3 of x_test.csv, column v: 'x'"):
        read_sequences(paths, missing="refuse")
    rows = find_finding(read_sequences(paths), "unreadable").rows
    assert [str(row) for row in rows] == ["3 of x_test.csv"]


def test_files_that_do_not_match_are_refused(write):
    with pytest.raises(DataError, match="has the columns id, w"):
        read_sequences(write({"x_train.csv": "id,v\na,1\n", "x_test.csv": "id,w\nb,1\n"}))
    with pytest.raises(DataError, match="input is empty"):
        read_sequences([])
    buffers = [io.BytesIO(b"1\n"), io.BytesIO(b"2\n")]
    for buffer in buffers:
        buffer.name = "a.csv"
    with pytest.raises(DataError, match=r"Two files have the name 'a\.csv'"):
        read_sequences(buffers)


def test_the_limits_hold_for_all_files_together(write, monkeypatch):
    paths = write({f"{i}.csv": "v\n" + "1\n" * 100 for i in range(10)})
    with pytest.raises(DataError, match="steps"):
        open_table(paths, max_steps=500)
    monkeypatch.setattr("core.reading.formats.open.MAX_BYTES", 1000)
    monkeypatch.setattr(source, "MAX_BYTES", 1000)
    with pytest.raises(DataError, match="is larger than"):
        open_table(paths)


def test_ids_of_several_columns_that_two_files_share_are_different_sequences(write):
    rows = [f"{s},{t},{n},{n * s + t}.5" for s in (1, 2) for t in (1, 2) for n in range(1, 5)]
    text = "\n".join(["subject,trial,time,x", *rows]) + "\n"
    data = read_sequences(write({"x_train.csv": text, "x_test.csv": text}))
    assert data.schema.id == ("subject", "trial")
    assert data.ids[[0, 4]].tolist() == ["train 1 / 1", "test 1 / 1"]
    assert data.lengths.tolist() == [4] * 8
    assert data.split.tolist() == ["train"] * 4 + ["test"] * 4


def test_files_with_different_ids_of_several_columns_keep_them(write):
    def build(subjects):
        rows = [f"{s},{t},{n},{n}.5" for s in subjects for t in (1, 2) for n in range(1, 5)]
        return "\n".join(["subject,trial,time,x", *rows]) + "\n"

    data = read_sequences(write({"x_train.csv": build((1, 2)), "x_test.csv": build((3, 4))}))
    assert data.ids[[0, 4]].tolist() == ["1 / 1", "3 / 1"]


TS = "@problemName a\n@univariate true\n@classLabel true go stop\n@data\n"
STEPS = "t,x\n0,1\n1,3\n2,2\n"
TOGETHER = {
    "one sequence per file": {"s9.csv": STEPS, "s10.csv": STEPS + "3,5\n"},
    "targets beside them": {"a.csv": STEPS, "b.csv": STEPS, "labels.csv": "file,y\na,1\nb,2\n"},
    "steps and targets": {"labels.csv": "id,y\na,1\nb,2\n", "steps.csv": "id,v\na,1\na,2\nb,3\n"},
    "ts": {"X_TEST.ts": TS + "1,2:go\n", "X_TRAIN.ts": TS + "1,2,3:go\n4:stop\n"},
    "tables of a split": {"x_test.csv": "id,v\na,1\na,2\n", "x_train.csv": "id,v\nb,1\nb,4\n"},
    "packed tables": {f"{name}.csv.gz": gzip.compress(STEPS.encode()) for name in "ab"},
    "packed parts": {
        f"X_{part}.ts.gz": gzip.compress((TS + lines).encode())
        for part, lines in (("TEST", "1,2:go\n"), ("TRAIN", "1,2,3:go\n4:stop\n"))
    },
    "clock times as names": {"12:30.csv": STEPS, "12:31.csv": STEPS},
}


@pytest.mark.parametrize("files", TOGETHER.values(), ids=TOGETHER)
def test_several_files_are_read_as_in_a_zip(write, files):
    data, packed = read_sequences(write(files)), read_sequences(io.BytesIO(make_zip(files)))
    assert data == packed
    assert data.schema == packed.schema
    assert [(each.code, str(each)) for each in data.report] == [
        (each.code, str(each)) for each in packed.report
    ]


AT_FAULT = {
    "b.csv: The input is empty": {"a.csv": STEPS, "b.csv": ""},
    "b.csv.gz: The gzip file is damaged": {"a.csv": STEPS, "b.csv.gz": b"\x1f\x8b123"},
    "b.zip: This is": {"a.csv": STEPS, "b.zip": make_zip({"c.csv": STEPS})},
    "b.csv.gz is larger than": {"a.csv": STEPS, "b.csv.gz": gzip.compress(b"1\n" * 10**7)},
    "'a.csv'. Rename one": {"a.csv": STEPS, "a.csv.gz": gzip.compress(STEPS.encode())},
}


@pytest.mark.parametrize("pack", [False, True], ids=["files", "zip"])
@pytest.mark.parametrize(("says", "files"), AT_FAULT.items(), ids=AT_FAULT)
def test_the_file_at_fault_is_named(write, says, files, pack):
    with pytest.raises(DataError) as caught:
        read_sequences(io.BytesIO(make_zip(files)) if pack else write(files))
    assert says in str(caught.value)


def test_many_small_packed_files_cannot_unpack_to_more_than_one(write, monkeypatch):
    files = {f"{i}.csv.gz": gzip.compress(b"v\n" + b"1\n" * 100) for i in range(10)}
    monkeypatch.setattr("core.reading.formats.open.MAX_BYTES", 1000)
    monkeypatch.setattr(source, "MAX_BYTES", 1000)
    for packed in (io.BytesIO(make_zip(files)), write(files)):
        with pytest.raises(DataError, match="is larger than"):
            read_sequences(packed)


def test_files_beside_those_in_the_ts_format_are_named(write):
    files = {"X_TRAIN.ts": TS + "1,2:go\n", "X_TEST.ts": TS + "3:stop\n", "about.txt": "words"}
    table = open_table(write(files))
    assert "not read, because the other files are sequences: about.txt" in table.notes


@pytest.mark.parametrize("pack", [False, True], ids=["files", "zip"])
def test_a_file_with_another_number_of_columns_is_named(write, pack):
    files = {f"{name}_FD001.txt": CMAPSS for name in ("train", "test")} | {
        "limits_FD001.txt": "112\n"
    }
    with pytest.raises(DataError, match=r"1 in limits_FD001\.txt|but 1 in limits") as caught:
        read_sequences(io.BytesIO(make_zip(files)) if pack else write(files))
    assert "train_FD001.txt" in str(caught.value) or "test_FD001.txt" in str(caught.value)


def build_lives(lives: str, life: str = "RUL_FD001.txt") -> dict[str, str]:
    return {f"{name}_FD001.txt": CMAPSS for name in ("train", "test")} | {life: lives}


@pytest.mark.parametrize("pack", [False, True], ids=["files", "zip"])
@pytest.mark.parametrize("lives", ["3 \n0 \n", "RUL\n3\n0\n", "3.0\r\n0\r\n\r\n"], ids=repr)
def test_a_file_of_remaining_lives_extends_the_targets_of_the_test_set(write, lives, pack):
    files = build_lives(lives)
    data = read_sequences(io.BytesIO(make_zip(files)) if pack else write(files))
    last_targets = dict(zip(data.ids, data.targets[data.offsets[1:] - 1].tolist(), strict=True))
    assert last_targets == {"train 1": 0, "train 2": 0, "test 1": 3, "test 2": 0}
    del files["RUL_FD001.txt"]
    alone = read_sequences(write(files), remaining_steps=125)
    assert data.feature_names == alone.feature_names
    assert (data.targets - alone.targets).tolist() == [
        3 * (id == "test 1") for id in np.repeat(data.ids, data.lengths)
    ]
    assert "early_end" not in [each.code for each in data.report.findings]


def test_remaining_lives_belong_to_the_test_sequences_in_file_order(write):
    header, rows = "unit,t,x\n", [f"{u},{t},{t}\n" for u in ("m9", "m1") for t in (1, 2)]
    other = [row.replace("m", "k") for row in rows]
    files = {"train.csv": header + "".join(other), "test.csv": header + "".join(rows)}
    data = read_sequences(write(files | {"rul.csv": "10\n20\n"}))
    assert data.ids.tolist() == ["k9", "k1", "m9", "m1"]
    assert data.targets.tolist() == [1, 0, 1, 0, 11, 10, 21, 20]


@pytest.mark.parametrize(
    ("lives", "says"),
    [
        ("3\n", r"There are 1 numbers for 2 test sequences"),
        ("3\n-1\n", r"Row 2: '-1' is not a number of steps"),
        ("3\nsoon\n", r"Row 2: 'soon' is not a number of steps"),
        ("3\n1.5\n", r"Row 2: '1.5' is not a number of steps"),
        ("1;3\n2;4\n", r"There are 2 columns"),
        ("3\n1e30\n", r"Row 2: '1e30' is not a number of steps"),
        ("3\ninf\n", r"Row 2: 'inf' is not a number of steps"),
        ("", r"The input is empty"),
    ],
    ids=repr,
)
def test_a_file_of_other_remaining_lives_is_named(write, lives, says):
    with pytest.raises(DataError, match=r"RUL_FD001\.txt: " + says):
        read_sequences(write(build_lives(lives)))


def test_another_target_may_be_chosen_beside_remaining_lives(write):
    paths = write(build_lives("3\n0\n"))
    data = read_sequences(paths, target="4", features=["3"])
    assert (data.schema.target, data.schema.remaining_steps) == ("4", None)
    assert "RUL_FD001" not in data.feature_names
    assert read_sequences(paths, target="RUL_FD001").targets.tolist() == [0, 0, 3, 0]


@pytest.mark.parametrize("pack", [False, True], ids=["files", "zip"])
@pytest.mark.parametrize("document", ["readme.txt", "CMAPSS.pdf", "docs/License", "picture.PNG"])
def test_documents_beside_the_data_are_left_out_by_name(write, document, pack):
    files = build_lives("3\n0\n")
    alone = read_sequences(write(files))
    files[document] = "Data set FD001, with 100 engines\nand words, commas, and lines"
    data = read_sequences(io.BytesIO(make_zip(files)) if pack else write(files))
    assert sorted(zip(data.ids, data.targets[data.offsets[1:] - 1], strict=True)) == sorted(
        zip(alone.ids, alone.targets[alone.offsets[1:] - 1], strict=True)
    )
    name = document.rpartition("/")[2]
    assert any(f"documents: {name}" in str(each.message) for each in data.report.findings)


def test_a_row_without_an_id_takes_no_remaining_life(write):
    steps = "unit,cycle,heat\n" + "".join(f"{u},{t},{t * t}\n" for u in (1, 2) for t in (1, 2))
    files = {"train.csv": steps, "test.csv": steps + ",3,9\n", "rul.csv": "5\n6\n"}
    data = read_sequences(write(files))
    assert data.report.left_out == {"incomplete": 1}
    assert data.targets[data.offsets[1:] - 1].tolist() == [0, 0, 5, 6]


def test_a_column_with_the_name_of_a_target_is_no_feature_beside_remaining_lives(write):
    rows = [f"{u},{t},{t * u},{2 - t}\n" for u in (1, 2) for t in (1, 2)]
    steps = "unit,cycle,heat,RUL\n" + "".join(rows)
    paths = write({"train.csv": steps, "test.csv": steps, "rul.csv": "5\n6\n"})
    data = read_sequences(paths)
    assert (data.feature_names, data.schema.unused) == (("heat",), ("RUL",))
    assert "not used" in str(find_finding(data, "unused").message)
    chosen = read_sequences(paths, features=["heat", "RUL"])
    assert chosen.feature_names == ("heat", "RUL")


def test_remaining_steps_of_test_files_are_doubted(write):
    files = {f"{name}_FD001.txt": CMAPSS for name in ("train", "test")}
    report = read_sequences(write(files), remaining_steps=125).report
    [finding] = [each for each in report.findings if each.code == "early_end"]
    assert finding.level == "warning"
    assert "no_target" not in [each.code for each in report.findings]
    assert not any(
        each.code == "early_end"
        for each in read_sequences(write(files)[:1], remaining_steps=125).report.findings
    )
