"""What is said about files of several formats, and about objects of Python."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile

import numpy as np
import pandas as pd
import pytest

from core import DataError, read_sequences
from core.reading import open_table
from core.reading.new_data import Reading
from tests.messages.case import Result, case
from tests.support.files import make_zip
from tests.support.workbooks import write_workbook


def open_notes(content: bytes) -> list[str]:
    """List what is said about how a file was opened."""
    table = open_table(io.BytesIO(content))
    return [str(note) for note in (*table.notes, *table.doubts)]


def refuse(source: object) -> str:
    """Return why a file or an object is refused."""
    with pytest.raises(DataError) as caught:
        read_sequences(io.BytesIO(source) if isinstance(source, bytes) else source)
    return str(caught.value)


def number_line(text: str, part: str) -> int:
    """Return the number, from 1, of the first line with a text."""
    return next(n for n, line in enumerate(text.split("\n"), start=1) if part in line)


# --- Archives ---

ENGINES = "unit,t,v\na,1,5\na,2,6\nb,1,7\nb,2,8\n"


def refuse_lives(lives: str) -> str:
    return refuse(make_zip({"train.csv": ENGINES, "test.csv": ENGINES, "RUL.csv": lives}))


@case("There are {n} columns. Write one number per test sequence…")
def count_columns_of_remaining_lives() -> Result:
    return refuse_lives("1,2,3\n4,5,6\n"), {"n": 3}


@case("There are {found} numbers for {n} test sequences…")
def count_remaining_lives() -> Result:
    return refuse_lives("7\n8\n9\n"), {"found": 3, "n": 2}


@case("Row {row}: {found!r} is not a number of steps…")
def find_a_remaining_life_that_is_no_count() -> Result:
    return refuse_lives("7\n-8\n"), {"row": 2}


STEPS = {f"{letter}.csv": "t,v\n0,1\n1,2\n" for letter in "abcd"}


@case("{n} files of the archive, one sequence…")
def count_files_with_a_sequence_each() -> Result:
    return open_notes(make_zip(STEPS)), {"n": len(STEPS)}


@case("{n} files of the archive, one after…")
def count_files_with_several_sequences() -> Result:
    files = {f"{letter}.ts": TS for letter in "abc"}
    return open_notes(make_zip(files)), {"n": len(files)}


@case("{n} files, one after the other…")
def count_files_of_a_split() -> Result:
    files = {f"x_{part}.csv": f"id,v\n{part},1\n{part},2\n" for part in ("train", "test")}
    return open_notes(make_zip(files)), {"n": len(files)}


@case("Row {row}, column {column}: {found!r} has no row in {beside}…")
def find_an_id_without_a_label() -> Result:
    steps = "id,v\na,1\na,2\nb,3\nc,4\n"
    packed = make_zip({"steps.csv": steps, "labels.csv": "id,target\na,2\nc,6\n"})
    return refuse(packed), {"row": f"{number_line(steps, 'b,')} of steps.csv"}


@case("{line} of {file}")
def number_a_line_of_a_file() -> Result:
    wrong = "# logged\nv\n\n3\noops\n"
    packed = make_zip({"a.csv": "v\n1\n2\n", "b/c.csv": wrong})
    data = read_sequences(io.BytesIO(packed))
    [finding] = [each for each in data.report if each.code == "unreadable"]
    return map(str, finding.rows), {"line": number_line(wrong, "oops"), "file": "b/c.csv"}


@case("Unpacked, {name} is larger…")
def state_the_limit_of_unpacked_files() -> Result:
    return refuse(gzip.compress(b"0\n" * 10_000_000)), {"most": 2**30 // 2**20}


@case("The gzip file has more than {most:,} parts…")
def state_the_limit_of_gzip_parts() -> Result:
    return refuse(gzip.compress(b"", mtime=0) * 50_001), {"most": 50_000}


# --- Workbooks ---

SHEET = [["Measured by Ada"], ["on the roof"], ["id", "t", "v"], ["a", 1, 5], ["a", 2, "=A1"]]
SHEET += [["b", 1, "#N/A"], ["b", 2, "#DIV/0!"], ["b", 3, 7], ["b", 4, "=B1+B2"], ["b", 5, "=B2"]]


def count_cells(prefix: str) -> int:
    return sum(str(cell).startswith(prefix) for row in SHEET for cell in row)


@case("title rows above the table…")
def count_title_rows() -> Result:
    return open_notes(write_workbook(data=SHEET)), {"n": SHEET.index(["id", "t", "v"])}


@case("cells with an error such as #N/A…")
def count_errors() -> Result:
    return open_notes(write_workbook(data=SHEET)), {"n": count_cells("#")}


@case("cells with a formula whose value…")
def count_formulas() -> Result:
    return open_notes(write_workbook(data=SHEET)), {"n": count_cells("=")}


@case("The workbook has {sheets:,} sheets…")
def count_sheets() -> Result:
    """All names are of the only sheet: to write a thousand would take seconds."""
    out, names = io.BytesIO(), [f"s{number}" for number in range(1001)]
    written = io.BytesIO(write_workbook(s=[["id", "v"], ["a", 1]]))
    with zipfile.ZipFile(written) as workbook, zipfile.ZipFile(out, "w") as copy:
        for part in workbook.namelist():
            content = workbook.read(part)
            if part == "xl/workbook.xml":
                [sheet] = re.findall(rb"<sheet [^>]*/>", content)
                sheets = [sheet.replace(b'name="s"', f'name="{name}"'.encode()) for name in names]
                content = content.replace(sheet, b"".join(sheets))
            copy.writestr(part, content)
    return refuse(out.getvalue()), {"sheets": len(names), "most": 1000}


# --- Text ---


@case("comment lines left out: {n}")
def count_comment_lines() -> Result:
    text = "# logged\n# on the roof\nid,v\na,1\n# a break\na,2\nb,3\n"
    return open_notes(text.encode()), {"n": text.count("#")}


ARFF = """@relation r
@attribute t numeric
@attribute v numeric
@attribute class {a,b}

@data
% a comment
1,2,a
"""
SERIES = """@relation r
@attribute x relational
@attribute v numeric
@end x
@attribute y {a,b}
@data
"""


@case("Row {row}: sparse rows in braces…")
def find_a_sparse_row() -> Result:
    text = ARFF + "{1 2}\n"
    return refuse(text.encode()), {"row": number_line(text, "{1 2}")}


@case("Row {row} cannot be read…")
def find_an_unreadable_row() -> Result:
    text = ARFF + "1,'" + "9" * 200_000 + "',b\n"
    return refuse(text.encode()), {"row": number_line(text, "999")}


@case("Row {row} has {found} values…")
def count_the_values_of_a_row() -> Result:
    text = ARFF + "1,2,3,4,a\n"
    numbers = {"row": number_line(text, "3,4"), "found": 5, "expected": text.count("@attribute")}
    return refuse(text.encode()), numbers


@case("Row {row}: {found!r} is not a series…")
def find_a_row_without_a_series() -> Result:
    text = SERIES + "'1,2\\n3,4',a\n1,2,b\n"
    return refuse(text.encode()), {"row": number_line(text, "1,2,b")}


@case("Row {row} has {found} features…")
def count_the_features_of_a_row() -> Result:
    text = SERIES + "'1,2\\n3,4',a\n'1,2\\n3,4\\n5,6',b\n"
    return refuse(text.encode()), {"row": number_line(text, "5,6"), "found": 3, "expected": 2}


TS = "@problemName x\n@classLabel true a b\n\n@data\n1,2:3,4:a\n# a comment\n"


@case("Row {row} has {found} parts separated by colons; expected {expected}: the features and…")
def count_the_parts_of_a_line() -> Result:
    text = TS + "1,2:b\n"
    return refuse(text.encode()), {"row": number_line(text, "1,2:b"), "found": 2, "expected": 3}


@case("Row {row} has {found} parts separated by colons; expected {expected}: the features. …")
def count_the_parts_of_a_line_without_a_class() -> Result:
    text = TS.replace("@classLabel true a b", "@classLabel false") + "1,2\n"
    numbers = {"row": number_line(text, "# a comment") + 1, "found": 1, "expected": 3}
    return refuse(text.encode()), numbers


@case("Row {row}: the JSON has lists that are nested too deeply…")
def find_a_row_of_deep_lists() -> Result:
    text = '{"x": [1]}\n\n{"x": ' + "[" * 100_000 + "]" * 100_000 + "}\n"
    return refuse(text.encode()), {"row": number_line(text, "[[")}


@case("Row {row}: this is not JSON…")
def find_the_column_of_a_mistake() -> Result:
    text = '{"x": [1]}\n\n{"x": [1, ?]}\n'
    row = number_line(text, "?")
    return refuse(text.encode()), {"row": row, "column": text.split("\n")[row - 1].index("?") + 1}


@case("Object {number} of the JSON is…")
def find_an_item_that_is_no_object() -> Result:
    records = [{"x": [1]}, {"x": [2]}, 7]
    place = next(n for n, each in enumerate(records, start=1) if not isinstance(each, dict))
    return refuse(json.dumps(records).encode()), {"number": place}


@case("Object {number} of the JSON has two values…")
def find_an_object_with_a_repeated_name() -> Result:
    text = '[{"x": {"a": 1}}, {"x": {"a": 1}, "x.a": 2}]'
    return refuse(text.encode()), {"number": 2}


@case("The objects of the JSON have {columns:,}…")
def count_different_names() -> Result:
    n = 6_000
    text = "\n".join(json.dumps({f"c{row}": 1}) for row in range(n))
    return refuse(text.encode()), {"columns": n, "rows": n, "most": 30_000_000}


@case("There are {columns:,} columns…")
def count_columns_of_objects() -> Result:
    n = 30_000
    text = "[{" + ",".join(f'"c{column}": 1' for column in range(n)) + "}]"
    return refuse(text.encode()), {"columns": n, "most": 20_000}


@case("The brackets do not match near row…")
def find_an_open_bracket() -> Result:
    text = "[1]\n[2]]\n"
    return refuse(text.encode()), {"row": number_line(text, "]]")}


@case("Row {row}: {found!r} is outside the lists…")
def find_a_number_outside_of_lists() -> Result:
    text = "[[1],\n 2, [3]]"
    return refuse(text.encode()), {"row": number_line(text, " 2,")}


@case("A step of this model has {features} numbers…")
def count_the_numbers_of_a_typed_step() -> Result:
    with pytest.raises(DataError) as caught:
        Reading(features=3).read_typed("[[1, 2], [3, 4]]", 100)
    return str(caught.value), {"features": 3}


# --- Arrays ---


def save(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def save_all(**arrays: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


@case("The array {name!r} has the shape {shape}. Save (sequences…")
def describe_an_array_of_four_axes() -> Result:
    array = np.ones((2, 3, 4, 5))
    return refuse(save(array)), {"shape": str(array.shape)}


@case("The NumPy array needs {bytes:,} bytes…")
def count_the_bytes_of_an_array() -> Result:
    array = np.ones((1000, 3))
    missing = 8000
    numbers = {"bytes": array.nbytes, "shape": str(array.shape), "found": array.nbytes - missing}
    return refuse(save(array)[:-missing]), numbers


@case("{n} arrays, one sequence per array")
def count_arrays() -> Result:
    arrays = {f"a{n}": np.ones((n, 2)) for n in (3, 1, 4)}
    return open_notes(save_all(**arrays)), {"n": len(arrays)}


@case("The lengths have the sum {sum:,}…")
def compare_the_sum_of_lengths() -> Result:
    x, lengths = np.ones((3000, 2)), np.array([1000, 1500])
    return refuse(save_all(x=x, lengths=lengths)), {"sum": int(lengths.sum()), "found": len(x)}


@case("array {name!r} has the steps of {n}…")
def count_concatenated_sequences() -> Result:
    lengths = np.array([2, 5, 1])
    return open_notes(save_all(x=np.ones((8, 2)), lengths=lengths)), {"n": len(lengths)}


PADDED = np.full((3, 7, 2), np.nan)
for place, steps in enumerate((2, 5, 1)):
    PADDED[place, :steps] = 1


@case("array {name!r} of shape {shape}…")
def describe_a_padded_array() -> Result:
    """The longest of its sequences is shorter than the array."""
    longest = int((~np.isnan(PADDED[:, :, 0])).sum(axis=1).max())
    numbers = {"shape": str(PADDED.shape), "n": 3, "steps": longest, "features": 2}
    return open_notes(save(PADDED)), numbers


@case("the second axis of the array {name!r}…")
def describe_the_axes_of_an_array() -> Result:
    array = np.random.default_rng(0).normal(size=(9, 4, 6))
    return open_notes(save(array)), {"steps": array.shape[1], "features": array.shape[2]}


@case("{n} sequences end in zeros…")
def count_sequences_that_end_in_zeros() -> Result:
    array = np.array([[1, 2, 0, 0], [3, 4, 5, 0], [6, 7, 8, 9]], float)
    return open_notes(save(array)), {"n": sum(row[-1] == 0 for row in array.tolist())}


@case("The array {name!r} has the shape {shape}, and there…")
def compare_targets_with_sequences() -> Result:
    y = np.ones(5)
    return refuse(save_all(x=np.ones((3, 4, 2)), y=y)), {"shape": str(y.shape), "n": 3}


@case("The structured array has the shape…")
def describe_a_structured_array() -> Result:
    array = np.zeros((2, 3), dtype=[("id", "i4"), ("v", "f4")])
    return refuse(save(array)), {"shape": str(array.shape)}


# --- Objects of Python ---


@case("The columns of source have unequal lengths…")
def compare_the_lengths_of_columns() -> Result:
    return refuse({"id": ["a", "a", "b"], "v": [1, 2]}), {"lengths": {"id": 3, "v": 2}}


@case("Frame {number} has the columns…")
def find_a_frame_with_other_columns() -> Result:
    frames = [pd.DataFrame({"v": [1, 2]}), pd.DataFrame({"v": [1]}), pd.DataFrame({"w": [3]})]
    place = next(n for n, frame in enumerate(frames, start=1) if "v" not in frame)
    return refuse(frames), {"number": place}


@case("{n} data frames, one sequence…")
def count_frames() -> Result:
    frames = [pd.DataFrame({"v": [1.0] * n}) for n in (2, 1, 3)]
    return [str(note) for note in open_table(frames).notes], {"n": len(frames)}


@case("source is an array of shape…")
def describe_an_array() -> Result:
    array = np.ones((2, 3, 4))
    return refuse(array), {"shape": str(array.shape)}
