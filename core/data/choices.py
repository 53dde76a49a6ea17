"""``Choices``: what a person decided about a table, as keyword arguments of ``read_sequences``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

from ..json_validation import (
    MAX_COUNT,
    MAX_NAMES,
    Check,
    boolean,
    integer,
    list_of,
    mapping_of,
    names,
    number,
    one_of,
    optional,
    record,
    text,
)
from .missing import MISSING_POLICIES, Missing
from .schema import (
    CUTS,
    DUPLICATES,
    LAYOUTS,
    TARGET_AT,
    Columns,
    Cut,
    Duplicates,
    TargetAt,
)


class Choices(TypedDict, total=False):
    """Keyword arguments of ``read_sequences``, which documents them."""

    layout: str
    id: Columns
    time: Columns
    target: str | None
    features: Sequence[str] | None
    split: str | None
    group: str | None
    missing: Missing
    target_at: TargetAt | None
    remaining_steps: int | None
    steps_after: str | None
    sheet: str | None
    dayfirst: bool | None
    decimal: Mapping[str, str]
    padding: float | None
    duplicates: Duplicates
    elapsed: bool
    cut: Cut
    cut_steps: int
    cut_every: int
    accept: Sequence[str]


# Choices that are fields of the schema as they are, and do not take part in its detection.
FIELDS = (
    "missing",
    "remaining_steps",
    "padding",
    "duplicates",
    "elapsed",
    "cut",
    "cut_steps",
    "cut_every",
)
MAX_CODES = 1_000


def merge_choices(*choices: Choices) -> Choices:
    """Merge sets of choices: a later one wins, and accepted findings and decimal marks add up."""
    merged: Choices = {}
    for each in choices:
        accept = [*merged.get("accept", ()), *each.get("accept", ())]
        decimal = {**merged.get("decimal", {}), **each.get("decimal", {})}
        merged |= each
        if accept:
            merged["accept"] = list(dict.fromkeys(accept))
        if decimal:
            merged["decimal"] = decimal
    return merged


def _check_columns(plain: object, where: str) -> str | tuple[str, ...]:
    return text()(plain, where) if isinstance(plain, str) else names()(plain, where)


CHOICES_CHECK: Check[Choices] = record(
    Choices,
    {},
    {
        "layout": one_of("auto", *LAYOUTS),
        "id": optional(_check_columns),
        "time": optional(_check_columns),
        "target": optional(text()),
        "features": optional(names()),
        "split": optional(text()),
        "group": optional(text()),
        "missing": one_of(*MISSING_POLICIES),
        "target_at": optional(one_of(*TARGET_AT)),
        "remaining_steps": optional(integer(1, MAX_COUNT)),
        "steps_after": optional(text()),
        "sheet": optional(text()),
        "dayfirst": optional(boolean),
        "decimal": mapping_of(one_of(".", ","), MAX_NAMES),
        "padding": optional(number()),
        "duplicates": one_of(*DUPLICATES),
        "elapsed": boolean,
        "cut": one_of(*CUTS),
        "cut_steps": integer(0, MAX_COUNT),
        "cut_every": integer(0, MAX_COUNT),
        "accept": list_of(text(), MAX_CODES),
    },
)
