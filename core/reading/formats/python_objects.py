"""Objects of Python that hold a table: Arrow data, dicts of columns, and lists of data frames."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

import numpy as np
import pandas as pd
import pyarrow as pa

from ...errors import DataError, Note
from ..table.table import Table, refuse_many_columns
from .archive_per_file import find_free_name
from .binary.arrow_columns import build_table, concatenate_columns, refuse_kinds
from .dataframe import open_dataframe
from .source import EMPTY, Source


@runtime_checkable
class ArrowStream(Protocol):
    """Tables of Arrow, Polars and other libraries (the Arrow PyCapsule interface)."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


@runtime_checkable
class ArrowArray(Protocol):
    """A record batch."""

    def __arrow_c_array__(self, requested_schema: object = None) -> object: ...


Columns = Mapping[str, Sequence[object] | np.ndarray | pd.Series]


def open_arrow(source: ArrowStream | ArrowArray) -> Table:
    """Convert an Arrow table, a record batch, or a data frame of Polars.

    Raises:
        DataError: For other kinds of columns and for equal names.
    """
    try:
        columns = pa.table(source)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError(
            "source cannot be read as an Arrow table ({reason}). Give a table or a record batch.",
            reason=str(error)[:200],
        ) from None
    refuse_many_columns(columns.num_columns)
    refuse_kinds(columns.schema)
    return build_table(columns)


def open_columns(columns: Columns) -> Table:
    """Convert a dict of columns of equal length, in which a cell may be a list.

    Raises:
        DataError: For columns of unequal length, and for values that are no columns.
    """
    lengths = {}
    for name, cells in columns.items():
        if not isinstance(cells, list | tuple | np.ndarray | pd.Series) or np.ndim(name) > 0:
            raise DataError(
                "source[{name!r}] is a {type}. Give a list of cells per column.",
                name=str(name),
                type=type(cells).__name__,
            )
        lengths[name] = len(cells)
    if len(set(lengths.values())) > 1:
        raise DataError(
            "The columns of source have unequal lengths: {lengths}. Give one cell per row. "
            "For one list per sequence, call Sequences.from_lists.",
            lengths=str(lengths)[:150],
        )
    return open_dataframe(pd.DataFrame({name: list(cells) for name, cells in columns.items()}))


def open_frames(frames: Sequence[pd.DataFrame]) -> Table:
    """Convert data frames, one per sequence, whose columns are matched by their names.

    Raises:
        DataError: For frames with other columns.
    """
    tables = [open_dataframe(frame) for frame in frames]
    names = tables[0].names
    for number, table in enumerate(tables, start=1):
        if set(table.names) != set(names):
            raise DataError(
                "Frame {number} has the columns {found}; frame 1 has {expected}. Give all "
                "frames the same columns.",
                number=number,
                found=", ".join(table.names),
                expected=", ".join(names),
            )
    columns = concatenate_columns([table.columns.select(names) for table in tables])
    lengths = [len(table) for table in tables]
    id_name = find_free_name("frame", columns)
    ids = pa.array(np.repeat(np.arange(1, len(tables) + 1), lengths).astype(str))
    starts = np.cumsum(lengths) - lengths
    return replace(
        tables[0],
        columns=columns.append_column(id_name, ids),
        rows=np.concatenate([np.asarray(table.rows) for table in tables]),
        roles={"id": id_name},
        files=tuple((f"frame {i}", int(start)) for i, start in enumerate(starts, start=1)),
        notes=(Note("{n} data frames, one sequence per frame", n=len(tables)),),
        cache={},
    )


def require_files(source: object) -> Source | list[Source]:
    """Return a path, a buffer, or a list of them, and refuse any other object.

    Raises:
        DataError: With the call that reads the object.
    """
    if isinstance(source, str):
        _refuse_text(source)
    elif isinstance(source, np.ndarray):
        raise DataError(
            "source is an array of shape {shape}. Call Sequences.from_numpy3d.",
            shape=str(source.shape),
        )
    elif isinstance(source, list | tuple):
        if not source:
            raise DataError(EMPTY)
        for item in source:
            if not isinstance(item, str | os.PathLike) and not hasattr(item, "read"):
                raise DataError(
                    "source is a list with a {type}. Call Sequences.from_lists for a list of "
                    "sequences.",
                    type=type(item).__name__,
                )
    elif isinstance(source, bytes | bytearray):
        raise DataError("source holds bytes. Give io.BytesIO(source).")
    elif not isinstance(source, os.PathLike) and not hasattr(source, "read"):
        raise DataError(
            "source is a {type}. Give a path, a buffer, a data frame, a table or a dict of "
            "columns. For a list of sequences, call Sequences.from_lists.",
            type=type(source).__name__,
        )
    return list(source) if isinstance(source, list | tuple) else cast(Source, source)


def _refuse_text(text: str) -> None:
    """Raise an error for the text of a table that was given as a path."""
    if "\n" in text or (re.search(r"[,;\t\[]", text) and not Path(text).exists()):
        raise DataError(
            "source is {found!r}, which is not a file. Give io.StringIO(source) to read it "
            "as text.",
            found=text[:40],
        )
