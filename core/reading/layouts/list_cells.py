"""Split cells with lists into their items, all lists at once and without evaluating code."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...errors import DataError
from ...i18n import N_
from ..table.cells import describe_cell, is_arrow_list, read_text, replace_decimal_commas
from ..table.list_text import normalize_lists
from ..table.table import Table
from ..table.words.missing_markers import MISSING_MARKERS

EMPTY_LIST = N_(
    "Row {row}, column {column}: {found!r} contains an empty list. Remove the row, or give "
    "its sequence at least one step with one value."
)
EMPTY = r"^\s*(\[\s*\]|\[\s*\[\s*\]\s*\])\s*$"
FLAT = r"^\[[^\[\]]*\]$"
PAIR = r"^\s*(?P<first>[0-9]+(?:\.[0-9]+)?)\s*/\s*(?P<second>[0-9]+(?:\.[0-9]+)?)\s*$"
NESTED = r"^\[\s*\[[^\[\]]*\](\s*,\s*\[[^\[\]]*\])*\s*\]$"


class Items(NamedTuple):
    """Items of all lists of a column.

    Attributes:
        items: Text, or values of the file format, of all lists in order.
        widths: Number of items per list; in lists of lists per inner list, which is a step.
        lengths: (rows,) number of inner lists per row; None where the items are the steps.
        are_pairs: Each step was written as two numbers with a slash between them.
    """

    items: pa.Array
    widths: np.ndarray
    lengths: np.ndarray | None
    are_pairs: bool = False

    def rows(self, items: np.ndarray) -> np.ndarray:
        """Return the rows (k,) that contain the items of these indices (k,)."""
        found = np.searchsorted(np.cumsum(self.widths), items, side="right")
        if self.lengths is None:
            return found
        return np.searchsorted(np.cumsum(self.lengths), found, side="right")


def is_empty(table: Table, name: str) -> np.ndarray:
    """Return the mask (rows,) of the lists without items."""
    column = table.columns[name]
    mask: np.ndarray
    if is_arrow_list(column.type):
        mask = pc.equal(pc.fill_null(pc.list_value_length(column), 0), 0).to_numpy()
    else:
        mask = pc.match_substring_regex(_normalize_cells(table, name), EMPTY).to_numpy(False)
    return mask


def split_items(table: Table, name: str) -> Items:
    """Split the lists of a column into their items.

    Raises:
        DataError: For a cell that is not a list, or not like the others of its column, and for a
            blank item.
    """
    items = (
        _split_arrow(table, name)
        if is_arrow_list(table.columns[name].type)
        else _split_text(table, name)
    )
    if pa.types.is_string(items.items.type):
        is_blank = pc.equal(pc.utf8_trim_whitespace(items.items), "").to_numpy(False)
        if is_blank.any():
            raise DataError(
                "Row {row}, column {column}: the list has no value between two commas, or "
                "after the last one. Write the number, or null for a missing value.",
                row=table.get_line(int(items.rows(np.flatnonzero(is_blank)[:1])[0])),
                column=name,
                found="",
            )
    return items


def split_pairs(items: Items) -> Items:
    """Split steps such as 120/80 into two numbers each; leave items that are not all pairs."""
    if items.lengths is not None or not pa.types.is_string(items.items.type):
        return items
    cells = pc.fill_null(items.items, "")
    pairs = pc.extract_regex(cells, PAIR)
    is_absent = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(cells)), pa.array(MISSING_MARKERS))
    if pairs.null_count == len(cells) or not pc.all(pc.or_(pairs.is_valid(), is_absent)).as_py():
        return items
    numbers = [pc.coalesce(pc.struct_field(pairs, name), cells) for name in ("first", "second")]
    count = len(cells)
    order = np.arange(2 * count).reshape(2, count).T.ravel()
    interleaved = pa.concat_arrays(numbers).take(pa.array(order))
    return Items(interleaved, np.full(count, 2), items.widths, are_pairs=True)


def _normalize_cells(table: Table, name: str) -> pa.Array:
    """Normalise the notation of the lists of a column to [1, 2] or [[1, 2], [3, 4]]."""

    def normalize() -> pa.Array:
        return normalize_lists(
            replace_decimal_commas(table, read_text(table, name).combine_chunks())
        )

    return table.get_or_compute(f"lists {name}", normalize)


def _split_text(table: Table, name: str) -> Items:
    cells = _normalize_cells(table, name)
    is_nested = pc.match_substring_regex(cells.slice(0, 1), r"^\[\s*\[")[0].as_py()
    is_list = pc.match_substring_regex(cells, NESTED if is_nested else FLAT).to_numpy(False)
    if not is_list.all():
        raise DataError(
            "Row {row}, column {column}: {found!r} is not a list such as {example}. Correct the "
            "brackets and commas, and write all lists of a column in the same way.",
            **describe_cell(table, name, int(np.argmin(is_list))),
            example="[[1, 2], [3, 4]]" if is_nested else "[3, 9, 9, 4, 8]",
        )
    cells = pc.replace_substring(cells, ", ", ",")  # numbers without spaces are cast much faster
    inner_text = pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(cells, 1, -1))
    if is_nested:
        inner_text = pc.utf8_slice_codeunits(inner_text, 1, -1)  # 1,2],[3,4
        steps = pc.split_pattern_regex(inner_text, r"\]\s*,\s*\[")
        lengths = pc.list_value_length(steps).to_numpy(False).astype(np.int64)
        steps = steps.flatten()
    else:
        lengths = None
        steps = inner_text
    is_empty_step = pc.equal(pc.utf8_trim_whitespace(steps), "").to_numpy(False)
    if is_empty_step.any():
        raise DataError(
            EMPTY_LIST,
            **describe_cell(table, name, _find_row(lengths, int(np.argmax(is_empty_step)))),
        )
    parts = pc.split_pattern(steps, ",")
    widths = pc.list_value_length(parts).to_numpy(False).astype(np.int64)
    if is_nested:
        _refuse_unequal(table, name, widths, lengths, lambda step: f"[{steps[step].as_py()}]")
    return Items(parts.flatten(), widths, lengths)


def _split_arrow(table: Table, name: str) -> Items:
    """Split lists of a file format that supports them."""
    lists = table.columns[name].combine_chunks()
    steps = lists.flatten()
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(False).astype(np.int64)
    is_nested = is_arrow_list(steps.type)
    widths = lengths
    if is_nested:
        widths = pc.fill_null(pc.list_value_length(steps), 0).to_numpy(False).astype(np.int64)
    empty = np.flatnonzero(lengths == 0)
    if is_nested and len(empty) == 0 and (widths == 0).any():
        empty = np.array([_find_row(lengths, int(np.argmin(widths)))])
    if len(empty):
        raise DataError(EMPTY_LIST, **describe_cell(table, name, int(empty[0])))
    if is_nested:
        _refuse_unequal(table, name, widths, lengths, lambda step: str(steps[step].as_py()))
    return Items(steps.flatten(), widths, lengths) if is_nested else Items(steps, lengths, None)


def _refuse_unequal(
    table: Table,
    name: str,
    widths: np.ndarray,
    lengths: np.ndarray | None,
    format_step: Callable[[int], str],
) -> None:
    """Raise an error with the text of a step unless all steps have equally many values."""
    is_other = widths != widths[0]
    if is_other.any():
        step = int(np.argmax(is_other))
        raise DataError(
            "Row {row}, column {column}: the number of values in a step is {features}, but "
            "{expected} in the first step. Give every step the same number of values.",
            **describe_cell(table, name, _find_row(lengths, step)) | {"found": format_step(step)},
            features=int(widths[step]),
            expected=int(widths[0]),
        )


def _find_row(lengths: np.ndarray | None, step: int) -> int:
    """Return the row of a step, given the steps per row; without ``lengths`` a row is a step."""
    return step if lengths is None else int(np.searchsorted(np.cumsum(lengths), step, side="right"))
