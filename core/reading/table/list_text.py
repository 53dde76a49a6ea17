"""Lists of numbers as people write them in cells: [1, 2], (1, 2), [1 2], "1 2" and "1;2"."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ...data.tokens import NUMBER, is_number

_ITEM = rf"({NUMBER}|nan|na|null|none|\?)"
_SPACED = re.compile(rf"{_ITEM}((\s*;\s*|\s+){_ITEM})+", re.I)
_PHONE = re.compile(r"(^|[\s;])(\+|-?0\d)")  # a number that is counted with has no 0 in front
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\s\d{3})*(\.\d+)?")
MAX_PARTS = 4  # of a place, a date, a telephone number


def is_spaced(cell: str) -> bool:
    """Are there several numbers, set apart by spaces or semicolons?"""
    return _SPACED.fullmatch(cell.strip()) is not None


def are_spaced_lists(cells: Sequence[str]) -> bool:
    """Do most cells of a column hold several numbers, and all of them numbers? Not so where they
    look like something else: thousands, telephone numbers, or a few numbers in every cell, as
    dates and places have. cells: those that are not blank."""
    together = "".join(cells)
    if not any(mark in together for mark in " ;\t"):  # as in most columns: a fast no
        return False
    several = [is_spaced(cell) for cell in cells]
    others = (cell for cell, spaced in zip(cells, several, strict=True) if not spaced)
    if 2 * sum(several) <= len(cells) or not all(map(is_number, others)):
        return False
    cells = [cell.strip() for cell in cells]
    parts = {len(cell.replace(";", " ").split()) for cell in cells}
    few = len(cells) > 1 and len(parts) == 1 and max(parts) <= MAX_PARTS
    return not (few or any(map(_PHONE.search, cells)) or all(map(_THOUSANDS.fullmatch, cells)))


def with_commas(cells: pa.Array) -> pa.Array:
    """(rows,) text of lists with square brackets and commas alone; what is no list stays as it
    is. Where no cell begins with a bracket, several numbers make a list, and so does one."""
    cells = pc.utf8_trim_whitespace(cells)
    if pc.any(pc.match_substring(cells, "(")).as_py():
        calls = pc.match_substring_regex(cells, r"\w\s*\(")
        closed = pc.replace_substring_regex(cells, r",\s*\)", ")")  # (1,)
        square = pc.replace_substring(pc.replace_substring(closed, "(", "["), ")", "]")
        cells = pc.if_else(calls, cells, square)
    if not pc.any(pc.starts_with(cells, "[")).as_py():
        if not pc.any(pc.match_substring_regex(cells, r"[^\s;][\s;]+[^\s;]")).as_py():
            return cells
        apart = pc.replace_substring_regex(cells, r"\s*;\s*|\s+", ",")
        return pc.binary_join_element_wise("[", apart, "]", "")
    bare = pc.invert(pc.match_substring(cells, ","))
    if not pc.any(bare).as_py():
        return cells
    apart = pc.replace_substring_regex(cells.filter(bare), r"\[\s+", "[")
    apart = pc.replace_substring_regex(apart, r"\s+\]", "]")
    apart = pc.replace_substring_regex(apart, r"\s+", ",")  # [1 2], as NumPy writes arrays
    return pc.replace_with_mask(cells, bare, apart)
