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
from tests.support.tables import TABLES, choose_schema


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
