"""The roles of the columns of a table with one step a row."""

from __future__ import annotations

import numpy as np

from ...data.schema import Schema
from ...errors import DataError, Note
from ..table.column_names import TARGET_NAMES, plain
from ..table.roles import changes, codes
from .candidates import Clues, taken_for_target

# Share of the sequences in which a target changes, from which on it is one a step and no mistake.
OFTEN = 0.5
MAX_CATEGORIES = 20  # different words of a column that is taken for a feature without being asked


def long_schema(clues: Clues) -> Schema:
    if clues.roles["id"] is None:
        raise DataError(
            "Which column tells the sequences apart? Choose the id column, or none if the "
            "whole table is one sequence. Columns: {columns}.",
            columns=", ".join(clues.table.names),
        )
    if clues.roles["target"] is None:
        clues.roles["target"] = _long_target(clues)
    name = clues.roles["target"]
    if name and clues.target_at is None and _changes(clues, name) >= OFTEN:
        clues.target_at = "step"
        clues.reasons.append(
            Note("`{name}` changes inside the sequences: a target for each step", name=name)
        )
    return clues.finish("long", clues.features or _numbers_and_words(clues))


def _numbers_and_words(clues: Clues) -> tuple[str, ...]:
    """The open columns of numbers, and those of a few words that come again."""
    found = []
    for name in clues.open("number", "text"):
        if clues.kinds[name] == "number":
            found.append(name)
            continue
        words = len(clues.words(name))
        if 1 < words <= min(MAX_CATEGORIES, len(clues.table) / 2):
            found.append(name)
    return tuple(found)


def _long_target(clues: Clues) -> str | None:
    """By name; else the last column, when it is constant within every sequence, differs
    between sequences, and most sequences have several steps to show that."""
    free = clues.open("number", "text")
    for name in free:
        if plain(name) in TARGET_NAMES - {"y"} or (plain(name) == "y" and _carried(clues, name)):
            return name
    last = free[-1:]
    values = [name for name in free if clues.kinds[name] == "number" and [name] != last]
    if not last or not (values or clues.features) or not clues.roles["id"]:
        return None
    sequence, _ = codes(clues.table, clues.roles["id"])
    several = (np.bincount(sequence) > 1).mean() >= 0.5
    if several and len(clues.distinct(last[0])) > 1 and _carried(clues, last[0]):
        clues.reasons.append(
            Note("`{name}` is the same in all rows of a sequence: target", name=last[0])
        )
        clues.doubts.append(taken_for_target(last[0]))
        return last[0]
    return None


def _carried(clues: Clues, name: str) -> bool:
    """Is a column constant within every sequence?"""
    return bool(clues.roles["id"]) and _changes(clues, name) == 0


def _changes(clues: Clues, name: str) -> float:
    """In which share of the sequences of several steps a column changes; 0 without any."""
    value = codes(clues.table, name)[0]
    sequence = np.zeros(len(value), dtype=np.int64)
    if clues.roles["id"]:
        sequence = codes(clues.table, clues.roles["id"])[0]
    changing = np.unique(sequence[changes(value, sequence)])
    return len(changing) / np.count_nonzero(np.bincount(sequence) > 1) if len(changing) else 0.0
