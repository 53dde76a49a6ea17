"""Cells that hold lists, cut into the items of all of them at once; nothing is ever evaluated."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...errors import DataError
from ...i18n import N_
from ..table.cells import cell, is_arrow_list, text, with_points
from ..table.list_text import with_commas
from ..table.table import Table

EMPTY_LIST = N_(
    "Row {row}, column {column}: {found!r} holds an empty list. Remove the row or give its "
    "sequence at least one step with one value."
)
EMPTY = r"^\s*(\[\s*\]|\[\s*\[\s*\]\s*\])\s*$"
FLAT = r"^\[[^\[\]]*\]$"
NESTED = r"^\[\s*\[[^\[\]]*\](\s*,\s*\[[^\[\]]*\])*\s*\]$"


class Items(NamedTuple):
    """The items of all lists of a column, one after the other: text, or what the format holds.

    widths   how many items each list has; of lists of lists each inner one, which is a step
    lengths  (rows,) how many inner lists each row has; None where the items are the steps
    """

    items: pa.Array
    widths: np.ndarray
    lengths: np.ndarray | None

    def rows(self, items: np.ndarray) -> np.ndarray:
        """The rows that these items, (k,) from 0, stand in."""
        found = np.searchsorted(np.cumsum(self.widths), items, side="right")
        if self.lengths is None:
            return found
        return np.searchsorted(np.cumsum(self.lengths), found, side="right")


def is_empty(table: Table, name: str) -> np.ndarray:
    """(rows,) bool, the lists without any item."""
    column = table.columns[name]
    if is_arrow_list(column.type):
        return pc.equal(pc.fill_null(pc.list_value_length(column), 0), 0).to_numpy()
    return pc.match_substring_regex(_cells(table, name), EMPTY).to_numpy(False)


def cut(table: Table, name: str) -> Items:
    """Raises DataError with row, column and text for a cell that is no list, or not one like the
    others of its column, and for nothing between two commas."""
    found = (
        _cut_arrow(table, name)
        if is_arrow_list(table.columns[name].type)
        else _cut_text(table, name)
    )
    if pa.types.is_string(found.items.type):
        blank = pc.equal(pc.utf8_trim_whitespace(found.items), "").to_numpy(False)
        if blank.any():
            raise DataError(
                "Row {row}, column {column}: nothing stands between two commas of the list, or "
                "after the last one. Write the number, or null for a missing value.",
                row=table.row(int(found.rows(np.flatnonzero(blank)[:1])[0])),
                column=name,
                found="",
            )
    return found


def _cells(table: Table, name: str) -> pa.Array:
    """(rows,) the text of the lists of a column, however they are written, as [1, 2] or
    [[1, 2], [3, 4]]."""

    def made() -> pa.Array:
        return with_commas(with_points(table, text(table, name).combine_chunks()))

    return table.once(f"lists {name}", made)


def _cut_text(table: Table, name: str) -> Items:
    cells = _cells(table, name)
    nested = pc.match_substring_regex(cells.slice(0, 1), r"^\[\s*\[")[0].as_py()
    whole = pc.match_substring_regex(cells, NESTED if nested else FLAT).to_numpy(False)
    if not whole.all():
        raise DataError(
            "Row {row}, column {column}: {found!r} is not a list such as {example}. Correct the "
            "brackets and commas, and write all lists of a column in the same way.",
            **cell(table, name, int(np.argmin(whole))),
            example="[[1, 2], [3, 4]]" if nested else "[3, 9, 9, 4, 8]",
        )
    cells = pc.replace_substring(cells, ", ", ",")  # numbers without spaces are cast much faster
    inside = pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(cells, 1, -1))
    if nested:
        inside = pc.utf8_slice_codeunits(inside, 1, -1)  # 1,2],[3,4
        steps = pc.split_pattern_regex(inside, r"\]\s*,\s*\[")
        lengths = pc.list_value_length(steps).to_numpy(False).astype(np.int64)
        steps = steps.flatten()
    else:
        lengths = None
        steps = inside
    empty = pc.equal(pc.utf8_trim_whitespace(steps), "").to_numpy(False)
    if empty.any():
        raise DataError(EMPTY_LIST, **cell(table, name, _row(lengths, int(np.argmax(empty)))))
    parts = pc.split_pattern(steps, ",")
    widths = pc.list_value_length(parts).to_numpy(False).astype(np.int64)
    if nested:
        _refuse_unequal(table, name, widths, lengths, lambda step: f"[{steps[step].as_py()}]")
    return Items(parts.flatten(), widths, lengths)


def _cut_arrow(table: Table, name: str) -> Items:
    """Of lists that the format of the file has already."""
    lists = table.columns[name].combine_chunks()
    steps = lists.flatten()
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(False).astype(np.int64)
    nested = is_arrow_list(steps.type)
    widths = lengths
    if nested:
        widths = pc.fill_null(pc.list_value_length(steps), 0).to_numpy(False).astype(np.int64)
    empty = np.flatnonzero(lengths == 0)
    if nested and len(empty) == 0 and (widths == 0).any():
        empty = np.array([_row(lengths, int(np.argmin(widths)))])
    if len(empty):
        raise DataError(EMPTY_LIST, **cell(table, name, int(empty[0])))
    if nested:
        _refuse_unequal(table, name, widths, lengths, lambda step: str(steps[step].as_py()))
    return Items(steps.flatten(), widths, lengths) if nested else Items(steps, lengths, None)


def _refuse_unequal(
    table: Table, name: str, widths, lengths, written: Callable[[int], str]
) -> None:
    """Raises DataError, with the step as it is ``written``, unless all have equally many values."""
    other = widths != widths[0]
    if other.any():
        step = int(np.argmax(other))
        raise DataError(
            "Row {row}, column {column}: a step has another number of values ({features}) than "
            "the first step of the column ({expected}). Every step needs the same number of "
            "values.",
            **cell(table, name, _row(lengths, step)) | {"found": written(step)},
            features=int(widths[step]),
            expected=int(widths[0]),
        )


def _row(lengths: np.ndarray | None, step: int) -> int:
    """The row of a step, when ``lengths`` (rows,) counts steps; else a row is one step."""
    return step if lengths is None else int(np.searchsorted(np.cumsum(lengths), step, side="right"))
