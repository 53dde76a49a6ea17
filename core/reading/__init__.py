"""A table, a file or pasted text becomes ``Sequences``: open, detect, read.

Each of the three steps stands alone, so that a page can open a file once, show what was
detected, and read again when the user chooses otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO, Any

import pandas as pd

from core.missing import Missing
from core.reading import lists, long, rows, wide
from core.reading.detect import detect_layout
from core.reading.layout import Layout
from core.reading.opening import open_lists, open_table
from core.reading.table import Table
from core.sequences import Sequences

__all__ = [
    "Layout",
    "Table",
    "detect_layout",
    "open_lists",
    "open_table",
    "read_sequences",
    "sequences_from",
]

READERS = {"rows": rows.read, "list": lists.read, "long": long.read, "wide": wide.read}


def read_sequences(
    source: str | os.PathLike[str] | IO[Any] | pd.DataFrame,
    layout: str = "auto",
    id: str | None = None,
    time: str | None = None,
    target: str | None = None,
    features: Sequence[str] | None = None,
    split: str | None = None,
    group: str | None = None,
    missing: Missing = "refuse",
) -> Sequences:
    """Sequences from a path, a binary or text buffer, or a DataFrame.

    layout    "auto" detects one of
              "rows": a sequence a row, numbers only, no header (``1`` / ``2,5``);
              "list": a sequence a row, its steps in a list (``"[2, 5]",4``);
              "long": a step a row (id, time, features …, target);
              "wide": a sequence a row, a step a column, blank cells at the end
    id …      the column of that role; None detects it, "" says there is none
    features  the columns that hold the values; None detects them
    missing   what to do with a missing value: "refuse", "drop" or "forward" (see Sequences)

    Raises DataError with the row, the column and the text found, and what to do about it.

    >>> import io
    >>> data = read_sequences(io.StringIO("1\\n2,5\\n3,9,9,4,8"))
    >>> data.lengths.tolist(), data[1].tolist()
    ([1, 2, 5], [[2.0], [5.0]])
    """
    table = open_table(source)
    found = detect_layout(table, layout, id, time, target, features, split, group)
    return sequences_from(table, found, missing)


def sequences_from(table: Table, layout: Layout, missing: Missing = "refuse") -> Sequences:
    """The sequences of a table that is read in a given layout. Raises DataError as
    ``read_sequences`` does."""
    return READERS[layout.layout](table, layout, missing)
