"""Notations for dates, 31/01/2026 9:30 pm, and for times of day and durations, 36:00:00."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .cells import SAMPLE_ROWS, to_array

DATE = r"(?P<first>\d{1,4})[-./](?P<middle>\d{1,2})[-./](?P<last>\d{1,4})"
DAY_OR_MONTH_FIRST_PATTERN = r"^(?P<first>\d{1,2})(?P<mark>[-./])(?P<middle>\d{1,2})[-./]\d"
MINUTE = r":(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:[.,](?P<fraction>\d{1,9}))?"
HALF = r"(?:\s*(?P<half>[ap])\.?m\.?)?"  # of the day: am, pm
CLOCK = rf"(?P<hour>\d{{1,6}}){MINUTE}{HALF}"
HOUR = rf"(?P<hour>\d{{1,2}})(?:{MINUTE})?{HALF}"  # after a date, also an hour alone
ZONE = r"(?:\s*(?:z|utc|gmt)?(?P<zone>[-+]\d{2}:?\d{2})?)?"
DATE_PATTERN = rf"^{DATE}(?:(?:t|,?\s+){HOUR})?{ZONE}$"
CLOCK_PATTERN = rf"^(?P<sign>[-+]?){CLOCK}$"
DAY_PATTERN = r"^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}$"
MIN_YEAR, MAX_YEAR = 1678, 2261  # that 64-bit nanoseconds can represent
LAST_RECENT_YEAR = 68  # as in POSIX, two-digit years up to this are after 2000
SECOND = 10**9  # in nanoseconds
DAY = 86_400 * SECOND

Times = tuple[np.ndarray, np.ndarray]  # (rows,) nanoseconds, and the mask of the other cells


class DayOrder(NamedTuple):
    """The order of day and month in a column of dates.

    Attributes:
        dayfirst: The day comes before the month.
        is_certain: The dates, or their dots, exclude the other order.
    """

    dayfirst: bool
    is_certain: bool


def find_day_order(cells: pa.ChunkedArray) -> DayOrder | None:
    """Find the order of day and month by all dates of a column.

    Args:
        cells: (rows,) text in lower case.

    Returns:
        The order; None for cells that are not dates, and for dates that begin with the year.
    """
    groups = _extract_groups(cells, DAY_OR_MONTH_FIRST_PATTERN)
    if groups is None:
        return None
    first, middle = _convert_to_integers(groups["first"]), _convert_to_integers(groups["middle"])
    day_first, month_first = np.count_nonzero(first > 12), np.count_nonzero(middle > 12)
    if day_first != month_first:
        return DayOrder(bool(day_first > month_first), is_certain=True)
    has_dots = pc.all(pc.is_in(groups["mark"], pa.array(["", "."]))).as_py()
    return DayOrder(True, is_certain=bool(has_dots))


def parse_dates(cells: pa.ChunkedArray, dayfirst: bool) -> Times | None:
    """Parse dates in the order year, month, day, or day, month, year, or month, day, year.

    Args:
        cells: (rows,) text in lower case.
        dayfirst: The day comes before the month in dates that do not begin with the year.

    Returns:
        The times since 1970; None if none of the first cells is a date.
    """
    groups = _extract_groups(cells, DATE_PATTERN)
    if groups is None:
        return None
    first, middle, last = (_convert_to_integers(groups[n]) for n in ("first", "middle", "last"))
    is_year_first = first > 31
    day = np.where(is_year_first, last, first if dayfirst else middle)
    month = np.where(is_year_first | dayfirst, middle, first)
    year = np.where(is_year_first, first, last)
    year += np.where(year > LAST_RECENT_YEAR, 1900, 2000) * (year < 100)
    clock, is_bad = _compute_clock(groups)
    is_bad |= (month < 1) | (month > 12) | (day < 1) | (day > 31) | (clock > DAY)
    is_bad |= (year < MIN_YEAR) | (year > MAX_YEAR)
    year, month, day = (np.where(is_bad, 1, part) for part in (year, month, day))
    months = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    dates = months.astype("datetime64[D]") + (day - 1)
    is_bad |= dates.astype("datetime64[M]") != months  # such as 31 April
    days = np.where(is_bad, 0, dates.astype(np.int64))
    return days * DAY + clock - _parse_zones(groups["zone"]), is_bad


def parse_clock_times(cells: pa.ChunkedArray) -> Times | None:
    """Parse times of day, 12:30:00 or 12:30 pm, and durations of any number of hours.

    Two numbers with a fraction, 01:02.5, are minutes and seconds.

    Args:
        cells: (rows,) text in lower case.

    Returns:
        The times since midnight; None if none of the first cells is a time of day.
    """
    groups = _extract_groups(cells, CLOCK_PATTERN)
    if groups is None:
        return None
    has_seconds = pc.any(pc.not_equal(groups["second"], "")).as_py()
    if not has_seconds and pc.any(pc.not_equal(groups["fraction"], "")).as_py():
        hour = pc.replace_substring_regex(groups["hour"], ".+", "0")
        groups |= {"hour": hour, "minute": groups["hour"], "second": groups["minute"]}
    times, is_bad = _compute_clock(groups)
    return np.where(to_array(pc.equal(groups["sign"], "-")), -times, times), is_bad


def _compute_clock(groups: dict[str, pa.ChunkedArray]) -> Times:
    """Compute the (rows,) nanoseconds since midnight, and the mask of the cells without a time."""
    hour, minute, second = (_convert_to_integers(groups[n]) for n in ("hour", "minute", "second"))
    is_bad = to_array(pc.equal(groups["hour"], "")) & to_array(pc.equal(groups["minute"], ""))
    if "first" in groups:  # a date may have no time
        is_bad = to_array(pc.equal(groups["first"], ""))
    is_bad |= (minute > 59) | (second > 60)
    if pc.any(pc.not_equal(groups["half"], "")).as_py():
        is_pm = to_array(pc.equal(groups["half"], "p"))
        is_half = is_pm | to_array(pc.equal(groups["half"], "a"))
        is_bad |= is_half & ((hour < 1) | (hour > 12))
        hour = np.where(is_half, hour % 12 + 12 * is_pm, hour)
    nanoseconds = ((hour * 60 + minute) * 60 + second) * SECOND
    if pc.any(pc.not_equal(groups["fraction"], "")).as_py():
        nanoseconds += _convert_to_integers(pc.utf8_rpad(groups["fraction"], 9, padding="0"))
    return nanoseconds, is_bad


def _parse_zones(zones: pa.ChunkedArray) -> np.ndarray | int:
    """Parse the (rows,) offsets from UTC, such as +01:00, in nanoseconds; 0 for blank text."""
    if not pc.any(pc.not_equal(zones, "")).as_py():
        return 0
    offsets = _convert_to_integers(pc.replace_substring_regex(zones, r"[:+]", ""))
    hours, minutes = np.divmod(np.abs(offsets), 100)
    nanoseconds: np.ndarray = np.sign(offsets) * (hours * 60 + minutes) * 60 * SECOND
    return nanoseconds


def _extract_groups(cells: pa.ChunkedArray, pattern: str) -> dict[str, pa.ChunkedArray] | None:
    """Extract the named groups of a pattern.

    Returns:
        (rows,) text per group, "" where it is absent; None if none of the first cells matches.
    """
    if not pc.any(pc.match_substring_regex(cells.slice(0, SAMPLE_ROWS), pattern)).as_py():
        return None
    groups = pc.extract_regex(cells, pattern)
    return {
        field.name: pc.fill_null(pc.struct_field(groups, field.name), "") for field in groups.type
    }


def _convert_to_integers(digits: pa.ChunkedArray) -> np.ndarray:
    """Convert text of digits to (rows,) int64, and blank text to 0."""
    return to_array(pc.cast(pc.if_else(pc.equal(digits, ""), "0", digits), pa.int64())).copy()
