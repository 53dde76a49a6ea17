"""Detect how the numbers of each column are written: 45%, 5 kg, $5.00, 1,234, 1.037,5, 120/80."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.notation import MAX_AFFIX, Notation
from ...data.read_report import Finding
from ...errors import Note
from ..table.cells import MISSING_SET, SAMPLE_ROWS
from ..table.number_notation import build_cell_pattern, build_number_pattern, rewrite_cells
from ..table.table import Table
from ..table.words.booleans import BOOLEANS, are_booleans
from ..table.words.column_names import (
    GROUP_NAMES,
    SPLIT_NAMES,
    TARGET_NAMES,
    TIME_NAMES,
    is_id_name,
    normalize_name,
)
from ..table.words.missing_markers import MISSING_MARKERS, is_missing
from ..table.words.split_words import is_split_question
from .step_columns import find_step_columns

# A digit beside anything but the characters of a plain number.
UNUSUAL = r"[0-9]\s*[^0-9.eE+\-\s]|[0-9][eE]?\s+[0-9]|[0-9]\s*[eE]\s*$|[^0-9.eE+\-\s]\s*\.?[0-9]"
CURRENCY = "[$€£¥₹₽₩]|(?:USD|EUR|GBP|CHF|CNY|JPY|RMB|US\\$)(?=[ 0-9])"
CORE = "[0-9](?:[0-9.,'\u2019 \u00a0\u2009\u202f]*[0-9])?(?:[eE][+-]?[0-9]+)?"
UNIT = f"[^\\W\\d_][^0-9\\s,;]{{0,{MAX_AFFIX - 1}}}|[%‰°$€£¥₹₽₩][^0-9\\s,;]{{0,9}}"
POINT_BEFORE_THREE_DIGITS = r"[0-9]\.[0-9]{3}\s*$"
QUANTITY = re.compile(rf"[+-]?\s*({CURRENCY})?\s*({CORE})\s*({UNIT})?")
LINES_OF_MARKS = re.compile(r"(?>[+-]?[0-9](?:[0-9.,]*[0-9])?\n)*+")
WITHOUT_SIGN = {ord("+"): None, ord("-"): None}
PAIR = re.compile(r"([1-9][0-9]*(\.[0-9]+)?)\s*/\s*([1-9][0-9]*(\.[0-9]+)?)")
FOUR_DIGITS = re.compile(r"[0-9]{4}")
# In the order of preference where several fit all cells.
MARKS = (
    ("", "."),
    ("", ","),
    (",", "."),
    (".", ","),
    (" ", "."),
    (" ", ","),
    ("'", "."),
    ("'", ","),
)
NUMBERS = {marks: re.compile(build_number_pattern(*marks)) for marks in MARKS}
# Atomic groups: a line that does not fit is not tried again in other ways.
LINES_OF_NUMBERS = {
    marks: re.compile(rf"(?>{pattern.pattern}\n)*+") for marks, pattern in NUMBERS.items()
}
COMMA_DECIMAL, COMMA_GROUPS, POINT_GROUPS = ("", ","), (",", "."), (".", ",")
MAX_CHARACTERS = 60  # of a cell; the patterns take quadratic time
MIN_SHARE = 0.5  # of the cells of a column that have its notation; others are reported
MAX_UNITS = 3
TAIL_ROWS = 100
MAX_EXAMPLES = 3
FIRST_CELLS, FIRST_BYTES = 20, 200  # most columns with such numbers show them here
EXAMINED_CELLS = 200  # of a column with such numbers
BOOLEANS_OR_MISSING = {*BOOLEANS, *MISSING_MARKERS}
IS_PLAIN = np.isin(np.arange(256), list(b"0123456789.eE+-"))
IS_PLAIN_OR_COMMA = IS_PLAIN | (np.arange(256) == ord(","))


@dataclass(frozen=True)
class NotationFindings:
    """Notations of the columns of a table.

    Attributes:
        notations: Notations, one per column that is not written plainly.
        findings: What was understood and assumed about them, and about numbers not read.
    """

    notations: tuple[Notation, ...]
    findings: list[Finding]


@dataclass(frozen=True)
class _Quantities:
    """Cells of a column, taken apart.

    Attributes:
        column: Name of the column.
        cells: Sample of its cells.
        numbers: The numbers, without sign, currency and unit.
        prefix: Currency before the numbers.
        suffix: Unit behind the numbers.
        marks: Marks of thousands and decimals that fit most of the numbers.
    """

    column: str
    cells: tuple[str, ...]
    numbers: tuple[str, ...]
    prefix: str
    suffix: str
    marks: tuple[tuple[str, str], ...]


def detect_notations(
    table: Table, skipped: Collection[str], decimal: Mapping[str, str]
) -> NotationFindings:
    """Detect the notation of every column of text.

    Args:
        table: The table.
        skipped: Columns with a role other than feature or target.
        decimal: Decimal marks that were chosen for columns.
    """
    findings: list[Finding] = []
    notations: list[Notation] = []
    columns: list[_Quantities] = []
    for name in _list_booleans(table, skipped):
        notations.append(Notation(name, boolean=True))
        note = Note("`{name}` contains true and false: read as 1 and 0", name=name)
        findings.append(Finding("info", "booleans", note, name))
    step_columns = {*find_step_columns(table.names)[0]}
    for name, cells in _list_unusual_columns(table, skipped, decimal):
        if pair := _find_pairs(table, name, cells, name in step_columns):
            notations.append(pair)
            first, second = pair.pair_columns
            note = Note(
                "`{name}` has two numbers per cell, such as {found}: the features `{first}` "
                "and `{second}`",
                name=name,
                found=next(filter(PAIR.fullmatch, cells)),
                first=first,
                second=second,
            )
            findings.append(Finding("info", "pair", note, name))
        elif column := _take_apart(table, name, cells, findings):
            fitting = tuple(m for m in column.marks if m[1] == decimal.get(name, m[1]))
            columns.append(replace(column, marks=fitting or column.marks))
    has_decimal_commas = any(
        column.marks[0][1] == "," and COMMA_GROUPS not in column.marks for column in columns
    )
    has_comma_groups = any(column.marks[0] == COMMA_GROUPS for column in columns)
    comma_is_decimal = has_decimal_commas or (table.delimiter in ";\t" and not has_comma_groups)
    for column in columns:
        notation = _choose_marks(table, column, comma_is_decimal, has_decimal_commas, findings)
        if notation is not None:
            notations.append(notation)
    return NotationFindings(tuple(notations), findings)


def _list_unusual_columns(
    table: Table, skipped: Collection[str], decimal: Collection[str]
) -> list[tuple[str, tuple[str, ...]]]:
    """List the columns with a digit beside other characters, with a sample of their cells.

    The sample is the first thousand and the last cells, because growing numbers reach their
    thousands late.
    """
    not_measured = TIME_NAMES | SPLIT_NAMES | GROUP_NAMES
    columns = []
    has_id_name = any(map(is_id_name, table.names)) or not table.header
    # Without a name, the first column of text is taken for the id.
    first_text = None if has_id_name or "id" in table.roles else table.names[0]
    if table.ragged or table.lists:
        return []
    # Beside decimal commas, points may separate thousands.
    for name, column in zip(table.names, table.columns.columns, strict=True):
        if not pa.types.is_string(column.type):
            continue
        chunks = _sample_chunks(column)
        is_examined = table.decimal_comma or name in decimal
        if not is_examined and _has_only(IS_PLAIN, chunks):
            continue  # most columns, in a tenth of the time of the pattern
        if (
            name in skipped
            or name == first_text
            or is_id_name(name)
            or normalize_name(name) in not_measured
        ):
            continue
        cells = pa.chunked_array(chunks, pa.string())
        first = [cell for cell in cells[:FIRST_CELLS].to_pylist() if cell and not is_missing(cell)]
        if first and len(first[0].strip()) > MAX_CHARACTERS:  # a list or a text
            continue
        pattern = f"{UNUSUAL}|{POINT_BEFORE_THREE_DIGITS}" if is_examined else UNUSUAL
        if _is_unusual(cells, first, pattern):
            sample = _thin_out(cells)
            if max(map(len, sample)) <= MAX_CHARACTERS:
                columns.append((name, sample))
    return columns


def _list_booleans(table: Table, skipped: Collection[str]) -> list[str]:
    """List the columns of text in which every cell is true, false or missing.

    Those with the name of a split keep their words, which a message quotes.
    """
    return [
        name
        for name in table.names
        if name not in skipped
        and normalize_name(name) not in SPLIT_NAMES
        and not is_split_question(name)
        and pa.types.is_string(table.columns[name].type)
        and (table.columns[name][0].as_py() or "").strip().lower() in BOOLEANS_OR_MISSING
        and are_booleans(table.columns[name].slice(0, SAMPLE_ROWS))
        and are_booleans(table.columns[name])
    ]


def _is_unusual(cells: pa.ChunkedArray, first: Sequence[str], pattern: str) -> bool:
    """Return True if a cell contains the pattern, mostly one of the first.

    Arrow compiles a pattern for each column, which takes longer than to search the first cells.
    """
    search = re.compile(pattern, re.ASCII).search
    if any(map(search, first)):
        return True
    return bool(pc.any(pc.match_substring_regex(cells, pattern)).as_py())


def _sample_chunks(column: pa.ChunkedArray) -> list[pa.Array]:
    """Return the first thousand and the last cells of a column."""
    if len(column) <= SAMPLE_ROWS:
        return list(column.chunks)
    head, tail = column[:SAMPLE_ROWS], column[max(SAMPLE_ROWS, len(column) - TAIL_ROWS) :]
    return [*head.chunks, *tail.chunks]


def _thin_out(cells: pa.ChunkedArray) -> tuple[str, ...]:
    """Return some of the cells, trimmed, without missing ones."""
    if _has_only(IS_PLAIN_OR_COMMA, cells.chunks):  # a third of the time
        present = cells.filter(pc.not_equal(cells, ""))
    else:
        cells = pc.utf8_trim_whitespace(cells)
        is_absent = pc.is_in(pc.utf8_lower(cells), MISSING_SET)
        present = cells.filter(pc.and_not(cells.is_valid(), is_absent))
    every = np.arange(0, len(present), -(-len(present) // EXAMINED_CELLS))
    return tuple(present.combine_chunks().take(pa.array(every)).to_pylist())


def _has_only(is_allowed: np.ndarray, chunks: Sequence[pa.Array]) -> bool:
    """Return True if the text has only allowed bytes, by the mask (256,)."""
    for chunk in chunks:
        _, offsets, text = chunk.buffers()
        if len(chunk) and text is not None:
            bounds = np.frombuffer(offsets, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
            raw = np.frombuffer(text, np.uint8)[bounds[0] : bounds[-1]]
            if not (is_allowed[raw[:FIRST_BYTES]].all() and is_allowed[raw].all()):
                return False
    return True


def _find_pairs(table: Table, name: str, cells: Sequence[str], is_step: bool) -> Notation | None:
    """Return the notation of a column of pairs such as 120/80, in which no cell is a date."""
    if normalize_name(name) in TARGET_NAMES:
        return None
    pairs = sum(PAIR.fullmatch(cell) is not None for cell in cells)
    others = sum("/" in cell for cell in cells) - pairs
    notation = Notation(name, pair=True, step=is_step)
    is_taken = any(each in table.names for each in notation.pair_columns)
    return notation if pairs > MIN_SHARE * len(cells) and not others and not is_taken else None


def _take_apart(
    table: Table, name: str, cells: Sequence[str], findings: list[Finding]
) -> _Quantities | None:
    """Take the cells of a column apart; None if most of them are no quantities of one unit."""
    lines = "\n".join((*cells, ""))
    if LINES_OF_MARKS.fullmatch(lines) and lines.count("\n") == len(cells):  # mostly, and faster
        numbers = tuple(lines.translate(WITHOUT_SIGN).split("\n")[:-1])
        return _build_quantities(name, cells, numbers)
    matches = [match for match in map(QUANTITY.fullmatch, cells) if match]
    if len(matches) <= MIN_SHARE * len(cells):
        return None
    prefixes = Counter(match[1] or "" for match in matches)
    suffixes = Counter(match[3] or "" for match in matches)
    affixes = {*prefixes, *suffixes} - {""}
    if len(affixes) > 1:
        counts = [(prefixes + suffixes)[affix] for affix in affixes]
        have_units = sum(counts) > MIN_SHARE * len(matches)  # unlike the stages 1, 2, 3a, 3b
        if have_units and len(affixes) <= MAX_UNITS and min(counts) > 1:
            note = Note(
                "`{name}` mixes units ({units}): its numbers are not read",
                name=name,
                units=", ".join(sorted(affixes)),
            )
            findings.append(Finding("warning", "mixed_units", note, name))
        return None
    prefix, suffix = max(prefixes), max(suffixes)
    lacking = sum(not (match[1] or match[3]) for match in matches) if affixes else 0
    if lacking > MIN_SHARE * len(matches):
        return None
    numbers = tuple(match[2] for match in matches)
    return _build_quantities(name, cells, numbers, prefix, suffix)


def _build_quantities(
    name: str,
    cells: Sequence[str],
    numbers: tuple[str, ...],
    prefix: str = "",
    suffix: str = "",
) -> _Quantities | None:
    """Find the marks of the numbers; None if they are plain, or do not fit most cells."""
    best, marks = _find_marks(numbers)
    if best <= MIN_SHARE * len(cells) or (
        not prefix + suffix and marks[0] == MARKS[0] and "." not in "".join(numbers)
    ):
        return None
    return _Quantities(name, tuple(cells), numbers, prefix, suffix, marks)


def _find_marks(numbers: Sequence[str]) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Find the marks of thousands and decimals that fit most numbers, and their count."""
    lines = "\n".join((*numbers, ""))
    fitting = tuple(
        marks for marks, pattern in LINES_OF_NUMBERS.items() if pattern.fullmatch(lines)
    )
    if fitting:  # mostly, and 200 times faster
        return len(numbers), fitting
    counts = {
        marks: sum(pattern.fullmatch(number) is not None for number in numbers)
        for marks, pattern in NUMBERS.items()
    }
    best = max(counts.values())
    return best, tuple(marks for marks, count in counts.items() if count == best)


def _choose_marks(
    table: Table,
    column: _Quantities,
    comma_is_decimal: bool,
    has_decimal_commas: bool,
    findings: list[Finding],
) -> Notation | None:
    """Choose between marks that fit equally well, with a doubt, and state the choice."""
    name = column.column

    def build(marks: tuple[str, str]) -> Notation:
        return Notation(name, *marks, column.prefix, column.suffix)

    marks, is_ambiguous = column.marks[0], False
    if marks == COMMA_DECIMAL and COMMA_GROUPS in column.marks:
        decimal, groups = (_count(table, build(each)) for each in (COMMA_DECIMAL, COMMA_GROUPS))
        is_ambiguous = (
            decimal == groups
            and not has_decimal_commas
            and not any(map(FOUR_DIGITS.match, column.numbers))
        )
        if groups > decimal or (is_ambiguous and not comma_is_decimal):
            marks = COMMA_GROUPS
    elif marks == MARKS[0] and POINT_GROUPS in column.marks and has_decimal_commas:
        point, groups = (_count(table, build(each)) for each in (MARKS[0], POINT_GROUPS))
        has_points = any("." in number for number in column.numbers)
        is_ambiguous = has_points and point == groups
        if is_ambiguous and not any(map(FOUR_DIGITS.match, column.numbers)):
            marks = POINT_GROUPS
    notation = build(marks)
    if notation == Notation(name):
        return None
    if notation == Notation(name, decimal=",") and table.decimal_comma and not is_ambiguous:
        return notation  # the table says so
    cells = pa.chunked_array([column.cells], pa.string())
    has_notation = pc.match_substring_regex(cells, build_cell_pattern(notation))
    has_mark = (
        pc.match_substring(cells, "," if column.marks[0] == COMMA_DECIMAL else ".")
        if is_ambiguous
        else pc.match_substring_regex(cells, "[^0-9+-]")
    )
    sample = cells.filter(pc.and_(has_notation, has_mark))
    found = sample[0].as_py().strip() if len(sample) else ""
    read = _format_examples(table, notation, sample)[:1]
    values = {"name": name, "found": found, "number": read[0].split(" → ")[1] if read else ""}
    if is_ambiguous:
        others = [build(each) for each in column.marks if each[1] != notation.decimal]
        choices = [notation, *others[:1]]
        findings.append(
            Finding(
                "question",
                "decimal_mark",
                Note(
                    "`{name}` has numbers such as {found}, which may have a decimal or a "
                    "thousands separator: read as {number}",
                    **values,
                ),
                name,
                remedies=tuple({"decimal": {name: each.decimal}} for each in choices),
                examples=tuple(_format_examples(table, each, sample) for each in choices),
            )
        )
    else:
        note = Note("`{name}` has numbers such as {found}: read as {number}", **values)
        findings.append(Finding("info", "notation", note, name))
    unit = column.prefix or column.suffix
    lacking = _count(table, Notation(name, *marks)) if unit else 0
    if lacking:
        note = Note(
            "numbers of `{name}` without {unit} are read as if they had it: {n}",
            n=lacking,
            name=name,
            unit=unit,
        )
        findings.append(Finding("warning", "missing_unit", note, name))
    return notation


def _format_examples(table: Table, notation: Notation, cells: pa.ChunkedArray) -> tuple[str, ...]:
    """Format some cells and the numbers that they are read as."""
    first = pa.chunked_array([pc.unique(cells)[:MAX_EXAMPLES]])
    sample = replace(table, columns=pa.table({notation.column: first}), cache={})
    numbers = rewrite_cells(sample, notation)[0].to_pylist()
    return tuple(
        f"{cell.strip()} → {number}"
        for cell, number in zip(first.to_pylist(), numbers, strict=True)
    )


def _count(table: Table, notation: Notation) -> int:
    """Count the cells with a notation."""
    matches = pc.match_substring_regex(table.columns[notation.column], build_cell_pattern(notation))
    return int(pc.sum(matches).as_py() or 0)
