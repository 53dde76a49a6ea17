"""Text as a Table: lines of cells set apart by commas, semicolons, tabs or spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from ...data.tokens import is_list, is_missing, is_number
from ...errors import DataError, Note
from ..table.column_names import names_an_id
from ..table.list_text import is_spaced
from ..table.table import MAX_COLUMNS, Table, refuse_equal_names, refuse_many_columns
from .source import EMPTY

DELIMITERS = ("\t", ";", ",")  # the rarer in ordinary text, the stronger the sign
SNIFFED_BYTES = 1 << 16
BLOCK_BYTES = 1 << 21  # as fast as larger ones, and several are held at once
ROW_BYTES = 1 << 10  # a column, of a block: each block makes a piece of every column
# The cells of 200 MB of text, 294 MB, take 313 MB in a jemalloc that gives back at once what is no
# longer used, 350 to 450 MB in one that waits, and 470 MB in the others, which cut memory up.
if "jemalloc" in pa.supported_memory_backends():
    MEMORY = pa.jemalloc_memory_pool()
    pa.jemalloc_set_decay_ms(0)
else:
    MEMORY = pa.default_memory_pool()
PIECE_BYTES = 1 << 18
DECIMAL_COMMA = r"^\s*[+-]?\d+,\d+([eE][+-]?\d+)?\s*$"


def open_delimited(data: bytes, name: str = "") -> Table:
    """A table from clean text (``encoding.clean_text``).

    Understands commas, semicolons, tabs and spaces; with or without a header; lines of unequal
    length when they hold numbers only; comment lines (# or %); and decimal commas where something
    else stands between the cells. Raises DataError for what cannot be a table.
    """
    data, notes = _without_comments(data)
    data = _spaces_as_tabs(data)
    delimiter = _sniff(data)
    cells, rows, ragged = _cells(data, delimiter)
    comma = b"," in data and _has_decimal_commas(cells, delimiter, ragged)
    if comma:
        notes += (Note("commas in numbers are decimal commas"),)
    how = {"delimiter": delimiter, "decimal_comma": comma, "name": name, "notes": notes}
    if ragged:
        return Table(cells, rows, header=False, ragged=True, **how)
    cells, rows = _without_blank_rows(cells, rows)
    first = [column[0].as_py().strip() for column in cells.columns]
    header = _is_header(first, cells.slice(1, 100), comma)
    unnamed: tuple[str, ...] = ()
    if header:
        if cells.num_rows == 1:
            raise DataError(
                "Row {row} names the columns, and no row of values follows. Add rows.",
                row=int(rows[0]),
            )
        names = [cell or str(number) for number, cell in enumerate(first, start=1)]
        unnamed = tuple(name for name, cell in zip(names, first, strict=True) if not cell)
        refuse_equal_names(names, int(rows[0]))
        cells, rows = cells.slice(1).rename_columns(names), rows[1:]
    return Table(cells, rows, header, unnamed=unnamed, **how)


def first_line(data: bytes) -> str:
    """The first line that is neither blank nor a comment, "" when there is none."""
    found = re.search(rb"(?m)^[ \t]*([^\s#%][^\n]*)$", data)
    return "" if found is None else found[1].decode("utf-8")


def names_columns(line: str) -> bool:
    """Does a line hold anything but numbers and missing values?"""
    return not all(map(_is_value, re.split(r"[,;\t ]", line)))


def _without_comments(data: bytes) -> tuple[bytes, tuple[Note, ...]]:
    """Lines that begin with # or % made blank, so that the others keep their numbers. The last
    one above the values names the columns, if it has as many cells as they (NumPy writes it so)."""
    if b"#" not in data and b"%" not in data:  # ten times as fast as looking for b"\n#"
        return data, ()
    if data[:1] not in (b"#", b"%") and b"\n#" not in data and b"\n%" not in data:
        return data, ()
    raw = np.frombuffer(data, dtype=np.uint8)
    starts = np.append(0, np.flatnonzero(raw[:-1] == ord("\n")) + 1)
    marked = np.isin(raw[starts], (ord("#"), ord("%"))) & _outside_quotes(raw, starts)
    ends = np.append(starts[1:], len(data))
    comments = np.flatnonzero(marked)
    names = _names_in_comment(data, starts, ends, marked)
    parts, begin = [], 0
    for line in comments.tolist():
        parts.append(data[begin : starts[line]])
        parts.append(data[starts[line] : ends[line]].lstrip(b"#% ") if line == names else b"\n")
        begin = ends[line]
    parts.append(data[begin:])
    number = len(comments) - (names is not None)
    notes = (Note("comment lines left out: {n}", n=number),) if number else ()
    data = b"".join(parts)
    if data.isspace():
        raise DataError(EMPTY)
    return data, notes


def _names_in_comment(data: bytes, starts, ends, marked) -> int | None:
    """The comment line above the first line of values, when it has as many cells as that line,
    more than one, and that line holds a number."""
    if not marked[0] or marked.all():
        return None
    first = int(np.argmin(marked))
    comment, values = (data[starts[i] : ends[i]].decode() for i in (first - 1, first))
    delimiter = _sniff(values.encode())
    cells = values.split(None if delimiter == " " else delimiter)
    same = len(comment.lstrip("#% ").split(None if delimiter == " " else delimiter)) == len(cells)
    return first - 1 if same and len(cells) > 1 and any(map(is_number, cells)) else None


def _has_decimal_commas(cells: pa.Table, delimiter: str, ragged: bool) -> bool:
    """Is there a number with a comma in it, where something else stands between the cells?"""
    if delimiter not in ";\t":
        return False
    pattern = r"[0-9],[0-9]" if ragged else DECIMAL_COMMA
    return any(pc.any(pc.match_substring_regex(column, pattern)).as_py() for column in cells)


def _spaces_as_tabs(data: bytes) -> bytes:
    """A table whose cells are set apart by spaces, with tabs in their place: where nothing else
    sets them apart, every line has as many words as the first, and below the first line one of
    them is always a number. (Lines of numbers alone are sequences, as long as they are.)"""
    lines = _sampled_lines(data)
    if b'"' in data[:SNIFFED_BYTES] or any(mark in line for line in lines for mark in DELIMITERS):
        return data
    words = [line.split() for line in lines]
    if len(words) < 2 or len(words[0]) < 2 or len({len(each) for each in words}) > 1:
        return data
    numbers = [all(map(_is_value, column)) for column in zip(*words[1:], strict=True)]
    if not any(numbers) or (all(numbers) and all(map(_is_value, words[0]))):
        return data
    # Without the second condition each space of a long row of them would be tried as its first.
    return re.sub(rb" +", b"\t", re.sub(rb"(?m)^ +|(?<! ) +$", b"", data))


def _sampled_lines(data: bytes) -> list[str]:
    """The first lines that are not blank, without what stands in quotes and brackets."""
    sample = data[:SNIFFED_BYTES].decode("utf-8", errors="ignore")
    if len(data) > SNIFFED_BYTES:
        sample = sample[: sample.rfind("\n") + 1] or sample  # the last line may be cut off
    bare = re.sub(r'"[^"]*"|\[[^\]\n]*\]', "", sample)
    return [line for line in bare.split("\n") if line.strip()]


def _sniff(data: bytes) -> str:
    """The delimiter: one that stands equally often in every line, else the most frequent."""
    lines = _sampled_lines(data)
    for mark in "\t;":  # lines of numbers, also of unequal length, whose commas are decimal commas
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


def _cells(data: bytes, delimiter: str) -> tuple[pa.Table, range | np.ndarray, bool]:
    """The cells as text, the line of every row, and whether the lines are ragged."""
    width = _width(data, delimiter)
    if width > MAX_COLUMNS:
        _refuse_many_names(data, delimiter)
    elif delimiter != " ":
        try:
            return *_grid(data, delimiter, max(BLOCK_BYTES, ROW_BYTES * width)), False
        except pa.ArrowInvalid:  # a line of spaces, a very long line, or really ragged
            data = re.sub(rb"(?m)^[ \t" + delimiter.encode() + rb"]+$", b"", data)
        if data.isspace():
            raise DataError(EMPTY)
        try:
            return *_grid(data, delimiter, min(len(data) + 1, 2**31 - 1)), False
        except pa.ArrowInvalid:
            _refuse_ragged_table(data, delimiter)
    lines = data.decode("utf-8").split("\n")
    kept = [index for index, line in enumerate(lines) if line.strip(delimiter + " \t")]
    cells = pa.table({"value": pa.chunked_array([pa.array([lines[i] for i in kept])])})
    return cells, np.array(kept) + 1, True


def _width(data: bytes, delimiter: str) -> int:
    """How many cells the first row has."""
    first = re.match(rb'\n*((?:[^"\n]+|"[^"]*")*)', data)[1]
    return re.sub(rb'"[^"]*"', b"", first).count(delimiter.encode()) + 1


def _refuse_many_names(data: bytes, delimiter: str) -> None:
    """Raises DataError unless the first row is numbers only: then each row is a sequence, which
    may have any number of steps, while a column takes kilobytes."""
    first = data.lstrip(b"\n").partition(b"\n")[0].decode("utf-8").split(delimiter)
    if not all(map(_is_value, first)):
        refuse_many_columns(len(first))


def _grid(data: bytes, delimiter: str, block: int) -> tuple[pa.Table, range | np.ndarray]:
    """Every line cut into the same number of cells. Raises pa.ArrowInvalid when they are not."""
    width = _width(data, delimiter)
    read = pyarrow.csv.read_csv(
        pa.BufferReader(data),
        pyarrow.csv.ReadOptions(autogenerate_column_names=True, block_size=block),
        pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=_breaks_in_quotes(data)),
        pyarrow.csv.ConvertOptions(
            check_utf8=False, column_types={f"f{i}": pa.string() for i in range(width)}
        ),
        MEMORY,
    )
    lines = sum(np.count_nonzero(piece == ord("\n")) for piece in _pieces(data))
    rows = range(1, lines + 1) if lines == read.num_rows else _records(data)[2]
    if len(rows) != read.num_rows or not all(
        pa.types.is_string(kind) for kind in read.schema.types
    ):
        raise DataError(
            "The quotes in the file do not come in pairs, so its cells cannot be told apart. "
            'Close every ", or remove it.'
        )
    return read.rename_columns([str(i) for i in range(1, read.num_columns + 1)]), rows


def _records(data: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where each row begins and ends in ``data``, and the line it begins on: blank lines are
    no rows, and a line break inside quotes ends none."""
    raw = np.frombuffer(data, dtype=np.uint8)
    breaks = np.flatnonzero(raw == ord("\n"))
    ends = np.append(breaks[_outside_quotes(raw, breaks)], len(data))
    starts = np.append(0, ends[:-1] + 1)
    starts, ends = starts[ends > starts], ends[ends > starts]
    return starts, ends, np.searchsorted(breaks, starts) + 1


def _breaks_in_quotes(data: bytes) -> bool:
    """Is there a line break inside quotes? Arrow takes twice as long, on one processor, where there
    may be one."""
    if b'"' not in data:
        return False
    odd = False
    for piece in _pieces(data):
        quotes = np.flatnonzero(piece == ord('"'))
        if odd or len(quotes):
            breaks = np.flatnonzero(piece == ord("\n"))
            if ((np.searchsorted(quotes, breaks) + odd) % 2).any():
                return True
        odd ^= len(quotes) % 2 == 1
    return False


def _pieces(data: bytes) -> Iterator[np.ndarray]:
    """The bytes in pieces that stay in the processor's cache: to count the lines of 200 MB takes
    30 ms so, 60 ms at once, and 110 ms by bytes.count."""
    raw = np.frombuffer(data, dtype=np.uint8)
    return (raw[begin : begin + PIECE_BYTES] for begin in range(0, len(raw), PIECE_BYTES))


def _outside_quotes(raw: np.ndarray, positions: np.ndarray) -> np.ndarray:
    quotes = np.flatnonzero(raw == ord('"'))
    return np.searchsorted(quotes, positions) % 2 == 0


def _refuse_ragged_table(data: bytes, delimiter: str) -> None:
    """Raises DataError unless the first line is numbers only, as ragged sequences are."""
    starts, ends, lines = _records(data)
    first = data[starts[0] : ends[0]].decode("utf-8").split(delimiter)
    if all(_is_value(cell.replace(",", ".")) for cell in first):  # commas may be decimal
        return
    raw = np.frombuffer(data, dtype=np.uint8)
    marks = np.flatnonzero(raw == ord(delimiter))
    marks = marks[_outside_quotes(raw, marks)]
    cells = np.searchsorted(marks, ends) - np.searchsorted(marks, starts) + 1
    other = int(np.argmax(cells != cells[0]))
    raise DataError(
        "Row {row} has another number of cells ({cells}) than the first row ({expected}): "
        "{found!r}. Give every row as many cells as the first, and put quotes around a list in a "
        "cell. Sequences of unequal length, one a row, hold numbers only and have no header.",
        row=int(lines[other]),
        cells=int(cells[other]),
        expected=int(cells[0]),
        found=data[starts[other] : ends[other]].decode("utf-8")[:80],
    )


def _without_blank_rows(
    cells: pa.Table, rows: range | np.ndarray
) -> tuple[pa.Table, range | np.ndarray]:
    """Drops rows such as ``,,,``, which spreadsheets leave below their data."""
    blank = np.ones(cells.num_rows, dtype=bool)
    for column in cells.columns:
        blank &= pc.or_(pc.equal(column, ""), pc.utf8_is_space(column)).to_numpy()
        if not blank.any():
            return cells, rows
    if blank.all():
        raise DataError(EMPTY)
    return cells.filter(pa.array(~blank)), np.asarray(rows)[~blank]


def _is_header(first: Sequence[str], below: pa.Table, comma: bool) -> bool:
    """Does the first row name the columns? It does when it is text where numbers or lists
    follow, or when it says "id". Numbers among the names are steps (``id,0,1,2``) and so must
    count upwards; otherwise a row such as ``5,x,7`` is a row of values with a mistake in it."""

    def pointed(cell: str) -> str:
        return cell.replace(",", ".") if comma else cell

    first = [pointed(cell) for cell in first]
    words = [cell for cell in first if not _is_value(cell)]
    if not words or any(is_list(word) or is_spaced(word) for word in words):
        return False
    named = set(words)
    counted = [float(cell) for cell in first if is_number(cell)]
    if (np.diff(counted) != 1).any():
        return False
    if any(map(names_an_id, words)):
        return True
    for cell, column in zip(first, below.columns, strict=True):
        if cell in named and any(is_number(pointed(c)) or is_list(c) for c in column.to_pylist()):
            return True
    return not counted  # text everywhere: names, when anything


def _is_value(cell: str) -> bool:
    return is_number(cell) or is_missing(cell)
