"""``Grid``: the text of a small table, for editing cell by cell."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from ..errors import DataError
from .formats.binary.parquet import is_parquet
from .formats.encoding import clean_text
from .formats.source import read_source
from .table.table import Table

# Larger tables belong in a spreadsheet. A grid of this size makes a run of the page 20 ms longer
# (measured) and sends 300 kB to the browser.
MAX_ROWS = 500
MAX_COLUMNS = 50
MAX_BYTES = 200_000
SPECIAL_START = r"^\s*[\[{@#%]"  # start of a list, JSON, .ts or a comment


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells of a text file, as written in the file.

    Attributes:
        cells: (rows, columns) text. The index is the line of the file on which a row begins; the
            columns are numbered from 0.
        names: Names of the columns; () when the cells are whole lines.
        header: The file contains the names.
        delimiter: Text between the cells; "" when they are whole lines.
    """

    cells: pd.DataFrame
    names: tuple[str, ...] = ()
    header: bool = False
    delimiter: str = ""

    def write(self, cells: pd.DataFrame) -> bytes:
        """Write cells as the text of a file.

        Each row is on the line of its number, so that a message about row 7 refers to the row
        with that number. Lines without a row are blank.

        Args:
            cells: (rows, columns) text, indexed as ``Grid.cells``.
        """
        lines = self._format_lines(cells.sort_index())
        if self.header:
            header_row = pd.DataFrame([self.names])
            lines = pd.concat([self._format_lines(header_row).set_axis([1]), lines])
        line_counts = lines.str.count("\n").to_numpy() + 1
        rows = lines.index.to_numpy()
        blank_lines = np.maximum(rows - np.append(1, (rows + line_counts)[:-1]), 0)
        return "".join(
            "\n" * blank + line + "\n"
            for blank, line in zip(blank_lines.tolist(), lines, strict=True)
        ).encode()

    def _format_lines(self, cells: pd.DataFrame) -> pd.Series:
        """Join the cells of each row by the delimiter, quoted where necessary."""
        if not self.delimiter:
            return cells[0]
        special = f'{SPECIAL_START}|["\\r\\n{re.escape(self.delimiter)}]'
        quoted_cells = cells.apply(
            lambda column: column.where(
                ~column.str.contains(special), '"' + column.str.replace('"', '""') + '"'
            )
        )
        lines: pd.Series = quoted_cells[0].str.cat(
            [quoted_cells[i] for i in quoted_cells.columns[1:]], sep=self.delimiter
        )
        return lines


def build_grid(table: Table | None, content: Callable[[], bytes]) -> Grid | None:
    """Build the grid of a table, or of whole lines.

    Args:
        table: The table; None for text that is not a table.
        content: Returns the bytes of the file. Its lines are the cells when the rows have unequal
            numbers of cells, contain nested lists, or are not a table.

    Returns:
        The grid, or None for data that is too large to edit by hand or was not text.
    """
    if table is None or table.ragged or table.lists:
        return _split_lines(content)
    is_small = len(table) <= MAX_ROWS and len(table.names) <= MAX_COLUMNS
    if not is_small or table.columns.nbytes > MAX_BYTES or not _is_text(table):
        return None
    rows = np.asarray(table.rows)
    rows_text = table.columns.to_pandas().set_axis(range(len(table.names)), axis=1).set_axis(rows)
    names = tuple("" if name in table.unnamed else name for name in table.names)
    return Grid(rows_text, names, table.header, table.delimiter)


def _is_text(table: Table) -> bool:
    """Return True for a single text file whose header, if any, is its first line."""
    is_text = all(pa.types.is_string(kind) for kind in table.columns.schema.types)
    return is_text and not table.files and table.rows[0] > table.header


def _split_lines(content: Callable[[], bytes]) -> Grid | None:
    try:
        data = content()
        if len(data) > MAX_BYTES or is_parquet(data):
            return None
        text = clean_text(read_source(io.BytesIO(data))[0])[0]
    except DataError:  # not text, or deleted in the meantime
        return None
    lines = pd.Series(text.decode("utf-8", errors="replace").split("\n"))
    lines = lines[lines.str.strip() != ""]
    if len(text) > MAX_BYTES or len(lines) > MAX_ROWS:
        return None
    return Grid(pd.DataFrame({0: lines.to_numpy()}, index=lines.index + 1))
