"""Rewrite numbers as people write them, 45%, $5.00 or 1.037,5, to numbers as Arrow reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from ...data.notation import Notation
from .cells import read_text
from .table import Table
from .words.booleans import rewrite_booleans

# Marks that are written in several ways.
SPACES = "[ \u00a0\u2009\u202f]"
APOSTROPHES = "['\u2019]"
MARKS = {"": "", ",": ",", ".": r"\.", " ": SPACES, "'": APOSTROPHES}


def build_number_pattern(thousands: str, decimal: str) -> str:
    """Build the pattern of an unsigned number with these marks.

    Groups of two digits before the last three, as in 1,00,000, are Indian.
    """
    exponent = "(?:[eE][+-]?[0-9]+)?"
    fraction = f"(?:{MARKS[decimal]}[0-9]+)?"
    if not thousands:
        return f"[0-9]+{fraction}{exponent}"
    mark = MARKS[thousands]
    inner = f"(?:{mark}[0-9]{{2,3}})*" if thousands == "," else f"(?:{mark}[0-9]{{3}})*"
    return f"(?:[1-9][0-9]{{0,2}}{inner}{mark}[0-9]{{3}}|[0-9]+){fraction}{exponent}"


def build_cell_pattern(notation: Notation) -> str:
    """Build the pattern of a cell, with the groups ``sign``, ``number`` and ``second``."""
    number = build_number_pattern(notation.thousands, notation.decimal)
    if notation.pair:
        return rf"^\s*(?P<number>{number})\s*/\s*(?P<second>{number})\s*$"
    prefix, suffix = re.escape(notation.prefix), re.escape(notation.suffix)
    before = rf"(?:{prefix}\s*)?" if prefix else ""
    after = rf"(?:\s*{suffix})?" if suffix else ""
    return rf"^\s*(?P<sign>[+-]?)\s*{before}(?P<number>{number}){after}\s*$"


def apply_notations(table: Table, notations: Sequence[Notation]) -> Table:
    """Rewrite the numbers of the columns with a notation.

    Cells without the notation of their column stay as they are, so that messages quote them.

    Args:
        table: The table.
        notations: Notations; those of columns that the table lacks are ignored.
    """
    names = {*table.names}
    present = tuple(each for each in notations if each.column in names)
    if not present:
        return table
    return table.get_or_compute(f"notations {present}", lambda: _apply(table, present))


def _apply(table: Table, notations: Sequence[Notation]) -> Table:
    notation_by_column = {notation.column: notation for notation in notations}
    columns: dict[str, pa.ChunkedArray] = {}
    for name in table.names:
        notation = notation_by_column.get(name)
        if notation is None or not pa.types.is_string(table.columns[name].type):
            columns[name] = table.columns[name]
        else:
            columns |= zip(notation.columns, rewrite_cells(table, notation), strict=True)
    return replace(table, columns=pa.table(columns), cache={})


def rewrite_cells(table: Table, notation: Notation) -> list[pa.ChunkedArray]:
    """Rewrite the cells of a column: one column (rows,) of text, or two for a pair."""
    cells = read_text(table, notation.column)
    if notation.boolean:
        return [pa.chunked_array([rewrite_booleans(cells)])]
    if notation == Notation(notation.column, decimal=",") and not _contains(cells, "."):
        return [pc.replace_substring(cells, ",", ".")]  # a tenth of the time
    parts = pc.extract_regex(cells, build_cell_pattern(notation))
    # For a cell without a match all parts are null.
    numbers = [
        _normalize_marks(pc.struct_field(parts, name), notation)
        for name in (("number", "second") if notation.pair else ("number",))
    ]
    if not notation.pair:
        sign = pc.struct_field(parts, "sign")
        numbers = [pc.binary_join_element_wise(sign, numbers[0], "")]
    return [pc.if_else(pc.is_valid(parts), number, cells) for number in numbers]


def _normalize_marks(cells: pa.ChunkedArray, notation: Notation) -> pa.ChunkedArray:
    """Remove the marks of thousands and write a decimal point."""
    if notation.thousands:
        cells = pc.replace_substring_regex(cells, MARKS[notation.thousands], "")
    if notation.decimal == ",":
        cells = pc.replace_substring(cells, ",", ".")
    return cells


def _contains(cells: pa.ChunkedArray, mark: str) -> bool:
    return bool(pc.any(pc.match_substring(cells, mark)).as_py())
