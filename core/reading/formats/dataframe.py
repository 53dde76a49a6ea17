"""A data frame as a Table."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ...errors import DataError
from ..table.table import Table, refuse_equal_names
from .source import EMPTY


def table_of(frame: pd.DataFrame) -> Table:
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    if frame.empty:
        raise DataError(EMPTY)
    names = [str(name).strip() for name in frame.columns]
    refuse_equal_names(names, row=1)
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
