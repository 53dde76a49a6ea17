"""Parse dates, 31/01/2026 9:30 pm or 31 Jan 2026, times of day, and durations, 36:00:00."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..cells import SAMPLE_ROWS, to_array
from .date_patterns import DATE_PATTERNS, DAY_OR_MONTH_FIRST_PATTERNS, DURATION_PATTERNS
from .date_words import AM, PM, convert_months, subtract_zones

MIN_YEAR, MAX_YEAR = 1678, 2261  # that 64-bit nanoseconds can represent
LAST_RECENT_YEAR = 68  # as in POSIX, two-digit years up to this are after 2000
SECOND = 10**9  # in nanoseconds
DAY = 86_400 * SECOND
MAX_DURATION = 2**62  # in nanoseconds

Times = tuple[np.ndarray, np.ndarray]  # (rows,) nanoseconds, and the mask of the other cells
Groups = dict[str, pa.ChunkedArray]


class DayOrder(NamedTuple):
    """The order of day, month and year in a column of dates.

    Attributes:
        dayfirst: The day comes before the month; None if a year of two digits comes first.
        is_certain: The dates, or their dots, exclude the other orders.
        may_begin_with_year: Their two-digit numbers allow that the year comes first.
    """

    dayfirst: bool | None
    is_certain: bool
    may_begin_with_year: bool = False


def find_day_order(cells: pa.ChunkedArray) -> DayOrder | None:
    """Find the order of day and month by all dates of a column.

    Two-digit years come first if that is the only possible order, or if the last number takes at
    least twice as many values as the first: days change more often than years.

    Args:
        cells: (rows,) text in lower case.

    Returns:
        The order; None for cells that are not dates, and for dates that begin with a year of four
        digits.
    """
    groups = _extract_groups(cells, DAY_OR_MONTH_FIRST_PATTERNS)
    if groups is None:
        return None
    is_date = to_array(pc.not_equal(groups["first"], ""))
    first, middle, last = (
        _convert_to_integers(groups[name])[is_date] for name in ("first", "middle", "last")
    )
    if middle.max() <= 12 and last.min() > 0 and last.max() <= 31:
        is_only_order = first.max() > 31 or first.min() == 0
        if is_only_order or len(np.unique(last)) >= 2 * len(np.unique(first)):
            return DayOrder(None, bool(is_only_order), may_begin_with_year=True)
        may_begin_with_year = True
    else:
        may_begin_with_year = False
    day_first, month_first = np.count_nonzero(first > 12), np.count_nonzero(middle > 12)
    if day_first != month_first:
        return DayOrder(bool(day_first > month_first), True, may_begin_with_year)
    has_dots = pc.all(pc.is_in(groups["mark"], pa.array(["", "."]))).as_py()
    return DayOrder(True, bool(has_dots), may_begin_with_year)


def parse_dates(cells: pa.ChunkedArray, dayfirst: bool, yearfirst: bool = False) -> Times | None:
    """Parse dates in the order year, month, day, or day, month, year, or month, day, year.

    Months may have names; a day or a clock may be absent.

    Args:
        cells: (rows,) text in lower case.
        dayfirst: The day comes before the month in dates that do not begin with the year.
        yearfirst: Years of two digits come first.

    Returns:
        The times since 1970; None if none of the first cells is a date.
    """
    groups = _extract_groups(cells, DATE_PATTERNS)
    if groups is None:
        return None
    year, month, day = _find_date_parts(groups, dayfirst, yearfirst)
    year += np.where(year > LAST_RECENT_YEAR, 1900, 2000) * (year < 100)
    clock, is_bad = _compute_clock(groups)
    is_bad |= to_array(pc.equal(groups["year" if "year" in groups else "first"], ""))
    is_bad |= (month < 1) | (month > 12) | (day < 1) | (day > 31) | (clock > DAY)
    is_bad |= (year < MIN_YEAR) | (year > MAX_YEAR)
    year, month, day = (np.where(is_bad, 1, part) for part in (year, month, day))
    months = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    dates = months.astype("datetime64[D]") + (day - 1)
    is_bad |= dates.astype("datetime64[M]") != months  # such as 31 April
    days = np.where(is_bad, 0, dates.astype(np.int64))
    times = days * DAY + np.where(is_bad, 0, clock)
    if _is_blank(groups, "zone"):
        return times, is_bad
    times, has_unknown_zone = subtract_zones(times, groups["zone"])
    return times, is_bad | has_unknown_zone


def _find_date_parts(
    groups: Groups, dayfirst: bool, yearfirst: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the (rows,) years, months and days."""
    if "year" in groups:
        year, month = _convert_to_integers(groups["year"]), convert_months(groups["month"])
        if "day" not in groups:
            return year, month, np.ones(len(year), dtype=np.int64)
        day = _convert_to_integers(groups["day"])
        return year, month, np.where(to_array(pc.equal(groups["day"], "")), 1, day)
    first, middle, last = (_convert_to_integers(groups[n]) for n in ("first", "middle", "last"))
    is_year_first = (first > 31) | yearfirst
    day = np.where(is_year_first, last, first if dayfirst else middle)
    month = np.where(is_year_first | dayfirst, middle, first)
    return np.where(is_year_first, first, last), month, day


def parse_durations(cells: pa.ChunkedArray) -> Times | None:
    """Parse times of day, 12:30:00 or 12:30 pm, and durations of any number of hours.

    Durations may also be written as 2 days 03:04:05, PT1H2M or 1h 30min. Two numbers with a
    fraction, 01:02.5, are minutes and seconds.

    Args:
        cells: (rows,) text in lower case.

    Returns:
        The times since midnight; None if none of the first cells is a time of day.
    """
    groups = _extract_groups(cells, DURATION_PATTERNS)
    if groups is None:
        return None
    if "half" in groups and _is_blank(groups, "second") and not _is_blank(groups, "fraction"):
        hour = pc.replace_substring_regex(groups["hour"], ".+", "0")
        groups |= {"hour": hour, "minute": groups["hour"], "second": groups["minute"]}
    has_clock = "half" in groups  # not hours, minutes and seconds with their units
    times, is_bad = _compute_clock(groups, None if has_clock else MAX_DURATION)
    parts = [name for name in ("days", "hour", "minute", "second") if name in groups]
    is_bad |= np.logical_and.reduce([to_array(pc.equal(groups[name], "")) for name in parts])
    is_negative = to_array(pc.equal(groups["sign"], "-"))
    if "days" not in groups:
        return np.where(is_negative, -times, times), is_bad
    days = _convert_to_integers(groups["days"]).astype(np.float64) * DAY
    is_bad |= days + times > MAX_DURATION
    days = np.where(is_bad, 0, days).astype(np.int64)
    # pandas writes -1 days +23:00:00, where the sign is that of the days only
    is_plus = to_array(pc.equal(groups["plus"], "+")) if "plus" in groups else False
    return np.where(is_negative, -days + np.where(is_plus, times, -times), days + times), is_bad


def _compute_clock(groups: Groups, max_time: int | None = None) -> Times:
    """Compute the (rows,) nanoseconds since midnight, and the mask of impossible times.

    Args:
        groups: Parts of the cells.
        max_time: Maximum in nanoseconds, for any number of minutes and seconds; None for a clock,
            which has at most 59 minutes.
    """
    if "hour" not in groups:
        rows = len(groups["year"])
        return np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=bool)
    hour, minute, second = (_convert_to_integers(groups[n]) for n in ("hour", "minute", "second"))
    if max_time is None:
        is_bad = (minute > 59) | (second > 60)
    else:
        is_bad = (hour * 3600.0 + minute * 60.0 + second) * SECOND > max_time
        hour, minute, second = (np.where(is_bad, 0, part) for part in (hour, minute, second))
    if not _is_blank(groups, "half"):
        is_pm = to_array(pc.is_in(groups["half"], pa.array(PM)))
        is_half = is_pm | to_array(pc.is_in(groups["half"], pa.array(AM)))
        is_bad |= is_half & ((hour < 1) | (hour > 12))
        hour = np.where(is_half, hour % 12 + 12 * is_pm, hour)
    nanoseconds = ((hour * 60 + minute) * 60 + second) * SECOND
    if not _is_blank(groups, "fraction"):
        nanoseconds += _convert_to_integers(pc.utf8_rpad(groups["fraction"], 9, padding="0"))
    return nanoseconds, is_bad


def _is_blank(groups: Groups, name: str) -> bool:
    """Return True if no cell has this part."""
    return name not in groups or not pc.any(pc.not_equal(groups[name], "")).as_py()


def _extract_groups(cells: pa.ChunkedArray, patterns: Sequence[str]) -> Groups | None:
    """Extract the named groups of the pattern that most of the first cells match.

    Returns:
        (rows,) text per group, "" where it is absent; None if none of the first cells matches.
    """
    sample = cells.slice(0, SAMPLE_ROWS)
    best, most = "", 0
    for pattern in patterns:
        matches = pc.sum(pc.match_substring_regex(sample, pattern)).as_py() or 0
        if matches > most:
            best, most = pattern, matches
        if most == len(sample):
            break
    if not best:
        return None
    groups = pc.extract_regex(cells, best)
    return {
        field.name: pc.fill_null(pc.struct_field(groups, field.name), "") for field in groups.type
    }


def _convert_to_integers(digits: pa.ChunkedArray) -> np.ndarray:
    """Convert text of digits to (rows,) int64, and blank text to 0."""
    return to_array(pc.cast(pc.if_else(pc.equal(digits, ""), "0", digits), pa.int64())).copy()
