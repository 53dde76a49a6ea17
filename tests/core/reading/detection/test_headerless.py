"""Tables of numbers without a header, recognised by their first columns."""

import io
from dataclasses import replace

import numpy as np
import pytest

from core import read_sequences
from core.reading import open_table, read_with_schema
from core.reading.new_data import Reading
from core.reading.to_csv import derive_schema, to_csv
from tests.support.findings import list_doubts, list_reasons
from tests.support.headerless_tables import CMAPSS, write_ucr


def read(text, **choices):
    return read_sequences(io.StringIO(text), **choices)


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_a_class_and_steps_that_nan_fills_up_are_read_like_the_ucr_archive(delimiter):
    data = read(write_ucr(delimiter))
    assert data.lengths.tolist() == [12, 11] * 3
    assert data.targets.tolist() == [1, 2] * 3
    assert data.ids.tolist() == ["1", "2", "3", "4", "5", "6"]
    assert ("ends", "NaN at the end of a row is padding") in list_reasons(data)
    assert list_doubts(data) == []


def test_series_of_equal_length_in_tabs_are_recognised_with_a_doubt():
    text = write_ucr().replace("\tNaN", "\t0.5")
    data = read(text)
    assert data.targets.tolist() == [1, 2] * 3
    assert list_doubts(data) == []
    assert read(text.replace("\t", ",")).schema.layout == "rows"


@pytest.mark.parametrize(
    "text",
    [
        write_ucr(end="0.5", first=lambda row: row),  # a counter: no class repeats
        write_ucr(end="0.5", first=lambda row: 0.5 + row % 2),  # no whole number
        write_ucr(end="0.5", first=lambda row: 1),  # a single class
        write_ucr(end="0.5", steps=8),  # few columns: a table without a header
        "\n".join("\t".join(str((r + s) % 3) for s in range(14)) for r in range(6)),  # no decimals
    ],
)
def test_other_numbers_without_a_header_are_rows_of_steps(text):
    assert read(text).schema.layout == "rows"


def test_a_missing_value_inside_a_series_stays_missing():
    lines = write_ucr().split("\n")
    lines[0] = lines[0].replace(lines[0].split("\t")[5], "NaN", 1)
    data = read("\n".join(lines), target="1", layout="wide", missing="drop")
    assert data.lengths.tolist() == [11, 11, 12, 11, 12, 11]


def test_the_second_column_that_counts_the_rows_of_the_first_orders_steps():
    data = read(CMAPSS)
    assert data.ids.tolist() == ["1", "2"]
    assert data.lengths.tolist() == [6, 5]
    assert data.features == 2
    assert data.schema.time == "2"


@pytest.mark.parametrize(
    "text",
    [
        "1 1 0.5\n1 2 0.7\n1 3 0.6\n",  # one sequence: nothing separates it from rows of steps
        "1,1,5\n1,3,7\n2,1,6\n2,2,4\n",  # a gap
        "1,1,5\n1,2,7\n2,1,6\n1,1,4\n",  # an id in two places
        "1,1,5\n2,1,7\n3,1,6\n",  # one row each
    ],
)
def test_columns_that_do_not_count_rows_are_steps(text):
    assert read(text).schema.layout == "rows"


@pytest.mark.parametrize("text", [write_ucr(), CMAPSS])
def test_new_data_with_the_same_columns_is_read_in_the_same_way(text):
    training = read(text)
    one = "\n".join(text.split("\n")[: 2 if text is CMAPSS else 1]) + "\n"
    data = Reading.from_sequences(training).read_file(one.encode(), 1000)[0]
    assert len(data) == 1
    assert np.array_equal(data[0], training[0][: len(data[0])])
    again = read_with_schema(open_table(io.StringIO(one)), training.schema)[0]
    assert again.features == training.features


@pytest.mark.parametrize("text", [write_ucr(), CMAPSS])
def test_written_text_without_a_header_reads_as_the_same_sequences(text):
    data = read(text)
    again = read(to_csv(data, derive_schema(data)))
    assert again == replace(data, schema=again.schema)


def test_typed_lists_are_no_table_without_header():
    training = read("id,x1,x2\na,1,2\na,3,4\nb,5,6\n")
    data = Reading.from_sequences(training).read_typed("[[1, 2], [3, 4]]", 1000)[0]
    assert data.features == 2
