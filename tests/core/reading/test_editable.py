"""A small table is editable as text, and its rows keep the line numbers of messages."""

import gzip
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import DataError, read_sequences
from core.reading import open_table, read_with_choices
from core.reading.choices import drop_absent_columns
from core.reading.editable import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, Grid, build_grid
from tests.support.files import TS, build_parquet, make_zip
from tests.support.findings import list_reasons

SAMPLES = sorted((Path(__file__).parents[3] / "samples").glob("three_*.csv"))


def read_grid(content: bytes) -> Grid | None:
    try:
        table = open_table(io.BytesIO(content))
    except DataError:
        table = None
    return build_grid(table, lambda: content)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_an_unedited_grid_writes_the_same_file(path):
    grid = read_grid(path.read_bytes())
    assert grid.write(grid.cells) == path.read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "id,t,x\n\n\na,1,2\n\na,2,3\n",
        "# made by hand\nid;x\na;1,5\nb;2,5\n",
        '"[1]",2\n"[2, 5]",4\n',
        'id,note,x\na,"say ""hi""\nthere",1\nb,"c,d",2\n',
        ",t,x\na,1,2\na,2,3\n",
        "1\t2\t3\n4\t5\t6\n",
        "2,5\n\n3,9,9,4,8\n",
        "1 2\n3 4 5\n",
        "[[1],\n[2, 5]]",
        "id,x\n\u00e9,1\n#b,2\n",
    ],
)
def test_it_opens_as_the_same_table_with_the_same_row_numbers(text):
    before = open_table(io.StringIO(text))
    grid = read_grid(text.encode())
    after = open_table(io.BytesIO(grid.write(grid.cells)))
    assert after.columns.equals(before.columns)
    assert list(after.rows) == list(before.rows)
    assert (after.header, after.delimiter, after.ragged) == (
        before.header,
        before.delimiter,
        before.ragged,
    )


@given(
    st.lists(
        st.tuples(st.text("ab,;\t\"\n'[#% 1", max_size=6), st.text('ab,;\t"[#%@{ 1', max_size=6)),
        min_size=1,
        max_size=8,
    )
)
def test_any_text_can_be_typed_into_a_cell(rows):
    blank = [not first.strip() and not second.strip() for first, second in rows]
    cells = pd.DataFrame([("1", "2"), *rows], index=2 + np.arange(len(rows) + 1))
    grid = Grid(cells, ("id", "x"), header=True, delimiter=",")
    table = open_table(io.BytesIO(grid.write(cells)))
    expected = [("1", "2"), *(row for row, none in zip(rows, blank, strict=True) if not none)]
    columns = (table.columns[name].to_pylist() for name in table.names)
    assert list(zip(*columns, strict=True)) == expected


def test_a_line_break_pasted_into_a_cell_does_not_end_a_row():
    grid = read_grid(b"id,x\na,1\nb,2\n")
    cells = grid.cells.copy()
    cells.iat[0, 0] = "one\r\ntwo\rthree"
    table = open_table(io.BytesIO(grid.write(cells)))
    assert table.columns["id"].to_pylist() == ["one\ntwo\nthree", "b"]


def test_after_a_row_is_deleted_the_others_keep_their_numbers():
    grid = read_grid(b"id,t,x\na,1,2\na,2,3\nb,1,oops\n")
    text = grid.write(grid.cells.drop(2))
    assert text == b"id,t,x\n\na,2,3\nb,1,oops\n"
    with pytest.raises(DataError, match="Row 4, column x: 'oops'"):
        read_sequences(io.BytesIO(text), missing="refuse")


def test_rows_are_written_in_the_order_of_their_numbers():
    grid = read_grid(b"1,2\n3\n4,5,6\n")
    assert grid.write(grid.cells.iloc[[2, 0, 1]]) == b"1,2\n3\n4,5,6\n"


def test_a_file_that_is_not_a_table_is_edited_by_lines():
    grid = read_grid(b"id,t,x\n\na,1,2\na,2,3,4\n")
    assert grid.cells[0].to_dict() == {1: "id,t,x", 3: "a,1,2", 4: "a,2,3,4"}
    assert grid.names == ()


@pytest.mark.parametrize(
    "content",
    [
        TS.encode(),
        build_parquet(id=["a", "b"], x=[1.0, 2.0]),
        build_parquet(id=["a", "b"], x=["1", "2"]),
        make_zip({"a.csv": "x\n1\n", "b.csv": "x\n2\n"}),
        b"",
        b"\x89PNG" + bytes(50),
        b"PAR1 and no more of it",
        b"1\n" * (MAX_ROWS + 1),
        b"id,x\n" + b"a,1\n" * (MAX_ROWS + 1),
        (",".join(["1"] * (MAX_COLUMNS + 1)) + "\n").encode() * 2,
        b'id,x\na,"' + b"1" * MAX_BYTES + b'"\n',
        gzip.compress(b"a,b\n1\n" + b"1,2,3\n" * MAX_BYTES),
    ],
)
def test_only_small_text_is_editable(content):
    assert read_grid(content) is None


def test_compressed_text_is_editable():
    grid = read_grid(gzip.compress(b"id,x\na,1\n"))
    assert grid.write(grid.cells) == b"id,x\na,1\n"


def test_a_frame_of_numbers_is_not_text():
    table = open_table(pd.DataFrame({"id": ["a"], "x": [1.0]}))
    assert pa.types.is_floating(table.columns["x"].type)
    assert build_grid(table, lambda: b"") is None


def edit(after: str, **choices):
    table = open_table(io.StringIO(after))
    return read_with_choices(table, drop_absent_columns(choices, table))[0].schema


WARDS = "id,t,ward,x\na,1,A,1\na,2,B,2\nb,1,A,3\nb,2,B,3\n"


def test_an_edited_table_is_detected_again_with_its_reasons():
    schema = edit(WARDS.replace("B", "C"))
    assert schema.categories == ("ward",)
    assert not any("as chosen" in text for _, text in list_reasons(schema))


def test_choices_are_kept_when_the_table_is_edited():
    schema = edit(WARDS.replace("3", "4"), features=["x"], time="")
    assert (schema.features, schema.time) == (("x",), None)


def test_a_table_that_lost_a_column_is_detected_again():
    schema = edit("id,t,y\na,1,1\na,2,2\nb,1,3\n", features=["x"])
    assert schema.features == ("y",)
