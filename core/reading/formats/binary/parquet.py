"""Parquet files as tables: numbers stay numbers and lists stay lists."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet

from ....errors import DataError
from ....i18n import N_
from ...table.step_limits import ESTIMATE_TOLERANCE, refuse_estimated_steps
from ...table.table import Table, refuse_many_columns
from ..source import refuse_bomb
from .arrow_columns import (
    HARMLESS_BYTES,
    build_table,
    measure_size,
    refuse_allocation,
    refuse_kinds,
)

MAGIC = b"PAR1"
DAMAGED = N_("The Parquet file is damaged or incomplete. Save it again.")
CELL_BYTES = 8


def is_parquet(data: bytes) -> bool:
    """Return True if the data begins like a Parquet file."""
    return data.startswith(MAGIC)


def open_parquet(data: bytes, name: str = "", max_steps: int | None = None) -> Table:
    """Open columns of numbers, text, booleans, dates, and (nested) lists of numbers.

    Arrow reads Parquet in C++, and a file with a few wrong bytes can terminate the reading
    process: a server should read it in a separate process.

    Raises:
        DataError: For a corrupt file, a file that is too large unpacked or has too many steps,
            and for other kinds of columns.
    """
    return build_table(_unpack(data, name, max_steps), name)


def _unpack(data: bytes, name: str, max_steps: int | None) -> pa.Table:
    """Read the columns; text is dictionary-encoded, which is small for repeated values."""
    if not data.endswith(MAGIC):
        raise DataError(DAMAGED)
    try:
        metadata = pyarrow.parquet.read_metadata(pa.BufferReader(data))
        refuse_many_columns(metadata.num_columns)
        refuse_kinds(metadata.schema.to_arrow_schema())
        _refuse_large(metadata, data, name)
        if (
            max_steps is not None
            and (steps := _count_min_steps(metadata)) > ESTIMATE_TOLERANCE * max_steps
        ):
            refuse_estimated_steps(steps, max_steps)
        text_columns = [
            column.path
            for column in map(metadata.schema.column, range(metadata.num_columns))
            if column.logical_type.type == "STRING" and column.max_repetition_level == 0
        ]
        file = pyarrow.parquet.ParquetFile(pa.BufferReader(data), read_dictionary=text_columns)
        table = file.read(use_threads=False)
        table.validate(full=True)  # offsets in the file may point outside of it
    except MemoryError as error:  # also an ArrowException
        refuse_allocation(error, len(data), name)
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(DAMAGED) from error
    refuse_bomb(len(data), sum(map(measure_size, table.columns)), name, HARMLESS_BYTES)
    return table


def _refuse_large(metadata: pyarrow.parquet.FileMetaData, data: bytes, name: str) -> None:
    """Raise an error if the unpacked size, as declared by the file, is too large."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    columns = range(metadata.num_columns)
    cells = sum(group.column(i).num_values for group in groups for i in columns)
    size = max(sum(group.total_byte_size for group in groups), CELL_BYTES * cells)
    refuse_bomb(len(data), size, name, HARMLESS_BYTES)


def _count_min_steps(metadata: pyarrow.parquet.FileMetaData) -> int:
    """Return a lower bound for the number of steps.

    A row has at least one step; in a column of lists, every item of a list is a step. The metadata
    count an empty list as one item.
    """
    rows, columns = metadata.num_rows, range(metadata.num_columns)
    lists = [i for i in columns if metadata.schema.column(i).max_repetition_level == 1]
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    return int(max([rows, *(sum(g.column(i).num_values for g in groups) - rows for i in lists)]))
