"""Several columns have one role: their cells are joined, and none is lost or mixed up."""

import io

import pytest

from core import DataError
from core.data.schema import Schema
from core.reading import open_table
from core.reading.table.cells import read_text
from core.reading.table.joined_columns import join_columns, join_roles


def open_text(text):
    return open_table(io.StringIO(text))


def test_the_cells_of_a_row_are_joined():
    table, name = join_columns(open_text("a,b,v\n x ,1,2\ny,,3\n"), "id", ("a", "b"))
    assert name == "a / b"
    assert read_text(table, name).to_pylist() == ["x / 1", ""]


def test_the_name_of_the_joined_column_is_free():
    table, name = join_columns(open_text("a,b,a / b\nx,1,2\ny,2,3\n"), "id", ("a", "b"))
    assert name not in ("a", "b", "a / b")
    assert len(set(table.names)) == 4


def test_a_schema_of_single_columns_is_unchanged():
    table, schema = open_text("id,t,v\na,1,2\n"), Schema("long", id="id", time="t")
    assert join_roles(table, schema) == (table, schema)


@pytest.mark.parametrize(
    ("rows", "is_refused"),
    [
        ("a / b,c,1\na,b / c,2\n", True),
        ("a / b,c,1\na,c,2\n", False),
        ("a / b,,1\na,b / ,2\n", False),
    ],
)
def test_different_cells_never_become_the_same_id(rows, is_refused):
    table = open_text("x,y,v\n" + rows)
    if is_refused:
        with pytest.raises(DataError, match="different cells give the same text"):
            join_columns(table, "id", ("x", "y"))
    else:
        join_columns(table, "id", ("x", "y"))
