"""The roles of the columns of a table with one step a column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow.compute as pc

from ...data.schema import Schema
from ...errors import Note
from ..table.cells import text
from ..table.column_names import TARGET_NAMES
from .candidates import MAX_TOLD, Clues, taken_for_target
from .step_columns import arranged, numbered, others


def wide_schema(clues: Clues) -> Schema:
    clues.named("target", TARGET_NAMES)
    steps = clues.open("number", "blank")
    run, channels = numbered(steps)
    if clues.features:
        features, channels = arranged(clues.features)
    elif len(run) > 1:
        features = tuple(run)
        for other in others(steps, run)[:MAX_TOLD]:
            clues.doubts.append(
                Note(
                    "`{first}` to `{last}` count other steps than `{begin}` to `{end}`, and are "
                    "not used",
                    first=other[0],
                    last=other[-1],
                    begin=run[0],
                    end=run[-1],
                )
            )
    else:
        features = tuple(steps)
    if channels:
        names = ", ".join(channels)
        clues.reasons.append(
            Note(
                "the columns count the steps of {n} features: `{names}`",
                n=len(channels),
                names=names,
            )
        )
    if clues.roles["target"] is None and features:
        clues.roles["target"] = _target(
            clues, features, counted=bool(clues.features) or len(run) > 1
        )
    return clues.finish("wide", features, channels)


def _target(clues: Clues, features: Sequence[str], counted: bool) -> str | None:
    """The one column behind the steps; else, if their names are counted, the one before them, of
    numbers or of words that come again."""
    where = {name: place for place, name in enumerate(clues.table.names)}.__getitem__
    begin, end = min(map(where, features)), max(map(where, features))
    taken = set(features)
    free = [name for name in clues.open("number", "text") if name not in taken]
    steps = {name for run in others(free, features) for name in run}
    after = [name for name in free if where(name) > end and name not in steps]
    before = [
        name
        for name in free
        if counted and where(name) < begin and name not in steps and not _all_differ(clues, name)
    ]
    found = after or before
    if len(found) == 1:
        clues.doubts.append(taken_for_target(found[0]))
        return found[0]
    if found:
        names = ", ".join(found)
        clues.doubts.append(
            Note("no column is called target, and it may be one of `{names}`", names=names)
        )
    return None


def _all_differ(clues: Clues, name: str) -> bool:
    """Is it text that seldom comes again?"""
    return clues.kinds[name] == "text" and 2 * len(clues.distinct(name)) > len(clues.table)


def ends_blank(clues: Clues, run: Sequence[str]) -> bool:
    """Are there blank cells in a run of numbered columns, all at the ends of rows?"""
    columns, channels = arranged(run)
    if len(columns) < 2:
        return False
    cells = (text(clues.table, name) for name in columns)
    blank = np.stack([pc.equal(column, "").to_numpy() for column in cells], axis=1)
    blank = blank.reshape(len(blank), max(len(channels), 1), -1)
    return bool(blank.any() and (np.diff(blank.astype(np.int8), axis=2) >= 0).all())
