"""``Table``: a file read once, its cells still text, its rows still numbered.

Cells stay Arrow text (a few bytes each, no Python objects) and become numbers when a
layout asks for a column. Reading text and casting it is as fast as reading typed
columns, keeps ids such as "007" as they are, and knows the words of every bad cell.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from ...errors import DataError, Note


@dataclass(frozen=True, eq=False)
class Table:
    """A table of cells, blank rows left out.

    columns    the cells, (rows) a column; text from a file, text or numbers from a DataFrame or a
               Parquet file, or Arrow lists where the format has them
    rows       (rows,) the line each row begins on, from 1, as an editor counts; in a DataFrame
               the first row is 2, as if it had been saved with its header; in a Parquet file it
               is 1, because there is no header to count
    header     whether the columns have names; else they are "1", "2", …
    delimiter  between cells: ",", ";", tab, or " " for numbers set apart by spaces
    decimal_comma  numbers may have a comma where others have a point
    ragged     the lines are cut into unequal numbers of cells: ``columns`` is then the one
               column "value", which holds whole lines
    lists      the text held nested lists and no table: ``columns`` is then the one column
               "value", which holds a list a row
    unnamed    the columns whose cell in the header is blank; they are called by their number
    name       the file's name, "" when there is none
    roles      what the format itself tells: the columns that are id, target or split
    files      of an archive: its files in the order of the rows, and the row each begins with
    notes      short sentences on how the file was opened, for people
    seen       what was worked out about its columns, see ``once``
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
    files: tuple[tuple[str, int], ...] = ()
    notes: tuple[Note, ...] = ()
    seen: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        refuse_long_names(self.names)

    def __len__(self) -> int:
        return self.columns.num_rows

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns.column_names)

    def row(self, index: int) -> int | str:
        """The line in the file on which row ``index`` (from 0) begins; in an archive with the
        name of the file."""
        line = int(self.rows[index])
        if not self.files:
            return line
        name, _ = self.files[self.file_of(index) - 1]
        return Note("{line} of {file}", line=line, file=name)

    def file_of(self, index: int) -> int:
        """The number of the file, from 1, that row ``index`` stands in; 0 where there are none."""
        return bisect_right(self.files, index, key=lambda file: file[1])

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """What ``make`` gave when it was first called under this key: columns are looked at when
        the layout is found, and again when they are read."""
        if key not in self.seen:
            self.seen[key] = make()
        return self.seen[key]

    def filter(self, keep: np.ndarray) -> Table:
        """The rows where keep, (rows,) bool, is True; they keep their numbers."""
        before = np.append(0, np.cumsum(keep))
        files = tuple((name, int(before[first])) for name, first in self.files)
        rows, columns = np.asarray(self.rows)[keep], self.columns.filter(pa.array(keep))
        return replace(self, columns=columns, rows=rows, files=files, seen={})

    def with_note(self, note: Note) -> Table:
        """The same table, with one more sentence on how it was opened, before the others."""
        return replace(self, notes=(note, *self.notes))


MAX_COLUMNS = 20_000  # each takes kilobytes
# Of all names together: they stand in the schema, in messages and on pages, each time again.
MAX_NAME_CHARACTERS = 5_000_000


def refuse_long_names(names: Sequence[str]) -> None:
    """Raises DataError for names of columns that are too long together."""
    found = sum(map(len, names))
    if found > MAX_NAME_CHARACTERS:
        raise DataError(
            "The names of the columns have {found:,} characters, and at most {most:,} are read. "
            "Give the columns shorter names.",
            found=found,
            most=MAX_NAME_CHARACTERS,
        )


def refuse_many_columns(columns: int) -> None:
    """Raises DataError for more columns than are read, of any format."""
    if columns > MAX_COLUMNS:
        raise DataError(
            "There are {columns:,} columns, and at most {most:,} are read. Write a step a row, "
            "with the id of its sequence, or the steps as a list in a cell.",
            columns=columns,
            most=MAX_COLUMNS,
        )


def refuse_equal_names(names: Sequence[str], row: int) -> None:
    """Raises DataError when two columns are called alike; their names stand in this row."""
    seen: set[str] = set()
    for number, name in enumerate(names, start=1):
        if name in seen:
            raise DataError(
                "Row {row}: two columns are called {found!r}. Give every column its own name.",
                row=row,
                column=number,
                found=name,
            )
        seen.add(name)
