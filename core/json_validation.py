"""Validate JSON values that come from files of unknown origin.

Whatever is saved declares the form of its values once, next to ``to_dict``, and ``from_dict``
accepts only that form. A check takes a value and its place in the file, and returns the value,
with lists as tuples. It raises ValueError with one sentence: the place, the value, what is allowed.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from reprlib import Repr
from typing import TypeVar

T = TypeVar("T")
Check = Callable[[object, str], T]

# Far above what any saved file needs, yet low enough that pages that show it stay responsive.
MAX_VALUES = 1_000_000  # commas and brackets in a file
MAX_NAMES = 100_000  # features, columns, classes or tokens
MAX_NAME = 10_000  # characters
MAX_COUNT = 2**53

_short = Repr()
_short.maxstring = _short.maxother = _short.maxlong = 40
_short.maxlevel = _short.maxlist = _short.maxdict = 2


def parse_json(content: bytes) -> object:
    """Parse JSON in UTF-8.

    Raises:
        ValueError: for invalid JSON, for duplicate keys and lone surrogates, which parsers treat
            differently, and for more values than any saved file has.
    """
    if sum(map(content.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise ValueError(f"it holds more than {MAX_VALUES:,} values")
    parsed: object = json.loads(content.decode(), object_pairs_hook=_without_duplicates)
    if b"\\u" in content:  # a lone surrogate, which cannot be written to a file or a page
        json.dumps(parsed, ensure_ascii=False).encode()
    return parsed


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("it names a field twice")
    return fields


def value_error(value: object, where: str, use: str) -> ValueError:
    """Build the error of a failed check; the value is quoted shortened.

    Args:
        where: place of the value in the file.
        use: description of the allowed values.
    """
    return ValueError(f"{where} is {_short.repr(value)}; use {use}")


def integer(low: int, high: int) -> Check[int]:
    """Accept integers from ``low`` to ``high``, ends included."""

    def check(value: object, where: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise value_error(value, where, f"a whole number from {low:,} to {high:,}")
        return value

    return check


def number(low: float = -math.inf, high: float = math.inf, finite: bool = True) -> Check[float]:
    """Accept numbers from ``low`` to ``high`` and convert them to float.

    Args:
        finite: False accepts any number, including NaN and infinity.
    """
    allowed = "a number" if math.isinf(low) else f"a number from {low:g} to {high:g}"

    def check(value: object, where: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise value_error(value, where, allowed)
        try:
            converted = float(value)
        except OverflowError:  # an integer of hundreds of digits
            converted = math.inf
        if finite and not (math.isfinite(converted) and low <= converted <= high):
            raise value_error(value, where, allowed)
        return converted

    return check


def boolean(value: object, where: str) -> bool:
    """Check that a value is True or False."""
    if not isinstance(value, bool):
        raise value_error(value, where, "true or false")
    return value


def text(max_length: int = MAX_NAME, pattern: str | None = None) -> Check[str]:
    """Accept text of at most ``max_length`` characters that matches ``pattern`` as a whole."""

    def check(value: object, where: str) -> str:
        if not isinstance(value, str) or len(value) > max_length:
            raise value_error(value, where, f"a text of at most {max_length:,} characters")
        if pattern is not None and re.fullmatch(pattern, value) is None:
            raise value_error(value, where, f"a text like {pattern}")
        return value

    return check


def one_of(*allowed: str) -> Check[str]:
    """Accept one of these texts."""

    def check(value: object, where: str) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise value_error(value, where, f"one of {', '.join(allowed)}")
        return value

    return check


def optional(check: Check[T]) -> Check[T | None]:
    """Accept None, or what ``check`` accepts."""
    return lambda value, where: None if value is None else check(value, where)


def unconverted(check: Check[object]) -> Check[object]:
    """Accept what ``check`` accepts, but return it unchanged: lists stay lists."""

    def check_only(value: object, where: str) -> object:
        check(value, where)
        return value

    return check_only


def list_of(check: Check[T], max_entries: int, min_entries: int = 0) -> Check[tuple[T, ...]]:
    """Accept lists whose entries all pass ``check``."""

    def check_all(value: object, where: str) -> tuple[T, ...]:
        if not isinstance(value, list | tuple):
            raise value_error(value, where, "a list")
        if not min_entries <= len(value) <= max_entries:
            raise ValueError(
                f"{where} has {len(value):,} entries; use {min_entries:,} to {max_entries:,}"
            )
        return tuple(check(entry, f"{where}[{index}]") for index, entry in enumerate(value))

    return check_all


def names(min_entries: int = 0) -> Check[tuple[str, ...]]:
    """Accept lists of names."""
    return list_of(text(), MAX_NAMES, min_entries)


def mapping_of(
    check: Check[T], max_entries: int, name: Check[str] | None = None
) -> Check[dict[str, T]]:
    """Accept dictionaries whose values all pass ``check`` and whose keys pass ``name``."""
    check_name = name or text()

    def check_all(value: object, where: str) -> dict[str, T]:
        if not isinstance(value, Mapping):
            raise value_error(value, where, "fields by their names")
        if len(value) > max_entries:
            raise ValueError(f"{where} has {len(value):,} entries; use at most {max_entries:,}")
        return {
            check_name(key, f"a name in {where}"): check(entry, f"{where}.{_short.repr(key)}")
            for key, entry in value.items()
        }

    return check_all


def record(
    build: Callable[..., T],
    fields: Mapping[str, Check[object]],
    later: Mapping[str, Check[object]] | None = None,
) -> Check[T]:
    """Accept dictionaries with these fields; unknown ones, of a newer version, are left out.

    Args:
        build: receives the checked fields as keyword arguments; a dataclass or a TypedDict.
        fields: required fields.
        later: fields added in later versions, which older files lack.
    """
    later = later or {}

    def check_all(value: object, where: str) -> T:
        if not isinstance(value, Mapping):
            raise value_error(value, where, "fields by their names")
        absent = [name for name in fields if name not in value]
        if absent:
            raise ValueError(f"{where} lacks {absent[0]}")
        known = {name: check for name, check in {**fields, **later}.items() if name in value}
        return build(
            **{name: check(value[name], f"{where}.{name}") for name, check in known.items()}
        )

    return check_all
