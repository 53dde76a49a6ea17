"""The long layout: rows are sorted by id and time, of any notation."""

import io
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reading import read_sequences
from tests.support.findings import read_problem


def read(text, **choices):
    return read_sequences(io.StringIO(text), **choices)


def list_steps(data):
    return [sequence.tolist() for sequence in data]


def test_long_rows_may_be_interleaved_and_are_sorted_by_time():
    data = read("id,t,v,target\nb,2,5,4\na,0,1,2\nb,10,7,4\nb,1,2,4\n")
    assert data.ids.tolist() == ["b", "a"]
    assert list_steps(data) == [[[2], [5], [7]], [[1]]]
    assert data.targets.tolist() == [4, 2]


@pytest.mark.parametrize(
    "times",
    [
        ("2026-01-02", "2026-01-10", "2026-01-03"),
        ("2026-01-02 23:00:00", "2026-01-03T00:00:01", "2026-01-02 23:00:01"),
        ("2026-01-02T00:00:00+02:00", "2026-01-02T00:00:00Z", "2026-01-02T01:00:00+02:00"),
        ("9", "10", "9.5"),
        ("1700000000000000001", "1700000000000000003", "1700000000000000002"),
        (" 1", "1e1", " 2 "),
    ],
)
def test_times_sort_as_times(times):
    rows = "".join(f"a,{time},{value}\n" for time, value in zip(times, (1, 3, 2), strict=True))
    assert list_steps(read("id,time,v\n" + rows)) == [[[1], [2], [3]]]


@given(
    st.lists(st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)), min_size=2, unique=True).map(
        lambda dates: [f"{date:%Y-%m-%d %H:%M:%S.%f}".rjust(26, "0") for date in dates]
    )
)
def test_dates_sort_alike_with_and_without_a_time_zone(dates):
    def order(mark: str) -> list:
        rows = "".join(f"a,{date}{mark},{number}\n" for number, date in enumerate(dates))
        return read("id,time,v\n" + rows, id="id", time="time").values.ravel().tolist()

    assert order("") == order("Z") == order("+02:00") == np.argsort(dates).tolist()


@pytest.mark.parametrize("date", ["1500-01-01", "9999-12-31", "9999-12-31T00:00:00Z"])
def test_dates_out_of_range_are_not_times(date):
    text = f"id,time,v\na,2026-01-01,1\na,{date},2\na,2026-01-03,3\n"
    problem = read_problem(io.StringIO(text), time="time")
    assert f"Row 3, column time: cannot read '{date}' as a time" in problem
    assert list_steps(read(text, time="time")) == [[[1], [3]]]


def test_equal_times_keep_the_order_of_the_file():
    rows = "".join(f"{'ab'[i % 2]},{i % 3 == 0:d},{i}\n" for i in range(60))
    data = read("id,t,v\n" + rows)
    for start, sequence in enumerate(data):
        mine = range(start, 60, 2)
        expected = [i for i in mine if i % 3] + [i for i in mine if i % 3 == 0]
        assert sequence.ravel().tolist() == expected


def test_without_a_time_column_long_rows_keep_the_order_of_the_file():
    data = read("id,v,w\na,3,0\nb,1,0\na,2,1\nb,1,1\n")
    assert list_steps(data) == [[[3, 0], [2, 1]], [[1, 0], [1, 1]]]


def test_a_whole_table_can_be_one_sequence():
    data = read("t,v\n1,5\n0,4\n", layout="long", id="")
    assert list_steps(data) == [[[4], [5]]]


def test_ids_are_kept_as_written():
    data = read("id,t,v\n007,0,1\n7,0,2\n007,1,3\n7.0,0,4\n")
    assert data.ids.tolist() == ["007", "7", "7.0"]
    assert list_steps(data) == [[[1], [3]], [[2]], [[4]]]
