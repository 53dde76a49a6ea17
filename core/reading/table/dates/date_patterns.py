"""Patterns of dates, times of day and durations in lower case, with a group per part."""

from __future__ import annotations

from .date_words import AM, DAY_NAMES, MONTH_NAMES, PM, build_alternatives

MONTH = f"(?P<month>{build_alternatives(MONTH_NAMES)})"
WEEKDAY = rf"(?:(?:{build_alternatives(DAY_NAMES)})(?:[.,]+\s*|\s+))?"
CJK_WEEKDAY = "(?:[(（]?(?:(?:星期|周|礼拜)[一二三四五六日天]|[月火水木金土日]曜日?)[)）]?)?"

MINUTE = r":(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:[.,](?P<fraction>\d{1,9}))?"
HALF = r"(?:\s*(?P<half>[ap])\.?m\b\.?)?"  # of the day: am, pm
CLOCK = rf"(?P<hour>\d{{1,6}}){MINUTE}{HALF}"
HOUR = rf"(?P<hour>\d{{1,2}})(?:{MINUTE})?{HALF}"  # after a date, also an hour alone
CJK_SECOND = r"(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?秒?"
CJK_MINUTE = rf"(?P<minute>\d{{1,2}})(?:[分:](?:{CJK_SECOND})?)?"
CJK_CLOCK = (
    rf"(?P<half>{'|'.join(AM[1:] + PM[1:])})?\s*(?P<hour>\d{{1,2}})[时時点點:](?:{CJK_MINUTE})?"
)
ZONE_NAME = (
    r"(?P<zone>z|(?:utc|gmt)?[-+]\d{1,2}(?::?\d{2})?|[a-z]{2,5}|[a-z_]+(?:/[a-z0-9_+-]+){1,2})"
)
# Behind an offset may be the name of the zone: +01:00[Europe/Berlin], GMT+0100 (CET).
ZONE = rf"(?:\s*uhr)?(?:\s*[\[(]?{ZONE_NAME}[\])]?(?:\s*[\[(][^\])]*[\])])?)?"
TIME = rf"(?:(?:t|,|,?\s+){HOUR})?{ZONE}"

DATE = r"(?P<first>\d{1,4})(?P<mark>[-./])(?P<middle>\d{1,2})[-./](?P<last>\d{1,4})"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|[.º])?"
YEAR, LONG_YEAR = r"'?(?P<year>\d{4}|\d{2})", r"(?P<year>\d{4})"
NUMBERED_DATE = rf"^{WEEKDAY}{DATE}"
NAMED_DATES = (
    rf"^{WEEKDAY}{DAY}[-\s./]*(?:(?:de|of)\s+)?{MONTH}[-\s./,]*(?:del?\s+)?{YEAR}",
    rf"^{WEEKDAY}{MONTH}[-\s./]*{DAY}(?:,\s*|[-\s./]+){YEAR}",
    rf"^{WEEKDAY}{LONG_YEAR}[-\s./]*{MONTH}[-\s./]*{DAY}",
    rf"^{MONTH}[-\s./,]*(?:(?:de|of)\s+)?{LONG_YEAR}",
)
CJK_DATE = (
    rf"^{LONG_YEAR}\s*年\s*(?P<month>\d{{1,2}})\s*月(?:\s*(?P<day>\d{{1,2}})\s*[日号])?"
    rf"\s*{CJK_WEEKDAY}"
)
DATE_PATTERNS = (
    # Without names, which most dates do not have, a pattern takes a third of the time.
    rf"^{DATE}(?:(?:t|,?\s+){HOUR})?(?:\s*(?:z|utc|gmt)?(?P<zone>[-+]\d{{2}}:?\d{{2}})?)?$",
    rf"{NUMBERED_DATE}(?:(?:t|,?\s+){HOUR})?{ZONE}$",
    *(rf"{date}{TIME}$" for date in NAMED_DATES),
    # of web servers, 12/Mar/2024:10:00:00 +0100, and of C, Tue Mar 12 10:00:00 2024
    rf"^{DAY}[-/]?{MONTH}[-/]?{LONG_YEAR}:{HOUR}{ZONE}$",
    rf"^{WEEKDAY}{MONTH}\s+{DAY}\s+{HOUR}(?:\s+{ZONE_NAME})?\s+{LONG_YEAR}$",
    rf"{CJK_DATE}(?:\s*{CJK_CLOCK})?{ZONE}$",
)
DAY_PATTERNS = tuple(f"{date}$" for date in (NUMBERED_DATE, *NAMED_DATES, CJK_DATE))
SHORT_DATE = r"(?P<first>\d{1,2})(?P<mark>[-./])(?P<middle>\d{1,2})[-./](?P<last>\d{1,4})"
DAY_OR_MONTH_FIRST_PATTERNS = (f"^{SHORT_DATE}", f"^{WEEKDAY}{SHORT_DATE}")

CLOCK_PATTERN = rf"^(?P<sign>[-+]?){CLOCK}$"
DAYS = r"(?P<days>\d{1,6})\s*(?:d|days?|tage?|jours?|días?|天)"
DURATION_PATTERNS = (
    CLOCK_PATTERN,
    rf"^(?P<sign>[-+]?){DAYS}[\s,]*(?P<plus>\+?)(?:{CLOCK})?$",
    rf"^(?P<sign>[-+]?)p?(?:{DAYS})?[\s,]*t?"
    r"(?:(?P<hour>\d{1,7})\s*(?:h|hr|hrs|hours?|std|stunden?|heures?|horas?|小时))?[\s,]*"
    r"(?:(?P<minute>\d{1,9})\s*(?:m|min|mins|minutes?|minuten|minutos?|分钟?))?[\s,]*"
    r"(?:(?P<second>\d{1,10})(?:[.,](?P<fraction>\d{1,9}))?\s*"
    r"(?:s|sec|secs|seconds?|sek|sekunden?|secondes?|segundos?|秒))?$",
)
