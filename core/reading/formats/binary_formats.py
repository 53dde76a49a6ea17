"""Formats that are no text, detected by the first bytes of a file."""

from __future__ import annotations

from collections.abc import Callable

from ..table.table import Table
from . import numpy_arrays
from .binary import arrow_ipc, parquet, xlsx

OpenFormat = Callable[[bytes, str, int | None], Table]

BINARY_FORMATS: tuple[tuple[Callable[[bytes], bool], OpenFormat], ...] = (
    (parquet.is_parquet, parquet.open_parquet),
    (arrow_ipc.is_arrow_ipc, arrow_ipc.open_arrow_ipc),
    (numpy_arrays.is_npy, numpy_arrays.open_npy),
    (numpy_arrays.is_npz, numpy_arrays.open_npz),
    (xlsx.is_workbook, xlsx.open_workbook),
)


def find_binary_format(data: bytes) -> OpenFormat | None:
    """Return the function that opens a file of a binary format, None for text."""
    return next((open_format for is_format, open_format in BINARY_FORMATS if is_format(data)), None)
