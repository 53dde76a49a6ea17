"""Detect the roles of the columns in the list layout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from ...data.notation import Notation
from ...data.schema import Schema
from ...errors import Note
from ..layouts.list_cells import is_empty, split_items
from ..table.cells import SAMPLE_ROWS, is_arrow_list, parse_numbers, read_text
from ..table.list_text import is_list, is_spaced_list
from ..table.words.column_names import TARGET_NAMES, is_id_name, normalize_name
from .candidates import Candidates, note_assumed_target
from .padding import ask_about_padding
from .roles.ids import is_row_counter

PAIR_OF_DIGITS = r"^[\[(\s]*[0-9.]+\s*/\s*[0-9]"


def detect_list_schema(candidates: Candidates) -> Schema:
    """Assign the open roles of a table with lists in its cells, and build its schema."""
    _detect_target_lists(candidates)
    features = (
        candidates.features
        or tuple(candidates.list_open_columns("list"))
        or _find_spaced_lists(candidates)
    )
    get_position = {
        name: position for position, name in enumerate(candidates.table.names)
    }.__getitem__
    first = get_position(features[0]) if features else 0
    candidates.assign_by_name("target", TARGET_NAMES)
    if candidates.roles["id"] is None:
        open_columns = candidates.list_open_columns("number", "text")
        named_ids = [n for n in open_columns if is_id_name(n)]
        before = [n for n in open_columns if get_position(n) < first]
        candidates.roles["id"] = next(
            iter(named_ids + [n for n in before if _identifies_rows(candidates, n)]), None
        )
    if candidates.roles["target"] is None:
        open_columns = candidates.list_open_columns("number", "text")
        after = [n for n in open_columns if get_position(n) > first]
        before = [n for n in open_columns if get_position(n) < first]
        targets = after[-1:] or (before if len(before) == 1 else [])
        candidates.roles["target"] = next(iter(targets), None)
        if targets:
            others = [name for name in after if name != targets[0]]
            note_assumed_target(candidates, targets[0], not others, others)
    if features and candidates.kinds[features[0]] == "list":
        candidates.inform("layout", Note("`{name}` contains lists: list layout", name=features[0]))
    for name in features:
        if _holds_pairs(candidates, name):
            first_name, second_name = Notation(name, pair=True).pair_columns
            note = Note(
                "the lists of `{name}` have two numbers per step, as in 120/80: the features "
                "`{first}` and `{second}`",
                name=name,
                first=first_name,
                second=second_name,
            )
            candidates.inform("pair", note, name)
        item_counts = _count_items(_read_spaced_cells(candidates, name))
        if len(item_counts) == 1 and item_counts != {1}:
            item_counts = _count_items(read_text(candidates.table, name).to_pylist())
        if len(item_counts) == 1 and item_counts != {1}:
            note = Note(
                "each cell of `{name}` has {n} numbers and is read as a list",
                name=name,
                n=item_counts.pop(),
            )
            candidates.warn("spaced_list", note, name)
    if features:
        _examine_padding(candidates, features[0])
    return candidates.build_schema("list", features)


def _count_items(cells: Iterable[str]) -> set[int]:
    """Count the numbers of each cell that is not blank."""
    return {len(cell.replace(";", " ").split()) for cell in cells if cell.strip()}


def _examine_padding(candidates: Candidates, name: str) -> None:
    """Ask about lists of equal length that seem to be padded with a number."""
    table = candidates.table
    first_rows = replace(
        table,
        columns=table.columns.select([name])[:SAMPLE_ROWS],
        rows=table.rows[:SAMPLE_ROWS],
        cache={},
    )
    has_items = ~is_empty(first_rows, name)
    if not has_items.any():
        return
    items = split_items(first_rows.filter(has_items), name)
    if items.lengths is None and len(items.widths) and items.widths.min() == items.widths.max():
        values = parse_numbers(items.items)[0]
        ask_about_padding(candidates, values.reshape(len(items.widths), -1))


def _detect_target_lists(candidates: Candidates) -> None:
    """Detect per-step targets: a column of lists that is named or chosen as the target."""
    if candidates.roles["target"] is None:
        named_columns = (
            n
            for n in candidates.list_open_columns("list", "text")
            if normalize_name(n) in TARGET_NAMES - {"y"}
        )
        lists = [name for name in named_columns if _holds_lists(candidates, name)]
        if lists and set(candidates.features or candidates.list_open_columns("list")) - {lists[0]}:
            candidates.roles["target"] = lists[0]
    name = candidates.roles["target"]
    if name and candidates.target_at is None and _holds_lists(candidates, name):
        candidates.target_at = "step"
        note = Note("`{name}` contains lists: one target per step", name=name)
        candidates.inform("target_per_step", note, name)


def _holds_lists(candidates: Candidates, name: str) -> bool:
    """Return True for a column of lists, including lists of text, which cannot be features."""
    if candidates.kinds[name] != "text":
        return candidates.kinds[name] == "list"
    cells = [cell.strip() for cell in read_text(candidates.table, name)[:SAMPLE_ROWS].to_pylist()]
    return all(cell.startswith("[") and cell.endswith("]") for cell in cells if cell)


def _holds_pairs(candidates: Candidates, name: str) -> bool:
    """Return True for lists with numbers such as 120/80, by their first cells."""
    column = candidates.table.columns[name].slice(0, SAMPLE_ROWS)
    if is_arrow_list(column.type):
        column = pc.list_flatten(column)
    if not pa.types.is_string(column.type):
        return False
    return bool(pc.any(pc.match_substring_regex(column, PAIR_OF_DIGITS)).as_py())


def _identifies_rows(candidates: Candidates, name: str) -> bool:
    """Return True if a column names or counts the rows."""
    if candidates.kinds[name] == "number":
        return is_row_counter(candidates, name)
    return len(candidates.list_distinct_values(name)) == len(candidates.table)


def _find_spaced_lists(candidates: Candidates) -> tuple[str, ...]:
    """Return the text columns that contain spaced lists but could be something else."""
    return tuple(
        name
        for name in candidates.list_open_columns("text")
        if any(map(is_spaced_list, _read_spaced_cells(candidates, name)))
    )


def _read_spaced_cells(candidates: Candidates, name: str) -> list[str]:
    """Read the first cells of a column whose numbers only spaces or semicolons separate."""
    if is_arrow_list(candidates.table.columns[name].type):
        return []
    cells = [
        cell for cell in read_text(candidates.table, name)[:SAMPLE_ROWS].to_pylist() if cell.strip()
    ]
    return [] if any(map(is_list, cells)) else cells
