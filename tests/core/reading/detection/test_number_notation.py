"""Numbers as people write them are read with a reason, and a mark with two meanings is doubted."""

import io

import numpy as np
import pandas as pd
import pytest

from core import DataError
from core.data.notation import Notation
from core.data.schema import Schema
from core.reading import detect_schema, open_table, read_sequences, read_table, read_with_schema
from core.reading.to_csv import to_csv
from tests.support.findings import find_finding, list_doubts, list_reasons


def write(cells, name="v", delimiter=","):
    """Write two steps per sequence, with the cells in the third column."""
    lines = [delimiter.join(("id", "t", name, "w"))]
    for row, cell in enumerate(cells):
        quoted = f'"{cell}"' if delimiter in cell else cell
        lines.append(delimiter.join((f"s{row // 2}", str(row % 2), quoted, f"{row}")))
    return "\n".join(lines) + "\n"


def read(text, **choices):
    return read_sequences(io.StringIO(text), **choices)


def list_values(data, name="v"):
    return data.values[:, data.feature_names.index(name)].tolist()


@pytest.mark.parametrize(
    ("cells", "delimiter", "values", "reason"),
    [
        (["45%", "50%", "5.5 %"], ",", [45, 50, 5.5], "45%: read as 45"),
        (["5 kg", "7kg", "-9.5 kg"], ",", [5, 7, -9.5], "5 kg: read as 5"),
        (["20 °C", "21.5 °C"], ",", [20, 21.5], "20 °C: read as 20"),
        (["3 m/s", "4 m/s"], ",", [3, 4], "3 m/s: read as 3"),
        (["$5.00", "-$7.50", "$1,234.50"], ",", [5, -7.5, 1234.5], "$5.00: read as 5.00"),
        (["5,00 €", "1.037,50 €"], ";", [5, 1037.5], "5,00 €: read as 5.00"),
        (["1,234.5", "1,037"], ",", [1234.5, 1037], "1,234.5: read as 1234.5"),
        (["1,234,567", "1,037"], ",", [1234567, 1037], "1,234,567: read as 1234567"),
        (["1,00,000", "2,50,000"], ",", [100000, 250000], "1,00,000: read as 100000"),
        (["1.037,5", "2,5", "900"], ";", [1037.5, 2.5, 900], "1.037,5: read as 1037.5"),
        (["1 234", "12 000", "900"], ",", [1234, 12000, 900], "1 234: read as 1234"),
        (["1\u202f234,5", "12,5"], ";", [1234.5, 12.5], "1\u202f234,5: read as 1234.5"),
        (["1'234", "12'000.5"], ",", [1234, 12000.5], "1'234: read as 1234"),
        (["1’234", "900"], ",", [1234, 900], "1’234: read as 1234"),
        (["0,512", "1,024"], ",", [0.512, 1.024], "0,512: read as 0.512"),
        (["2,5", "1,024"], ",", [2.5, 1.024], "2,5: read as 2.5"),
    ],
)  # fmt: skip
def test_one_notation_per_column_is_understood(cells, delimiter, values, reason):
    data = read(write(cells, delimiter=delimiter))
    assert list_values(data) == pytest.approx(values)
    assert ("notation", f"`v` has numbers such as {reason}") in list_reasons(data)
    assert list_doubts(data) == []


def test_two_numbers_with_a_slash_are_two_features():
    data = read(write(["120/80", "125/85", "130/90", ""], "bp").replace(",,", ",110/70,"))
    assert data.feature_names == ("bp (1)", "bp (2)", "w")
    assert data.values[:, :2].tolist() == [[120, 80], [125, 85], [130, 90], [110, 70]]
    reason = "`bp` has two numbers per cell, such as 120/80: the features `bp (1)` and `bp (2)`"
    assert ("pair", reason) in list_reasons(data)


@pytest.mark.parametrize(
    ("cells", "delimiter", "values", "example"),
    [
        (["1,234", "12,500", "900"], ",", [1234, 12500, 900], "1,234"),
        (["1,234", "2,345"], ";", [1.234, 2.345], "1,234"),
        (["1,234", "2,345"], "\t", [1.234, 2.345], "1,234"),
    ],
)
def test_three_digits_behind_the_only_mark_are_a_doubt(cells, delimiter, values, example):
    data = read(write(cells, delimiter=delimiter))
    assert list_values(data) == pytest.approx(values)
    doubt = (
        f"`v` has numbers such as {example}, which may have a decimal or a thousands separator: "
        f"read as {values[0]:g}"
    )
    assert list_doubts(data) == [("question", "decimal_mark", doubt)]


def test_points_before_three_digits_are_a_doubt_only_beside_decimal_commas():
    data = read("id;t;v;w\na;0;1.234;2,5\na;1;12.500;3,5\nb;0;2.000;4,5\n")
    assert list_values(data) == [1234, 12500, 2000]
    assert [doubt[:2] for doubt in list_doubts(data)] == [("question", "decimal_mark")]
    (question,) = data.report.select("question")
    assert question.remedies == ({"decimal": {"v": ","}}, {"decimal": {"v": "."}})
    assert question.examples[1][0] == "1.234 → 1.234"


def test_numbers_without_the_unit_of_the_others_are_a_doubt():
    data = read(write(["5 kg", "7 kg", "8", "9 kg"]))
    assert list_values(data) == [5, 7, 8, 9]
    doubt = "numbers of `v` without kg are read as if they had it: 1"
    assert list_doubts(data) == [("warning", "missing_unit", doubt)]


def test_numbers_without_their_unit_are_counted_in_the_whole_column():
    cells = ["5" if n % 7 == 3 else f"{n % 50} kg" for n in range(3000)]
    data = read("id,v\n" + "".join(f"{n % 9},{cell}\n" for n, cell in enumerate(cells)))
    assert find_finding(data, "missing_unit").message.values["n"] == cells.count("5")


def test_mixed_units_are_not_read_as_one():
    data = read(write(["5 kg", "500 g", "7 kg", "700 g"]))
    assert data.feature_names == ("w",)
    doubt = "`v` mixes units (g, kg): its numbers are not read"
    assert list_doubts(data) == [("warning", "mixed_units", doubt)]


@pytest.mark.parametrize(
    ("name", "cells", "features"),
    [
        ("v", ["1.013", "2.345", "12.500"], ("v", "w")),  # readings with three decimals
        ("v", ["1e3", "2.5E-4", "3"], ("v", "w")),
        ("sample_id", ["12/3", "12/4", "13/1"], ("w",)),  # an id with a slash
        ("v", ["01/02", "01/03", "02/04"], ("w",)),  # dates
        ("v", ["12/3/2026", "12/4/2026", "13/4/2026"], ("w",)),
        ("v", ["1st", "2nd", "3rd"], ("w",)),
        ("v", ["A5", "B6", "C7"], ("w",)),
        ("v", ["10:30", "11:30", "12:00"], ("w",)),
    ],
)
def test_anything_else_keeps_its_text(name, cells, features):
    schema = detect_schema(open_table(io.StringIO(write(cells, name))), id="id")
    assert schema.notations == ()
    assert schema.features == features or name == "sample_id"
    assert list_doubts(schema) == []


def test_ids_keep_a_unit_and_a_slash():
    data = read("id,t,v\n12/3,0,5\n12/3,1,6\n7 kg,0,7\n7 kg,1,8\n")
    assert data.ids.tolist() == ["12/3", "7 kg"]


def test_a_cell_in_another_notation_is_reported_as_written():
    with pytest.raises(DataError, match="'five' is not a number") as caught:
        read(write(["5 kg", "7 kg", "five", "9 kg"]), missing="refuse")
    assert caught.value.values == {"row": 4, "column": "v", "found": "five"}
    data = read(write(["5 kg", "7 kg", "five", "9 kg"]))
    np.testing.assert_array_equal(list_values(data), [5, 7, np.nan, 9])
    assert find_finding(data, "unreadable").rows == (4,)


def test_a_notation_begins_after_the_first_thousand_rows():
    cells = [str(number) for number in range(990)] + [f"{n:,}" for n in range(1000, 1999)]
    assert list_values(read(write(cells)))[-1] == 1998


def test_a_target_has_a_notation_too():
    data = read_sequences(
        pd.DataFrame({"id": list("aabb"), "v": range(4), "target": ["5,5 kg"] * 2 + ["7 kg"] * 2})
    )
    assert data.targets.tolist() == [5.5, 7]


def test_new_data_is_read_with_the_notation_of_the_training_data():
    schema = detect_schema(open_table(io.StringIO(write(["1.037,5", "2,5"], delimiter=";"))))
    schema = Schema.from_dict(schema.to_dict())
    assert schema.notations == (Notation("v", thousands=".", decimal=","),)
    data, _ = read_with_schema(open_table(io.StringIO(write(["1.037", "900"]))), schema)
    assert list_values(data) == [1037, 900]


def test_pairs_of_the_training_data_are_pairs_of_new_data():
    schema = detect_schema(open_table(io.StringIO(write(["120/80", "125/85"], "bp"))))
    for text in (write(["118/75", "99/70"], "bp"), "id,bp (1),bp (2),w\na,118,75,0\na,99,70,1\n"):
        data, _ = read_with_schema(open_table(io.StringIO(text)), schema)
        assert data.values.tolist() == [[118, 75, 0], [99, 70, 1]]


def test_new_numbers_with_other_marks_are_read_with_a_warning():
    schema = detect_schema(open_table(io.StringIO(write(["1.5", "2.5"]))))
    new = open_table(io.StringIO(write(["1,234", "2,500"])))
    data, _ = read_with_schema(new, schema)
    assert list_values(data) == [1234, 2500]
    finding = find_finding(data, "changed_notation")
    assert finding.level == "warning"
    assert "1,234: read as 1234" in finding.message


def test_written_tables_are_read_with_their_notation():
    table = open_table(io.StringIO(write(["1.037,5", "1,125"], delimiter=";")))
    schema = detect_schema(table)
    data, _ = read_table(table, schema)
    again, _ = read_with_schema(open_table(io.StringIO(to_csv(data, schema))), schema)
    assert again.values.tolist() == data.values.tolist()
