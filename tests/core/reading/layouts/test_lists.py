"""Lists in cells in all common notations; text that only resembles a list stays text."""

import io

import numpy as np
import pytest

from core import DataError
from core.reading import detect_schema, open_table, read_sequences, read_with_choices
from tests.support.findings import find_finding, list_doubts


def read(text, **choices):
    return read_sequences(io.StringIO(text), **choices)


def list_steps(data):
    return [sequence.squeeze(1).tolist() for sequence in data]


FLAT = [[1], [2, 5], [3, 9, 9, 4, 8]]


@pytest.mark.parametrize(
    "cells",
    [
        ("[1]", "[2, 5]", "[3, 9, 9, 4, 8]"),
        ("[1]", "[2,5]", "[ 3 ,9,9 , 4,8 ]"),
        ("(1,)", "(2, 5)", "(3, 9, 9, 4, 8)"),
        ("(1.0,)", "[2, 5]", "(3e0, 9, 9, 4, 8,)"),
        ("[1]", "[2 5]", "[3 9 9 4 8]"),
        ("[1.]", "[2. 5.]", "[3. 9.\n 9. 4. 8.]"),
        ("1", "2 5", "3 9 9 4 8"),
        (" 1 ", "2   5", "3\t9 9 4 8"),
        ("1", "2;5", "3; 9; 9; 4; 8"),
    ],
)
@pytest.mark.parametrize("target", ["y", "cat"])
def test_a_list_of_numbers_has_many_notations(cells, target):
    names = {"y": (2, 4, 6), "cat": ("a", "b", "a")}[target]
    rows = "".join(f'"{cell}",{name}\n' for cell, name in zip(cells, names, strict=True))
    for text in (f"s,{target}\n{rows}", rows):
        data = read(text, target=target if text.startswith("s") else "2")
        assert list_steps(data) == FLAT
        assert data.targets.tolist() == list(names)


@pytest.mark.parametrize(
    "cells",
    [
        ("[[1, 2], [3, 4]]", "[[5, 6]]"),
        ("[(1, 2), (3, 4)]", "[(5, 6)]"),
        ("((1, 2), (3, 4))", "((5, 6),)"),
        ("([1, 2], [3, 4])", "([5, 6],)"),
        ("[[1 2]\n [3 4]]", "[[5 6]]"),
        ("[[1. 2.] [3. 4.]]", "[[ 5. 6. ]]"),
    ],
)
def test_nested_lists_are_steps_of_several_features(cells):
    data = read("s,y\n" + "".join(f'"{cell}",1\n' for cell in cells))
    assert [sequence.tolist() for sequence in data] == [[[1, 2], [3, 4]], [[5, 6]]]
    assert data.feature_names == ("x1", "x2")


@pytest.mark.parametrize("cell", ["[1, None, 3]", "(1, nan, 3)", "[1 nan 3]", "1 NA 3", "1;nan;3"])
def test_a_missing_value_in_a_list_has_many_notations(cell):
    text = f's,y\n"{cell}",1\n"{cell}",1\n'
    with pytest.raises(DataError, match="missing in the list") as caught:
        read(text, layout="list", missing="refuse")
    assert (caught.value.values["row"], caught.value.values["column"]) == (2, "s")
    for sequence in read(text, layout="list"):
        np.testing.assert_array_equal(sequence.ravel(), [1, np.nan, 3])


def test_columns_of_lists_may_have_different_notations():
    data = read('a,b,c\n1 2 3,"[4, 5, 6]","(7, 8, 9)"\n1,[4],"(7,)"\n1 2,"[4, 5]","(7, 8)"\n')
    assert data.feature_names == ("a", "b", "c")
    assert np.array_equal(data[2], [[1, 4, 7], [2, 5, 8]])


@pytest.mark.parametrize(
    "cells",
    [
        ("555 123 4567", "555 987 6543"),
        ("0171 2345678", "030 123 45"),
        ("+49 171 23", "+49 171 234 5"),
        ("2026 1 31", "2026 12 1"),
        ("31 1 2026", "1 12 2026"),
        ("2026-01-31 12:00", "2026-01-31 13:00"),
        ("52.5 13.4", "48.1 11.6"),
        ("(030) 123", "(030) 4567 8"),
        ("(5)", "(6)"),
        ("12 Main Street", "3 Elm Road 5"),
        ("Ann Lee", "Bob Ray Fox"),
        ("(a, b)", "(1 to 2, 3)"),
    ],
)
def test_text_and_codes_with_spaces_are_not_lists(cells):
    rows = "".join(f'a,{t},"{cell}",{t}.5\n' for t, cell in enumerate(cells))
    schema = detect_schema(open_table(io.StringIO("id,t,about,v\n" + rows)))
    assert (schema.layout, schema.features, schema.unused) == ("long", ("v",), ("about",))


def test_thousands_with_a_space_are_numbers_and_not_lists():
    data = read("id,t,v\na,0,1 234\na,1,999\na,2,12 345\na,3,1 234\n")
    assert data[0].ravel().tolist() == [1234, 999, 12345, 1234]


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        (
            "s,y\n1 2 3 4 5,1\n2 3 4 5 6,2\n",
            [
                (
                    "warning",
                    "spaced_list",
                    "each cell of `s` has 5 numbers and is read as a list",
                )
            ],
        ),
        ("s,y\n1 2 3 4 5,1\n2 3 4 5,2\n", []),
        ("s,y\n" + "1 2 3 4 5,1\n" * 1000 + "2 3 4 5,2\n", []),
        ('s,y\n"[1, 2]",1\n"[2, 3]",2\n', []),
    ],
)
def test_cells_with_equal_numbers_of_items_raise_a_doubt(text, doubts):
    assert list_doubts(detect_schema(open_table(io.StringIO(text)))) == doubts


def test_pairs_of_numbers_are_lists_on_request():
    text = "s,y\n1 2,5\n3 4,6\n"
    assert list_steps(read(text, layout="list")) == [[1, 2], [3, 4]]
    assert list_steps(read(text, layout="list", features=["s"])) == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("cells", "says", "found"),
    [
        (("1 2 5", "3 x", "4 5"), "not a number", "x"),
        (("1 2 5", "", "4 5"), "empty list", ""),
        (("1;2;5", "3;;4", "4;5"), "two commas", ""),
        (("[1 2]", "[3 ... 5]", "[1]"), "not a number", "..."),
        (("(1, 2)", "(3, 4", "(1,)"), "not a list", "(3, 4"),
        (("(1, 2)", "f(3, 4)", "(1,)"), "not a list", "f(3, 4)"),
        (("(1, 2)", "()", "(1,)"), "empty list", "()"),
    ],
)
def test_a_mistake_in_a_list_is_reported_in_any_notation(cells, says, found):
    text = "s,y\n" + "".join(f'"{cell}",1\n' for cell in cells)
    choices = {"layout": "list", "features": ["s"]}
    place = {"row": 3, "column": "s", "found": found}
    if says == "empty list":
        report = read_with_choices(open_table(io.StringIO(text)), choices)[1]
        (problem,) = report.problems
        assert says in problem.message
        assert problem.message.values == problem.message.values | place
        return
    with pytest.raises(DataError, match=says) as caught:
        read(text, missing="refuse", **choices)
    assert caught.value.values == caught.value.values | place
    if says == "not a number":
        assert find_finding(read(text, **choices), "unreadable").rows == (3,)
    else:
        with pytest.raises(DataError, match=says):
            read(text, **choices)


LIST_TABLES = [
    ('s,y\n"[1]",2\n"[2, 5]",4\n', [[[1]], [[2], [5]]], [2, 4], ["1", "2"], ("s",)),
    ('"[1]",2\n"[2, 5]",4\n', [[[1]], [[2], [5]]], [2, 4], ["1", "2"], ("1",)),
    ("s;y\n[1];2\n[2, 5];4\n", [[[1]], [[2], [5]]], [2, 4], ["1", "2"], ("s",)),
    ("[1];2\n[2, 5];4\n", [[[1]], [[2], [5]]], [2, 4], ["1", "2"], ("1",)),
    ('id,a,b\np,"[1]","[2]"\nq,"[3,4]","[5,6]"', [[[1, 2]], [[3, 5], [4, 6]]], None, "pq", "ab"),
    ('id,s,y\np,"[[1,2],[3,4]]",x\nq,"[[5,6]]",z', [[[1, 2], [3, 4]], [[5, 6]]], "xz", "pq", None),
    ('"[[1,2],[3,4]]",x', [[[1, 2], [3, 4]]], "x", "1", ("x1", "x2")),
    (
        'name,s,v\nann,"[ 1 ]",2.5\nbob,"[2,\n5]",3',
        [[[1]], [[2], [5]]],
        [2.5, 3],
        ["ann", "bob"],
        "s",
    ),
]


@pytest.mark.parametrize(("text", "expected", "targets", "ids", "names"), LIST_TABLES)
def test_lists_in_cells_are_read(text, expected, targets, ids, names):
    data = read(text)
    assert [sequence.tolist() for sequence in data] == expected
    assert (None if targets is None else list(targets)) == (
        None if data.targets is None else data.targets.tolist()
    )
    assert data.ids.tolist() == list(ids)
    assert data.feature_names == tuple(names or ("x1", "x2"))


@pytest.mark.parametrize("id", ["0;0", "1 2", "1;2;3"])
@pytest.mark.parametrize("cell", ["[7]", "[7, 8]"])
def test_an_id_that_could_be_a_list_of_numbers_is_an_id(id, cell):
    data = read(f'id,value,target\n{id},"{cell}",5\n')
    assert data.ids.tolist() == [id]
    assert data.feature_names == ("value",)
