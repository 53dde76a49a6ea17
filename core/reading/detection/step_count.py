"""Estimate how many steps a file holds before it is parsed, which takes many times its size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...errors import DataError
from ..layouts.read import read_table
from ..table.step_limits import ESTIMATE_TOLERANCE, refuse_estimated_steps
from ..table.table import Table
from .detect import detect_schema

HEAD_BYTES = 1 << 18
BLOCK_BYTES = 1 << 24
STEP_BYTES = 2  # a digit and its separator
IS_MARK = np.isin(np.arange(256), list(b' \t\n,;:[]"'))


def refuse_long_text(
    text: bytes, max_steps: int | None, open_one: Callable[[bytes], Table]
) -> None:
    """Raise an error for clean text with clearly more than ``max_steps`` steps.

    Args:
        text: Clean text.
        max_steps: Maximum number of steps, None for no limit.
        open_one: Opens the beginning of the text as a table, which shows if a row or a cell is a
            step.

    Raises:
        DataError: If the estimated number of steps is too large.
    """
    if max_steps is None or len(text) <= STEP_BYTES * ESTIMATE_TOLERANCE * max_steps:
        return
    if _count_tokens(text) > ESTIMATE_TOLERANCE * max_steps:  # a step has at least one
        refuse_estimated_steps(_estimate_steps(text, open_one), max_steps)


def _estimate_steps(text: bytes, open_one: Callable[[bytes], Table]) -> int:
    """Estimate the number of steps.

    Text whose beginning cannot be read has at least one step per row in any layout.
    """
    lines = text.count(b"\n")
    head = text[:HEAD_BYTES]
    head = head[: head.rfind(b"\n") + 1] or head
    try:
        table = open_one(head)
        schema = detect_schema(table)
        if schema.layout == "long":
            return lines
        data, _ = read_table(table, schema)
    except DataError:
        return lines
    return round(len(data.values) / _count_tokens(head) * _count_tokens(text))


def _count_tokens(text: bytes) -> int:
    """Count the runs of bytes between separators."""
    raw = np.frombuffer(text, np.uint8)
    count, after_mark = 0, True
    for begin in range(0, len(raw), BLOCK_BYTES):
        is_mark = IS_MARK[raw[begin : begin + BLOCK_BYTES]]
        count += int(np.count_nonzero(is_mark[:-1] & ~is_mark[1:]))
        count += after_mark and not is_mark[0]
        after_mark = bool(is_mark[-1])
    return count
