"""Checks of plain values, as JSON gives them, that a file from elsewhere may hold.

What is saved declares the form of its values once, beside ``to_dict``, and ``from_dict`` reads
only what has this form. A check takes a value and the place where it stands, and returns the value,
lists as tuples. It raises ValueError with one sentence: the place, what stands there, what may.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from reprlib import Repr
from typing import Any

Check = Callable[[Any, str], Any]

# Far more than what is saved here, and few enough that pages with them stay quick.
MAX_VALUES = 1_000_000  # commas and brackets in a file
MAX_NAMES = 100_000  # of features, columns, classes or words
MAX_NAME = 10_000  # characters
MAX_COUNT = 2**53

_short = Repr()
_short.maxstring = _short.maxother = _short.maxlong = 40
_short.maxlevel = _short.maxlist = _short.maxdict = 2


def parse(content: bytes) -> Any:
    """What JSON in UTF-8 says. Raises ValueError for what two readers may read differently, and
    for more values than any file of ours has."""
    if sum(map(content.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise ValueError(f"it holds more than {MAX_VALUES:,} values")
    found = json.loads(content.decode(), object_pairs_hook=_without_duplicates)
    if b"\\u" in content:  # half a character, which no file and no page can hold
        json.dumps(found, ensure_ascii=False).encode()
    return found


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("it names a field twice")
    return found


def refuse(value: Any, where: str, use: str) -> ValueError:
    """The error to raise; the value is quoted shortened."""
    return ValueError(f"{where} is {_short.repr(value)}; use {use}")


def whole(low: int, high: int) -> Check:
    def check(value: Any, where: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise refuse(value, where, f"a whole number from {low:,} to {high:,}")
        return value

    return check


def number(low: float = -math.inf, high: float = math.inf, finite: bool = True) -> Check:
    """A float; with ``finite=False`` also NaN and infinite ones."""

    def check(value: Any, where: str) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        try:
            found = float(value) if is_number else math.nan
        except OverflowError:  # a whole number of hundreds of digits
            found = math.inf
        if not is_number or (finite and not (math.isfinite(found) and low <= found <= high)):
            bounds = "" if math.isinf(low) else f" from {low:g} to {high:g}"
            raise refuse(value, where, f"a number{bounds}")
        return found

    return check


def flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise refuse(value, where, "true or false")
    return value


def text(most: int = MAX_NAME, pattern: str | None = None) -> Check:
    """Characters, all of them as the pattern says."""

    def check(value: Any, where: str) -> str:
        if not isinstance(value, str) or len(value) > most:
            raise refuse(value, where, f"a text of at most {most:,} characters")
        if pattern is not None and re.fullmatch(pattern, value) is None:
            raise refuse(value, where, f"a text like {pattern}")
        return value

    return check


def one_of(*allowed: str) -> Check:
    def check(value: Any, where: str) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise refuse(value, where, f"one of {', '.join(allowed)}")
        return value

    return check


def optional(check: Check) -> Check:
    """None, or what the check takes."""
    return lambda value, where: None if value is None else check(value, where)


def as_it_is(check: Check) -> Check:
    """What the check takes, not changed: its lists stay lists."""

    def check_only(value: Any, where: str) -> Any:
        check(value, where)
        return value

    return check_only


def many(check: Check, most: int, least: int = 0) -> Check:
    """A list of so many."""

    def check_all(value: Any, where: str) -> tuple:
        if not isinstance(value, list | tuple):
            raise refuse(value, where, "a list")
        if not least <= len(value) <= most:
            raise ValueError(f"{where} has {len(value):,} entries; use {least:,} to {most:,}")
        return tuple(check(each, f"{where}[{place}]") for place, each in enumerate(value))

    return check_all


def names(least: int = 0) -> Check:
    return many(text(), MAX_NAMES, least)


def by_name(check: Check, most: int, name: Check | None = None) -> Check:
    """A dictionary of so many, each name as ``name`` takes it."""
    name = name or text()

    def check_all(value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise refuse(value, where, "fields by their names")
        if len(value) > most:
            raise ValueError(f"{where} has {len(value):,} entries; use at most {most:,}")
        return {
            name(key, f"a name in {where}"): check(each, f"{where}.{_short.repr(key)}")
            for key, each in value.items()
        }

    return check_all


def record(fields: Mapping[str, Check], later: Mapping[str, Check] | None = None) -> Check:
    """A dictionary with all of these fields, and perhaps those that came ``later``. Other ones, of
    a newer version, are left out."""
    later = later or {}

    def check_all(value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise refuse(value, where, "fields by their names")
        absent = [name for name in fields if name not in value]
        if absent:
            raise ValueError(f"{where} lacks {absent[0]}")
        known = {name: check for name, check in {**fields, **later}.items() if name in value}
        return {name: check(value[name], f"{where}.{name}") for name, check in known.items()}

    return check_all
