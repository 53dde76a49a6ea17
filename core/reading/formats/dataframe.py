"""Data frames as tables."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ...errors import DataError
from ..table.table import Table, refuse_equal_names
from .source import EMPTY

TIME_INDEXES = (pd.DatetimeIndex, pd.TimedeltaIndex, pd.PeriodIndex)


def open_dataframe(frame: pd.DataFrame) -> Table:
    """Convert a data frame to a table; a named index, or an index of times, becomes columns.

    Raises:
        DataError: For an empty frame or a repeated column name.
    """
    if isinstance(frame.index, TIME_INDEXES) and frame.index.name is None:
        name = "time" if "time" not in frame.columns else "index time"
        frame = frame.rename_axis(index=name)
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    if frame.empty:
        raise DataError(EMPTY)
    names = [str(name).strip() for name in frame.columns]
    refuse_equal_names(names, row=1)
    _refuse_complex(frame)
    columns = [_convert_series(frame.iloc[:, i]) for i in range(len(names))]
    return Table(pa.table(columns, names=names), range(2, len(frame) + 2), header=True)


def _refuse_complex(frame: pd.DataFrame) -> None:
    for name, kind in frame.dtypes.items():
        if pd.api.types.is_complex_dtype(kind):
            raise DataError(
                "Column {column} contains complex numbers. Give the real and the imaginary "
                "part as two columns.",
                column=str(name),
            )


def _convert_series(series: pd.Series) -> pa.ChunkedArray:
    """Convert a column: numbers stay numbers, lists become JSON, other values text, NaN null."""
    if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
        array = pa.array(series, from_pandas=True)
    elif pd.api.types.is_string_dtype(series):
        array = pc.fill_null(pc.cast(pa.array(series, from_pandas=True), pa.string()), "")
    else:
        cells = zip(series, series.isna(), strict=True)
        array = pa.array(["" if is_absent else _format_cell(value) for value, is_absent in cells])
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _format_cell(value: object) -> str:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return json.dumps(value, default=float)
    return str(value)
