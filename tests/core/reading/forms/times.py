"""Notations of times, each in shuffled rows: dates, clocks, durations, seconds since 1970."""

import datetime

import pandas as pd

from .expected import Case
from .tables import LENGTHS, measure, write_csv, write_long

FIRST = [measure(0, step) for step in range(LENGTHS[0])]
ROLES = {
    "id": "station_id",
    "target": "class",
    "lengths": LENGTHS,
    "features": ("level",),
    "first": FIRST,
    "targets": ["high", "low"],
}
START = datetime.datetime(2024, 11, 4, 6, 30)


def _write(write_time, name="Date/Time", shuffle=True, lengths=LENGTHS):
    return write_long(
        f"station_id,{name},level,class",
        lambda i, t: [f"S{i}", *_as_row(write_time(i, t)), measure(i, t), ["high", "low"][i % 2]],
        lengths=lengths,
        shuffle=shuffle,
    )


def _as_row(time):
    return time if isinstance(time, list) else [time]


def _strftime(pattern, **step):
    """Return a function that writes the times of a sequence, ``step`` apart."""
    return lambda i, t: (
        START + datetime.timedelta(days=3 * i) + t * datetime.timedelta(**step)
    ).strftime(pattern)


def _unix(unit):
    return lambda i, t: (1_730_000_000 + 977 * i + 30 * t * t + t) * unit


NOTATIONS = {
    "dd/mm/yyyy": _strftime("%d/%m/%Y", days=9),
    "mm/dd/yyyy": _strftime("%m/%d/%Y", days=9),
    "dd.mm.yyyy": _strftime("%d.%m.%Y", days=9),
    "dd.mm.yy HH:MM": _strftime("%d.%m.%y %H:%M", hours=7),
    "dd/mm/yyyy HH:MM:SS": _strftime("%d/%m/%Y %H:%M:%S", hours=31),
    "yyyy/mm/dd": _strftime("%Y/%m/%d", days=9),
    "yyyymmddTHHMMSS": _strftime("%Y%m%dT%H%M%S", hours=7),
    "12-hour clock": _strftime("%m/%d/%Y %I:%M %p", hours=7),
    "12-hour clock, lower case": _strftime("%Y-%m-%d %I:%M:%S %p", hours=5),
    "time of day": _strftime("%H:%M:%S", minutes=7),
    "time of day without seconds": _strftime("%H:%M", minutes=7),
    "durations": lambda i, t: f"{9 * t}:{5 * i:02}:07",
    "minutes and seconds": lambda i, t: f"{t}:{7 * i:02}.5",
    "days and hours": lambda i, t: f"{t} days {9 + i:02}:00:00",
    "ISO durations": lambda i, t: f"PT{t}H{5 * i}M",
    "Unix seconds": _unix(1),
    "Unix milliseconds": _unix(10**3),
    "Unix microseconds": _unix(10**6),
    "Unix nanoseconds": _unix(10**9),
    "Unix seconds with a fraction": lambda i, t: f"{1_730_000_000 + 977 * i + 30 * t}.25",
    "UTC": _strftime("%Y-%m-%dT%H:%M:%SZ", hours=7),
    "time zones": lambda i, t: (
        f"2024-10-27T{t + 1:02}:00:00+0{t % 2 + 1}:00"
        if t % 2 == 0
        else f"2024-10-27T{t + 2:02}:30:00+02:00"
    ),
    "month names": _strftime("%d %b %Y", days=9),
    "month names, month first": _strftime("%b %d, %Y %H:%M", hours=31),
    "年月日": _strftime("%Y年%m月%d日", days=9),
    "German weekday": _strftime("%d.%m.%Y, %H:%M Uhr", hours=7),
}


def _frame():
    """Return an unnamed DatetimeIndex beside two stations, newest first."""
    times = pd.to_datetime("2025-02-01 08:00") + pd.to_timedelta([3, 2, 1, 0], unit="h")
    return pd.DataFrame(
        {"station_id": list("aabb"), "level": [4.0, 3.5, 2.5, 2.0], "class": list("yyzz")},
        index=times,
    )


CASES = [
    *(
        Case(name, _write(write_time), **ROLES, time="Date/Time")
        for name, write_time in NOTATIONS.items()
    ),
    Case(
        "a date and a clock together",
        _write(
            lambda i, t: [_strftime("%d.%m.%Y", hours=7)(i, t), _strftime("%H:%M", hours=7)(i, t)],
            "Datum,Uhrzeit",
        ),
        **ROLES,
        time=("Datum", "Uhrzeit"),
    ),
    Case(
        "date and time in English",
        _write(
            lambda i, t: [
                _strftime("%Y-%m-%d", hours=7)(i, t),
                _strftime("%I:%M:%S %p", hours=7)(i, t),
            ],
            "Date,Time",
        ),
        **ROLES,
        time=("Date", "Time"),
    ),
    Case(
        "fecha y hora",
        _write(
            lambda i, t: [
                _strftime("%d/%m/%Y", hours=31)(i, t),
                _strftime("%H:%M", hours=31)(i, t),
            ],
            "Fecha,Hora",
        ),
        **ROLES,
        time=("Fecha", "Hora"),
    ),
    Case(
        "日期 and 时间",
        _write(
            lambda i, t: [_strftime("%Y-%m-%d", hours=7)(i, t), _strftime("%H:%M", hours=7)(i, t)],
            "日期,时间",
        ),
        **ROLES,
        time=("日期", "时间"),
    ),
    Case(
        "an unnamed DatetimeIndex",
        _frame,
        id="station_id",
        time="time",
        target="class",
        lengths=(2, 2),
        features=("level",),
        first=[3.5, 4],
    ),
    Case(
        "day and month that fit both",
        _write(lambda i, t: f"0{t + 1}/0{i + 1}/2025"),
        **ROLES,
        time="Date/Time",
        questions=("day/month or month/day",),
    ),
    Case(
        "near miss: one date decides for all",
        _write(lambda i, t: f"{t + 1:02}/0{i + 1}/2025" if i else f"{t + 10}/01/2025"),
        **ROLES,
        time="Date/Time",
    ),
    Case(
        "near miss: dots mean day first",
        _write(lambda i, t: f"0{t + 1}.0{i + 1}.2025"),
        **ROLES,
        time="Date/Time",
    ),
    Case(
        "near miss: the year first",
        _write(lambda i, t: f"2025/0{i + 1}/0{t + 1}"),
        **ROLES,
        time="Date/Time",
    ),
    Case(
        "day and month that are chosen",
        _write(lambda i, t: f"0{i + 1}/0{t + 1}/2025"),
        **ROLES,
        time="Date/Time",
        options={"dayfirst": False},
    ),
    Case(
        "no time: the order of the file",
        write_long(
            "station_id,level,flow,class",
            lambda i, t: [f"S{i}", measure(i, t), measure(i, t, 1), ["high", "low"][i % 2]],
        ),
        **(ROLES | {"features": ("level", "flow"), "first": [[FIRST[0], measure(0, 0, 1)]]}),
        warnings=("order of the file",),
    ),
    Case(
        "a second clock is no feature",
        write_long(
            "station_id,t,Uhrzeit,level,class",
            lambda i, t: [
                f"S{i}",
                t,
                f"{8 + i:02}:{5 * t:02}:00",
                measure(i, t),
                ["high", "low"][i % 2],
            ],
        ),
        **ROLES,
        time="t",
        warnings=("Uhrzeit",),
    ),
    Case(
        "a clock that passes midnight without a date",
        _write(lambda i, t: f"{(22 + t) % 24}:{10 + i}", "time", shuffle=False, lengths=(5, 4)),
        **(ROLES | {"lengths": (5, 4), "first": ()}),
        time="time",
        warnings=("midnight",),
    ),
    Case(
        "near miss: the hour of the day is a feature beside the time",
        write_csv(
            "station_id,timestamp,hour,level,class",
            [
                [f"S{i}", when.isoformat(), when.hour, measure(i, t), ["high", "low"][i % 2]]
                for i in range(3)
                for t in range(30)
                for when in [START + datetime.timedelta(hours=5 * t)]
            ],
        ),
        **(ROLES | {"lengths": (30,) * 3, "features": ("hour", "level"), "first": [[6, FIRST[0]]]}),
        time="timestamp",
    ),
]
