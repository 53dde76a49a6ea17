"""The script in a saved ZIP reads tables as the app does, without this library."""

import ast
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.export.templates import predict
from core.reading import open_table, read_table, read_with_schema
from core.reading.detection.detect import detect_schema
from core.reading.to_csv import derive_schema

TABLES = {
    "long": ("id,t,x,y,target\nb,2,1.5,7,4\na,1,2,8,6\nb,1,2.5,9,4\n", {}),
    "long without ids": ("t,x\n2,5\n1,4\n3,9\n", {"layout": "long", "id": ""}),
    "long of dates": (
        "id,time,x,y\na,2026-01-02,1,0\na,2026-01-01T12:00:00,2,0\nb,2026-03-01 10:00,3,1\n",
        {"elapsed": True},
    ),
    "words": ("id,t,colour,v\na,0,red,1\na,1,blue,2\nb,0,unknown,3\nc,0,,4\n", {"missing": "mean"}),
    "missing, forward": ("id,x,y\na,1,3\na,,4\na,2,na\nb,5,?\n", {"missing": "mean"}),
    "missing, dropped": ("id,x,y\na,1,3\na,,4\na,2,5\nb,5,6\n", {"missing": "drop"}),
    "missing, carried on": ("id,x,y\na,1,3\na,,4\na,2,\nb,5,6\n", {"missing": "forward"}),
    "twice": (
        "id,t,x\na,1,2\na,1,4\na,2,5\nb,1,\nb,1,7\n",
        {"duplicates": "mean", "missing": "mean"},
    ),
    "twice, the last": ("id,t,x\na,1,2\na,1,4\na,2,5\nb,1,7\n", {"duplicates": "last"}),
    "a target a step": (
        "id,t,x,y\na,1,2,0.5\na,2,4,1.5\nb,1,7,2.5\nb,2,7,3.5\n",
        {"target_at": "step"},
    ),
    "windows": (
        "id,t,x,y\n" + "".join(f"{k % 2},{k},{k * 3},{k % 2}\n" for k in range(30)),
        {"cut": "windows", "cut_steps": 4, "cut_every": 3},
    ),
    "unreadable": (
        "id,x,y\na,1,3\na,oops,4\nb,5,6\n",
        {"missing": "mean", "fixes": ("unreadable",)},
    ),
    "lists": ('sequence,target\n"[1.5, 2]",4\n[3],6\n', {}),
    "lists in round brackets": ('id,v,y\nq,"(1, 2)",4\nr,"(3,)",6\n', {}),
    "lists of lists": ('sequence,y\n"[[1, 2], [3, 4]]",4\n"[[5, 6]]",6\n', {}),
    "several lists": ('a,b,y\n"[1, 2]","[3, null]",4\n[5],[6],6\n', {"missing": "mean"}),
    "lists with spaces": ("sequence,target\n1 2,4\n3 4 5,6\n7,1\n", {}),
    "lists and targets a step": ('v,y\n"[1, 2]","[3, 4]"\n[5],[6]\n', {}),
    "wide": ("name,x1,x2,x3,y\na,1,2,,0\nb,3,,5,1\n", {"missing": "mean"}),
    "wide of two features": ("u_1,u_2,w_1,w_2,y\n1,2,3,4,0\n5,,6,,1\n", {}),
    "wide, its columns in another order": (
        "x10,x2,x1,x3,x4,x5,x6,x7,x8,x9,y\n9,2,1,3,,,,,,,0\n5,7,6,,,,,,,,1\n",
        {"missing": "mean"},
    ),
    "wide with the index that pandas writes": (",x1,x2,x3,y\n0,1,2,,0\n1,3,,,1\n", {}),
    "exponents with decimal commas": ("id;x;y\na;1,5E-05;3\na;2,5e3;3\nb;3;4\n", {}),
    "spaces and a header": ("id t x y\na 1 2.5 0\na 2 3.5 0\nb 1 1.5 1\n", {}),
    "a header that is a comment": ("# id,t,x,y\na,1,2.5,0\na,2,3.5,0\nb,1,1.5,1\n", {}),
    "rows that hold nothing": ("id,x,y\na,1,3\na,2,3\nb,5,6\n,,\n", {"fixes": ("incomplete",)}),
    "the target at the end of windows": (
        "id,t,x,y\n" + "".join(f"a,{k},{k * 3},{k * 0.5}\n" for k in range(9)),
        {"target_at": "end", "cut": "windows", "cut_steps": 4, "cut_every": 3},
    ),
    "months": ("id,time,x,y\na,2026-02,1,0\na,2026-01,2,0\nb,2026-03,3,1\n", {}),
    "rows": ("1\n2,5\n3,9,9,4,8\n", {}),
    "rows with spaces": ("1 2 3\n4 5\n6\n", {}),
    "decimal commas": ("id;x;y\na;1,5;3\na;2,5;3\nb;3;4\n", {}),
    "tabs and quotes": ('id\tx\ty\n"a b"\t1\t3\n"a b"\t2\t3\n"c"\t3\t4\n', {}),
}


def choose_schema(table, choices):
    """Detect the schema of a table, with some fields chosen differently."""
    detection_choices = {
        name: choices[name] for name in ("layout", "id", "target_at") if name in choices
    }
    others = {name: value for name, value in choices.items() if name not in detection_choices}
    return replace(detect_schema(table, **detection_choices), **others)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_read_as_the_app_reads_it(name, tmp_path):
    text, choices = TABLES[name]
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    table = open_table(io.StringIO(text))
    schema = choose_schema(table, choices)
    if "colour" in text:
        schema = replace(schema, features=("colour", "v"), categories={"colour": ("blue", "red")})
    ours = read_table(table, schema)[0]

    theirs = predict.read_csv(path, derive_schema(ours).to_dict())
    assert [each["id"] for each in theirs] == ours.ids.tolist()
    for number, each in enumerate(theirs):
        steps = predict.with_indicators(each["steps"], ours.feature_names)
        np.testing.assert_array_equal(steps.astype(np.float32), ours[number])
    if ours.targets is not None:
        flat = np.array([each["target"] for each in theirs]).reshape(-1)
        if ours.per_step:
            flat = [target for each in theirs for target in each["target"]]
        assert [float(target) for target in flat] == ours.targets.tolist()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_spreadsheet_encodings_are_read(encoding, tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("编号,x,目标\n甲,1,好\n甲,2,好\n乙,3,坏\n".encode(encoding))
    schema = detect_schema(open_table(io.StringIO("编号,x,目标\n甲,1,好\n甲,2,好\n乙,3,坏\n")))
    assert [each["id"] for each in predict.read_csv(path, schema.to_dict())] == ["甲", "乙"]


def test_prefixes_are_cut_for_training_only(tmp_path):
    text = "id,t,x,y\n" + "".join(f"a,{k},{k},{k * 0.5}\n" for k in range(7))
    schema = replace(
        detect_schema(open_table(io.StringIO(text)), target="y", target_at="end"),
        cut="prefixes", cut_steps=2, cut_every=3,
    )  # fmt: skip
    ours = read_table(open_table(io.StringIO(text)), schema)[0]
    path = tmp_path / "table.csv"
    path.write_text(text)
    assert len(predict.read_csv(path, schema.to_dict())) == 1
    theirs = predict.read_csv(path, schema.to_dict(), cut=("windows", "prefixes"))
    assert [each["id"] for each in theirs] == ours.ids.tolist()
    assert [float(each["target"]) for each in theirs] == ours.targets.tolist()


def test_a_later_table_may_have_more_steps_and_other_columns(tmp_path):
    wide = open_table(io.StringIO("name,x1,x2,y\na,1,2,0\nb,3,,1\n"))
    schema = detect_schema(wide)
    later = "x1,x2,x3,x4,name\n1,2,3,4,q\n5,,,,r\n"
    path = tmp_path / "later.csv"
    path.write_text(
        later.replace("x4,name", "x4,name,height").replace(",q", ",q,180").replace(",r", ",r,170")
    )
    later = path.read_text()
    theirs = predict.read_csv(path, schema.to_dict())
    ours = read_with_schema(open_table(io.StringIO(later)), schema)[0]
    assert [each["id"] for each in theirs] == ours.ids.tolist() == ["q", "r"]
    assert [len(each["steps"]) for each in theirs] == ours.lengths.tolist() == [4, 1]


def test_a_missing_value_is_refused_with_the_id(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("id,x\na,1\na,2\nb,\n")
    schema = detect_schema(open_table(io.StringIO("id,x\na,1\na,2\nb,2\n"))).to_dict()
    with pytest.raises(SystemExit, match="sequence b"):
        predict.read_csv(path, schema)


def test_it_imports_only_tensorflow_numpy_and_the_standard_library():
    tree = ast.parse(Path(predict.__file__).read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        assert not isinstance(node, ast.ImportFrom)
    assert names - {"tensorflow", "numpy"} == {
        "csv",
        "datetime",
        "io",
        "json",
        "pathlib",
        "re",
        "sys",
    }
