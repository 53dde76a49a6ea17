"""Structured arrays of NumPy, such as from ``DataFrame.to_records``: a column per field."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ...errors import DataError, Note
from ..table.step_limits import refuse_estimated_steps
from ..table.table import Table, refuse_equal_names, refuse_many_columns
from .binary.arrow_columns import UNSUPPORTED

MAX_CHARACTER, FIRST_SURROGATE, LAST_SURROGATE = 0x10FFFF, 0xD800, 0xDFFF


def open_records(array: np.ndarray, name: str = "", max_steps: int | None = None) -> Table:
    """Convert a structured array (rows,) to a table; a field of several numbers is a list.

    Raises:
        DataError: For other shapes, and for fields that are not numbers, text, booleans, dates or
            lists of numbers.
    """
    if array.ndim != 1:
        raise DataError(
            "The structured array has the shape {shape}. Save one record per row: (rows,).",
            shape=str(array.shape),
        )
    names = [field.strip() for field in array.dtype.names or ()]
    refuse_many_columns(len(names))
    refuse_equal_names(names, row=1)
    refuse_estimated_steps(len(array), max_steps)
    columns = [
        _convert_field(array[field], column)
        for field, column in zip(array.dtype.names or (), names, strict=True)
    ]
    return Table(
        pa.table(columns, names=names),
        range(1, len(array) + 1),
        header=True,
        name=name,
        notes=(Note("a structured array: one column per field"),),
    )


def _convert_field(cells: np.ndarray, name: str) -> pa.Array:
    """Convert (rows,) cells, or (rows, items) lists of numbers."""
    kind = cells.dtype.kind
    if cells.ndim > 2 or kind not in "iufbUSMm" or (cells.ndim == 2 and kind not in "iuf"):
        raise DataError(UNSUPPORTED, column=name, kind=f"{cells.dtype} {cells.shape[1:]}")
    if kind == "f":
        cells = cells.astype(np.float64)
    elif kind in "iu":
        cells = cells.astype(cells.dtype.newbyteorder("="))
    elif kind == "b":
        return pa.array(np.where(cells, "true", "false"))
    elif kind == "S":
        return pa.array(np.char.decode(cells, "utf-8", errors="replace").tolist(), pa.string())
    elif kind == "U":
        refuse_other_text(cells)
        return pa.array(cells.tolist(), pa.string())
    elif kind in "Mm":
        return _convert_times(cells)
    if cells.ndim == 1:
        return pa.array(cells)
    offsets = np.arange(len(cells) + 1) * cells.shape[1]
    return pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(cells.ravel()))


def refuse_other_text(cells: np.ndarray) -> None:
    """Raise an error for text with numbers that are no characters of Unicode.

    Raises:
        DataError: For such text.
    """
    native = np.ascontiguousarray(cells, cells.dtype.newbyteorder("="))
    codes = native.view(np.uint32) if native.itemsize else np.empty(0, np.uint32)
    if ((codes > MAX_CHARACTER) | ((codes >= FIRST_SURROGATE) & (codes <= LAST_SURROGATE))).any():
        raise DataError("The NumPy array contains text that is not Unicode. Save it again.")


def _convert_times(cells: np.ndarray) -> pa.Array:
    """Write dates as in 2026-01-31T12:00:00, and durations as nanoseconds; NaT is blank."""
    is_absent = np.isnat(cells)
    texts = (
        np.datetime_as_string(cells)
        if cells.dtype.kind == "M"
        else cells.astype("timedelta64[ns]").astype(np.int64).astype(str)
    )
    return pa.array(np.where(is_absent, "", texts).tolist(), pa.string())
