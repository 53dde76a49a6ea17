"""Recognize the content of a single cell: a number, a missing value, a list."""

from __future__ import annotations

import re

# Markers of a missing value in spreadsheets, pandas, R, Java, Weka and hand-written files;
# compared in lower case.
MISSING_MARKERS = ("", "na", "n/a", "#n/a", "nan", "-nan", "null", "none", "?")
SPLIT_ALIASES = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "development": "validation",
    "test": "test",
    "testing": "test",
}
# Exactly what Arrow parses as a number. Any text matches in one way only: a pattern with several
# ways backtracks, and rejecting a long cell would take time quadratic in its length, or worse.
NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?|[+-]?inf(inity)?"
_NUMBER = re.compile(NUMBER, re.I)
_LIST = re.compile(r"\[\s*([\[\](+\-.\d?]|nan|null|none)", re.I | re.A)
_TUPLE = re.compile(rf"\(\s*([\[(]\s*)?({NUMBER}|nan|none|\?)\s*,.*\)", re.I | re.S)


def is_number(cell: str) -> bool:
    """Tell if a cell holds a number."""
    return _NUMBER.fullmatch(cell.strip()) is not None


def is_missing(cell: str) -> bool:
    """Tell if a cell holds a marker of a missing value."""
    return cell.strip().lower() in MISSING_MARKERS


def is_list(cell: str) -> bool:
    """Tell if a cell holds a list, in square brackets or in parentheses with a comma.

    The comma is required because (030) 123 is a telephone number.
    """
    cell = cell.strip()
    if not cell.startswith(("[", "(")):
        return False
    return (_LIST.match(cell) or _TUPLE.fullmatch(cell)) is not None
