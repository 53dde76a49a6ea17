"""Delimited text: lines of cells separated by commas, semicolons, tabs or spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from ...errors import DataError, Note
from ..table.counted_steps import counts_steps
from ..table.list_text import is_list, is_spaced_list
from ..table.number_text import is_number
from ..table.table import MAX_COLUMNS, Table, refuse_equal_names, refuse_many_columns
from ..table.words.column_names import is_id_name
from ..table.words.missing_markers import is_missing
from .source import EMPTY

# Rarest in ordinary text first; the bar is last because tables with commas hold words such as a|b.
DELIMITERS = ("\t", ";", ",", "|")
SEPARATOR_LINE = re.compile(rb"\s*\"?sep=([\t;,| ])\"?[ ;,]*\n", re.I)  # first line for Excel
SNIFFED_BYTES = 1 << 16
BLOCK_BYTES = 1 << 21  # as fast as larger blocks, of which several are in memory at once
ROW_BYTES = 1 << 10  # of a block per column: every block adds a chunk to each column
# The cells of 200 MB of text, 294 MB, take 313 MB with a jemalloc that returns unused memory at
# once (a setting of the process: see runs.reading.child), 350 to 450 MB with one that delays, and
# 470 MB with the other allocators, which fragment.
HAS_JEMALLOC = "jemalloc" in pa.supported_memory_backends()
MEMORY = pa.jemalloc_memory_pool() if HAS_JEMALLOC else pa.default_memory_pool()
PIECE_BYTES = 1 << 18
DECIMAL_COMMA = r"^\s*[+-]?\d+,\d+([eE][+-]?\d+)?\s*$"


def open_delimited(data: bytes, name: str = "") -> Table:
    """Open clean text (see ``encoding.clean_text``) as a table.

    Supports commas, semicolons, tabs, bars and spaces, which a first line such as ``sep=;`` may
    declare; text with or without a header; lines of unequal length if they contain only numbers;
    comment lines (# or %); and decimal commas if the delimiter is not a comma.

    Raises:
        DataError: For text that is not a table.
    """
    declared = SEPARATOR_LINE.match(data)
    if declared is not None:
        data = b"\n" * declared[0].count(b"\n") + data[declared.end() :]
        if data.isspace():
            raise DataError(EMPTY)
    data, notes = _strip_comments(data)
    if declared is None:
        data = _replace_spaces_by_tabs(data)
    delimiter = _detect_delimiter(data) if declared is None else declared[1].decode()
    cells, rows, ragged = _split_cells(data, delimiter)
    decimal_comma = b"," in data and _has_decimal_commas(cells, delimiter, ragged)
    if decimal_comma:
        notes += (Note("commas in numbers are decimal commas"),)
    if ragged:
        return Table(
            cells, rows, False, delimiter, decimal_comma, ragged=True, name=name, notes=notes
        )
    return build_table(cells, rows, delimiter, decimal_comma, name, notes)


def build_table(
    cells: pa.Table,
    rows: range | np.ndarray,
    delimiter: str = ",",
    decimal_comma: bool = False,
    name: str = "",
    notes: tuple[Note, ...] = (),
    doubts: tuple[Note, ...] = (),
) -> Table:
    """Build a table from cells of text, the first row of which may be the header.

    Args:
        cells: Columns of text, named by their numbers.
        rows: (rows,) line of each row.
        delimiter: As in ``Table``, as are the other arguments.
        decimal_comma: Numbers may have a decimal comma.
        name: Name of the file.
        notes: How the file was opened.
        doubts: Guesses about the file.

    Raises:
        DataError: For blank cells only, a header without rows, and columns with equal names.
    """
    cells, rows = _drop_blank_rows(cells, rows)
    first_row = [column[0].as_py().strip() for column in cells.columns]
    header = _is_header(first_row, cells.slice(1, 100), decimal_comma)
    unnamed: tuple[str, ...] = ()
    if header:
        if cells.num_rows == 1:
            raise DataError(
                "Row {row} has the column names, but no row of values follows. Add rows.",
                row=int(rows[0]),
            )
        names = [cell or str(number) for number, cell in enumerate(first_row, start=1)]
        unnamed = tuple(name for name, cell in zip(names, first_row, strict=True) if not cell)
        refuse_equal_names(names, int(rows[0]))
        cells, rows = cells.slice(1).rename_columns(names), rows[1:]
    return Table(
        cells,
        rows,
        header,
        delimiter,
        decimal_comma,
        unnamed=unnamed,
        name=name,
        notes=notes,
        doubts=doubts,
    )


def get_first_line(data: bytes) -> str:
    """Return the first line that is neither blank nor a comment, "" if there is none."""
    declared = SEPARATOR_LINE.match(data)
    begin = 0 if declared is None else declared.end()
    match = re.compile(rb"(?m)^[ \t]*([^\s#%][^\n]*)$").search(data, begin)
    return "" if match is None else match[1].decode("utf-8")


def is_header_line(line: str) -> bool:
    """Return True for a line with anything but numbers and missing values."""
    return not all(map(_is_value, re.split(r"[,;|\t ]", line)))


def _strip_comments(data: bytes) -> tuple[bytes, tuple[Note, ...]]:
    """Blank out lines that begin with # or %, so that the others keep their line numbers.

    The last comment above the values is the header if it has as many cells as they, as NumPy
    writes it.
    """
    if b"#" not in data and b"%" not in data:  # ten times as fast as looking for b"\n#"
        return data, ()
    if data[:1] not in (b"#", b"%") and b"\n#" not in data and b"\n%" not in data:
        return data, ()
    raw = np.frombuffer(data, dtype=np.uint8)
    starts = np.append(0, np.flatnonzero(raw[:-1] == ord("\n")) + 1)
    is_comment = np.isin(raw[starts], (ord("#"), ord("%"))) & _is_outside_quotes(raw, starts)
    ends = np.append(starts[1:], len(data))
    comments = np.flatnonzero(is_comment)
    names_line = _find_names_comment(data, starts, ends, is_comment)
    parts, begin = [], 0
    for line in comments.tolist():
        parts.append(data[begin : starts[line]])
        parts.append(
            data[starts[line] : ends[line]].lstrip(b"#% ") if line == names_line else b"\n"
        )
        begin = ends[line]
    parts.append(data[begin:])
    number = len(comments) - (names_line is not None)
    notes = (Note("comment lines left out: {n}", n=number),) if number else ()
    data = b"".join(parts)
    if data.isspace():
        raise DataError(EMPTY)
    return data, notes


def _find_names_comment(
    data: bytes, starts: np.ndarray, ends: np.ndarray, is_comment: np.ndarray
) -> int | None:
    """Return the index of the comment line that is the header of the values, None without one.

    It is above the first line of values and has the same number of cells, more than one, of
    which the line of values has a number.
    """
    if not is_comment[0] or is_comment.all():
        return None
    first_values = int(np.argmin(is_comment))
    comment, values = (data[starts[i] : ends[i]].decode() for i in (first_values - 1, first_values))
    delimiter = _detect_delimiter(values.encode())
    cells = values.split(None if delimiter == " " else delimiter)
    has_same_width = len(
        comment.lstrip("#% ").split(None if delimiter == " " else delimiter)
    ) == len(cells)
    return (
        first_values - 1
        if has_same_width and len(cells) > 1 and any(map(is_number, cells))
        else None
    )


def _has_decimal_commas(cells: pa.Table, delimiter: str, ragged: bool) -> bool:
    """Return True if a number contains a comma while the delimiter is not a comma."""
    if delimiter not in ";\t|":
        return False
    pattern = r"[0-9],[0-9]" if ragged else DECIMAL_COMMA
    return any(pc.any(pc.match_substring_regex(column, pattern)).as_py() for column in cells)


def _replace_spaces_by_tabs(data: bytes) -> bytes:
    """Replace the spaces of a space-delimited table by tabs.

    A table has no other delimiter, as many cells in every line as in the first, and a column of
    numbers below the first line. Lines of numbers only are sequences, whose length is free, unless
    their first two numbers count sequences and steps.
    """
    lines = _sample_lines(data)
    if b'"' in data[:SNIFFED_BYTES] or any(mark in line for line in lines for mark in DELIMITERS):
        return data
    split_lines = [line.split() for line in lines]
    if (
        len(split_lines) < 2
        or len(split_lines[0]) < 2
        or len({len(each) for each in split_lines}) > 1
    ):
        return data
    numbers = [all(map(_is_value, column)) for column in zip(*split_lines[1:], strict=True)]
    if not any(numbers):
        return data
    if all(numbers) and all(map(_is_value, split_lines[0])):
        first_two = [pa.array([line[i] for line in split_lines]) for i in range(2)]
        if len(split_lines[0]) < 3 or not counts_steps(first_two[0], first_two[1], 0):
            return data
    # Without the lookbehind, the pattern would start at every space of a long run of spaces.
    return re.sub(rb" +", b"\t", re.sub(rb"(?m)^ +|(?<! ) +$", b"", data))


def _sample_lines(data: bytes) -> list[str]:
    """Return the first lines that are not blank, without text in quotes and brackets."""
    sample = data[:SNIFFED_BYTES].decode("utf-8", errors="ignore")
    if len(data) > SNIFFED_BYTES:
        sample = sample[: sample.rfind("\n") + 1] or sample  # the last line may be cut off
    unquoted = re.sub(r'"[^"]*"|\[[^\]\n]*\]', "", sample)
    return [line for line in unquoted.split("\n") if line.strip()]


def _detect_delimiter(data: bytes) -> str:
    """Detect the delimiter: equally frequent in every line, otherwise the most frequent."""
    lines = _sample_lines(data)
    for mark in "\t;|":  # lines of numbers with decimal commas, possibly of unequal length
        cells = [cell for line in lines for cell in line.split(mark)]
        if len(cells) > len(lines) and all(_is_value(cell.replace(",", ".")) for cell in cells):
            return mark
    counts = {mark: [line.count(mark) for line in lines] for mark in DELIMITERS}
    for mark, count in counts.items():
        if count and min(count) == max(count) > 0:
            return mark
    best = max(DELIMITERS, key=lambda mark: sum(counts[mark]))
    if any(counts[best]):
        return best
    spaced = any(len(line.split()) > 1 for line in lines)
    return " " if spaced and all(map(_is_value, lines[0].split())) else ","


def _split_cells(data: bytes, delimiter: str) -> tuple[pa.Table, range | np.ndarray, bool]:
    """Return the cells as text, the line of every row, and True if the lines are ragged."""
    width = _count_columns(data, delimiter)
    if width > MAX_COLUMNS:
        _refuse_many_names(data, delimiter)
    elif delimiter != " ":
        try:
            return *_parse_table(data, delimiter, max(BLOCK_BYTES, ROW_BYTES * width)), False
        except pa.ArrowInvalid:  # a line of spaces, a very long line, or ragged lines
            data = re.sub(rb"(?m)^[ \t" + delimiter.encode() + rb"]+$", b"", data)
        if data.isspace():
            raise DataError(EMPTY)
        try:
            return *_parse_table(data, delimiter, min(len(data) + 1, 2**31 - 1)), False
        except pa.ArrowInvalid:
            _refuse_ragged_table(data, delimiter)
    lines = data.decode("utf-8").split("\n")
    line_indices = [index for index, line in enumerate(lines) if line.strip(delimiter + " \t")]
    cells = pa.table({"value": pa.chunked_array([pa.array([lines[i] for i in line_indices])])})
    return cells, np.array(line_indices) + 1, True


def _count_columns(data: bytes, delimiter: str) -> int:
    """Count the cells of the first row."""
    first = next(re.finditer(rb'\n*((?:[^"\n]+|"[^"]*")*)', data))[1]
    return re.sub(rb'"[^"]*"', b"", first).count(delimiter.encode()) + 1


def _refuse_many_names(data: bytes, delimiter: str) -> None:
    """Raise an error for too many columns, unless the first row contains only numbers.

    Rows of numbers are sequences, which may have any number of steps, while a column takes
    kilobytes.
    """
    first_row = data.lstrip(b"\n").partition(b"\n")[0].decode("utf-8").split(delimiter)
    if not all(map(_is_value, first_row)):
        refuse_many_columns(len(first_row))


def _parse_table(data: bytes, delimiter: str, block: int) -> tuple[pa.Table, range | np.ndarray]:
    """Parse lines of the same number of cells; raise ``pa.ArrowInvalid`` for any others."""
    width = _count_columns(data, delimiter)
    parsed = pyarrow.csv.read_csv(
        pa.BufferReader(data),
        pyarrow.csv.ReadOptions(autogenerate_column_names=True, block_size=block),
        pyarrow.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=_has_breaks_in_quotes(data)
        ),
        pyarrow.csv.ConvertOptions(
            check_utf8=False, column_types={f"f{i}": pa.string() for i in range(width)}
        ),
        MEMORY,
    )
    lines = sum(np.count_nonzero(piece == ord("\n")) for piece in _iterate_pieces(data))
    rows = range(1, lines + 1) if lines == parsed.num_rows else _find_records(data)[2]
    if len(rows) != parsed.num_rows or not all(
        pa.types.is_string(kind) for kind in parsed.schema.types
    ):
        raise DataError(
            'A quote in the file is not closed, so the cells are ambiguous. Close every ", '
            "or remove it."
        )
    return parsed.rename_columns([str(i) for i in range(1, parsed.num_columns + 1)]), rows


def _find_records(data: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the start and the end of each row in ``data``, and the line on which it begins.

    Blank lines are not rows, and a line break inside quotes does not end a row.
    """
    raw = np.frombuffer(data, dtype=np.uint8)
    breaks = np.flatnonzero(raw == ord("\n"))
    ends = np.append(breaks[_is_outside_quotes(raw, breaks)], len(data))
    starts = np.append(0, ends[:-1] + 1)
    starts, ends = starts[ends > starts], ends[ends > starts]
    return starts, ends, np.searchsorted(breaks, starts) + 1


def _has_breaks_in_quotes(data: bytes) -> bool:
    """Return True for a line break inside quotes.

    Arrow takes twice as long on one processor when it must expect one.
    """
    if b'"' not in data:
        return False
    is_quoted = False
    for piece in _iterate_pieces(data):
        quotes = np.flatnonzero(piece == ord('"'))
        if is_quoted or len(quotes):
            breaks = np.flatnonzero(piece == ord("\n"))
            if ((np.searchsorted(quotes, breaks) + is_quoted) % 2).any():
                return True
        is_quoted ^= len(quotes) % 2 == 1
    return False


def _iterate_pieces(data: bytes) -> Iterator[np.ndarray]:
    """Iterate over the bytes in pieces that fit the processor's cache.

    Counting the lines of 200 MB takes 30 ms this way, 60 ms at once, and 110 ms by bytes.count.
    """
    raw = np.frombuffer(data, dtype=np.uint8)
    return (raw[begin : begin + PIECE_BYTES] for begin in range(0, len(raw), PIECE_BYTES))


def _is_outside_quotes(raw: np.ndarray, positions: np.ndarray) -> np.ndarray:
    quotes = np.flatnonzero(raw == ord('"'))
    is_outside: np.ndarray = np.searchsorted(quotes, positions) % 2 == 0
    return is_outside


def _refuse_ragged_table(data: bytes, delimiter: str) -> None:
    """Raise an error unless the first line contains only numbers, as ragged sequences do."""
    starts, ends, lines = _find_records(data)
    first_row = data[starts[0] : ends[0]].decode("utf-8").split(delimiter)
    if all(_is_value(cell.replace(",", ".")) for cell in first_row):  # commas may be decimal
        return
    raw = np.frombuffer(data, dtype=np.uint8)
    marks = np.flatnonzero(raw == ord(delimiter))
    marks = marks[_is_outside_quotes(raw, marks)]
    cells = np.searchsorted(marks, ends) - np.searchsorted(marks, starts) + 1
    index = int(np.argmax(cells != cells[0]))
    raise DataError(
        "Row {row}: the number of cells is {cells}, but {expected} in the first row: "
        "{found!r}. Give every row as many cells as the first, and put quotes around lists "
        "in cells. Rows of unequal length must contain only numbers and have no header.",
        row=int(lines[index]),
        cells=int(cells[index]),
        expected=int(cells[0]),
        found=data[starts[index] : ends[index]].decode("utf-8")[:80],
    )


def _drop_blank_rows(
    cells: pa.Table, rows: range | np.ndarray
) -> tuple[pa.Table, range | np.ndarray]:
    """Drop rows such as ``,,,``, which spreadsheets append to their data."""
    blank = np.ones(cells.num_rows, dtype=bool)
    for column in cells.columns:
        blank &= pc.or_(pc.equal(column, ""), pc.utf8_is_space(column)).to_numpy()
        if not blank.any():
            return cells, rows
    if blank.all():
        raise DataError(EMPTY)
    return cells.filter(pa.array(~blank)), np.asarray(rows)[~blank]


def _is_header(first: Sequence[str], below: pa.Table, decimal_comma: bool) -> bool:
    """Return True if the first row names the columns.

    It does if it has text above numbers or lists, or names an id. Numbers among the names are
    steps (``id,0,1,2``) and so must count upwards, or columns of a table without names, some of
    which may be left out if an id is named (``id,3,5,6``); otherwise a row such as ``5,x,7`` is a
    row of values with a mistake.
    """

    def with_point(cell: str) -> str:
        return cell.replace(",", ".") if decimal_comma else cell

    first = [with_point(cell) for cell in first]
    text_cells = [cell for cell in first if not _is_value(cell)]
    if not text_cells or any(is_list(word) or is_spaced_list(word) for word in text_cells):
        return False
    text_set = set(text_cells)
    numbers = [float(cell) for cell in first if is_number(cell)]
    names_id = any(map(is_id_name, text_cells))
    if (np.diff(numbers) <= 0 if names_id else np.diff(numbers) != 1).any():
        return False
    if names_id:
        return True
    for cell, column in zip(first, below.columns, strict=True):
        if cell in text_set and any(
            is_number(with_point(c)) or is_list(c) for c in column.to_pylist()
        ):
            return True
    return not numbers  # only text: the first row can only be names


def _is_value(cell: str) -> bool:
    return is_number(cell) or is_missing(cell)
