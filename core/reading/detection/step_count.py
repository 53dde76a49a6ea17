"""How many steps a file holds, told before it is parsed, which takes many times its size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...errors import DataError
from .detect import detect_schema
from ..layouts.read import read_table
from ...data.schema import FIXES
from ..table.table import Table
from ...i18n import N_

TOO_MANY = N_(
    "The sequences have {found:,} steps in all, and at most {most:,} are taken. Leave some of the "
    "sequences out, or keep only every second step."
)
ABOUT_TOO_MANY = N_(
    "The file holds about {found:,} steps, and at most {most:,} are taken. Leave some of the "
    "sequences out, or keep only every second step."
)
HEAD_BYTES = 1 << 18
BLOCK_BYTES = 1 << 24
CLEARLY = 1.1  # an estimate may be wrong by a few percent; what is left is counted once it is read
STEP_BYTES = 2  # a digit, and what sets it apart from the next
MARKS = np.isin(np.arange(256), list(b' \t\n,;:[]"'))


def refuse_many_steps(steps: int, most: int) -> None:
    """Raises DataError for more steps than are taken."""
    if steps > most:
        raise DataError(TOO_MANY, found=steps, most=most)


def refuse_about(steps: int, most: int | None) -> None:
    """Raises DataError for clearly more steps than are taken; None: any number is taken."""
    if most is not None and steps > CLEARLY * most:
        raise DataError(ABOUT_TOO_MANY, found=_rounded(steps), most=most)


def refuse_long_text(text: bytes, most: int | None, open_one: Callable[[bytes], Table]) -> None:
    """Raises DataError for clean text of clearly more steps than are taken. ``open_one`` makes a
    table of its beginning, which shows whether a row, or a cell, is a step."""
    if most is not None and len(text) > STEP_BYTES * CLEARLY * most:
        refuse_about(_about(text, open_one), most)


def _about(text: bytes, open_one: Callable[[bytes], Table]) -> int:
    """About how many steps; when the beginning cannot be read, no more than there are rows, since
    no layout has less than one a row."""
    lines = text.count(b"\n")
    head = text[:HEAD_BYTES]
    head = head[: head.rfind(b"\n") + 1] or head
    try:
        table = open_one(head)
        schema = detect_schema(table)
        if schema.layout == "long":
            return lines
        data, _ = read_table(table, replace(schema, missing="drop", fixes=FIXES))
    except DataError:
        return lines
    return round(len(data.values) / _words(head) * _words(text))


def _words(text: bytes) -> int:
    """Numbers, names and whatever else stands between the marks."""
    raw = np.frombuffer(text, np.uint8)
    found, before = 0, True
    for begin in range(0, len(raw), BLOCK_BYTES):
        mark = MARKS[raw[begin : begin + BLOCK_BYTES]]
        found += np.count_nonzero(mark[:-1] & ~mark[1:]) + int(before and not mark[0])
        before = bool(mark[-1])
    return found


def _rounded(steps: int) -> int:
    """To two digits: 7,400,000."""
    return round(steps, 2 - len(str(steps)))
