"""The roles of the columns of a table with lists in its cells."""

from __future__ import annotations

from core.reading.finding.clues import Clues
from core.reading.names import TARGET_NAMES, names_an_id
from core.reading.schema import Schema


def list_schema(clues: Clues) -> Schema:
    features = clues.features or tuple(clues.open("list"))
    first = clues.table.names.index(features[0]) if features else 0
    if clues.roles["id"] is None:
        free = clues.open("number", "text")
        named = [n for n in free if names_an_id(n)]
        before = [n for n in clues.open("text") if clues.table.names.index(n) < first]
        distinct = [n for n in before if len(clues.distinct(n)) == len(clues.table)]
        clues.roles["id"] = next(iter(named + distinct), None)
    clues.named("target", TARGET_NAMES)
    if clues.roles["target"] is None:
        after = [n for n in clues.open("number", "text") if clues.table.names.index(n) > first]
        clues.roles["target"] = after[-1] if after else None
        if after:
            clues.doubts.append(f"no column is called target, and `{after[-1]}` is taken for it")
    if features and clues.kinds[features[0]] == "list":
        clues.reasons.append(f"`{features[0]}` holds lists: list layout")
    return clues.finish("list", features)
