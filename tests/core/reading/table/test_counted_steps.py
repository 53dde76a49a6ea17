"""Numbers without a header are a long table if their first columns count sequences and steps."""

import io

import pytest

from core.reading import detect_schema, open_table, read_sequences, read_with_schema
from tests.support.findings import list_doubts


def write(units, steps, separator=" ", start=1, end=""):
    return "".join(
        separator.join([str(unit), str(start + step), f"{unit * step % 7:.0f}.5", "100"])
        + end
        + "\n"
        for unit in units
        for step in range(steps)
    )


@pytest.mark.parametrize("separator", [" ", "  ", "\t", ",", ";"])
@pytest.mark.parametrize("start", [0, 1])
def test_counted_sequences_and_steps_are_a_long_table(separator, start):
    data = read_sequences(io.StringIO(write([1, 2, 3], 5, separator, start)))
    schema = data.schema
    assert (schema.layout, schema.id, schema.time) == ("long", "1", "2")
    assert schema.features == ("3", "4")
    assert data.lengths.tolist() == [5, 5, 5]
    assert list_doubts(schema) == []


@pytest.mark.parametrize("separator", [" ", ","])
def test_the_rows_may_be_shuffled(separator):
    text = write([1, 2, 3], 5, separator)
    lines = text.splitlines(keepends=True)
    data = read_sequences(io.StringIO("".join(lines[::2] + lines[1::2])))
    assert data == read_sequences(io.StringIO(text))


def test_spaces_at_the_end_of_lines_are_no_cells():
    assert read_sequences(io.StringIO(write([1, 2], 9, end="  "))).features == 2


@pytest.mark.parametrize(
    "text",
    [
        write([1, 2], 3),  # too few rows to exclude a coincidence
        write([1, 2, 1], 5),  # a sequence that returns
        write([1.5, 2.5, 3.5], 5),
        write([1, 2, 3], 5, start=2),
        write([1, 2, 3], 5) + "3 9 1 100\n",  # a step is lacking
        "".join(f"{n} {n}\n" for n in range(20)),
    ],
    ids=["few", "returns", "fractions", "from 2", "gap", "two columns"],
)
def test_other_numbers_are_sequences_of_the_rows_layout(text):
    assert detect_schema(open_table(io.StringIO(text))).layout == "rows"


def test_new_data_without_a_header_is_read_alike():
    schema = read_sequences(io.StringIO(write([1, 2, 3], 5))).schema
    new, _ = read_with_schema(open_table(io.StringIO(write([7, 8], 6))), schema)
    assert (new.ids.tolist(), new.lengths.tolist()) == (["7", "8"], [6, 6])
    assert new.schema.time == "2"
