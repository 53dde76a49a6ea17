"""What a sequence carries beside its steps: its id, target, split and group."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.errors import DataError
from core.reading.cells import MISSING_ROLE, TOO_LARGE, cast, cell, text, to_numbers
from core.reading.table import Table
from core.reading.words import SPLIT_WORDS


def codes(table: Table, name: str) -> tuple[np.ndarray, pa.Array]:
    """(rows,) the number of each cell's value in the order of first appearance, and those
    distinct values as text without the spaces around them."""
    found = pc.utf8_trim_whitespace(text(table, name)).combine_chunks().dictionary_encode()
    return found.indices.to_numpy(False), found.dictionary


def id_codes(table: Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    """(rows,) the number of each row's sequence in the order of first appearance, and the
    (n,) ids. Raises DataError for a blank id and for ids that differ in spaces only: nobody
    can see on the screen whether those are one sequence or two."""
    found = text(table, name).combine_chunks().dictionary_encode()
    numbers, ids = found.indices.to_numpy(False), found.dictionary
    trimmed = pc.utf8_trim_whitespace(ids).to_numpy(False)
    if (trimmed == "").any():
        blank = int(np.argmax(np.isin(numbers, np.flatnonzero(trimmed == ""))))
        raise DataError(MISSING_ROLE, role="id", **cell(table, name, blank))
    if len(set(trimmed)) < len(trimmed):
        seen: set[str] = set()
        twice = next(i for i, id in enumerate(trimmed) if id in seen or seen.add(id))
        raise DataError(
            "Row {row}, column {column}: the id {found!r} differs from another one in spaces "
            "only. Write both alike if they are one sequence, else give one another name.",
            **cell(table, name, int(np.argmax(numbers == twice))),
        )
    return numbers, trimmed.astype(object)


def unique_ids(table: Table, name: str | None) -> np.ndarray | None:
    """(rows,) ids of a table with one sequence a row. Raises DataError for a repeated id."""
    if name is None:
        return None
    numbers, ids = id_codes(table, name)
    if len(ids) < len(numbers):
        first = np.full(len(ids), -1)
        first[numbers[::-1]] = np.arange(len(numbers))[::-1]
        again = int(np.argmax(first[numbers] != np.arange(len(numbers))))
        raise DataError(
            "Row {row}, column {column}: the id {found!r} stands in an earlier row, too. Give "
            "every sequence its own id; or, if each row is one step, choose the long layout.",
            **cell(table, name, again),
        )
    return ids


def targets(table: Table, name: str | None) -> np.ndarray | None:
    """(rows,) int64 when every target is a whole number, float64 when every one is a number,
    else strings. Raises DataError for a missing target and for an infinite one."""
    if name is None:
        return None
    column = table.columns[name]
    if pa.types.is_floating(column.type):
        values, bad = to_numbers(column)
    else:
        where, distinct = codes(table, name)
        values, bad = to_numbers(distinct)
        if bad is not None:
            _refuse_blank(table, name, "target", where, distinct, ("", "nan"))
            return distinct.to_numpy(False).astype(object)[where]
        if not np.isnan(values).any() and (whole := cast(distinct, pa.int64())) is not None:
            return whole.to_numpy(False)[where]
        values = values[where]
    if np.isnan(values).any():
        absent = int(np.argmax(np.isnan(values)))
        raise DataError(MISSING_ROLE, role="target", **cell(table, name, absent))
    if np.isinf(values).any():
        infinite = int(np.argmax(np.isinf(values)))
        raise DataError(TOO_LARGE, **cell(table, name, infinite))
    return values


def splits(table: Table, name: str | None) -> np.ndarray | None:
    """(rows,) "train", "validation" or "test". Raises DataError for another word."""
    if name is None:
        return None
    where, distinct = codes(table, name)
    _refuse_blank(table, name, "split", where, distinct)
    known = np.array([SPLIT_WORDS.get(word.lower(), "") for word in distinct.to_pylist()], object)
    unknown = (known == "")[where]
    if unknown.any():
        raise DataError(
            "Row {row}, column {column}: {found!r} names no part of the data. "
            "Use train, validation or test.",
            **cell(table, name, int(np.argmax(unknown))),
        )
    return known[where]


def groups(table: Table, name: str | None) -> np.ndarray | None:
    """(rows,) strings. Raises DataError for a missing group."""
    if name is None:
        return None
    where, distinct = codes(table, name)
    _refuse_blank(table, name, "group", where, distinct)
    return distinct.to_numpy(False).astype(object)[where]


def _refuse_blank(table: Table, name: str, role: str, where, distinct, blanks=("",)) -> None:
    lower = pc.utf8_lower(distinct)
    absent = pc.is_in(lower, pa.array(blanks)).to_numpy(False)[where]
    if absent.any():
        raise DataError(MISSING_ROLE, role=role, **cell(table, name, int(np.argmax(absent))))
