"""Dates and times of day in text become nanoseconds, or are no times."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from core.reading.table.date_text import SECOND, find_day_order, parse_clock_times, parse_dates


def parse(parser, *cells, **choices):
    times, is_bad = parser(pa.chunked_array([cells]), **choices)
    return [None if bad else time for time, bad in zip(times.tolist(), is_bad, strict=True)]


@pytest.mark.parametrize(
    ("text", "dayfirst", "expected"),
    [
        ("05/03/2024", True, datetime(2024, 3, 5)),
        ("05/03/2024", False, datetime(2024, 5, 3)),
        ("2024/3/5", True, datetime(2024, 3, 5)),
        ("2024/3/5", False, datetime(2024, 3, 5)),
        ("5.3.68", True, datetime(2068, 3, 5)),
        ("5.3.69", True, datetime(1969, 3, 5)),
        ("05.03.2024 7", True, datetime(2024, 3, 5, 7)),
        ("05/03/2024, 12:00 a.m.", True, datetime(2024, 3, 5)),
        ("05/03/2024 12:01:02.5pm", True, datetime(2024, 3, 5, 12, 1, 2, 500_000)),
        ("05/03/2024 10:00 +02:00", True, datetime(2024, 3, 5, 8)),
        ("05/03/2024 10:00 utc-0330", True, datetime(2024, 3, 5, 13, 30)),
        ("29/02/2024", True, datetime(2024, 2, 29)),
    ],
)
def test_dates_are_times_since_1970(text, dayfirst, expected):
    nanoseconds = round(expected.replace(tzinfo=UTC).timestamp() * 1000) * SECOND // 1000
    assert parse(parse_dates, text, dayfirst=dayfirst) == [nanoseconds]


@pytest.mark.parametrize(
    "text",
    [
        *("29/02/2023", "31/04/2024", "00/01/2024", "01/13/2024", "1/1/1500", "1/1/2024 9:60"),
        *("1/1/2024 13:00 pm", "1/1/2024 25:00", "", "1/1", "1/1/2024 x"),
    ],
)
def test_other_text_is_no_date(text):
    assert parse(parse_dates, "01/01/1970", text, dayfirst=True) == [0, None]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("9:30", 34_200),
        ("12:00 am", 0),
        ("12:00 pm", 43_200),
        ("36:00:00", 129_600),
        ("-0:00:01", -1),
        ("0:00:00,25", 0.25),
    ],
)
def test_times_of_day_are_times_since_midnight(text, seconds):
    assert parse(parse_clock_times, text, "1:00:00") == [seconds * SECOND, 3600 * SECOND]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["13/01/2024", "01/02/2024"], (True, True)),
        (["01/13/2024", "01/02/2024"], (False, True)),
        (["01/02/2024", "12/12/2024"], (True, False)),
        (["01.02.2024"], (True, True)),
        (["2024-01-02"], None),
        (["9:30"], None),
    ],
)
def test_all_dates_decide_the_order_of_day_and_month(cells, expected):
    assert find_day_order(pa.chunked_array([cells])) == expected
