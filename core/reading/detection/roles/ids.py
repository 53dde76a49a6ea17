"""Detect the column of the sequence id."""

from __future__ import annotations

import numpy as np

from ....errors import Note
from ...table.cells import parse_numbers, read_number_text
from ...table.roles import encode_values
from ...table.words.column_names import (
    TARGET_NAMES,
    is_id_name,
    is_order_name,
    is_split_name,
    is_time_name,
    normalize_name,
)
from ..candidates import Candidates, note_assumed_id
from ..row_numbers import read_whole_numbers
from ..wide import has_blank_ends
from .times import (
    count_repeated_times,
    is_regular,
    list_order_columns,
    orders_rows,
    rises_through_file,
)

MIN_TIMES = 3  # columns named by times, from which they are steps


def find_id(candidates: Candidates, layout: str) -> None:
    """Assign the id, and the time where a column counts the rows of each id."""
    if candidates.roles["id"] is not None:
        return
    open_columns = candidates.list_open_columns("number", "text")
    named_ids = [name for name in open_columns if is_id_name(name)]
    first_columns = _list_unnamed_ids(candidates, open_columns, layout)[:1]
    if (
        named_ids
        and first_columns
        and named_ids[0] != first_columns[0]
        and _is_counter_within(candidates, named_ids[0], first_columns[0])
    ):
        candidates.roles["id"], candidates.roles["time"] = first_columns[0], named_ids[0]
        note_assumed_id(candidates, first_columns[0], is_certain=True)
    elif named_ids:
        candidates.roles["id"] = named_ids[0]
        later_ids = (
            n for n in candidates.list_open_columns("number") if is_id_name(n) and n != named_ids[0]
        )
        counters = (n for n in later_ids if _is_counter_within(candidates, n, named_ids[0]))
        if layout != "wide" and candidates.roles["time"] is None:
            candidates.roles["time"] = next(counters, None)
    elif first_columns and _looks_like_ids(candidates, first_columns[0], layout):
        _assign_unnamed_id(candidates, first_columns[0])
    if not candidates.roles["id"]:
        _recognise_one_series(candidates)


def _assign_unnamed_id(candidates: Candidates, name: str) -> None:
    """Assign the id to a column without the name of one.

    Where the time rises from row to row, the table may as well be one sequence, of which the column
    is a feature. It is if the rows are at regular times and the values come back, as those of a
    state do.
    """
    time = candidates.roles["time"]
    if not time or not rises_through_file(candidates, time) or not _comes_back(candidates, name):
        candidates.roles["id"] = name
        note_assumed_id(candidates, name, bool(time))
        return
    choices: list[dict[str, object]] = [{"id": name}, {"layout": "long", "id": ""}]
    if is_regular(candidates, time):
        candidates.roles["id"] = ""
        note = Note(
            "every row has a later `{time}`, so the table is read as one sequence; `{name}` may be "
            "the id",
            time=time,
            name=name,
        )
        candidates.ask("assumed_id", note, choices[::-1], name)
    else:
        candidates.roles["id"] = name
        note = Note(
            "no column is called id: `{name}` is used as the id, but the table may be one sequence",
            name=name,
        )
        candidates.ask("assumed_id", note, choices, name)


def _comes_back(candidates: Candidates, name: str) -> bool:
    """Return True if values of a column occur again after rows with other values."""
    codes, distinct = encode_values(candidates.table, name)
    return int(np.count_nonzero(np.diff(codes))) >= len(distinct)


def _recognise_one_series(candidates: Candidates) -> None:
    """Read a table without an id as one sequence if a named time rises from row to row."""
    time = candidates.roles["time"]
    if candidates.roles["id"] is None and time and rises_through_file(candidates, time):
        candidates.roles["id"] = ""
        note = Note("every row has a later `{time}`: the table is one sequence", time=time)
        candidates.inform("one_series", note, time)


def _list_unnamed_ids(candidates: Candidates, open_columns: list[str], layout: str) -> list[str]:
    """List the columns that may be ids without the name of one; a table of steps has no time."""
    columns = [
        name
        for name in open_columns
        if normalize_name(name) not in TARGET_NAMES and not is_split_name(name)
    ]
    step_columns, _ = candidates.find_step_columns()
    if layout == "wide" or len(step_columns) > 1:
        return columns
    return [name for name in columns if not is_order_name(name)]


def _is_counter_within(candidates: Candidates, name: str, id: str) -> bool:
    """Return True if a column such as visit or trip counts the rows of each value of ``id``.

    Most values of ``id`` must have several rows.
    """
    if candidates.kinds[name] != "number" or candidates.roles["time"]:
        return False
    sequence, distinct = encode_values(candidates.table, id)
    values, bad = parse_numbers(read_number_text(candidates.table, name))
    if len(bad) or np.isnan(values).any() or 2 * len(distinct) > len(sequence):
        return False
    order = np.lexsort((np.arange(len(values)), sequence))
    is_same_sequence = np.diff(sequence[order]) == 0
    return bool((np.diff(values[order])[is_same_sequence] > 0).all())


def is_row_counter(candidates: Candidates, name: str) -> bool:
    """Return True if a column counts the rows from 0 or 1."""
    values, _ = parse_numbers(read_number_text(candidates.table, name))
    row_numbers = np.arange(len(values))
    return np.array_equal(values, row_numbers) or np.array_equal(values, row_numbers + 1)


def _count_times(candidates: Candidates, step_columns: list[str]) -> bool:
    """Return True for columns that are numbers, or times with a number: t1, t2, t3, …"""
    if not candidates.table.header or len(step_columns) < MIN_TIMES:
        return False
    bases = {name.rstrip("0123456789").rstrip(" _.-") for name in step_columns}
    return all(not base or is_time_name(base) or is_order_name(base) for base in bases)


def _looks_like_ids(candidates: Candidates, name: str, layout: str) -> bool:
    """Return True if a first column without an id's name looks like ids.

    Ids are text that is not the class of a row of steps; numbers that count such rows; or numbers
    that repeat, with every pair of number and time occurring once.
    """
    sequence, distinct = encode_values(candidates.table, name)
    time = candidates.roles["time"] or next(
        (
            n
            for n in list_order_columns(candidates)
            if n != name and orders_rows(candidates, n, sequence)
        ),
        None,
    )
    step_columns, _ = candidates.find_step_columns()
    if candidates.kinds[name] == "text":
        is_wide = layout == "wide" or (
            layout == "auto"
            and not time
            and (_count_times(candidates, step_columns) or has_blank_ends(candidates, step_columns))
        )
        return not is_wide or 2 * len(distinct) > len(sequence)
    if layout == "wide" or not time:
        return (
            layout != "long"
            and len(step_columns) > 1
            and name not in step_columns
            and is_row_counter(candidates, name)
        )
    is_whole = read_whole_numbers(candidates.table, name) is not None  # unlike a measurement
    is_repeated = len(distinct) < len(sequence)
    return is_whole and is_repeated and not count_repeated_times(candidates, time, sequence)
