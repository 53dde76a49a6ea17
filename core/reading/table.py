"""``Table``: a file read once, its cells still text, its rows still numbered.

Cells stay Arrow text (a few bytes each, no Python objects) and become numbers when a
layout asks for a column. Reading text and casting it is as fast as reading typed
columns, keeps ids such as "007" as they are, and knows the words of every bad cell.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from core.errors import DataError
from core.reading import pasted
from core.reading.names import names_an_id
from core.reading.source import EMPTY, read_text
from core.reading.words import is_list, is_missing, is_number

DELIMITERS = ("\t", ";", ",")  # the rarer in ordinary text, the stronger the sign
SNIFFED_BYTES = 1 << 16
BLOCK_BYTES = 1 << 24


@dataclass(frozen=True, eq=False)
class Table:
    """A table of cells, blank rows left out.

    columns    the cells, (rows) a column; text from a file, text or numbers from a DataFrame
    rows       (rows,) the line each row begins on, from 1, as an editor counts; in a DataFrame
               the first row is 2, as if it had been saved with its header
    header     whether the first line names the columns; else they are "1", "2", …
    delimiter  between cells: ",", ";", tab, or " " for numbers set apart by spaces
    ragged     the lines are cut into unequal numbers of cells: ``columns`` is then the one
               column "value", which holds whole lines
    lists      the text held nested lists and no table: ``columns`` is then the one column
               "value", which holds a list a row
    unnamed    the columns whose cell in the header is blank; they are called by their number
    name       the file's name, "" when there is none
    """

    columns: pa.Table
    rows: range | np.ndarray
    header: bool
    delimiter: str = ","
    ragged: bool = False
    lists: bool = False
    unnamed: tuple[str, ...] = ()
    name: str = ""

    def __len__(self) -> int:
        return self.columns.num_rows

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns.column_names)

    def row(self, index: int) -> int:
        """The line in the file on which row ``index`` (from 0) begins."""
        return int(self.rows[index])


def open_table(source: str | os.PathLike[str] | IO[Any] | pd.DataFrame) -> Table:
    """Read a path, a binary or text buffer, or a DataFrame into a Table.

    Understands commas, semicolons, tabs, and spaces between numbers; with or without a
    header; lines of unequal length when they hold numbers only; and nested lists as they
    are pasted from Python or JSON. Of those, one list that holds lists is a list of
    sequences; several lists one after the other are one sequence each.

    Raises DataError for what cannot be a table, OSError for a path that cannot be read.
    """
    if isinstance(source, pd.DataFrame):
        return _from_frame(source)
    data, name = read_text(source)
    if pasted.looks_pasted(data):
        return _lists(data, name)
    delimiter = _sniff(data)
    cells, rows, ragged = _cells(data, delimiter)
    if ragged:
        return Table(cells, rows, header=False, delimiter=delimiter, ragged=True, name=name)
    cells, rows = _without_blank_rows(cells, rows)
    first = [column[0].as_py().strip() for column in cells.columns]
    header = _is_header(first, cells.slice(1, 100))
    unnamed: tuple[str, ...] = ()
    if header:
        if cells.num_rows == 1:
            raise DataError(
                "Row {row} names the columns, and no row of values follows. Add rows.",
                row=int(rows[0]),
            )
        names = [cell or str(number) for number, cell in enumerate(first, start=1)]
        unnamed = tuple(name for name, cell in zip(names, first, strict=True) if not cell)
        _refuse_equal_names(names, int(rows[0]))
        cells, rows = cells.slice(1).rename_columns(names), rows[1:]
    return Table(cells, rows, header, delimiter, unnamed=unnamed, name=name)


def open_lists(source: str | os.PathLike[str] | IO[Any]) -> Table:
    """Read text that is to hold nested lists and nothing else, as ``open_table`` does where text
    begins with one. Raises DataError for anything beside the lists."""
    return _lists(*read_text(source))


def _lists(data: bytes, name: str) -> Table:
    lists, lines = pasted.cut(data)
    return Table(pa.table({"value": lists}), lines, header=False, lists=True, name=name)


def _sniff(data: bytes) -> str:
    """The delimiter: one that stands equally often in every line, else the most frequent."""
    sample = data[:SNIFFED_BYTES].decode("utf-8", errors="ignore")
    if len(data) > SNIFFED_BYTES:
        sample = sample[: sample.rfind("\n") + 1] or sample  # the last line may be cut off
    bare = re.sub(r'"[^"]*"|\[[^\]\n]*\]', "", sample)
    lines = [line for line in bare.split("\n") if line.strip()]
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
    if delimiter != " ":
        try:
            return *_grid(data, delimiter, BLOCK_BYTES), False
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


def _grid(data: bytes, delimiter: str, block: int) -> tuple[pa.Table, range | np.ndarray]:
    """Every line cut into the same number of cells. Raises pa.ArrowInvalid when they are not."""
    first = re.match(rb'\n*((?:[^"\n]+|"[^"]*")*)', data)[1]
    width = re.sub(rb'"[^"]*"', b"", first).count(delimiter.encode()) + 1
    read = pyarrow.csv.read_csv(
        pa.BufferReader(data),
        pyarrow.csv.ReadOptions(autogenerate_column_names=True, block_size=block),
        pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in data),
        pyarrow.csv.ConvertOptions(
            check_utf8=False, column_types={f"f{i}": pa.string() for i in range(width)}
        ),
    )
    lines = data.count(b"\n")
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


def _outside_quotes(raw: np.ndarray, positions: np.ndarray) -> np.ndarray:
    quotes = np.flatnonzero(raw == ord('"'))
    return np.searchsorted(quotes, positions) % 2 == 0


def _refuse_ragged_table(data: bytes, delimiter: str) -> None:
    """Raises DataError unless the first line is numbers only, as ragged sequences are."""
    starts, ends, lines = _records(data)
    first = data[starts[0] : ends[0]].decode("utf-8").split(delimiter)
    if all(map(_is_value, first)):
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
        blank &= pc.equal(pc.utf8_trim_whitespace(column), "").to_numpy()
        if not blank.any():
            return cells, rows
    if blank.all():
        raise DataError(EMPTY)
    return cells.filter(pa.array(~blank)), np.asarray(rows)[~blank]


def _is_header(first: Sequence[str], below: pa.Table) -> bool:
    """Does the first row name the columns? It does when it is text where numbers or lists
    follow, or when it says "id". Numbers among the names are steps (``id,0,1,2``) and so must
    count upwards; otherwise a row such as ``5,x,7`` is a row of values with a mistake in it."""
    words = [cell for cell in first if not _is_value(cell)]
    if not words or any(map(is_list, words)):
        return False
    counted = [float(cell) for cell in first if is_number(cell)]
    if (np.diff(counted) != 1).any():
        return False
    if any(map(names_an_id, words)):
        return True
    for cell, column in zip(first, below.columns, strict=True):
        if cell in words and any(is_number(c) or is_list(c) for c in column.to_pylist()):
            return True
    return not counted  # text everywhere: names, when anything


def _is_value(cell: str) -> bool:
    return is_number(cell) or is_missing(cell)


def _refuse_equal_names(names: Sequence[str], row: int) -> None:
    if len(set(names)) == len(names):
        return
    number, twice = next((i, name) for i, name in enumerate(names) if name in names[:i])
    raise DataError(
        "Row {row}: two columns are called {found!r}. Give every column its own name.",
        row=row,
        column=number + 1,
        found=twice,
    )


def _from_frame(frame: pd.DataFrame) -> Table:
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    if frame.empty:
        raise DataError(EMPTY)
    names = [str(name).strip() for name in frame.columns]
    _refuse_equal_names(names, row=1)
    columns = [_from_series(frame.iloc[:, i]) for i in range(len(names))]
    return Table(pa.table(columns, names=names), range(2, len(frame) + 2), header=True)


def _from_series(series: pd.Series) -> pa.ChunkedArray:
    """Numbers stay numbers; lists become JSON, everything else its text; NaN becomes null."""
    if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
        made = pa.array(series, from_pandas=True)
    elif pd.api.types.is_string_dtype(series):
        made = pc.fill_null(pc.cast(pa.array(series, from_pandas=True), pa.string()), "")
    else:
        made = pa.array(["" if _absent(value) else _cell_text(value) for value in series])
    return made if isinstance(made, pa.ChunkedArray) else pa.chunked_array([made])


def _absent(value: object) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _cell_text(value: Any) -> str:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return json.dumps(value, default=float)
    return str(value)
