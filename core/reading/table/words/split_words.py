"""Words that mark the split: train or test, or yes and no in a column such as is_test."""

from __future__ import annotations

from collections.abc import Mapping

from .column_names import normalize_name

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
YES, NO = ("1", "1.0", "true", "yes", "y"), ("0", "0.0", "false", "no", "n")


def is_split_question(name: str) -> bool:
    """Return True for a column such as is_test, which yes and no answer."""
    return normalize_name(name).removeprefix("is_") in SPLIT_ALIASES


def get_split_aliases(name: str) -> Mapping[str, str]:
    """Return the split per word, in lower case, of a column with this name."""
    if not is_split_question(name):
        return SPLIT_ALIASES
    part = SPLIT_ALIASES[normalize_name(name).removeprefix("is_")]
    other = "test" if part == "train" else "train"
    return SPLIT_ALIASES | dict.fromkeys(YES, part) | dict.fromkeys(NO, other)
