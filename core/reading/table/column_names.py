"""What columns are usually called."""

from __future__ import annotations

import re


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


ID_NAMES = _names(
    "id ids identifier key name sequence seq series sample utterance session user patient subject "
    "machine engine unit device trial recording record case track trip visit episode rec 编号 序列"
)
TIME_NAMES = _names(
    "t time timestamp datetime date step time_step timestep cycle cycles frame tick hour day week "
    "seconds minutes 时间 日期 时刻"
)
TARGET_NAMES = _names("target targets label labels class classes y outcome rul 目标 标签 类别")
SPLIT_NAMES = _names("split set subset partition part fold")
GROUP_NAMES = _names("group groups group_id 组 分组")


def plain(name: str) -> str:
    """A name without its capitals, spaces, hyphens and dots: "Patient-ID" is "patient_id"."""
    return re.sub(r"[\s\-.]+", "_", name.strip().lower())


def can_only_name_an_id(name: str) -> bool:
    """Unlike sequence or record, which may also hold the steps themselves."""
    return plain(name) in ("id", "ids") or plain(name).endswith("_id")


def names_an_id(name: str) -> bool:
    return plain(name) in ID_NAMES or plain(name).endswith("_id")
