"""What a sequence carries beside its steps: its id, target, split and group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ...data.schema import Schema
from ...data.tokens import SPLIT_WORDS, is_missing
from ...errors import DataError, Note
from ...i18n import N_
from .cells import MISSING_ROLE, TOO_LARGE, cast, cell, number_cells, text, to_numbers, with_points
from .report import Problems
from .table import Table

ROLES = (N_("id"), N_("time"), N_("target"), N_("split"), N_("group"))
NO_TIME = N_(
    "Row {row}, column {column}: {found!r} is no time. Write all times as numbers, or all as dates "
    "like 2026-01-31 or 2026-01-31 12:30:00, of the years 1678 to 2261."
)
NO_SPLIT = N_(
    "Row {row}, column {column}: {found!r} names no part of the data. Use train, validation or "
    "test."
)


def codes(table: Table, name: str) -> tuple[np.ndarray, pa.Array]:
    """(rows,) the number of each cell's value in the order of first appearance, and those
    distinct values as text without the spaces around them, which may so be alike."""
    return table.once(f"codes {name}", lambda: _codes(table, name))


def _spellings(table: Table, name: str) -> tuple[np.ndarray, pa.Array]:
    """As ``codes``, with the spaces around the values."""

    def encoded() -> tuple[np.ndarray, pa.Array]:
        found = text(table, name).dictionary_encode().combine_chunks()
        return found.indices.to_numpy(False), found.dictionary

    return table.once(f"spellings {name}", encoded)


def _codes(table: Table, name: str) -> tuple[np.ndarray, pa.Array]:
    numbers, distinct = _spellings(table, name)
    trimmed = pc.utf8_trim_whitespace(distinct)
    again = trimmed.dictionary_encode()
    if len(again.dictionary) < len(trimmed):
        numbers = again.indices.to_numpy(False)[numbers]
    return numbers, again.dictionary


def usable(table: Table, schema: Schema, problems: Problems) -> Table:
    """The rows that have an id, a time, a target, a split and a group, of those that are asked
    for; the others are noted."""
    keep = np.ones(len(table), dtype=bool)
    for role, name in ((role, getattr(schema, role)) for role in ROLES):
        if name is None or (role == "target" and schema.layout == "list" and schema.per_step):
            continue
        for template, lacking in _lacking(table, role, name).items():
            rows = np.flatnonzero(lacking)
            if len(rows):
                problems.add("incomplete", template, table, name, rows, role=Note(role))
                keep[rows] = False
    if keep.all():
        return table
    problems.left_out["incomplete"] += int((~keep).sum())
    if not keep.any():
        problems.settle()
        raise DataError("Every row lacks an id, a time, a target, a split or a group.")
    return table.filter(keep)


def without_target(table: Table, name: str) -> np.ndarray:
    """(rows,) bool, the rows without a target."""
    nowhere = np.zeros(len(table), dtype=bool)
    return np.logical_or.reduce([nowhere, *_lacking(table, "target", name).values()])


def _lacking(table: Table, role: str, name: str) -> dict[str, np.ndarray]:
    """(rows,) bool by what is wrong: which rows lack this role."""
    if role == "time":
        bad = times(table, name)[1]
        if not bad.any():
            return {}
        words = text(table, name).filter(pa.array(bad)).to_pylist()
        absent = np.zeros(len(bad), dtype=bool)
        absent[bad] = [is_missing(word) for word in words]
        return {MISSING_ROLE: absent, NO_TIME: bad & ~absent}
    if role == "target" and pa.types.is_floating(table.columns[name].type):
        values = to_numbers(table.columns[name])[0]
        return {MISSING_ROLE: np.isnan(values), TOO_LARGE: np.isinf(values)}
    where, distinct = codes(table, name)
    words = distinct.to_pylist()
    if role == "target":
        values, bad = to_numbers(with_points(table, distinct))
        if len(bad):
            found = {MISSING_ROLE: np.array([w.lower() in ("", "nan") for w in words])}
        else:
            found = {MISSING_ROLE: np.isnan(values), TOO_LARGE: np.isinf(values)}
    else:
        blank = np.array([word == "" for word in words])
        found = {MISSING_ROLE: blank}
        if role == "split":
            other = np.array([word.lower() not in SPLIT_WORDS for word in words])
            found[NO_SPLIT] = other & ~blank
    return {template: wrong[where] for template, wrong in found.items() if wrong.any()}


def id_codes(table: Table, name: str, problems: Problems) -> tuple[np.ndarray, np.ndarray]:
    """(rows,) the number of each row's sequence in the order of first appearance, and the
    (n,) ids. Ids that differ in spaces only are noted, and are one: nobody can see on the screen
    whether they are two."""
    where, ids = codes(table, name)
    numbers, spellings = _spellings(table, name)
    if len(spellings) > len(ids):
        # Of the ways in which an id is written, the first one that was met is the right one.
        first = np.full(len(ids), len(numbers))
        np.minimum.at(first, where, np.arange(len(numbers)))
        others = np.flatnonzero(numbers != numbers[first[where]])
        problems.add(
            "spaces",
            N_(
                "Row {row}, column {column}: the id {found!r} differs from another one in spaces "
                "only. Write both alike if they are one sequence, else give one another name."
            ),
            table,
            name,
            others,
        )
    return where, ids.to_numpy(False).astype(object)


def changes(values: np.ndarray, sequence: np.ndarray) -> np.ndarray:
    """(k,) the rows whose value is another one than in the first row of their sequence. values and
    sequence: (rows,), sequences counted in the order of their first rows."""
    within = sequence[1:] == sequence[:-1]
    together = np.count_nonzero(~within) == sequence.max()  # the rows of each sequence
    if together and not (within & (values[1:] != values[:-1])).any():
        return np.empty(0, dtype=np.int64)  # as most do: a tenth of the time of the other way
    return np.flatnonzero(values != values[first_rows(sequence)[sequence]])


def first_rows(sequence: np.ndarray) -> np.ndarray:
    """(n,) the row each sequence begins with, of (rows,) numbers in the order of first rows."""
    first = np.empty(sequence.max() + 1, dtype=np.int64)
    first[sequence[::-1]] = np.arange(len(sequence))[::-1]  # the earliest row is written last
    return first


def unique_ids(table: Table, name: str | None, problems: Problems) -> np.ndarray | None:
    """(rows,) ids of a table with one sequence a row. Raises DataError for a repeated id."""
    if name is None:
        return None
    numbers, ids = id_codes(table, name, problems)
    if len(ids) < len(numbers):
        first = np.full(len(ids), -1)
        first[numbers[::-1]] = np.arange(len(numbers))[::-1]
        again = int(np.argmax(first[numbers] != np.arange(len(numbers))))
        problems.settle()  # a space may be the reason
        raise DataError(
            "Row {row}, column {column}: the id {found!r} stands in an earlier row, too. Give "
            "every sequence its own id; or, if each row is one step, choose the long layout.",
            **cell(table, name, again),
        )
    return ids


def targets(table: Table, name: str | None) -> np.ndarray | None:
    """(rows,) int64 when every target is a whole number, float64 when every one is a number,
    else strings. Of a table whose rows all have one (``usable``)."""
    if name is None:
        return None
    column = table.columns[name]
    if pa.types.is_floating(column.type):
        return to_numbers(column)[0]
    where, distinct = codes(table, name)
    values, bad = to_numbers(with_points(table, distinct))
    if len(bad):
        return distinct.to_numpy(False).astype(object)[where]
    if (whole := cast(distinct, pa.int64())) is not None:
        return whole.to_numpy(False)[where]
    return values[where]


def splits(table: Table, name: str | None) -> np.ndarray | None:
    """(rows,) "train", "validation" or "test"."""
    if name is None:
        return None
    where, distinct = codes(table, name)
    return np.array([SPLIT_WORDS[word.lower()] for word in distinct.to_pylist()], object)[where]


def groups(table: Table, name: str | None) -> np.ndarray | None:
    """(rows,) strings."""
    if name is None:
        return None
    where, distinct = codes(table, name)
    return distinct.to_numpy(False).astype(object)[where]


def times(table: Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    """(rows,) times that sort rightly, int64 or float64 numbers, or ISO dates in nanoseconds; and
    (rows,) bool, which cells are no time.

    Other ways to write dates are refused: 01/02/2026 is in January for some and in February
    for others, and sorting by the wrong guess would shuffle the steps silently.
    """
    return table.once(f"times {name}", lambda: _times(table, name))


def _times(table: Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    column = number_cells(table, name)
    if (whole := cast(column, pa.int64())) is not None and whole.null_count == 0:
        return whole.to_numpy(), np.zeros(len(table), dtype=bool)
    if (real := cast(column, pa.float64())) is not None:
        when = real.to_numpy()
        return when, ~np.isfinite(when)
    # Arrow reads what most ISO dates look like, in a tenth of pandas's time, and refuses the rest.
    if (dates := cast(column, pa.timestamp("ns"))) is not None and dates.null_count == 0:
        return pc.cast(dates, pa.int64()).to_numpy(), np.zeros(len(table), dtype=bool)
    cells = pc.utf8_trim_whitespace(pc.fill_null(pc.cast(column, pa.string()), "")).to_pandas()
    numeric = pd.to_numeric(cells, errors="coerce")
    if numeric.notna().any():  # one way of writing for a column: numbers or dates
        when = numeric.to_numpy(np.float64)
        return when, ~np.isfinite(when)
    dates = pd.to_datetime(cells, format="ISO8601", errors="coerce", utc=True)
    good = dates.between(pd.Timestamp.min.tz_localize("UTC"), pd.Timestamp.max.tz_localize("UTC"))
    nanoseconds = dates.where(good).dt.tz_localize(None).to_numpy().astype("datetime64[ns]")
    return nanoseconds.astype(np.int64), ~good.to_numpy()


def are_dates(table: Table, name: str) -> bool:
    """Are the times of a column dates, which ``times`` counts in nanoseconds?"""
    return len(to_numbers(number_cells(table, name))[1]) > 0
