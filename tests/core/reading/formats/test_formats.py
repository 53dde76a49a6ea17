"""Every format yields the same sequences, or a message about the problem."""

import gzip
import io
import json

import numpy as np
import pyarrow as pa
import pytest

from core import DataError, Sequences, read_sequences
from core.errors import MissingValue
from core.reading import detect_schema, open_table
from core.reading.formats import source
from tests.support.files import LISTS, LONG, SAMPLES, TS, build_parquet, make_zip
from tests.support.findings import find_finding, list_doubts, read_problem

THREE = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6], ids=["a", "b", "c"])


def read(data: bytes, **choices) -> Sequences:
    return read_sequences(io.BytesIO(data), **choices)


def catch_message(data: bytes, **choices) -> str:
    with pytest.raises(DataError) as caught:
        read(data, **choices)
    return str(caught.value)


STEPS = "id,t,value\na,0,1\nb,0,2\nb,1,5\nc,0,3\nc,1,9\nc,2,9\nc,3,4\nc,4,8\n"


FORMATS = {
    "UTF-8": LONG.encode(),
    "UTF-8 with a mark": LONG.encode("utf-8-sig"),
    "UTF-16": LONG.encode("utf-16"),
    "UTF-16 LE": LONG.encode("utf-16-le"),
    "UTF-16 BE": LONG.encode("utf-16-be"),
    "UTF-32": LONG.encode("utf-32"),
    "Windows lines": LONG.replace("\n", "\r\n").encode(),
    "tabs": LONG.replace(",", "\t").encode(),
    "semicolons": LONG.replace(",", ";").encode(),
    "comment lines": ("# made by a logger\n#\n" + LONG + "# the end\n").encode(),
    "a commented header": ("# " + LONG).encode(),
    "gzip": gzip.compress(LONG.encode()),
    "gzip in two parts": gzip.compress(LONG[:20].encode()) + gzip.compress(LONG[20:].encode()),
    "gzip of UTF-16": gzip.compress(LONG.encode("utf-16")),
    "zip": make_zip({"three.csv": LONG}),
    "zip with folders": make_zip(
        {"data/": "", "data/three.csv": LONG, "__MACOSX/data/._three.csv": b"\0\1"}
    ),
    "parquet of steps": build_parquet(
        id=list("abbccccc"),
        t=[0, 0, 1, 0, 1, 2, 3, 4],
        value=[1.0, 2, 5, 3, 9, 9, 4, 8],
        target=[2, 4, 4, 6, 6, 6, 6, 6],
    ),
    "parquet of lists": build_parquet(id=list("abc"), value=LISTS, target=[2, 4, 6]),
    "parquet of large lists": build_parquet(
        id=list("abc"), value=LISTS.cast(pa.large_list(pa.float32())), target=[2, 4, 6]
    ),
    "zip of a file a sequence": make_zip(
        {
            "a.csv": "value\n1\n",
            "b.csv": "value\n2\n5\n",
            "c.csv": "value\n3\n9\n9\n4\n8\n",
            "targets.csv": "file,target\nb,4\na,2\nc,6\n",
        }
    ),
    "zip of files without header": make_zip(
        {
            "a.csv": "1\n",
            "b.csv": "2\n5\n",
            "c.csv": "3\n9\n9\n4\n8\n",
            "y.csv": "name,y\na.csv,2\nb.csv,4\nc.csv,6\nd.csv,8\n",
        }
    ),
    "zip of steps and targets": make_zip(
        {"steps.csv": STEPS, "targets.csv": "target,id\n4,b\n6,c\n8,d\n2,a\n"}
    ),
    "zip with folders and targets": make_zip(
        {"a/targets.tsv": "id\ttarget\n a \t2\nb\t4\nc\t6\n", "b/steps.csv": STEPS}
    ),
}


@pytest.mark.parametrize("data", FORMATS.values(), ids=FORMATS)
def test_the_reference_example_is_read_from_every_format(data):
    assert read(data) == THREE


def test_files_are_in_the_natural_order_of_their_names():
    names = ["a9", "a10", "a" + "1" * 5_000, "a" + "2" * 5_000, "b2"]
    data = read(make_zip({f"{name}.csv": "v\n1\n2\n" for name in reversed(names)}))
    assert data.ids.tolist() == names


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("病人,时间,值\n张三,0,1\n张三,1,2\n李四,0,3\n", "gb18030"),
        ("id,城市,v\na,北京,1\na,上海,2\n", "gbk"),
        ("name,température\nAndrés,1\nAndrés,2\nZoé,3\n", "latin-1"),
        ("id,Größe\nä,1\nä,2\n", "cp1252"),
        ("id,µV\na,1\na,2\n", "latin-1"),
        ("id,5–7 °C\na,1\na,2\n", "cp1252"),
        ("id,Größe,öß\nöß,1,2\nöß,1,3\n", "cp1252"),
    ],
)
def test_text_in_other_encodings_is_decoded(text, encoding):
    expected = open_table(io.StringIO(text))
    table = open_table(io.BytesIO(text.encode(encoding)))
    assert table.names == expected.names
    assert table.columns.equals(expected.columns)
    assert "written in" in table.notes[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id;v\na;1,5\na;-2,25e1\nb;3\n", [[1.5, -22.5], [3]]),
        ("id\tv\na\t1,5\na\t,5\n", [[1.5, 0.5]]),
        ("id;v\n0;1\n0,0;1,5\n", [[1], [1.5]]),
        ("1,5;2\n3,25\n", [[1.5, 2], [3.25]]),
        ("id;v;w\na;1,5;1.5\na;2,5;2.5\n", [[[1.5, 1.5], [2.5, 2.5]]]),
        ('s;y\n"[1, 2]";3,5\n"[4]";5\n', [[1, 2], [4]]),
    ],
)
def test_decimal_commas_are_read_when_the_delimiter_is_not_a_comma(text, expected):
    data = read(text.encode())
    assert [
        sequence.squeeze().tolist() if len(sequence) > 1 else sequence[0].tolist()
        for sequence in data
    ] == expected
    if "[" in text:
        assert data.targets.tolist() == [3.5, 5]


def test_an_id_with_a_comma_is_unchanged():
    assert read(b"id;v\n0;1\n0,0;1,5\n").ids.tolist() == ["0", "0,0"]


def test_comment_lines_do_not_change_line_numbers():
    assert "Row 4," in read_problem(io.BytesIO(b"# a\nid,v\n% b\na,x\na,1\n"))


def test_a_comment_inside_quotes_is_text():
    assert read(b'id,v\n"a\n# b",1\n').ids.tolist() == ["a\n# b"]


def test_the_folder_of_a_file_is_its_class_and_train_and_test_its_split():
    data = read(make_zip({
        "gestures/train/wave/1.csv": "x,y\n1,2\n3,4\n", "gestures/train/nod/2.csv": "x,y\n5,6\n",
        "gestures/test/wave/3.csv": "x,y\n\n7,8\n",
    }))  # fmt: skip
    assert data.ids.tolist() == ["3", "2", "1"]
    assert data.targets.tolist() == ["wave", "nod", "wave"]
    assert data.split.tolist() == ["test", "train", "train"]
    assert data[2].tolist() == [[1, 2], [3, 4]]
    assert data.feature_names == ("x", "y")


def test_files_of_one_row_each_are_sequences_of_one_step():
    about = "file,target\na,2\nb,4\n"
    data = read(make_zip({"a.csv": "x1,x2\n1,2\n", "b.csv": "x1,x2\n3,4\n", "y.csv": about}))
    assert [sequence.tolist() for sequence in data] == [[[1, 2]], [[3, 4]]]
    assert data.ids.tolist() == ["a", "b"]


def test_numbered_files_are_in_numeric_order():
    files = {f"{i}.csv": f"v\n{i}\n" for i in (10, 2, 1)}
    assert read(make_zip(files)).values.ravel().tolist() == [1, 2, 10]


def test_files_that_differ_in_their_extension_are_two_sequences():
    assert read(make_zip({"a.csv": "1\n2\n", "a.txt": "3\n"})).ids.tolist() == [
        "a.csv",
        "a.txt",
    ]


def test_two_files_of_the_same_name_are_refused():
    packed = make_zip({"a.csv": "1\n", "b.csv": "2\n"}).replace(b"b.csv", b"a.csv")
    assert "two files named 'a.csv'" in catch_message(packed)


def test_folders_with_one_file_each_are_names_not_targets_with_a_note():
    data = make_zip({"walk/a.csv": "v\n1\n2\n", "run/b.csv": "v\n3\n"})
    table = open_table(io.BytesIO(data))
    assert "every folder has one file, so folders are names, not targets" in table.notes
    assert read(data).targets is None


def test_files_with_the_same_name_are_distinguished_by_their_folders():
    data = read(make_zip({"p1/run.csv": "v\n1\n", "p2/run.csv": "v\n2\n3\n"}))
    assert data.ids.tolist() == ["p1/run", "p2/run"]
    assert data.targets is None


def test_an_error_in_an_archive_names_the_file_and_its_row():
    bad = {"a.csv": "v\n1\n2\n", "b/c.csv": "# x\nv\n\n3\noops\n"}
    problem = "Row 5 of b/c.csv, column v: 'oops' is not a number."
    assert catch_message(make_zip(bad), missing="refuse").startswith(problem)
    assert read_problem(io.BytesIO(make_zip(bad))).startswith(problem)
    data = read(make_zip(bad))
    assert [str(row) for row in find_finding(data, "unreadable").rows] == ["5 of b/c.csv"]


def test_a_table_with_one_row_per_id_may_contain_more_than_targets():
    labels = "id;age;set;label\nb;2,5;test;x\na;1,5;train;y\nc;3,5;train;x\n"
    packed = make_zip({"labels.csv": labels, "steps.csv": "# logged\n" + STEPS})
    table = open_table(io.BytesIO(packed))
    data = read(packed)
    assert data.feature_names == ("value", "age")
    assert data[1].tolist() == [[2, 2.5], [5, 2.5]]
    assert data.targets.tolist() == ["y", "x", "x"]
    assert data.split.tolist() == ["train", "test", "train"]
    assert "labels.csv is joined by `id`" in table.notes[0]
    assert table.get_line(0) == "3 of steps.csv"


def test_an_id_without_a_row_in_the_other_table_is_reported():
    packed = make_zip({"steps.csv": STEPS, "targets.csv": "id,target\na,2\nc,6\n"})
    with pytest.raises(DataError, match=r"'b' has no row in targets.csv") as caught:
        read(packed)
    assert (caught.value.values["row"], caught.value.values["column"]) == ("3 of steps.csv", "id")


def test_two_tables_that_share_no_id_are_not_joined():
    packed = make_zip({"a.csv": "t,v\n0,1\n0,2\n", "b.csv": "t,w\n0,1\n1,2\n"})
    assert "b.csv starts with 't,w', but a.csv with 't,v'" in catch_message(packed)


ARCHIVES = {
    "input is empty": {},
    "points outside of it": {"../../etc/passwd": "1\n", "a.csv": "1\n"},
    "points outside": {"/etc/passwd": "1\n"},
    "points outside of": {"C:\\x.csv": "1\n"},
    "100 times its packed size": {"zeros.csv": "0\n" * 10_000_000},
    "b.csv starts with 'w', but a.csv with 'v'": {"a.csv": "v\n1\n", "b.csv": "w\n1\n"},
    "b.csv starts with 'v', but a.csv with '1'": {"a.csv": "1\n", "b.csv": "v\n1\n"},
    "targets.csv has no row for 'b.csv'": None,
    "b.csv has no rows": {"a.csv": "v\n1\n", "b.csv": "v\n\n"},
    "b.csv: The input is empty": {"a.csv": "v\n1\n", "b.csv": ""},
    "b.dat: This is not a text file": {"a.csv": "v\n1\n", "b.dat": b"\x89PNG\r\n\x1a\n"},
    "b.csv: a quote is not closed": {"a.csv": "v\n1\n", "b.csv": 'v\n"1\n'},
    "columns: 1 in b.csv, but 2 in a.csv": {"a.csv": "1,2\n", "b.csv": "1\n2\n"},
    "unequal numbers of cells": {"a.csv": "1,2\n1\n", "b.csv": "1,2\n2\n"},
    "workbook": {"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"},
    "the columns x1, x2, class; a.ts has value, class": {
        "a.ts": TS,
        "b.ts": "@classlabel true\n@data\n1:2:3\n",
    },
}


@pytest.mark.parametrize(("says", "files"), ARCHIVES.items(), ids=ARCHIVES)
def test_an_unusable_archive_is_refused(says, files):
    if files is None:
        files = {"a.csv": "v\n1\n", "b.csv": "v\n1\n", "targets.csv": "file,y,note\na,1,b\n"}
    assert says in catch_message(make_zip(files))


def test_an_encrypted_archive_is_refused():
    packed = bytearray(make_zip({"a.csv": "v\n1\n"}))
    for mark, where in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(mark) + where] |= 1
    assert "encrypted" in catch_message(bytes(packed))


def test_a_damaged_archive_is_refused():
    packed = bytearray(make_zip({"a.csv": "v\n1\n2\n3\n"}))
    packed[40] ^= 0xFF
    assert "damaged" in catch_message(bytes(packed))


def test_the_ts_format_is_read_with_and_without_classes():
    data = read(TS.encode())
    assert data == Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])
    several = "@classLabel false\n@data\n1,2:3,4\n5:6\n"
    assert read(several.encode()) == Sequences.from_lists([[[1, 3], [2, 4]], [[5, 6]]])


def test_the_two_files_of_a_ts_archive_are_train_and_test():
    data = read(make_zip({"X/X_TRAIN.ts": TS, "X/X_TEST.ts": TS, "X/X.txt": "about"}))
    assert data.split.tolist() == ["test"] * 3 + ["train"] * 3
    assert data.targets.tolist() == [2, 4, 6, 2, 4, 6]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("@problemName x\n1,2:a\n", "has no line @data"),
        ("@timeStamps true\n@data\n(0,1):a\n", "has time stamps"),
        ("@classLabel true\n@data\n1,2:a\n1,2\n", "Row 4 has 1 parts"),
        ("@classLabel true\n@data\n1,2\n", "Row 3 has 1 parts"),
        ("@data\n1,2:3\n", "Row 2, column x2: the number of steps in the list is 1"),
        ("@data\n\n# nothing\n", "input is empty"),
    ],
)
def test_an_unusable_ts_file_is_refused(text, says):
    assert says in catch_message(text.encode())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("@data\n1,?,3\n", "Row 2, column value: a value is missing"),
        ("@data\n1,x\n", "Row 2, column value: 'x' in the list is not a number"),
    ],
)
def test_a_missing_value_of_a_ts_file_has_its_place(text, says):
    assert says in catch_message(text.encode(), missing="refuse")
    assert says in read_problem(io.StringIO(text))


def test_missing_values_of_a_ts_file_can_be_treated():
    assert read(b"@data\n1,?,3\n", missing="drop")[0].tolist() == [[1], [3]]


@pytest.mark.parametrize(
    "text", ["id,v,w\na,1,0\na,?,1\n", "x1,x2,x3\n1,?,3\n", "s,y\n[1 ? 3],1\n", "s,y\n1 ? 3,1\n"]
)
def test_a_question_mark_is_a_missing_value(text):
    with pytest.raises(MissingValue) as caught:
        read(text.encode(), missing="refuse")
    assert caught.value.report.counts == {"missing": 1}
    assert caught.value.values["found"] == "?"
    data = read(text.encode())
    assert np.count_nonzero(np.isnan(data.values)) == 1
    assert find_finding(data, "missing").message.startswith("Missing values: 1 ")


def test_parquet_keeps_text_dates_booleans_and_lists_of_lists():
    table = open_table(io.BytesIO(build_parquet(
        name=pa.array(["x", None]).dictionary_encode(),
        when=pa.array([0, 1], pa.timestamp("s")), on=[True, None],
        steps=[[[1.0, 2], [3, 4]], [[5, 6]]],
    )))  # fmt: skip
    assert table.columns["name"].to_pylist() == ["x", ""]
    assert table.columns["when"].to_pylist()[1].startswith("1970-01-01 00:00:01")
    assert table.columns["on"].to_pylist() == ["true", ""]
    data = read(build_parquet(steps=[[[1.0, 2], [3, 4]], [[5, 6]]]))
    assert data == Sequences.from_lists([[[1, 2], [3, 4]], [[5, 6]]])


def test_a_pandas_index_in_parquet_is_not_a_feature():
    layout = detect_schema(open_table(io.BytesIO(build_parquet(
        id=["a", "a", "b"], v=[1, 2, 3], __index_level_0__=[0, 1, 2]
    ))))  # fmt: skip
    assert layout.features == ("v",)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PAR1 and nothing else", "is damaged"),
        (build_parquet(v=pa.array([], pa.float64())), "input is empty"),
        (build_parquet(id=["a"], v=[{"x": 1}]), "Column v contains struct"),
        (build_parquet(id=["a"], v=[b"\0\1"]), "Column v contains binary"),
        (build_parquet(id=["a"], v=[[[1.0], [2, 3]]]), "the number of values in a step is 2"),
    ],
)
def test_an_unusable_parquet_file_is_refused(data, says):
    assert says in catch_message(data)


@pytest.mark.parametrize(
    ("data", "says", "kind"),
    [
        (
            build_parquet(id=["a", "b"], v=[[1.0], []]),
            "Row 2, column v: '[]' contains an empty list",
            "empty",
        ),
        (build_parquet(id=["a", "b"], v=[[1.0], None]), "Row 2, column v", "empty"),
        (
            build_parquet(id=["a"], v=[[1.0, None, 2.0]]),
            "Row 1, column v: a value is missing",
            "missing",
        ),
        (
            build_parquet(id=["a"], v=[[1.0, np.inf]]),
            "Row 1, column v: 'inf' in the list is infinite",
            "unreadable",
        ),
    ],
)
def test_a_problem_of_a_parquet_file_has_its_place(data, says, kind):
    assert says in read_problem(io.BytesIO(data))
    find_finding(read(data), kind)
    if kind != "empty":
        assert says in catch_message(data, missing="refuse")


def test_a_parquet_file_of_a_billion_cells_in_kilobytes_is_refused():
    constant = np.zeros(40_000_000, np.int8)
    assert "100 times" in catch_message(build_parquet(v=constant))


def test_a_parquet_file_of_long_text_in_every_row_is_refused():
    word = pa.DictionaryArray.from_arrays(np.zeros(100_000, np.int32), ["w" * 19_000])
    content = build_parquet(id=word, a=word, b=word)
    assert len(content) < 200_000
    assert "100 times" in catch_message(content)


@pytest.mark.slow
def test_a_parquet_file_of_too_many_columns_is_refused():
    assert "20,001 columns" in catch_message(build_parquet(**{f"c{i}": [1] for i in range(20_001)}))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (gzip.compress(LONG.encode())[:-12], "is incomplete"),
        (gzip.compress(LONG.encode())[:14] + b"\xff" * 30, "damaged"),
        (gzip.compress(b"0\n" * 10_000_000), "100 times"),
    ],
    ids=["cut off", "damaged", "a bomb"],
)
def test_an_unusable_compressed_file_is_refused(data, says):
    assert says in catch_message(data)


@pytest.mark.slow
def test_a_bomb_is_not_even_unpacked(monkeypatch):
    parts = []
    refuse = source.refuse_bomb
    monkeypatch.setattr(source, "refuse_bomb", lambda *s: (parts.append(s[1]), refuse(*s)))
    catch_message(gzip.compress(b"\0" * 400_000_000))
    assert parts[-1] <= 1 << 26


@pytest.mark.slow
def test_japanese_vowels_is_the_same_data_in_every_format():
    whole = read_sequences(SAMPLES / "japanese_vowels.csv")
    names = whole.feature_names
    expected = Sequences(whole.values, whole.lengths, whole.targets, feature_names=names)
    steps = [sequence.tolist() for sequence in whole]
    targets = whole.targets.tolist()
    lists = "steps,speaker\n" + "".join(
        f'"{json.dumps(s)}",{y}\n' for s, y in zip(steps, targets, strict=True)
    )
    ts = "@problemName JapaneseVowels\n@equalLength false\n@classLabel true\n@data\n" + "".join(
        ":".join(",".join(map(repr, feature)) for feature in zip(*s, strict=True)) + f":{y}\n"
        for s, y in zip(steps, targets, strict=True)
    )
    files = {
        f"{id.zfill(3)}.csv": ",".join(names) + "\n" + "".join(
            ",".join(map(repr, step)) + "\n" for step in s
        )
        for id, s in zip(expected.ids, steps, strict=True)
    }  # fmt: skip
    files["speakers.csv"] = "file,speaker\n" + "".join(
        f"{id.zfill(3)},{y}\n" for id, y in zip(expected.ids, targets, strict=True)
    )
    long = {name: whole.values[:, i] for i, name in enumerate(names)}
    ids = np.repeat(expected.ids, whole.lengths)
    forms = {
        "list": lists.encode(),
        "ts": ts.encode(),
        "zip": make_zip(files),
        "parquet": build_parquet(utterance=ids, **long, speaker=np.repeat(targets, whole.lengths)),
        "parquet lists": build_parquet(steps=steps, speaker=targets),
    }
    for form, content in forms.items():
        data = read(content, target="class" if form == "ts" else "speaker")
        assert np.array_equal(data.values, expected.values), form
        assert np.array_equal(data.lengths, expected.lengths), form
        assert data.targets.tolist() == targets, form
        ids = [id.lstrip("0") for id in data.ids]
        assert ids == expected.ids.tolist(), form
        assert data.feature_names in (names, tuple(f"x{i}" for i in range(1, 13))), form


@pytest.mark.parametrize(
    "data",
    [
        "sep=;\n" + LONG.replace(",", ";"),
        '"sep=;"\r\n' + LONG.replace(",", ";").replace("\n", "\r\n"),
        "SEP=,\n" + LONG,
        "sep=\t\n" + LONG.replace(",", "\t"),
        "sep=|\n" + LONG.replace(",", "|"),
        LONG.replace(",", "|"),
        LONG.replace(",", " | "),
        LONG.replace("\n", "\r"),
        "\ufeffsep=;\r" + LONG.replace(",", ";").replace("\n", "\r"),
    ],
)
def test_declared_and_rare_separators_and_line_ends_of_old_macs_are_read(data):
    assert read(data.encode()) == THREE
    assert read(gzip.compress(data.encode())) == THREE


def test_a_declared_separator_keeps_the_numbers_of_the_lines():
    message = read_problem(io.BytesIO(b"sep=;\nid;v\na;1\na;x\n"))
    assert "Row 4, column v: 'x'" in message
    assert catch_message(b"sep=;\n") == "The input is empty. Give at least one line of numbers."


def test_a_declared_separator_decides_where_the_text_does_not():
    table = open_table(io.BytesIO(b"sep=;\nid;v,w\na;1,5\na;2,5\n"))
    assert table.names == ("id", "v,w")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("id,word,v\na,x|y,1\na,y|z,2\n", ("id", "word", "v")),
        ("id|v|w\na|1,5|2\na|2,5|3\n", ("id", "v", "w")),
        ("sep=1,v\na,1\na,2\n", ("sep=1", "v")),
    ],
)
def test_bars_in_words_and_commas_in_numbers_are_no_separators(text, names):
    assert open_table(io.StringIO(text)).names == names


def test_numbers_between_bars_have_decimal_commas():
    assert read(b"1,5|2\n3,25\n").values.ravel().tolist() == [1.5, 2, 3.25]


def test_files_of_an_archive_may_declare_their_separator():
    files = {f"{name}.csv": "sep=;\nv;w\n1;2\n3;4\n" for name in "ab"}
    data = read(make_zip(files))
    assert data.feature_names == ("v", "w")
    assert data.lengths.tolist() == [2, 2]


def test_classes_that_the_header_of_a_ts_file_lacks_are_a_doubt():
    assert list_doubts(read(TS.encode())) == []
    data = read(TS.replace("true 2 4 6", "true 2 4").encode())
    doubt = "classes that the header does not declare: 6"
    assert list_doubts(data) == [("warning", "file", doubt)]
