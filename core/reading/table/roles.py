"""Read the roles of a sequence: id, time, target, split and group."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.schema import Schema
from ...errors import DataError, Note
from ...i18n import N_
from .cells import (
    MISSING_ROLE,
    TOO_LARGE,
    describe_cell,
    parse_numbers,
    read_text,
    replace_decimal_commas,
    to_array,
    try_cast,
)
from .dates.times import read_times
from .report import Problems
from .table import Table
from .words.booleans import BOOLEANS
from .words.missing_markers import is_missing
from .words.split_words import get_split_aliases
from .words.target_words import are_unknown_targets

ROLES = (N_("id"), N_("time"), N_("target"), N_("split"), N_("group"))
NO_TIME = N_(
    "Row {row}, column {column}: cannot read {found!r} as a time. Write all times as "
    "numbers, or as dates such as 2026-01-31 or 2026-01-31 12:30:00, from 1678 to 2261."
)
NO_SPLIT = N_(
    "Row {row}, column {column}: {found!r} is not part of a split. Use train, validation or test."
)
NO_NUMBER = N_(
    "Row {row}, column {column}: {found!r} is not a number, unlike the other targets. Write "
    "the number, or leave the row out."
)


def encode_values(table: Table, name: str) -> tuple[np.ndarray, pa.Array]:
    """Encode the values of a column as integers, in the order of first appearance.

    Values that differ only in surrounding spaces are equal.

    Returns:
        (rows,) index of each cell's value, and the distinct values as text without surrounding
        spaces.
    """
    return table.get_or_compute(f"codes {name}", lambda: _encode_values(table, name))


def _encode_spellings(table: Table, name: str) -> tuple[np.ndarray, pa.Array]:
    """Encode the values of a column, including the spaces around them."""

    def encode() -> tuple[np.ndarray, pa.Array]:
        encoded = read_text(table, name).dictionary_encode().combine_chunks()
        return encoded.indices.to_numpy(False), encoded.dictionary

    return table.get_or_compute(f"spellings {name}", encode)


def _encode_values(table: Table, name: str) -> tuple[np.ndarray, pa.Array]:
    numbers, distinct = _encode_spellings(table, name)
    trimmed = pc.utf8_trim_whitespace(distinct)
    encoded = trimmed.dictionary_encode()
    if len(encoded.dictionary) < len(trimmed):
        numbers = encoded.indices.to_numpy(False)[numbers]
    return numbers, encoded.dictionary


def drop_incomplete_rows(table: Table, schema: Schema, problems: Problems) -> Table:
    """Drop the rows that lack a role of the schema, and add a problem per such row.

    Args:
        table: The table.
        schema: Schema whose id, time, target, split and group are required.
        problems: Receives the problems.

    Returns:
        The table without these rows.

    Raises:
        DataError: If no row remains.
    """
    keep = np.ones(len(table), dtype=bool)
    for role, name in ((role, getattr(schema, role)) for role in ROLES):
        if name is None or (role == "target" and schema.layout == "list" and schema.per_step):
            continue
        for template, is_incomplete in _find_incomplete(table, role, name, schema.dayfirst).items():
            rows = np.flatnonzero(is_incomplete)
            if len(rows):
                problems.add("incomplete", template, table, name, rows, role=Note(role))
                keep[rows] = False
    if keep.all():
        return table
    problems.dropped["incomplete"] += int((~keep).sum())
    if not keep.any():
        problems.raise_first()
    return table.filter(keep)


def find_missing_targets(table: Table, name: str) -> np.ndarray:
    """Return the mask (rows,) of the rows without a target."""
    none = np.zeros(len(table), dtype=bool)
    masks = [none, *_find_incomplete(table, "target", name).values()]
    lacks_target: np.ndarray = np.logical_or.reduce(masks)
    return lacks_target


def _find_incomplete(
    table: Table, role: str, name: str, dayfirst: bool | None = None
) -> dict[str, np.ndarray]:
    """Return the mask (rows,) of the rows that lack a role, per message template."""
    if role == "time":
        is_bad = read_times(table, name, dayfirst)[1]
        if not is_bad.any():
            return {}
        texts = read_text(table, name).filter(pa.array(is_bad)).to_pylist()
        is_absent = np.zeros(len(is_bad), dtype=bool)
        is_absent[is_bad] = [is_missing(word) for word in texts]
        return {MISSING_ROLE: is_absent, NO_TIME: is_bad & ~is_absent}
    if role == "target" and pa.types.is_floating(table.columns[name].type):
        values = parse_numbers(table.columns[name])[0]
        return {MISSING_ROLE: np.isnan(values), TOO_LARGE: np.isinf(values)}
    indices, distinct = encode_values(table, name)
    texts = distinct.to_pylist()
    if role == "target":
        values, bad = parse_numbers(replace_decimal_commas(table, distinct))
        if len(bad) and are_unknown_targets(texts, values, bad, np.bincount(indices)):
            is_word = np.isin(np.arange(len(texts)), bad)
            masks = {MISSING_ROLE: np.isnan(values) & ~is_word, NO_NUMBER: is_word}
        elif len(bad):
            masks = {MISSING_ROLE: np.array([w.lower() in ("", "nan") for w in texts])}
        else:
            masks = {MISSING_ROLE: np.isnan(values), TOO_LARGE: np.isinf(values)}
    else:
        is_blank = np.array([word == "" for word in texts])
        masks = {MISSING_ROLE: is_blank}
        if role == "split":
            aliases = get_split_aliases(name)
            is_unknown = np.array([word.lower() not in aliases for word in texts])
            masks[NO_SPLIT] = is_unknown & ~is_blank
    return {template: wrong[indices] for template, wrong in masks.items() if wrong.any()}


def encode_ids(table: Table, name: str, problems: Problems) -> tuple[np.ndarray, np.ndarray]:
    """Encode the ids of a column as integers.

    Ids that differ only in spaces are equal, because they look the same on screen, and add a
    problem.

    Returns:
        (rows,) index of each row's sequence in the order of first appearance, and the (n,) ids.
    """
    indices, ids = encode_values(table, name)
    numbers, spellings = _encode_spellings(table, name)
    if len(spellings) > len(ids):
        # The first spelling of an id is the expected one.
        first = np.full(len(ids), len(numbers))
        np.minimum.at(first, indices, np.arange(len(numbers)))
        rows = np.flatnonzero(numbers != numbers[first[indices]])
        problems.add(
            "spaces",
            N_(
                "Row {row}, column {column}: the id {found!r} differs from another one in "
                "spaces only. Write both the same way if they are one sequence, else rename "
                "one."
            ),
            table,
            name,
            rows,
        )
    return indices, ids.to_numpy(False).astype(object)


def find_changes(values: np.ndarray, sequence: np.ndarray) -> np.ndarray:
    """Find the rows whose value differs from the first row of their sequence.

    Args:
        values: (rows,) values.
        sequence: (rows,) index of each row's sequence, in the order of first appearance.

    Returns:
        (k,) indices of rows.
    """
    is_same_sequence = sequence[1:] == sequence[:-1]
    is_grouped = (
        np.count_nonzero(~is_same_sequence) == sequence.max()
    )  # are the rows of each sequence adjacent?
    if is_grouped and not (is_same_sequence & (values[1:] != values[:-1])).any():
        return np.empty(0, dtype=np.int64)  # fast path, in a tenth of the time
    return np.flatnonzero(values != values[find_first_rows(sequence)[sequence]])


def find_first_rows(sequence: np.ndarray) -> np.ndarray:
    """Return the (n,) first row of each sequence.

    Args:
        sequence: (rows,) index of each row's sequence, in the order of first appearance.
    """
    first = np.empty(sequence.max() + 1, dtype=np.int64)
    first[sequence[::-1]] = np.arange(len(sequence))[::-1]  # the earliest row is written last
    return first


def read_unique_ids(table: Table, name: str | None, problems: Problems) -> np.ndarray | None:
    """Read the (rows,) ids of a table with one sequence per row.

    Raises:
        DataError: For a repeated id.
    """
    if name is None:
        return None
    numbers, ids = encode_ids(table, name, problems)
    if len(ids) < len(numbers):
        first = np.full(len(ids), -1)
        first[numbers[::-1]] = np.arange(len(numbers))[::-1]
        row = int(np.argmax(first[numbers] != np.arange(len(numbers))))
        problems.raise_unresolved()  # a space may be the reason
        raise DataError(
            "Row {row}, column {column}: the id {found!r} also occurs in an earlier row. "
            "Give every sequence its own id. If each row is one step, choose the long layout.",
            **describe_cell(table, name, row),
        )
    return ids


def read_targets(table: Table, name: str | None) -> np.ndarray | None:
    """Read the targets of a table in which every row has one (see ``drop_incomplete_rows``).

    Returns:
        (rows,) int64 if every target is an integer, float64 if every target is a number,
        otherwise strings. Truth values are "True" and "False", however a format writes them.
    """
    if name is None:
        return None
    column = table.columns[name]
    if pa.types.is_floating(column.type):
        return parse_numbers(column)[0]
    indices, distinct = encode_values(table, name)
    values, bad = parse_numbers(replace_decimal_commas(table, distinct))
    if len(bad):
        words = distinct.to_pylist()
        if {word.lower() for word in words} <= BOOLEANS.keys():
            words = [BOOLEANS[word.lower()] for word in words]
        return np.array(words, dtype=object).take(indices)
    if (integers := try_cast(distinct, pa.int64())) is not None:
        return to_array(integers).take(indices)
    return values.take(indices)


def read_splits(table: Table, name: str | None) -> np.ndarray | None:
    """Read the splits of the rows: (rows,) "train", "validation" or "test"."""
    if name is None:
        return None
    indices, distinct = encode_values(table, name)
    aliases = get_split_aliases(name)
    splits = [aliases[word.lower()] for word in distinct.to_pylist()]
    return np.array(splits, object).take(indices)


def read_groups(table: Table, name: str | None) -> np.ndarray | None:
    """Read the groups of the rows: (rows,) strings."""
    if name is None:
        return None
    indices, distinct = encode_values(table, name)
    return to_array(distinct).astype(object).take(indices)
