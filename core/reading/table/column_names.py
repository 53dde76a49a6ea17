"""Common names of columns, by role."""

from __future__ import annotations

import re


def _split_names(names: str) -> frozenset[str]:
    return frozenset(names.split())


ID_NAMES = _split_names(
    "id ids identifier key name sequence seq series sample utterance session user patient subject "
    "machine engine unit device trial recording record case track trip visit episode rec 编号 序列"
)
TIME_NAMES = _split_names(
    "t time timestamp datetime date step time_step timestep cycle cycles frame tick hour day week "
    "seconds minutes 时间 日期 时刻"
)
TARGET_NAMES = _split_names(
    "target targets label labels class classes y outcome rul 目标 标签 类别"
)
SPLIT_NAMES = _split_names("split set subset partition part fold")
GROUP_NAMES = _split_names("group groups group_id 组 分组")


def normalize_name(name: str) -> str:
    """Normalise capitals, spaces, hyphens and dots: "Patient-ID" becomes "patient_id"."""
    return re.sub(r"[\s\-.]+", "_", name.strip().lower())


def is_unambiguous_id_name(name: str) -> bool:
    """Return True for a name that only an id has.

    A column named sequence or record may also contain the steps themselves.
    """
    return normalize_name(name) in ("id", "ids") or normalize_name(name).endswith("_id")


def is_id_name(name: str) -> bool:
    """Return True for a common name of an id column."""
    return normalize_name(name) in ID_NAMES or normalize_name(name).endswith("_id")
