"""Dates and times of day in text become nanoseconds, or are no times."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from core.reading.table.dates.date_text import (
    SECOND,
    DayOrder,
    find_day_order,
    parse_dates,
    parse_durations,
)


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
        ("tue, 12 mar 2024 10:00:00 gmt", True, datetime(2024, 3, 12, 10)),
        ("mar. 12 mars 2024", True, datetime(2024, 3, 12)),
        ("mar 12 2024", True, datetime(2024, 3, 12)),
        ("mi, 13.03.2024", True, datetime(2024, 3, 13)),
        ("12mar2024", True, datetime(2024, 3, 12)),
        ("2024-mar-12 9 pm", True, datetime(2024, 3, 12, 21)),
        ("12th of march 2024", True, datetime(2024, 3, 12)),
        ("12 de marzo del 2024", True, datetime(2024, 3, 12)),
        ("march 2024", True, datetime(2024, 3, 1)),
        (
            "tue mar 12 2024 10:00:00 gmt+0100 (central european standard time)",
            True,
            datetime(2024, 3, 12, 9),
        ),
        ("tue mar 12 10:00:00 cet 2024", True, datetime(2024, 3, 12, 9)),
        ("12/03/2024 10:00 asia/kolkata", True, datetime(2024, 3, 12, 4, 30)),
        ("12/03/2024 10:00 pst", True, datetime(2024, 3, 12, 18)),
        ("27/10/2024 02:30 europe/berlin", True, datetime(2024, 10, 27, 0, 30)),
        ("31/03/2024 02:30 europe/berlin", True, datetime(2024, 3, 31, 1)),
        ("12/03/2024 10:00 utc-3", True, datetime(2024, 3, 12, 13)),
        ("2024年3月12日 星期二 下午3:30:05", True, datetime(2024, 3, 12, 15, 30, 5)),
        ("2024年3月12日15時30分", True, datetime(2024, 3, 12, 15, 30)),
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
        *("1/1/2024 9:00 xyz", "1/1/2024 9:00 +99", "1/1/2024 9:00 europe/nowhere"),
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
    assert parse(parse_durations, text, "1:00:00") == [seconds * SECOND, 3600 * SECOND]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["13/01/2024", "01/02/2024"], DayOrder(True, True)),
        (["01/13/2024", "01/02/2024"], DayOrder(False, True)),
        (["01/02/2024", "12/12/2024"], DayOrder(True, False)),
        (["01.02.2024"], DayOrder(True, True)),
        (["2024-01-02"], None),
        (["9:30"], None),
    ],
)
def test_all_dates_decide_the_order_of_day_and_month(cells, expected):
    assert find_day_order(pa.chunked_array([cells])) == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["98/03/12", "99/03/12"], DayOrder(None, True, True)),
        (["24/03/12", "24/03/13"], DayOrder(None, False, True)),
        (["12/03/24", "13/03/24"], DayOrder(True, True, True)),
        (["12/03/99", "13/03/99"], DayOrder(True, True)),
        (["24/13/12", "24/03/13"], DayOrder(True, True)),
    ],
)
def test_all_dates_decide_the_place_of_a_year_of_two_digits(cells, expected):
    assert find_day_order(pa.chunked_array([cells])) == expected


@pytest.mark.parametrize("text", ["mar 12 10:00:00", "mon", "may", "31 feb 2024", "12 foo 2024"])
def test_words_without_a_date_are_no_dates(text):
    assert parse(parse_dates, "12 mar 2024", text, dayfirst=True)[1] is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("pt1h2m", 3720),
        ("p1dt1.5s", 86_401.5),
        ("-pt5s", -5),
        ("1h 30min", 5400),
        ("2 tage 3 std", 183_600),
        ("90 s", 90),
        ("2 days 03:04:05", 183_845),
        ("-1 days +23:00:00", -3600),
        ("-1 days 01:00:00", -90_000),
    ],
)
def test_durations_have_units(text, seconds):
    assert parse(parse_durations, text) == [seconds * SECOND]


@pytest.mark.parametrize("text", ["", "p", "-", "999999 days", "9999999 h", "1h 1h", "5 x"])
def test_other_text_is_no_duration(text):
    assert parse(parse_durations, "1 s", text)[1] is None
