"""How a single cell looks: a number, a missing value, a list."""

from __future__ import annotations

import re

# Written for "no value" by spreadsheets, pandas, R, Java, Weka and people; compared in lower case.
MISSING_WORDS = ("", "na", "n/a", "#n/a", "nan", "-nan", "null", "none", "?")
SPLIT_WORDS = {
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
# Just what Arrow reads as a number. There is one way alone to match any text: a pattern that tries
# several takes the square of a long cell's length, or worse, to refuse it.
NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?|[+-]?inf(inity)?"
_NUMBER = re.compile(NUMBER, re.I)
_LIST = re.compile(r"\[\s*([\[\](+\-.\d?]|nan|null|none)", re.I | re.A)
_TUPLE = re.compile(rf"\(\s*([\[(]\s*)?({NUMBER}|nan|none|\?)\s*,.*\)", re.I | re.S)


def is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell.strip()) is not None


def is_missing(cell: str) -> bool:
    return cell.strip().lower() in MISSING_WORDS


def is_list(cell: str) -> bool:
    """In square brackets, or in round ones with a comma: (030) 123 is a telephone number."""
    cell = cell.strip()
    if not cell.startswith(("[", "(")):
        return False
    return (_LIST.match(cell) or _TUPLE.fullmatch(cell)) is not None
