"""The roles of the columns of a table with one step a column."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.reading.finding.clues import Clues
from core.reading.names import TARGET_NAMES
from core.reading.schema import Schema


def wide_schema(clues: Clues) -> Schema:
    clues.named("target", TARGET_NAMES)
    steps = clues.open("number", "blank")
    run = numbered(steps)
    features = clues.features or (tuple(run) if len(run) > 1 else tuple(steps))
    if clues.roles["target"] is None and features:
        last = clues.table.names.index(features[-1])
        after = [n for n in clues.open("number", "text") if n not in features]
        after = [n for n in after if clues.table.names.index(n) > last]
        clues.roles["target"] = after[0] if len(after) == 1 else None
        if len(after) == 1:
            clues.doubts.append(f"no column is called target, and `{after[0]}` is taken for it")
    return clues.finish("wide", features)


def numbered(names: Iterable[str]) -> list[str]:
    """The longest run of columns that count their steps: x1, x2, x3, … or 0, 1, 2, …"""
    best: list[str] = []
    run: list[str] = []
    before = ("", -1)
    for name in names:
        match = re.fullmatch(r"(.*?)(\d{1,9})", name)
        now = (match[1], int(match[2])) if match else ("", -1)
        run = [*run, name] if run and match and now == (before[0], before[1] + 1) else [name]
        run = run if match else []
        before = now
        best = max(best, run, key=len)
    return best
