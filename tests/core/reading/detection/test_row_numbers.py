"""Row numbers are not features; they are the time where nothing else orders the rows."""

import io

import numpy as np
import pytest

from core.reading import detect_schema, open_table, read_sequences
from tests.support.findings import list_doubts, list_reasons

COUNTS = list(range(8))
SHUFFLED = [3, 0, 7, 1, 2, 6, 5, 4]
FILTERED = [2, 3, 5, 8, 20, 21, 22, 40]


def write(name, numbers, time=True):
    rows = [
        f"{number},{'ab'[row // 4]},{row % 4},{3 * row % 5}.5\n"
        for row, number in enumerate(numbers)
    ]
    text = f"{name},id,t,v\n{''.join(rows)}"
    return text if time else text.replace(",t,", ",x,")


def detect(text, **choices):
    return detect_schema(open_table(io.StringIO(text)), **choices)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("", COUNTS),
        ("", SHUFFLED),
        ("", FILTERED),
        ("Unnamed: 0", COUNTS),
        ("index", COUNTS),
        ("row", FILTERED),
        ("no", SHUFFLED),
        ("n", COUNTS),
        ("n", SHUFFLED),
    ],
)
def test_row_numbers_are_not_a_feature(name, numbers):
    schema = detect(write(name, numbers))
    assert (schema.id, schema.time, schema.features) == ("id", "t", ("v",))
    assert ("row_numbers", f"`{name or 1}` counts the rows: not used") in list_reasons(schema)
    assert list_doubts(schema) == []


@pytest.mark.parametrize("name", ["", "index", "n"])
def test_row_numbers_are_the_time_where_nothing_else_orders_the_rows(name):
    data = read_sequences(io.StringIO(write(name, SHUFFLED, time=False)), features=["v"])
    assert data.schema.time == (name or "1")
    order = [[1, 3, 0, 2], [0, 3, 2, 1]]  # of the rows of each sequence
    values = [[3 * row % 5 + 0.5 for row in range(first, first + 4)] for first in (0, 4)]
    for steps, numbers, places in zip(data, values, order, strict=True):
        assert steps.ravel().tolist() == [numbers[place] for place in places]


@pytest.mark.parametrize("name", ["", "index", "sample_no"])
def test_numbers_that_restart_in_every_sequence_are_the_time(name):
    schema = detect(write(name, [*range(4), *range(4)], time=False))
    assert schema.time == (name or "1")


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("index", [17, 3, 99, 3, 4, 4, 52, 8]),
        ("n", FILTERED),
        ("n", [5, 6, 7, 8, 9, 10, 11, 12]),
        ("", [0.5, 1, 2, 3, 4, 5, 6, 7]),
        ("", [1, 1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_other_numbers_are_features(name, numbers):
    assert detect(write(name, numbers)).features == (name or "1", "v")


def test_ids_that_count_the_rows_are_ids():
    text = "patient,x1,x2,x3\n" + "".join(f"{n},{n},2,\n" for n in range(1, 9))
    schema = detect(text)
    assert (schema.layout, schema.id, schema.features) == ("wide", "patient", ("x1", "x2", "x3"))


def test_ids_from_1_to_n_of_sequences_are_ids():
    rows = "".join(f"{n},{t},{t * n % 3}\n" for n in range(1, 9) for t in range(3))
    assert detect(f"machine,t,v\n{rows}").id == "machine"


def test_a_large_filtered_and_shuffled_index_is_not_a_feature():
    random = np.random.default_rng(0)
    numbers = random.permutation(1000)[:300]
    rows = "".join(f"{n},{'ab'[i % 2]},{i},{i % 7}\n" for i, n in enumerate(numbers))
    assert detect(f"index,id,t,v\n{rows}").features == ("v",)
