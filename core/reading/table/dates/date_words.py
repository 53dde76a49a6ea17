"""Words in dates: names of months and days in several languages, and time zones."""

from __future__ import annotations

import re
import zoneinfo
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa

from ..cells import to_array

# In English, German, French and Spanish, with their abbreviations, by month.
MONTH_NAMES = (
    "jan january januar jän jänner janvier janv ene enero",
    "feb february februar feber février févr fév febrero fevrier fevr",
    "mar march mär märz mrz maerz mars marzo",
    "apr april avril avr abr abril",
    "may mai mayo",
    "jun june juni juin junio",
    "jul july juli juillet juil julio",
    "aug august août aout ago agosto",
    "sep sept september septembre septiembre setiembre set",
    "oct october okt oktober octobre octubre",
    "nov november novembre noviembre",
    "dec december dez dezember décembre déc dic diciembre decembre",
)
DAY_NAMES = (
    "monday mon montag mo lundi lun lunes",
    "tuesday tues tue dienstag di mardi mar martes",
    "wednesday wed mittwoch mi mercredi mer miércoles mié miercoles mie",
    "thursday thurs thur thu donnerstag do jeudi jeu jueves jue",
    "friday fri freitag fr vendredi ven viernes vie",
    "saturday sat samstag sa sonnabend samedi sam sábado sáb sabado sab",
    "sunday sun sonntag so dimanche dim domingo dom",
)
AM, PM = ("a", "上午", "凌晨", "早上", "午前"), ("p", "下午", "晚上", "午後")
# In hours from UTC. CST, IST and BST have several meanings: these are the most common ones.
_ZONES = """
    z 0, ut 0, utc 0, gmt 0, wet 0, west 1, bst 1, cet 1, cest 2, mez 1, mesz 2, eet 2, eest 3,
    msk 3, sast 2, est -5, edt -4, cst -6, cdt -5, mst -7, mdt -6, pst -8, pdt -7, akst -9, akdt -8,
    hst -10, brt -3, art -3, ist 5.5, sgt 8, hkt 8, awst 8, jst 9, kst 9, acst 9.5, acdt 10.5,
    aest 10, aedt 11, nzst 12, nzdt 13
"""
ZONE_OFFSETS = {zone.split()[0]: float(zone.split()[1]) for zone in _ZONES.split(",")}
OFFSET = re.compile(r"(?:utc|gmt)?([-+])(\d{1,2}):?(\d{2})?")
HOUR = 3600 * 10**9  # in nanoseconds
MAX_OFFSET = 24  # hours


def build_alternatives(names: tuple[str, ...]) -> str:
    """Build the pattern of any of these names, the longest first."""
    return "|".join(sorted(" ".join(names).split(), key=len, reverse=True))


MONTH_NUMBERS = {
    name: str(number) for number, names in enumerate(MONTH_NAMES, start=1) for name in names.split()
}


def convert_months(months: pa.ChunkedArray) -> np.ndarray:
    """Convert names or digits of months to (rows,) int64, 0 for others."""
    encoded = months.combine_chunks().dictionary_encode()
    texts = [MONTH_NUMBERS.get(text, text) for text in encoded.dictionary.to_pylist()]
    numbers = np.array([int(text) if text.isdecimal() else 0 for text in texts], dtype=np.int64)
    return numbers.take(to_array(encoded.indices))


def subtract_zones(times: np.ndarray, zones: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """Convert local times to UTC.

    Args:
        times: (rows,) nanoseconds.
        zones: (rows,) offsets such as +0100 and utc+1, abbreviations such as cet, or names such
            as europe/berlin, in lower case; "" for UTC.

    Returns:
        (rows,) nanoseconds, and the mask of the rows with an unknown zone.
    """
    encoded = zones.combine_chunks().dictionary_encode()
    indices, names = to_array(encoded.indices), encoded.dictionary.to_pylist()
    offsets = [_parse_offset(name) for name in names]
    is_region = np.array(
        [
            offset is None and name in _list_regions()
            for offset, name in zip(offsets, names, strict=True)
        ]
    )
    is_bad = np.array([offset is None for offset in offsets]) & ~is_region
    hours = np.array([offset or 0.0 for offset in offsets])
    result = times - (hours * HOUR).astype(np.int64)[indices]
    if is_region.any():
        rows = np.flatnonzero(is_region[indices])
        rows = rows[np.argsort(indices[rows], kind="stable")]
        groups = np.split(rows, np.flatnonzero(np.diff(indices[rows])) + 1)
        for group in groups:
            region = _list_regions()[names[indices[group[0]]]]
            result[group] = _convert_region(times[group], region)
    return result, is_bad[indices]


def _parse_offset(zone: str) -> float | None:
    """Parse a zone as hours from UTC, None for another text."""
    if zone == "":
        return 0.0
    if match := OFFSET.fullmatch(zone):
        sign, first, minutes = match.groups()
        hours = int(first) + int(minutes or 0) / 60
        return (-hours if sign == "-" else hours) if hours <= MAX_OFFSET else None
    return ZONE_OFFSETS.get(zone)


def _convert_region(times: np.ndarray, region: str) -> np.ndarray:
    """Convert (k,) local nanoseconds of a region to UTC.

    An hour that occurs twice, when summer time ends, is the first one.
    """
    local = pd.DatetimeIndex(times.astype("datetime64[ns]"))
    is_first = np.ones(len(local), dtype=bool)
    zoned = local.tz_localize(
        zoneinfo.ZoneInfo(region), ambiguous=is_first, nonexistent="shift_forward"
    )
    nanoseconds: np.ndarray = zoned.tz_convert(None).to_numpy().astype("datetime64[ns]")
    return nanoseconds.astype(np.int64)


@cache
def _list_regions() -> dict[str, str]:
    """List the names of regions, such as Europe/Berlin, by their form in lower case."""
    return {name.lower(): name for name in zoneinfo.available_timezones() if "/" in name}
