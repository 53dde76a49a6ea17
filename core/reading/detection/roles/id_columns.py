"""Detect ids of several columns, and times that order the rows only under such ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from ....errors import Note
from ...table.cells import SAMPLE_ROWS, parse_numbers, read_number_text, read_text
from ...table.joined_columns import SEPARATOR
from ...table.roles import encode_values
from ...table.words.column_names import (
    TARGET_NAMES,
    is_id_name,
    is_order_name,
    is_split_name,
    is_time_name,
    normalize_name,
)
from ..candidates import MAX_EXAMPLES, Candidates
from .times import (
    MAX_REPEATED_SHARE,
    assign_dates,
    assign_ordering_time,
    count_repeated_times,
    encode_sequences,
    list_order_columns,
    orders_rows,
)

MAX_ID_COLUMNS = 3
MAX_ID_PARTS = 10  # columns that are tried as a part of an id
MIN_ROWS_PER_ID = 2  # on average

IdSet = tuple[tuple[str, ...], np.ndarray]  # columns, and the (rows,) codes of the ids


def complete_ids(candidates: Candidates) -> None:
    """Find a time that orders the rows, and the columns of the id under which it hardly repeats.

    Where the id alone does not tell the sequences apart, up to three columns of words or whole
    numbers do, and they become the id.
    """
    if not candidates.roles["id"]:
        return
    if candidates.roles["time"]:
        _assign_id_columns(candidates, candidates.roles["time"])
        return
    if candidates.roles["time"] is not None:  # chosen to be none
        return
    sequence = encode_sequences(candidates)
    names = list_order_columns(candidates)
    for name in names:
        if orders_rows(candidates, name, sequence):
            assign_ordering_time(candidates, name)
            return
    for name in names:
        if _assign_ids_ordered_by(candidates, name):
            return
    assign_dates(candidates, sequence)
    if not candidates.has_chosen_id and not candidates.roles["time"]:
        _note_further_ids(candidates, sequence)


def _note_further_ids(candidates: Candidates, sequence: np.ndarray) -> None:
    """Add a doubt for a column with the name of an id that divides sequences without a time."""
    for name in filter(is_id_name, _list_id_parts(candidates)):
        part, distinct = encode_values(candidates.table, name)
        if len(np.unique(sequence * len(distinct) + part)) > sequence.max() + 1:
            id = candidates.roles["id"] or ""
            candidates.ask(
                "id_columns",
                Note(
                    "`{id}` is the id; it may also be `{id}` and `{name}` together",
                    id=id,
                    name=name,
                ),
                [{"id": id}, {"id": [id, name]}],
                name,
                [_format_ids(candidates, columns) for columns in ((id,), (id, name))],
            )


def _format_ids(candidates: Candidates, columns: Sequence[str]) -> list[str]:
    """Format the first ids that columns give together."""
    first = [read_text(candidates.table, name)[:SAMPLE_ROWS].to_pylist() for name in columns]
    ids = dict.fromkeys(SEPARATOR.join(parts) for parts in zip(*first, strict=True))
    return list(ids)[:MAX_EXAMPLES]


def _assign_id_columns(candidates: Candidates, time: str) -> None:
    """Assign the smallest set of columns as the id under which the time hardly repeats."""
    sequence = encode_sequences(candidates)
    repeated = count_repeated_times(candidates, time, sequence)
    if repeated <= MAX_REPEATED_SHARE * len(sequence) or candidates.has_chosen_id:
        return
    id_sets = (
        (columns, codes)
        for columns, codes in _iterate_id_sets(candidates)
        if count_repeated_times(candidates, time, codes) <= MAX_REPEATED_SHARE * len(codes)
    )
    if (best := next(id_sets, None)) is not None:
        _ask_about_equal_ids(candidates, best, id_sets)
        _assign_joined_id(candidates, best[0])
        return
    candidates.ask(
        "id_columns",
        Note(
            "rows that repeat a `{time}` of the same `{id}` ({n}): another column may be part "
            "of the id",
            n=repeated,
            time=time,
            id=candidates.roles["id"],
        ),
        [{"id": candidates.roles["id"]}],
    )


def _ask_about_equal_ids(candidates: Candidates, best: IdSet, others: Iterator[IdSet]) -> None:
    """Ask if other columns, equally many with the name of an id, divide the rows otherwise.

    Args:
        candidates: The table.
        best: Columns and codes of the id.
        others: Further sets, smallest first.
    """
    columns, codes = best
    for other_columns, other_codes in others:
        if len(other_columns) > len(columns):
            return
        is_equal = sum(map(is_id_name, other_columns)) >= sum(map(is_id_name, columns))
        pairs = len(np.unique(codes * (int(other_codes.max()) + 1) + other_codes))
        if is_equal and pairs > codes.max() + 1:
            candidates.ask(
                "id_columns",
                Note(
                    "`{names}` together are the id; it may also be `{others}`",
                    names=", ".join(columns),
                    others=", ".join(other_columns),
                ),
                [{"id": list(columns)}, {"id": list(other_columns)}],
                examples=[_format_ids(candidates, each) for each in (columns, other_columns)],
            )
            return


def _assign_ids_ordered_by(candidates: Candidates, name: str) -> bool:
    """Assign the time and the id if a column orders the rows under an id of several columns."""
    if candidates.has_chosen_id:
        return False
    for columns, codes in _iterate_id_sets(candidates, name):
        if orders_rows(candidates, name, codes) and not count_repeated_times(
            candidates, name, codes
        ):
            assign_ordering_time(candidates, name)
            _assign_joined_id(candidates, columns)
            return True
    return False


def _assign_joined_id(candidates: Candidates, columns: tuple[str, ...]) -> None:
    candidates.excluded.update({candidates.roles["id"] or ""} - {*columns})
    candidates.assign_joined("id", columns)
    if len(columns) > 1:
        note = Note("`{names}` together are the id", names=", ".join(columns))
        candidates.inform("id_columns", note)


def _iterate_id_sets(candidates: Candidates, time: str | None = None) -> Iterator[IdSet]:
    """Iterate over sets of columns that may be the id, smallest first, with the codes of the ids.

    A set has two rows per id or more on average.
    """
    base = candidates.roles["id"] or ""
    others = [n for n in _list_id_parts(candidates) if n != time][:MAX_ID_PARTS]
    sets: list[tuple[str, ...]] = [(name,) for name in others if is_id_name(name)]
    sets += [(base, name) for name in others]
    sets += [(base, *pair) for pair in combinations(others, MAX_ID_COLUMNS - 1)]
    for columns in sets:
        codes = np.zeros(len(candidates.table), dtype=np.int64)
        for name in columns:
            part, distinct = encode_values(candidates.table, name)
            codes = np.unique(codes * len(distinct) + part, return_inverse=True)[1].ravel()
        if MIN_ROWS_PER_ID * (int(codes.max()) + 1) <= len(codes):
            in_table = [n for n in candidates.names if n in columns]
            yield tuple(in_table), codes


def _list_id_parts(candidates: Candidates) -> list[str]:
    """List the open columns that may be a part of an id, those with the name of an id first.

    These are words and whole numbers. Whole numbers without the name of an id count from 0 or 1,
    unlike measurements.
    """
    parts = [
        name
        for name in candidates.list_open_columns("number", "text")
        if normalize_name(name) not in TARGET_NAMES
        and not is_split_name(name)
        and not is_order_name(name)
        and not is_time_name(name)
        and _may_be_id_part(candidates, name)
    ]
    return sorted(parts, key=lambda name: (not is_id_name(name), candidates.kinds[name] != "text"))


def _may_be_id_part(candidates: Candidates, name: str) -> bool:
    if candidates.kinds[name] == "number":
        sample = parse_numbers(read_number_text(candidates.table, name).slice(0, SAMPLE_ROWS))[0]
        if not (sample == np.floor(sample)).all():
            return False
        if not is_id_name(name) and not _counts_from_one(candidates, name):
            return False
    distinct = encode_values(candidates.table, name)[1]
    return len(distinct) > 1 and MIN_ROWS_PER_ID * len(distinct) <= len(candidates.table)


def _counts_from_one(candidates: Candidates, name: str) -> bool:
    """Return True for numbers of which each from 0 or 1 to the largest occurs."""
    numbers, bad = parse_numbers(read_number_text(candidates.table, name))
    if len(bad) or not np.isfinite(numbers).all() or numbers.min() not in (0, 1):
        return False
    distinct = np.unique(numbers)
    return np.array_equal(distinct, np.arange(len(distinct)) + distinct[0])
