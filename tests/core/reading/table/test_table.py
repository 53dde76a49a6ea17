"""Opening a table: delimiter, header, and line numbers as in an editor."""

import io

import numpy as np
import pandas as pd
import pytest

from core.reading import open_table


def open_text(text):
    return open_table(io.StringIO(text))


@pytest.mark.parametrize(
    ("text", "delimiter", "names"),
    [
        ("id,v\na,1\n", ",", ("id", "v")),
        ("id;v\na;1,5\n", ";", ("id", "v")),
        ("id\tv\na\t1\n", "\t", ("id", "v")),
        ('id,s\na,"[1; 2]"\n', ",", ("id", "s")),
        ("s;y\n[1, 2];3\n[4];5\n", ";", ("s", "y")),
        ('"a;b",v\n1,2\n', ",", ("a;b", "v")),
        (" id , v \na,1\n", ",", ("id", "v")),
        ("id,,v\na,1,2\n", ",", ("id", "2", "v")),
    ],
)
def test_the_delimiter_is_detected_and_names_are_trimmed(text, delimiter, names):
    table = open_text(text)
    assert (table.delimiter, table.names, table.header) == (delimiter, names, True)
    assert len(table) == text.count("\n") - 1


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("id,t,v\na,0,1\n", True),
        ("id,0,1,2\n7,5,6,7\n", True),
        ("id,1,2\na,5,6\n", True),
        ("name,label\nann,x\nbob,y\n", True),
        ('s,y\n"[1]",cat\n', True),
        ("1,2\n3,4\n", False),
        ("a,1,2\nb,3,4\n", False),
        ("a,5,,2\nb,3,4,2\n", False),
        ('"[1]",cat\n"[2]",dog\n', False),
        ("5,x,7\n1,2,3\n", False),
        (",1\n,2\n", False),
    ],
)
def test_a_header_is_distinguished_from_values(text, header):
    table = open_text(text)
    assert table.header == header
    assert len(table) == text.count("\n") - header
    if not header:
        assert table.names == tuple(str(i) for i in range(1, len(table.names) + 1))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("id,v\na,1\nb,2\n", [2, 3]),
        ("id,v\na,1\nb,2", [2, 3]),
        ("\n\nid,v\n\na,1\n  \nb,2\n\n", [5, 7]),
        ("id,v\r\na,1\r\n\r\nb,2\r\n", [2, 4]),
        ("id,v\ra,1\r\rb,2\r", [2, 4]),
        ('id,v\n"a\nb\n\nc",1\nb,2\n', [2, 6]),
        ("id,v\na,1\n,,,\n,\nb,2\n", [2, 5]),
        ("id,v\na,1\n,\n , \nb,2\n,\n", [2, 5]),
        ("1\n\n2,3\n", [1, 3]),
        ("\n1 2\n\n3\n", [2, 4]),
        ("\n[[1],\n[2]]", [2, 3]),
    ],
)
def test_rows_keep_the_line_numbers_of_an_editor(text, rows):
    table = open_text(text)
    assert [table.get_line(i) for i in range(len(table))] == rows


def test_the_name_comes_from_the_path_or_the_buffer(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("id,v\na,1\n")
    assert open_table(path).name == "runs.csv"
    with path.open("rb") as file:
        assert open_table(file).name == "runs.csv"
    assert open_text("id,v\na,1\n").name == ""


def test_a_cell_longer_than_a_block_is_read():
    long = "[" + ",".join(["1.25"] * 4_000_000) + "]"  # 20 MB, beyond the 16 MB block
    table = open_text(f's,y\n"{long}",1\n"[1]",2\n')
    assert len(table) == 2
    assert table.columns["s"][0].as_py() == long


def test_a_data_frame_keeps_its_numbers_and_text():
    frame = pd.DataFrame({"a": [1, 2], "b": [0.1, np.nan], "c": ["x", None], "d": [True, False]})
    columns = open_table(frame).columns.to_pydict()
    assert columns == {"a": [1, 2], "b": [0.1, None], "c": ["x", ""], "d": ["True", "False"]}
