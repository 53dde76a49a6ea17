"""Notations for lists of numbers in cells: [1, 2], (1, 2), [1 2], "1 2" and "1;2"."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from .number_text import NUMBER, is_number

_ITEM = rf"({NUMBER}|nan|na|null|none|\?)"
_LIST = re.compile(r"\[\s*([\[\](+\-.\d?]|nan|null|none|(true|false)\s*[,\]])", re.I | re.A)
_TUPLE = re.compile(rf"\(\s*([\[(]\s*)?({NUMBER}|nan|none|\?)\s*,.*\)", re.I | re.S)
_SPACED = re.compile(rf"{_ITEM}((\s*;\s*|\s+){_ITEM})+", re.I)
_PHONE = re.compile(r"(^|[\s;])(\+|-?0\d)")  # a quantity has no leading 0
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\s\d{3})*(\.\d+)?")
MAX_PARTS = 4  # of a coordinate, a date, a telephone number


def is_list(cell: str) -> bool:
    """Tell if a cell holds a list, in square brackets or in parentheses with a comma.

    The comma is required because (030) 123 is a telephone number.
    """
    cell = cell.strip()
    if not cell.startswith(("[", "(")):
        return False
    return (_LIST.match(cell) or _TUPLE.fullmatch(cell)) is not None


def is_spaced_list(cell: str) -> bool:
    """Return True for several numbers separated by spaces or semicolons."""
    return _SPACED.fullmatch(cell.strip()) is not None


def has_spaced_lists(cells: Sequence[str]) -> bool:
    """Return True if most cells of a column contain several numbers and none contains text.

    Returns False for cells that look like something else: thousands, telephone numbers, or the
    same few numbers per cell, as in dates and coordinates.

    Args:
        cells: The cells that are not blank.
    """
    joined = "".join(cells)
    if not any(mark in joined for mark in " ;\t"):  # fast path for most columns
        return False
    are_lists = [is_spaced_list(cell) for cell in cells]
    others = (cell for cell, spaced in zip(cells, are_lists, strict=True) if not spaced)
    if 2 * sum(are_lists) <= len(cells) or not all(map(is_number, others)):
        return False
    cells = [cell.strip() for cell in cells]
    counts = {len(cell.replace(";", " ").split()) for cell in cells}
    is_fixed_length = len(cells) > 1 and len(counts) == 1 and max(counts) <= MAX_PARTS
    return not (
        is_fixed_length or any(map(_PHONE.search, cells)) or all(map(_THOUSANDS.fullmatch, cells))
    )


def normalize_lists(cells: pa.Array) -> pa.Array:
    """Rewrite lists with square brackets and commas.

    Text that is not a list is unchanged. When no cell begins with a bracket, the numbers of a
    cell, or its single number, are a list.

    Args:
        cells: (rows,) text.

    Returns:
        (rows,) text.
    """
    cells = pc.utf8_trim_whitespace(cells)
    if pc.any(pc.match_substring(cells, "(")).as_py():
        is_call = pc.match_substring_regex(cells, r"\w\s*\(")
        tuples = pc.replace_substring_regex(cells, r",\s*\)", ")")  # (1,)
        square = pc.replace_substring(pc.replace_substring(tuples, "(", "["), ")", "]")
        cells = pc.if_else(is_call, cells, square)
    if not pc.any(pc.starts_with(cells, "[")).as_py():
        if not pc.any(pc.match_substring_regex(cells, r"[^\s;][\s;]+[^\s;]")).as_py():
            return cells
        separated = pc.replace_substring_regex(cells, r"\s*;\s*|\s+", ",")
        return pc.binary_join_element_wise("[", separated, "]", "")
    without_commas = pc.invert(pc.match_substring(cells, ","))
    if not pc.any(without_commas).as_py():
        return cells
    separated = pc.replace_substring_regex(cells.filter(without_commas), r"\[\s+", "[")
    separated = pc.replace_substring_regex(separated, r"\s+\]", "]")
    separated = pc.replace_substring_regex(separated, r"\s+", ",")  # [1 2], as NumPy writes arrays
    return pc.replace_with_mask(cells, without_commas, separated)
