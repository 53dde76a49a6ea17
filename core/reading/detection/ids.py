"""Which column tells the sequences apart."""

from __future__ import annotations

import numpy as np

from ...errors import Note
from ..table.cells import number_cells, to_numbers
from ..table.column_names import SPLIT_NAMES, TARGET_NAMES, names_an_id, plain
from ..table.roles import codes
from .candidates import Clues
from .step_columns import numbered
from .wide import ends_blank


def find_id(clues: Clues, layout: str) -> None:
    if clues.roles["id"] is not None:
        return
    free = clues.open("number", "text")
    named = [name for name in free if names_an_id(name)]
    first = [name for name in free if plain(name) not in TARGET_NAMES | SPLIT_NAMES][:1]
    if named and first and named[0] != first[0] and _counts_within(clues, named[0], first[0]):
        clues.roles["id"], clues.roles["time"] = first[0], named[0]
        clues.doubts.append(_taken(first[0]))
    elif named:
        clues.roles["id"] = named[0]
        later = (n for n in clues.open("number") if names_an_id(n) and n != named[0])
        rising = (n for n in later if _counts_within(clues, n, named[0]))
        if layout != "wide" and clues.roles["time"] is None:
            clues.roles["time"] = next(rising, None)
    elif first and _looks_like_ids(clues, first[0], layout):
        clues.roles["id"] = first[0]
        clues.doubts.append(_taken(first[0]))


def _taken(name: str) -> Note:
    return Note("no column is called id, and `{name}` is taken for it", name=name)


def _counts_within(clues: Clues, name: str, id: str) -> bool:
    """Does a column, of a name such as visit or trip, count the rows of each of another one's
    values, of which most have several?"""
    if clues.kinds[name] != "number" or clues.roles["time"]:
        return False
    sequence, distinct = codes(clues.table, id)
    when, bad = to_numbers(number_cells(clues.table, name))
    if len(bad) or np.isnan(when).any() or 2 * len(distinct) > len(sequence):
        return False
    order = np.lexsort((np.arange(len(when)), sequence))
    within = np.diff(sequence[order]) == 0
    return bool((np.diff(when[order])[within] > 0).all())


def counts_rows(clues: Clues, name: str) -> bool:
    """Does a column count the rows, from 0 or 1 on?"""
    values, _ = to_numbers(number_cells(clues.table, name))
    counted = np.arange(len(values))
    return np.array_equal(values, counted) or np.array_equal(values, counted + 1)


def _looks_like_ids(clues: Clues, name: str, layout: str) -> bool:
    """An unnamed first column: text, where it does not say the class of a row of steps; numbers
    that count such rows; or numbers that repeat, each pair with a time once."""
    sequence, distinct = codes(clues.table, name)
    time = clues.roles["time"]
    run, _ = numbered(clues.open("number", "blank"))
    if clues.kinds[name] == "text":
        wide = layout == "wide" or (layout == "auto" and not time and ends_blank(clues, run))
        return not wide or 2 * len(distinct) > len(sequence)
    if layout == "wide" or not time:
        return layout != "long" and len(run) > 1 and name not in run and counts_rows(clues, name)
    when = codes(clues.table, time)[0].astype(np.int64)
    pairs = np.unique(sequence * (int(when.max()) + 1) + when)
    return len(distinct) < len(sequence) == len(pairs)
