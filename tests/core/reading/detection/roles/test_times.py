"""The time is found by its name if it orders the rows; dates, clocks and orders are stated."""

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from core.reading import detect_schema, open_table, read_sequences, read_with_schema
from tests.support.findings import find_finding, list_doubts

SURE_NAMES = [
    *("t", "time", "timestamp", "Time (s)", "time_ms", "t[s]", "timestamp_utc", "Date/Time"),
    *("Zeit", "Zeit [s]", "Datum", "Uhrzeit", "temps", "horodatage", "fecha", "tiempo"),
    *("时间", "日期", "时间戳", "dateTime", "time step"),
]
OTHER_NAMES = [
    *("ts", "event_time", "created_at", "elapsed", "elapsed_s", "sec", "cycle", "sample_no"),
    *("index", "step", "frame", "day", "Sekunde", "Zyklus", "jour", "segundo", "周期", "eventTime"),
    *("#", "Messdatum", "recorded_at", "row_no", "序号", "采样时间"),
]
NO_TIME = (
    "warning",
    "no_time",
    "no column orders the steps: they are in the order of the file",
)
MEASUREMENTS = [[3, 9, 3, 1], [8, 8, 2, 7]]  # with repetitions, in no order


def detect(text, **choices):
    return detect_schema(open_table(io.StringIO(text)), **choices)


def write(name, times):
    """Write two sequences of four steps."""
    rows = [
        f"{id},{time},{number}.5\n"
        for id, column in zip("ab", times, strict=True)
        for number, time in enumerate(column)
    ]
    return f"id,{name},v\n{''.join(rows)}"


def shuffle(text):
    header, *rows = text.splitlines(keepends=True)
    return header + "".join(np.random.default_rng(0).permutation(rows))


@pytest.mark.parametrize("is_shuffled", [False, True])
@pytest.mark.parametrize("name", SURE_NAMES + OTHER_NAMES)
def test_a_column_that_orders_the_rows_is_the_time(name, is_shuffled):
    text = write(name, [[1, 2, 3, 4], [1, 2, 3, 4]])
    data = read_sequences(io.StringIO(shuffle(text) if is_shuffled else text))
    assert (data.schema.layout, data.schema.id, data.schema.time) == ("long", "id", name)
    assert data.schema.features == ("v",)
    assert list_doubts(data) == []
    assert [sequence.ravel().tolist() for sequence in data] == [[0.5, 1.5, 2.5, 3.5]] * 2


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_a_column_of_such_a_name_that_orders_nothing_is_a_feature(name):
    schema = detect(write(name, MEASUREMENTS))
    assert (schema.id, schema.time, schema.features) == ("id", None, (name, "v"))
    assert list_doubts(schema) == [NO_TIME]


@pytest.mark.parametrize(
    "name",
    ["t[°C]", "Time (score)", "timer", "tsx", "second_peak", "cyclesize", "indexed", "Zeitung"],
)
def test_a_name_that_only_resembles_a_time_is_a_feature(name):
    assert detect(write(name, [[1, 2, 3, 4]] * 2)).features == (name, "v")


@dataclass
class Notation:
    """Times of a sequence, and the order of day and month that they show."""

    times: list
    dayfirst: bool | None = None
    is_doubtful: bool = False


NOTATIONS = {
    "numbers": Notation([1, 2, 3.5, 10]),
    "unix seconds": Notation([1709677800, 1709677801, 1709677802, 1709677803]),
    "unix milliseconds": Notation([1709677800000 + step for step in range(4)]),
    "unix nanoseconds": Notation([1709677800000000000 + step for step in range(4)]),
    "iso": Notation(["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02"]),
    "year first": Notation(["2024/1/30 9:00", "2024/1/30 10:00", "2024/2/1 8:00", "2024/2/1 9:00"]),
    "dd/mm": Notation(["30/01/2024", "31/01/2024", "01/02/2024", "02/02/2024"], True),
    "mm/dd": Notation(["01/30/2024", "01/31/2024", "02/01/2024", "02/02/2024"], False),
    "dd.mm": Notation(["08.01.2024", "09.01.2024", "01.02.2024", "02.02.2024"], True),
    "dd-mm-yy": Notation(["30-01-24", "31-01-24", "01-02-24", "02-02-24"], True),
    "either": Notation(["01/02/2024", "02/02/2024", "01/03/2024", "02/03/2024"], True, True),
    "12 hours": Notation(
        ["1/30/24 9:59 AM", "1/30/24 12:01 PM", "1/30/24 1:00 PM", "1/31/24 12:30 AM"], False
    ),
    "clock": Notation(["9:59:59", "10:00:00", "10:00:00.5", "23:00:00"]),
    "12-hour clock": Notation(["12:10 am", "9:30 am", "12:15 pm", "1:05 pm"]),
    "minutes": Notation(["00:59.5", "01:00.0", "01:00.5", "10:00.0"]),
    "hours above 24": Notation(["9:00:00", "36:00:00", "100:00:00", "100:00:01"]),
    "durations": Notation(["0 days 9:00:00", "0 days 10:00:00", "2 days", "10 days 0:00:00"]),
    "durations with units": Notation(["9s", "1min", "61s", "1h"]),
    "zones": Notation(
        ["2024-01-30T12:00:00+02:00", "2024-01-30T11:00:00Z", "2024-01-30T08:00:00-05:00",
         "2024-01-31T00:00:00+01:00"]
    ),
    "zones after slashes": Notation(
        ["30/01/2024 12:00 +02:00", "30/01/2024 11:00 UTC", "30/01/2024 08:00 -0500",
         "31/01/2024 00:00 +0100"], True
    ),
    "month names": Notation(["30 Jan 2024", "31 Jan 2024", "1 Feb 2024", "2 Mar 2024"]),
    "Excel": Notation(["30-JAN-24", "31-JAN-24", "01-FEB-24", "02-FEB-24"]),
    "month first": Notation(
        ['"January 30, 2024"', '"May 1, 2024"', '"May 2, 2024"', "June 1 2024"]
    ),
    "German": Notation(
        ["30. Januar 2024 9:00 Uhr", "1. Februar 2024", "1. März 2024", "2. Mai 2024"]
    ),
    "French": Notation(["30 janvier 2024", "1er février 2024", "2 août 2024", "2 déc. 2024"]),
    "Spanish": Notation(
        ["30 de enero de 2024", "1 de marzo de 2024", "2 de abril de 2024", "3 de dic de 2024"]
    ),
    "mail": Notation(
        ['"Tue, 30 Jan 2024 10:00:00 GMT"', '"Tue, 30 Jan 2024 12:00:00 +0100"',
         '"Tue, 30 Jan 2024 07:00:00 EST"', '"Wed, 31 Jan 2024 00:00:00 GMT"']
    ),
    "C": Notation(
        ["Tue Jan 30 09:00:00 2024", "Tue Jan 30 10:00:00 2024", "Wed Jan 31 09:00:00 2024",
         "Thu Feb  1 09:00:00 2024"]
    ),
    "web server": Notation(
        ["30/Jan/2024:12:00:00 +0200", "30/Jan/2024:11:00:00 +0000",
         "30/Jan/2024:12:01:00 +0000", "01/Feb/2024:12:01:00 +0000"]
    ),
    "zone names": Notation(
        ["2024-01-30 12:00 CET", "2024-01-30 12:00 UTC", "2024-07-30 12:00 CEST",
         "2024-07-30 12:00 GMT+1"]
    ),
    "regions": Notation(
        ["2024-01-30 12:00 Europe/Berlin", "2024-01-30 06:30 America/New_York",
         "2024-07-30 12:00 Europe/Berlin", "2024-07-30 06:30 America/New_York"]
    ),
    "Java": Notation(
        ["2024-01-30T12:00+01:00[Europe/Berlin]", "2024-01-30T13:00+01:00[Europe/Berlin]",
         "2024-07-30T12:00+02:00[Europe/Berlin]", "2024-07-30T13:00+02:00[Europe/Berlin]"]
    ),
    "Chinese": Notation(
        ["2024年1月30日 上午9:05", "2024年1月30日 下午1:05", "2024年2月1日", "2024年12月1日"]
    ),
    "Chinese clock": Notation(
        ["2024年1月30日9时5分", "2024年1月30日10时5分7秒", "2024年2月1日 9时", "2024年3月"]
    ),
    "yy/mm/dd": Notation(["98/12/30", "99/01/30", "99/02/01", "99/02/02"]),
    "ISO durations": Notation(["PT59S", "PT1M", "PT1H2M", "P1DT1H"]),
    "days and clock": Notation(
        ["-1 days +23:59:59", "0 days 03:04:05", "2 days 03:04:05.5", "10 days 00:00:00"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("notation", NOTATIONS.values(), ids=NOTATIONS)
def test_rows_are_in_the_order_of_times_of_any_notation(notation):
    data = read_sequences(io.StringIO(shuffle(write("time", [notation.times] * 2))))
    assert [sequence.ravel().tolist() for sequence in data] == [[0.5, 1.5, 2.5, 3.5]] * 2
    assert data.schema.dayfirst == notation.dayfirst
    doubts = [("question", "day_order")] if notation.is_doubtful else []
    assert [doubt[:2] for doubt in list_doubts(data)] == doubts


YEARS = ["24/01/30", "24/01/31", "24/02/01", "24/02/02"]


def test_two_digit_years_that_hardly_change_are_first_with_a_doubt():
    data = read_sequences(io.StringIO(shuffle(write("time", [YEARS] * 2))))
    assert [sequence.ravel().tolist() for sequence in data] == [[0.5, 1.5, 2.5, 3.5]] * 2
    assert data.schema.dayfirst is None
    question = find_finding(data, "day_order")
    assert "two-digit years: read with the year first" in question.message


def test_new_dates_have_the_year_first_as_those_of_the_training_data_or_the_day():
    turn = write("time", [["23/12/31", "24/01/01"]] * 2)
    schema = detect(write("time", [YEARS] * 2))
    data, _ = read_with_schema(open_table(io.StringIO(turn)), schema)
    assert data[0].ravel().tolist() == [0.5, 1.5]
    schema = detect(write("time", [["30/01/24", "31/01/24", "01/02/24"]] * 2))
    data, _ = read_with_schema(open_table(io.StringIO(turn)), schema)
    assert data[0].ravel().tolist() == [1.5, 0.5]  # 24 January 2001 is before 23 December 2031
    data = read_sequences(io.StringIO(turn), dayfirst=True)
    assert data[0].ravel().tolist() == [1.5, 0.5]


@pytest.mark.parametrize("notation", ["iso", "dd/mm", "12 hours", "clock", "durations", "zones"])
def test_shuffled_dates_are_the_time_under_a_name_that_may_be_a_feature(notation):
    text = shuffle(write("event_time", [NOTATIONS[notation].times] * 2))
    assert detect(text).time == "event_time"


@pytest.mark.parametrize("unit", [1, 10**3, 10**6, 10**9])
def test_shuffled_irregular_unix_times_are_the_time(unit):
    times = [1709677800 * unit + step for step in (0, 3, 4, 9)]
    assert detect(shuffle(write("ts", [times] * 2))).time == "ts"
    assert detect(shuffle(write("ts", [[2, 7, 8, 20]] * 2))).time is None


@pytest.mark.parametrize("notation", ["iso", "dd/mm", "12 hours", "zones"])
def test_dates_under_another_name_are_the_time_where_nothing_else_orders_the_rows(notation):
    text = write("released", [NOTATIONS[notation].times] * 2)
    assert detect(text).time == "released"
    header, *rows = text.splitlines()
    counted = [f"{header},step", *(f"{row},{i}" for i, row in enumerate(rows))]
    assert detect("\n".join(counted)).time == "step"


@pytest.mark.parametrize("notation", ["clock", "durations"])
def test_other_times_under_another_name_are_not_the_time(notation):
    assert detect(write("released", [NOTATIONS[notation].times] * 2)).time is None


def test_dates_with_the_day_on_either_side_are_not_times():
    data = read_sequences(io.StringIO(write("time", [["29/02/2024", "02/29/2024"]] * 2)))
    finding = find_finding(data, "incomplete")
    assert (finding.level, finding.column, finding.rows) == ("question", "time", (3, 5))
    assert finding.remedies == ({"accept": ["incomplete"]}, {"time": ""})
    assert data.lengths.tolist() == [1, 1]


def test_the_order_of_day_and_month_can_be_chosen_and_is_reused():
    text = write("time", [["01/02/2024", "02/01/2024", "03/01/2024", "04/01/2024"]] * 2)
    data = read_sequences(io.StringIO(text), dayfirst=False)
    assert data.schema.dayfirst is False
    assert list_doubts(data) == []
    assert data[0].ravel().tolist() == [0.5, 1.5, 2.5, 3.5]
    assert read_sequences(io.StringIO(text))[0].ravel().tolist() == [1.5, 2.5, 3.5, 0.5]
    again, _ = read_with_schema(open_table(io.StringIO(text)), data.schema)
    assert again[0].ravel().tolist() == [0.5, 1.5, 2.5, 3.5]
    assert again.schema.dayfirst is False
    assert type(data.schema).from_dict(data.schema.to_dict()) == data.schema


@pytest.mark.parametrize(
    ("names", "clocks"),
    [
        ("date,time", ["9:30", "10:00"]),
        ("Datum,Uhrzeit", ["9:30:00", "10:00:00"]),
        ("date,clock", ["9:30 am", "1:00 pm"]),
        ("date,hour", [9, 10]),
    ],
)
def test_a_date_and_a_clock_are_the_time_together(names, clocks):
    rows = [
        f"{id},{date},{clock},{day}{number}\n"
        for id in "ab"
        for day, date in enumerate(["31.01.2024", "01.02.2024"])
        for number, clock in enumerate(clocks)
    ]
    data = read_sequences(io.StringIO(shuffle(f"id,{names},v\n" + "".join(rows))))
    assert data.schema.time == tuple(names.split(","))
    assert data.schema.features == ("v",)
    assert [sequence.ravel().tolist() for sequence in data] == [[0, 1, 10, 11]] * 2


def test_an_hour_without_a_date_is_a_feature():
    schema = detect(write("t,hour", [[f"{t},{hour}" for t, hour in enumerate([9, 12, 9, 3])]] * 2))
    assert (schema.time, schema.features) == ("t", ("hour", "v"))


def test_a_second_clock_is_not_a_feature():
    times = [[f"{t},{170967780000 + t}" for t in range(4)]] * 2
    schema = detect(write("t,timestamp", times))
    assert (schema.time, schema.features) == ("t", ("v",))
    doubt = "`timestamp` has the same order as `t`: not a feature"
    assert list_doubts(schema) == [("warning", "further_time", doubt)]


def test_a_date_that_is_constant_in_a_sequence_is_not_the_time():
    text = write("admission_date", [["2024-01-01"] * 4, ["2024-01-02"] * 4])
    assert detect(text).time is None


def test_times_of_day_that_pass_midnight_are_a_doubt():
    schema = detect(write("time", [["22:00", "23:00", "0:00", "1:00"]] * 2))
    doubt = "`time` has times of day without a date, and some sequences pass midnight"
    assert list_doubts(schema) == [("warning", "midnight", doubt)]


@pytest.mark.parametrize(
    "index",
    [
        pd.date_range("2024-01-01", periods=8, freq="h"),
        pd.timedelta_range(0, periods=8, freq="h"),
        pd.period_range("2024-01-01", periods=8, freq="h"),
    ],
    ids=lambda index: type(index).__name__,
)
def test_an_unnamed_index_of_times_is_the_time(index):
    frame = pd.DataFrame({"id": list("aabbaabb"), "v": range(8)}, index=index)
    data = read_sequences(frame.sample(frac=1, random_state=0).sort_values("id"))
    assert data.schema.time == "time"
    assert [sequence.ravel().tolist() for sequence in data] == [[0, 1, 4, 5], [2, 3, 6, 7]]


def test_an_unnamed_index_of_numbers_is_not_read():
    frame = pd.DataFrame({"id": list("aabb"), "v": range(4)}, index=[3, 5, 6, 9])
    assert read_sequences(frame).schema.features == ("v",)
