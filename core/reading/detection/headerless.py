"""Recognise tables of numbers without a header by their first columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow.compute as pc

from ...errors import Note
from ..table.cells import SAMPLE_ROWS, find_ends, parse_numbers, read_number_text
from ..table.counted_steps import counts_steps
from ..table.table import Table
from .candidates import Candidates

MIN_STEPS = 10  # the shortest series of the UCR archive have 15
MAX_CLASSES = 100  # the UCR archive has up to 60
SAMPLE_STEPS = 20  # columns in which decimals are looked for


def detect_headerless(candidates: Candidates) -> str | None:
    """Assign the roles of a table of numbers without a header.

    Returns:
        The layout: "long" if the second column counts the rows of each value of the first, "wide"
        if the table is like a file of the UCR archive, otherwise None.
    """
    table = candidates.table
    taken = {*table.roles.values(), candidates.steps_after}
    names = [name for name in table.names if name not in taken]
    if len(names) < 3:
        return None
    id, time = names[:2]
    if counts_steps(*(read_number_text(table, name) for name in (id, time))):
        candidates.roles["id"], candidates.roles["time"] = id, time
        candidates.inform(
            "layout",
            Note(
                "no header; column `{time}` counts the rows of each value of column `{id}`: long "
                "layout",
                id=id,
                time=time,
            ),
        )
        return "long"
    return "wide" if _detect_ucr(candidates, names) else None


def _detect_ucr(candidates: Candidates, names: Sequence[str]) -> bool:
    """Recognise a class and the steps of a series in each row, the end of which may be NaN.

    The class is a whole number that repeats, while the steps have decimals. Without NaN at the
    ends, the cells must be separated by tabs, as in the archive.
    """
    table, (target, *steps) = candidates.table, names
    if len(steps) < MIN_STEPS or not _holds_classes(table, target):
        return False
    if not all(_has_decimals(table, name) for name in steps[:SAMPLE_STEPS]):
        return False
    has_padding = has_missing_ends(table, steps)
    if not has_padding and table.delimiter != "\t":
        return False
    candidates.roles["target"], candidates.roles["id"] = target, ""
    candidates.inform(
        "layout",
        Note(
            "no header; a class and the steps of a sequence in each row, as in the UCR archive: "
            "wide layout"
        ),
    )
    return True


def has_missing_ends(table: Table, steps: Sequence[str]) -> bool:
    """Return True if markers of missing values fill up rows without a header to equal length."""
    if table.header or len(steps) < 2:
        return False
    return bool(find_ends(table.columns[steps[-1]]).any())


def _holds_classes(table: Table, name: str) -> bool:
    """Return True for whole numbers of which few are distinct."""
    classes, bad = parse_numbers(read_number_text(table, name))
    if len(bad) or not np.array_equal(classes, np.round(classes)):  # False with NaN
        return False
    return 2 <= len(np.unique(classes)) <= min(MAX_CLASSES, len(table) / 2)


def _has_decimals(table: Table, name: str) -> bool:
    cells = read_number_text(table, name)[:SAMPLE_ROWS]
    return bool(pc.any(pc.match_substring_regex(cells, "[.eE]")).as_py())
