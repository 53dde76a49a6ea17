"""Estimate how many steps a file holds before it is parsed, which takes many times its size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...data.schema import FIXES
from ...errors import DataError
from ..layouts.read import read_table
from ..table.step_limits import CLEARLY, refuse_about
from ..table.table import Table
from .detect import detect_schema

HEAD_BYTES = 1 << 18
BLOCK_BYTES = 1 << 24
STEP_BYTES = 2  # a digit, and what sets it apart from the next
MARKS = np.isin(np.arange(256), list(b' \t\n,;:[]"'))


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
