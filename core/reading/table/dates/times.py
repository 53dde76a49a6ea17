"""Read times: numbers, dates, times of day and durations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..cells import SAMPLE_ROWS, is_arrow_list, parse_numbers, read_number_text, try_cast
from ..table import Table
from ..words.missing_markers import MISSING_MARKERS
from .date_patterns import CLOCK_PATTERN, DAY_PATTERNS
from .date_text import DayOrder, Times, find_day_order, parse_dates, parse_durations


def read_times(table: Table, name: str, dayfirst: bool | None = None) -> Times:
    """Read the times of the rows as sortable numbers.

    A column has one notation: numbers; dates, with a time of day or without; times of day; or
    durations.

    Args:
        table: The table.
        name: Name of the column.
        dayfirst: The day comes before the month in dates that do not begin with the year. None if
            years of two digits come first where the dates allow it; otherwise the whole column
            decides.

    Returns:
        (rows,) times: int64 or float64 numbers, or dates, times of day and durations in
        nanoseconds; and the mask (rows,) of the cells that are not a time.
    """
    order = read_day_order(table, name)
    is_year_first = order is not None and dayfirst is None and order.may_begin_with_year
    if dayfirst is None:
        dayfirst = order is None or order.dayfirst is not False
    key = "year" if is_year_first else "day" if dayfirst or order is None else "month"
    return table.get_or_compute(
        f"times {key} first {name}", lambda: _parse_times(table, name, dayfirst, is_year_first)
    )


def read_day_order(table: Table, name: str) -> DayOrder | None:
    """Read the order of day and month in a column, None for a column without such dates.

    It is that of dates such as 01/02/2026 and 26/02/01.
    """

    def find() -> DayOrder | None:
        is_date = find_day_order(_read_cells(table, name, SAMPLE_ROWS)) is not None
        return find_day_order(_read_cells(table, name)) if is_date else None

    return table.get_or_compute(f"day order {name}", find)


def has_dates(table: Table, name: str) -> bool:
    """Return True if the times of a column are not numbers, and so are read as nanoseconds."""
    return len(parse_numbers(read_number_text(table, name))[1]) > 0


def holds_days(table: Table, name: str) -> bool:
    """Return True for a column of dates without a time of day, by its first rows."""
    return any(_matches(table, name, pattern) for pattern in DAY_PATTERNS)


def holds_dates(table: Table, name: str) -> bool:
    """Return True for a column of text whose first rows are dates, with or without a clock time."""
    cells = _read_cells(table, name, SAMPLE_ROWS)
    cells = cells.filter(pc.invert(pc.is_in(cells, pa.array(MISSING_MARKERS))))
    if len(cells) == 0:
        return False
    order = find_day_order(cells)
    is_year_first = order is not None and order.dayfirst is None
    parsed = parse_dates(cells, order is None or order.dayfirst is not False, is_year_first)
    return parsed is not None and not parsed[1].any()


def holds_clock_times(table: Table, name: str) -> bool:
    """Return True for a column of times of day without a date, by its first rows."""
    return _matches(table, name, CLOCK_PATTERN)


def _matches(table: Table, name: str, pattern: str) -> bool:
    cells = _read_cells(table, name, SAMPLE_ROWS)
    is_absent = pc.is_in(cells, pa.array(MISSING_MARKERS))
    is_match = pc.or_(is_absent, pc.match_substring_regex(cells, pattern))
    return bool(pc.all(is_match).as_py()) and not pc.all(is_absent).as_py()


def _read_cells(table: Table, name: str, rows: int | None = None) -> pa.ChunkedArray:
    """Read the cells as text in lower case without surrounding spaces; lists are blank."""
    if is_arrow_list(table.columns[name].type):
        return pa.chunked_array([pa.array([""] * len(table.rows[:rows]), pa.string())])
    cells = pc.cast(table.columns[name].slice(0, rows), pa.string())
    return pc.utf8_lower(pc.utf8_trim_whitespace(pc.fill_null(cells, "")))


def _parse_times(table: Table, name: str, dayfirst: bool, yearfirst: bool) -> Times:
    column = read_number_text(table, name)
    if (integers := try_cast(column, pa.int64())) is not None and integers.null_count == 0:
        return integers.to_numpy(), np.zeros(len(table), dtype=bool)
    if (numbers := try_cast(column, pa.float64())) is not None:
        times = numbers.to_numpy()
        return times, ~np.isfinite(times)
    # Arrow reads the most common ISO dates, without or with an offset from UTC, in a tenth of the
    # time of pandas, and refuses others.
    for kind in (pa.timestamp("ns"), pa.timestamp("ns", "UTC")):
        if (dates := try_cast(column, kind)) is not None and dates.null_count == 0:
            return pc.cast(dates, pa.int64()).to_numpy(), np.zeros(len(table), dtype=bool)
    text = _read_cells(table, name)
    parsed = [
        each
        for each in (parse_dates(text, dayfirst, yearfirst), parse_durations(text))
        if each is not None
    ]
    for times, is_bad in parsed:
        if not is_bad.any():
            return times, is_bad
    cells = pc.utf8_trim_whitespace(pc.fill_null(pc.cast(column, pa.string()), "")).to_pandas()
    numeric = pd.to_numeric(cells, errors="coerce")
    if numeric.notna().any():  # a column has one notation: numbers or dates
        times = numeric.to_numpy(np.float64)
        return times, ~np.isfinite(times)
    parsed.insert(0, _parse_iso_dates(cells))
    best = min(parsed, key=lambda each: np.count_nonzero(each[1]))
    return _parse_durations(cells) if best[1].all() else best


def _parse_iso_dates(cells: pd.Series) -> Times:
    dates = pd.to_datetime(cells, format="ISO8601", errors="coerce", utc=True)
    in_range = dates.between(
        pd.Timestamp.min.tz_localize("UTC"), pd.Timestamp.max.tz_localize("UTC")
    )
    nanoseconds = dates.where(in_range).dt.tz_localize(None).to_numpy().astype("datetime64[ns]")
    return nanoseconds.astype(np.int64), ~in_range.to_numpy()


def _parse_durations(cells: pd.Series) -> Times:
    """Parse durations such as "2 days 03:00:00", "1h 30min" and "PT90S"."""
    durations = pd.to_timedelta(cells, errors="coerce")
    nanoseconds = durations.to_numpy().astype("timedelta64[ns]").astype(np.int64)
    return nanoseconds, durations.isna().to_numpy()
