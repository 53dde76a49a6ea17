"""``Table``: the cells of a file as text, with the line number of every row.

Cells are stored as Arrow text (a few bytes each, no Python objects) and become numbers when a
layout reads a column. Reading text and casting it is as fast as reading typed columns, preserves
ids such as "007", and preserves the text of every invalid cell.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from ...errors import DataError, Note

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Table:
    """Table of cells without blank rows.

    Attributes:
        columns: The cells, (rows,) per column: text from a file, text or numbers from a DataFrame
            or a Parquet file, or Arrow lists where the format has them.
        rows: (rows,) line on which each row begins, from 1, as in an editor. In a DataFrame the
            first row is 2, as if it had been saved with its header; in a Parquet file it is 1,
            because there is no header to count.
        header: The columns have names; otherwise they are named "1", "2", …
        delimiter: Text between the cells: ",", ";", tab, "|", or " " between numbers.
        decimal_comma: Numbers may have a decimal comma.
        ragged: The lines have unequal numbers of cells: ``columns`` is then the single column
            "value" of whole lines.
        lists: The text was nested lists, not a table: ``columns`` is then the single column
            "value" with one list per row.
        unnamed: Columns with a blank cell in the header; they are named by their number.
        name: Name of the file, "" if there is none.
        roles: Columns of the roles that the format itself defines: id, target or split.
        steps_after: Column of the steps after the last row of each sequence (see ``Schema``), which
            the format defines or a person chose; None without one.
        files: In an archive, its files in the order of the rows, with the first row of each.
        notes: Short sentences for the user about how the file was opened.
        doubts: Guesses about the file that a person should check.
        sheet: Sheet of the workbook; None for other files.
        sheets: Sheets of the workbook with a table.
        is_sheet_chosen: The sheet was asked for.
        cache: Results derived from the columns, see ``get_or_compute``.
    """

    columns: pa.Table
    rows: range | np.ndarray
    header: bool
    delimiter: str = ","
    decimal_comma: bool = False
    ragged: bool = False
    lists: bool = False
    unnamed: tuple[str, ...] = ()
    name: str = ""
    roles: dict[str, str] = field(default_factory=dict)
    steps_after: str | None = None
    files: tuple[tuple[str, int], ...] = ()
    notes: tuple[Note, ...] = ()
    doubts: tuple[Note, ...] = ()
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    is_sheet_chosen: bool = False
    cache: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        refuse_long_names(self.names)

    def __len__(self) -> int:
        return int(self.columns.num_rows)

    @cached_property  # detection asks for each column of a wide table
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.columns.column_names)

    def get_line(self, index: int) -> int | str:
        """Return the line on which row ``index`` (from 0) begins, in an archive with its file."""
        line = int(self.rows[index])
        if not self.files:
            return line
        name, _ = self.files[self.find_file(index) - 1]
        return Note("{line} of {file}", line=line, file=name)

    def find_file(self, index: int) -> int:
        """Return the number, from 1, of the file that contains row ``index``; 0 without files."""
        return bisect_right(self.files, index, key=lambda file: file[1])

    def get_or_compute(self, key: str, compute: Callable[[], T]) -> T:
        """Return the cached result of ``compute`` under this key, computing it at first use.

        Columns are analysed when the layout is detected, and used again when they are read.
        """
        if key not in self.cache:
            self.cache[key] = compute()
        result: T = self.cache[key]
        return result

    def filter(self, keep: np.ndarray) -> Table:
        """Return the table of the rows selected by the mask ``keep`` (rows,).

        The rows keep their line numbers.
        """
        kept_before = np.append(0, np.cumsum(keep))
        files = tuple((name, int(kept_before[first])) for name, first in self.files)
        rows, columns = np.asarray(self.rows)[keep], self.columns.filter(pa.array(keep))
        return replace(self, columns=columns, rows=rows, files=files, cache={})

    def with_note(self, note: Note) -> Table:
        """Return the table with a further note before the others."""
        return replace(self, notes=(note, *self.notes))


MAX_COLUMNS = 20_000  # a column takes kilobytes
# For all names together: the schema, messages and pages repeat them.
MAX_NAME_CHARACTERS = 5_000_000


def refuse_long_names(names: Sequence[str]) -> None:
    """Raise an error for column names that are too long in total.

    Raises:
        DataError: If they exceed ``MAX_NAME_CHARACTERS``.
    """
    characters = sum(map(len, names))
    if characters > MAX_NAME_CHARACTERS:
        raise DataError(
            "The column names have {found:,} characters; the limit is {most:,}. Use shorter names.",
            found=characters,
            most=MAX_NAME_CHARACTERS,
        )


def refuse_many_columns(columns: int) -> None:
    """Raise an error for too many columns, in any format.

    Raises:
        DataError: If there are more than ``MAX_COLUMNS``.
    """
    if columns > MAX_COLUMNS:
        raise DataError(
            "There are {columns:,} columns; the limit is {most:,}. Write one step per row, "
            "with the id of its sequence, or the steps as a list in a cell.",
            columns=columns,
            most=MAX_COLUMNS,
        )


def refuse_equal_names(names: Sequence[str], row: int) -> None:
    """Raise an error if two columns have the same name.

    Args:
        names: Names of the columns.
        row: Line of the header.

    Raises:
        DataError: For a repeated name.
    """
    earlier_names: set[str] = set()
    for number, name in enumerate(names, start=1):
        if name in earlier_names:
            raise DataError(
                "Row {row}: two columns are called {found!r}. Give every column its own name.",
                row=row,
                column=number,
                found=name,
            )
        earlier_names.add(name)
