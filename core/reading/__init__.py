"""A table, a file or pasted text becomes ``Sequences``: open, detect, read.

Each of the three steps stands alone, so that a page can open a file once, show what was
detected, and read again when the user chooses otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import IO, Any

import pandas as pd

from ..data.missing import Missing
from ..data.schema import Schema, TargetAt
from ..data.sequences import Sequences
from .detection.detect import detect_schema
from .detection.reuse_schema import schema_again, schema_like
from .formats.open import open_lists, open_table
from .layouts.read import read_table
from .table.report import Problem, Report
from .table.step_limits import refuse_many_steps
from .table.table import Table

__all__ = [
    "Problem",
    "Report",
    "Schema",
    "Table",
    "detect_schema",
    "open_lists",
    "open_table",
    "read_like",
    "read_sequences",
    "read_table",
    "refuse_many_steps",
    "schema_again",
    "schema_like",
]


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
    target_at: TargetAt | None = None,
) -> Sequences:
    """Sequences from a path, a binary or text buffer, or a DataFrame.

    layout    "auto" detects one of
              "rows": a sequence a row, numbers only, no header (``1`` / ``2,5``);
              "list": a sequence a row, its steps in a list (``"[2, 5]",4`` or ``2 5,4``);
              "long": a step a row (id, time, features …, target);
              "wide": a sequence a row, a step a column (x1, x2, …; or x_1, x_2, …, y_1, y_2, …
              for several features), blank cells at the end
    id …      the column of that role; None detects it, "" says there is none
    features  the columns that hold the values; None detects them
    target_at "sequence" for one target a sequence, which must not change inside it, "step" for one
              a step, "end" for that of the last step; None takes "step" where the column changes
              in most sequences, else "sequence"
    missing   what to do with a missing value: "refuse", "drop", "forward" or "mean" (see
              Sequences); with "mean" a feature of 0 and 1 says where values lack

    Raises DataError with the row, the column and the text found, and what to do about it.

    >>> import io
    >>> data = read_sequences(io.StringIO("1\\n2,5\\n3,9,9,4,8"))
    >>> data.lengths.tolist(), data[1].tolist()
    ([1, 2, 5], [[2.0], [5.0]])
    """
    table = open_table(source)
    found = detect_schema(table, layout, id, time, target, features, split, group, target_at)
    return read_table(table, replace(found, missing=missing))[0]


def read_like(table: Table, schema: Schema) -> tuple[Sequences, Report]:
    """New data, read as the data of the schema was (``schema_like``). Raises DataError as
    ``read_table``, and for a feature that is not there."""
    return read_table(table, schema_like(schema, table))
