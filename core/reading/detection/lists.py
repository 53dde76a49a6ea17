"""The roles of the columns of a table with lists in its cells."""

from __future__ import annotations

from ...data.schema import Schema
from ...data.tokens import is_list
from ...errors import Note
from ..table.cells import SAMPLE_ROWS, is_arrow_list, text
from ..table.column_names import TARGET_NAMES, names_an_id, plain
from ..table.list_text import is_spaced
from .candidates import Clues, taken_for_target
from .ids import counts_rows


def list_schema(clues: Clues) -> Schema:
    _lists_of_targets(clues)
    features = clues.features or tuple(clues.open("list")) or _text_of_lists(clues)
    where = {name: place for place, name in enumerate(clues.table.names)}.__getitem__
    first = where(features[0]) if features else 0
    clues.named("target", TARGET_NAMES)
    if clues.roles["id"] is None:
        free = clues.open("number", "text")
        named = [n for n in free if names_an_id(n)]
        before = [n for n in free if where(n) < first]
        clues.roles["id"] = next(iter(named + [n for n in before if _tells_apart(clues, n)]), None)
    if clues.roles["target"] is None:
        free = clues.open("number", "text")
        after = [n for n in free if where(n) > first]
        before = [n for n in free if where(n) < first]
        found = after[-1:] or (before if len(before) == 1 else [])
        clues.roles["target"] = next(iter(found), None)
        if found:
            clues.doubts.append(taken_for_target(found[0]))
    if features and clues.kinds[features[0]] == "list":
        clues.reasons.append(Note("`{name}` holds lists: list layout", name=features[0]))
    for name in features:
        numbers = {len(cell.replace(";", " ").split()) for cell in _spaced(clues, name)}
        if len(numbers) == 1 and numbers != {1}:
            clues.doubts.append(
                Note(
                    "each cell of `{name}` holds {n} numbers, and is taken for a list",
                    name=name,
                    n=numbers.pop(),
                )
            )
    return clues.finish("list", features)


def _lists_of_targets(clues: Clues) -> None:
    """A column of lists that is called target, beside another one, or is chosen as such."""
    if clues.roles["target"] is None:
        named = (n for n in clues.open("list", "text") if plain(n) in TARGET_NAMES - {"y"})
        lists = [name for name in named if _holds_lists(clues, name)]
        if lists and set(clues.features or clues.open("list")) - {lists[0]}:
            clues.roles["target"] = lists[0]
    name = clues.roles["target"]
    if name and clues.target_at is None and _holds_lists(clues, name):
        clues.target_at = "step"
        clues.reasons.append(Note("`{name}` holds lists: a target for each step", name=name))


def _holds_lists(clues: Clues, name: str) -> bool:
    """Also lists of words, which are no values of steps."""
    if clues.kinds[name] != "text":
        return clues.kinds[name] == "list"
    cells = [cell.strip() for cell in text(clues.table, name)[:SAMPLE_ROWS].to_pylist()]
    return all(cell.startswith("[") and cell.endswith("]") for cell in cells if cell)


def _tells_apart(clues: Clues, name: str) -> bool:
    """Does a column name or count the rows?"""
    if clues.kinds[name] == "number":
        return counts_rows(clues, name)
    return len(clues.distinct(name)) == len(clues.table)


def _text_of_lists(clues: Clues) -> tuple[str, ...]:
    """The columns of lists that could be something else, too."""
    return tuple(name for name in clues.open("text") if any(map(is_spaced, _spaced(clues, name))))


def _spaced(clues: Clues, name: str) -> list[str]:
    """The first cells, where only spaces or semicolons set numbers apart."""
    if is_arrow_list(clues.table.columns[name].type):
        return []
    cells = [cell for cell in text(clues.table, name)[:SAMPLE_ROWS].to_pylist() if cell.strip()]
    return [] if any(map(is_list, cells)) else cells
