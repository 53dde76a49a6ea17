"""Detect the time: the column, or the two columns, that order the rows of a sequence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....errors import Note
from ...table.cells import SAMPLE_ROWS, parse_numbers, read_number_text, read_text
from ...table.dates.date_text import DAY, Times
from ...table.dates.times import (
    has_dates,
    holds_clock_times,
    holds_dates,
    holds_days,
    read_day_order,
    read_times,
)
from ...table.roles import encode_values
from ...table.words.column_names import is_order_name, is_time_name, normalize_name
from ..candidates import Candidates
from ..row_numbers import counts_rows, is_unnamed, numbers_all_rows, read_whole_numbers

MAX_EXAMPLES = 3
MAX_BAD_SHARE = 0.05  # of the cells of a time that are not a time
MAX_REPEATED_SHARE = 0.001  # of the rows at the time of another row of the sequence
MAX_TIED_SHARE = 0.5  # of such rows if the times rise through the file
MIN_REGULAR_SHARE = 0.9  # of the distances between the times of shuffled rows that are equal
MIN_UNIX_SECONDS, MAX_UNIX_SECONDS = 300_000_000, 4_000_000_000  # 1979 to 2096


def assign_named_time(candidates: Candidates) -> None:
    """Assign the time to the first column whose name only a time has."""
    if candidates.roles["time"] is None:
        names = (n for n in candidates.list_open_columns("number", "text") if is_time_name(n))
        candidates.roles["time"] = next(names, None)
        _join_clock(candidates)


def list_order_columns(candidates: Candidates) -> list[str]:
    """List the open columns that are the time if they order the rows of the sequences."""
    return [
        name
        for name in candidates.list_open_columns("number", "text")
        if is_order_name(name)
        or is_time_name(name)
        or (
            is_unnamed(candidates.table, name)
            and read_whole_numbers(candidates.table, name) is not None
        )
    ]


def assign_dates(candidates: Candidates, sequence: np.ndarray) -> None:
    """Assign the time to dates that order the rows, under a name that no time has."""
    names = [
        name
        for name in candidates.list_open_columns("text")
        if holds_dates(candidates.table, name) and orders_rows(candidates, name, sequence)
    ]
    if not names:
        return
    assign_ordering_time(candidates, names[0])
    if len(names) > 1:
        note = Note(
            "the dates of `{names}` order the rows; `{name}` is used as the time",
            names=", ".join(names),
            name=names[0],
        )
        candidates.ask("time", note, [{"time": name} for name in names])


def assign_ordering_time(candidates: Candidates, name: str) -> None:
    """Assign the time to a column that orders the rows."""
    candidates.roles["time"] = name
    note = Note("`{name}` orders the rows of every sequence: time", name=name)
    candidates.inform("time", note, name)
    _join_clock(candidates)


def orders_rows(candidates: Candidates, name: str, sequence: np.ndarray) -> bool:
    """Return True if a column may be the time of these sequences.

    Its values hardly repeat within a sequence. They rise or fall through the file, or are dates,
    or times since 1970, or are equally spaced once they are sorted.

    Args:
        candidates: The table.
        name: Name of the column.
        sequence: (rows,) index of each row's sequence.
    """
    times, is_bad = _read_times(candidates, name)
    if is_bad.mean() > MAX_BAD_SHARE:
        return False
    times, sequence = times[~is_bad], sequence[~is_bad]
    rows = np.argsort(sequence, kind="stable")
    is_same = np.diff(sequence[rows]) == 0
    steps = np.diff(times[rows])[is_same]
    if not len(steps):
        return False
    is_monotonic = bool((steps >= 0).all() or (steps <= 0).all())
    if not is_monotonic:
        steps = np.diff(times[np.lexsort((times, sequence))])[is_same]
    repeated = np.count_nonzero(steps == 0)
    if is_monotonic:
        return bool(repeated <= MAX_TIED_SHARE * len(steps))
    if repeated > MAX_REPEATED_SHARE * len(times):
        return False
    is_regular = (steps == np.median(steps)).mean() >= MIN_REGULAR_SHARE
    return bool(is_regular) or _are_unix_times(times) or has_dates(candidates.table, name)


def rises_through_file(candidates: Candidates, name: str) -> bool:
    """Return True if every row of the table has a later time than the row before."""
    times, is_bad = _read_times(candidates, name)
    return len(times) > 2 and not is_bad.any() and bool((np.diff(times) > 0).all())


def is_regular(candidates: Candidates, name: str) -> bool:
    """Return True if most rows follow the row before after the same time, as in one recording."""
    steps = np.diff(_read_times(candidates, name)[0])
    return bool((steps == np.median(steps)).mean() >= MIN_REGULAR_SHARE)


def _are_unix_times(times: np.ndarray) -> bool:
    """Return True for seconds, or parts of a second, since 1970 in this period."""
    low, high = MIN_UNIX_SECONDS, MAX_UNIX_SECONDS
    return any(
        bool(((times >= low * unit) & (times <= high * unit)).all())
        for unit in (1, 10**3, 10**6, 10**9)
    )


def count_repeated_times(candidates: Candidates, name: str, sequence: np.ndarray) -> int:
    """Count the rows at the time of another row of the same sequence."""
    times, is_bad = _read_times(candidates, name)
    is_same = np.diff(sequence) == 0
    if (np.diff(sequence) >= 0).all() and (np.diff(times)[is_same] > 0).all():
        return 0  # fast path: the rows are sorted
    times, sequence = times[~is_bad], sequence[~is_bad]
    rows = np.lexsort((times, sequence))
    is_same = np.diff(sequence[rows]) == 0
    return int(np.count_nonzero(is_same & (np.diff(times[rows]) == 0)))


def assign_row_numbers(candidates: Candidates) -> None:
    """Take row numbers as the time if nothing else orders the rows, otherwise as no feature."""
    first = candidates.names[0]
    is_open = first in candidates.list_open_columns("number")
    if is_open and (
        numbers_all_rows(candidates.table, first)
        or (first in list_order_columns(candidates) and counts_rows(candidates.table, first))
    ):
        candidates.row_numbers.add(first)
    if candidates.roles["time"] is None and candidates.row_numbers:
        name = min(candidates.row_numbers, key=candidates.names.index)
        candidates.row_numbers.remove(name)
        candidates.roles["time"] = name
        note = Note("`{name}` counts the rows, and nothing else orders them: time", name=name)
        candidates.inform("time", note, name)


def exclude_further_times(candidates: Candidates, sequence: np.ndarray) -> None:
    """Exclude columns with the name of a time that also order the rows, with a doubt for each."""
    time = candidates.roles["time"]
    for name in list_order_columns(candidates):
        if orders_rows(candidates, name, sequence) and not count_repeated_times(
            candidates, name, sequence
        ):
            candidates.excluded.add(name)
            note = Note(
                "`{name}` has the same order as `{time}`: not a feature",
                name=name,
                time=time,
            )
            candidates.warn("further_time", note, name)


def note_doubts_about_time(candidates: Candidates, sequence: np.ndarray) -> None:
    """Decide the order of day and month, and add the doubts about the time.

    Args:
        candidates: The table, with an id and perhaps a time.
        sequence: (rows,) index of each row's sequence.
    """
    name = candidates.roles["time"]
    if name is None:
        has_files = bool(candidates.table.files)  # a file has the order of its rows
        if sequence.max() + 1 < len(sequence) and not has_files:
            note = Note("no column orders the steps: they are in the order of the file")
            candidates.warn("no_time", note)
        return
    if not name:
        return
    order = read_day_order(candidates.table, name)
    if order is not None and candidates.dayfirst is None:
        candidates.dayfirst = order.dayfirst
        if order.dayfirst is None:
            _note_year_first(candidates, name, order.is_certain)
        elif not order.is_certain:
            candidates.ask(
                "day_order",
                Note(
                    "the dates of `{name}` may be day/month or month/day: read with the day first",
                    name=name,
                ),
                [{"dayfirst": True}, {"dayfirst": False}],
                name,
                [_format_dates(candidates, name, is_first) for is_first in (True, False)],
            )
        else:
            note = (
                Note("the dates of `{name}` have the day first", name=name)
                if order.dayfirst
                else Note("the dates of `{name}` have the month first", name=name)
            )
            candidates.inform("day_order", note, name)
    if holds_clock_times(candidates.table, name) and _passes_midnight(candidates, name, sequence):
        note = Note(
            "`{name}` has times of day without a date, and some sequences pass midnight",
            name=name,
        )
        candidates.warn("midnight", note, name)


def _format_dates(candidates: Candidates, name: str, dayfirst: bool) -> list[str]:
    """Format some dates, in which day and month differ, as they are read."""
    cells = pc.unique(read_text(candidates.table, name))[:SAMPLE_ROWS]
    sample = replace(candidates.table, columns=pa.table({name: cells}), cache={})
    times = [read_times(sample, name, order)[0] for order in (dayfirst, not dayfirst)]
    differing = np.flatnonzero(times[0] != times[1])[:MAX_EXAMPLES]
    days = times[0][differing].astype("datetime64[ns]").astype("datetime64[D]")
    texts = cells.take(pa.array(differing)).to_pylist()
    return [f"{text} → {day}" for text, day in zip(texts, days, strict=True)]


def _read_times(candidates: Candidates, name: str) -> Times:
    """Read the times of a column; the whole column decides the order of day, month and year."""
    dayfirst = candidates.dayfirst
    if dayfirst is None and (order := read_day_order(candidates.table, name)) is not None:
        dayfirst = order.dayfirst
    return read_times(candidates.table, name, dayfirst)


def _note_year_first(candidates: Candidates, name: str, is_certain: bool) -> None:
    if is_certain:
        note = Note("the dates of `{name}` have the year first", name=name)
        candidates.inform("day_order", note, name)
        return
    note = Note("the dates of `{name}` have two-digit years: read with the year first", name=name)
    candidates.ask(
        "day_order",
        note,
        [{"accept": ["day_order"]}, {"dayfirst": True}, {"dayfirst": False}],
        name,
    )


def _passes_midnight(candidates: Candidates, name: str, sequence: np.ndarray) -> bool:
    times = _read_times(candidates, name)[0]
    is_next_day = (np.diff(sequence) == 0) & (np.diff(times) < -DAY // 2)
    return bool(times.max() < DAY and is_next_day.any())


def _join_clock(candidates: Candidates) -> None:
    """Join a column of days and one of times of day, or of hours, to the time."""
    name = candidates.roles["time"]
    if not name:
        return
    table = candidates.table
    others = list_order_columns(candidates)
    day = clock = None
    if candidates.kinds[name] == "text" and holds_clock_times(table, name):
        clock = name
        day = next(
            (n for n in others if candidates.kinds[n] == "text" and holds_days(table, n)), None
        )
    elif candidates.kinds[name] == "text" and holds_days(table, name):
        day = name
        clock = next((n for n in others if _holds_hours_or_clock_times(candidates, n)), None)
    if day and clock:
        candidates.assign_joined("time", (day, clock))
        note = Note("`{day}` and `{clock}` together are the time", day=day, clock=clock)
        candidates.inform("time", note)


def _holds_hours_or_clock_times(candidates: Candidates, name: str) -> bool:
    if candidates.kinds[name] == "text":
        return holds_clock_times(candidates.table, name)
    if normalize_name(name) not in ("hour", "hours", "hr", "stunde", "heure", "hora"):
        return False
    values, bad = parse_numbers(read_number_text(candidates.table, name))
    return not len(bad) and bool(np.isin(values, np.arange(25)).all())


def encode_sequences(candidates: Candidates) -> np.ndarray:
    """Return the (rows,) index of each row's sequence; 0 for a table without an id."""
    id = candidates.roles["id"]
    if not id:
        return np.zeros(len(candidates.table), dtype=np.int64)
    return encode_values(candidates.table, id)[0].astype(np.int64)
