"""Common names of columns, by role."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


def _split_names(names: str) -> frozenset[str]:
    return frozenset(names.split())


ID_NAMES = _split_names(
    "id ids identifier key name sequence seq series sample utterance session user patient subject "
    "machine engine unit device trial recording record case track trip visit episode rec 编号 序列"
)
TIME_NAMES = _split_names(
    "t time timestamp time_stamp datetime date date_time time_step timestep zeit zeitpunkt "
    "zeitstempel datum uhrzeit temps horodatage fecha tiempo 时间 日期 时刻 时间戳 日期时间"
)
# A column with one of these names is the time only if it orders the rows of a sequence.
ORDER_NAMES = _split_names(
    "ts step steps cycle cycles frame tick instant clock hour hours day days week weeks month "
    "months year second seconds sec secs minute minutes min elapsed epoch unixtime takt schritt "
    "zyklus tag woche monat jahr stunde minuten sekunde sekunden heure jour semaine mois seconde "
    "pas dia día semana mes hora segundo segundos minuto paso ciclo 秒 分钟 小时 天 周 步 步数 "
    "时间步 周期 帧"
)
INDEX_NAMES = _split_names(
    "index idx row rows rownum row_id row_no row_nr row_num row_number row_index no nr num number "
    "obs level_0 sample_no sample_nr sample_number sample_index sample_idx record_no line line_no "
    "zeile zeilennummer lfd_nr laufnummer ligne fila indice índice 序号 行号"
)
TIME_ENDINGS = (
    *("_time", "_timestamp", "_at", "_date", "_datetime", "fecha", "zeit", "zeitpunkt"),
    *("zeitstempel", "datum", "_temps", "_tiempo", "时间", "日期", "时刻"),
)
TIME_BEGINNINGS = ("date_", "datum_", "fecha_", "horodatage_")
NUMBER_ENDINGS = _split_names("no nr num number count counter index idx id nummer")
UNITS = _split_names(
    "s sec secs second seconds ms msec us µs μs ns min mins minutes h hr hrs hour hours d days utc "
    "gmt local unix epoch iso ts 秒 毫秒 分钟 小时"
)
TARGET_NAMES = _split_names(
    "target targets label labels class classes y outcome rul 目标 标签 类别"
)
SPLIT_NAMES = _split_names("split set subset partition part fold")
# The first letters of months and days of the week in English, German, French, Spanish and Italian.
CALENDAR = frozenset(
    " ".join(
        (
            "jan feb mar mrz mär apr may mai jun jul aug sep oct okt nov dec dez",
            "fév fev avr jui aoû déc ene abr ago dic gen mag giu lug set ott",
            "mon tue wed thu fri sat sun die mit don fre sam son",
            "lun mer jeu ven dim mié jue vie sáb dom gio sab",
        )
    ).split()
)
MAX_CACHED_NAMES = 32_768  # each column of a wide table is asked for some 20 times
SPLIT_ENDINGS = ("_split", "_fold", "_subset", "_partition")
GROUP_NAMES = _split_names("group groups group_id 组 分组")


@lru_cache(MAX_CACHED_NAMES)
def normalize_name(name: str) -> str:
    """Normalise capitals, spaces, hyphens and dots: "Patient-ID", "patientId" is "patient_id"."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\s\-.]+", "_", spaced.lower())


def is_time_name(name: str) -> bool:
    """Return True for a name that a time has, with or without its unit: time_ms, Time (s)."""
    return _strip_unit(name) in TIME_NAMES


def is_order_name(name: str) -> bool:
    """Return True for a name of what may be the time, or a feature: cycle, index, created_at."""
    base = _strip_unit(name)
    return (
        base in ORDER_NAMES
        or normalize_name(name) in ORDER_NAMES
        or is_index_name(name)
        or base.endswith(TIME_ENDINGS)
        or base.startswith(TIME_BEGINNINGS)
        or _counts_steps(base)
    )


def _counts_steps(base: str) -> bool:
    """Return True for the number of what orders the rows: cycle_no, frame_index."""
    stem, _, ending = base.rpartition("_")
    return ending in NUMBER_ENDINGS and (stem in ORDER_NAMES or stem in TIME_NAMES)


def is_split_name(name: str) -> bool:
    """Return True for a common name of a split: fold, cv_fold."""
    return normalize_name(name) in SPLIT_NAMES or normalize_name(name).endswith(SPLIT_ENDINGS)


def is_index_name(name: str) -> bool:
    """Return True for a common name of row numbers."""
    return normalize_name(name) in INDEX_NAMES or name.strip() in ("#", "№")


@lru_cache(MAX_CACHED_NAMES)
def _strip_unit(name: str) -> str:
    """Normalise a name, and remove a unit of time from its end."""
    base = re.sub(r"[\[\](){}/]+", "_", normalize_name(name)).strip("_")
    base = re.sub(r"_+", "_", base)
    stem, _, unit = base.rpartition("_")
    return stem if stem and unit in UNITS else base


def is_unambiguous_id_name(name: str) -> bool:
    """Return True for a name that only an id has.

    A column named sequence or record may also contain the steps themselves.
    """
    return normalize_name(name) in ("id", "ids") or normalize_name(name).endswith("_id")


def is_id_name(name: str) -> bool:
    """Return True for a common name of an id column."""
    return normalize_name(name) in ID_NAMES or normalize_name(name).endswith("_id")


def are_calendar_names(names: Iterable[str]) -> bool:
    """Return True for names of months, or of days of the week, which count steps."""
    return all(name.strip().lower()[:3] in CALENDAR for name in names)
