"""``Grid``: the text of a small table, to be changed cell by cell and written again."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from ..errors import DataError
from .formats.encoding import clean_text
from .formats.parquet import is_parquet
from .formats.source import read_source
from .table.table import Table

# More is edited in a spreadsheet. As much makes a run of the page 20 ms longer (measured) and sends
# 300 kB to the browser.
MAX_ROWS = 500
MAX_COLUMNS = 50
MAX_BYTES = 200_000
BEGINS_OTHERWISE = r"^\s*[\[{@#%]"  # lists, JSON, .ts, comments: at the beginning of a file or line


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells of a text file as they are written there.

    cells      (rows, columns) text; the index is the line of the file each row begins on, the
               columns are called by their number from 0
    names      of the columns; () when the cells are whole lines
    header     the names stand in the file
    delimiter  between the cells; "" when they are whole lines
    """

    cells: pd.DataFrame
    names: tuple[str, ...] = ()
    header: bool = False
    delimiter: str = ""

    def write(self, cells: pd.DataFrame) -> bytes:
        """The text of a file with these cells, each row on the line of its number, so that a
        message about row 7 means the row with the number 7; lines without a row are blank."""
        lines = self._lines(cells.sort_index())
        if self.header:
            names = pd.DataFrame([self.names])
            lines = pd.concat([self._lines(names).set_axis([1]), lines])
        heights = lines.str.count("\n").to_numpy() + 1
        rows = lines.index.to_numpy()
        above = np.maximum(rows - np.append(1, (rows + heights)[:-1]), 0)
        return "".join(
            "\n" * blank + line + "\n" for blank, line in zip(above.tolist(), lines, strict=True)
        ).encode()

    def _lines(self, cells: pd.DataFrame) -> pd.Series:
        """(rows,) the cells of each row between their delimiters, in quotes where they need it."""
        if not self.delimiter:
            return cells[0]
        special = f'{BEGINS_OTHERWISE}|["\\r\\n{re.escape(self.delimiter)}]'
        quoted = cells.apply(
            lambda column: column.where(
                ~column.str.contains(special), '"' + column.str.replace('"', '""') + '"'
            )
        )
        return quoted[0].str.cat([quoted[i] for i in quoted.columns[1:]], sep=self.delimiter)


def grid_of(table: Table | None, content: Callable[[], bytes]) -> Grid | None:
    """The cells of a table; or the lines of ``content()`` where they are cut into unequal numbers
    of cells, hold nested lists, or are no table at all. None for what is too large to be edited by
    hand, and for what was not written as text."""
    if table is None or table.ragged or table.lists:
        return _lines(content)
    size = len(table) <= MAX_ROWS and len(table.names) <= MAX_COLUMNS
    if not size or table.columns.nbytes > MAX_BYTES or not _is_text(table):
        return None
    rows = np.asarray(table.rows)
    cells = table.columns.to_pandas().set_axis(range(len(table.names)), axis=1).set_axis(rows)
    names = tuple("" if name in table.unnamed else name for name in table.names)
    return Grid(cells, names, table.header, table.delimiter)


def _is_text(table: Table) -> bool:
    """From one text file, whose first line names the columns if any does?"""
    text = all(pa.types.is_string(kind) for kind in table.columns.schema.types)
    return text and not table.files and table.rows[0] > table.header


def _lines(content: Callable[[], bytes]) -> Grid | None:
    try:
        packed = content()
        if len(packed) > MAX_BYTES or is_parquet(packed):
            return None
        text = clean_text(read_source(io.BytesIO(packed))[0])[0]
    except DataError:  # no text; or deleted in the meantime
        return None
    lines = pd.Series(text.decode("utf-8", errors="replace").split("\n"))
    lines = lines[lines.str.strip() != ""]
    if len(text) > MAX_BYTES or len(lines) > MAX_ROWS:
        return None
    return Grid(pd.DataFrame({0: lines.to_numpy()}, index=lines.index + 1))
