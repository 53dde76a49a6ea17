"""Arrow IPC files and streams (``.arrow``), also known as Feather (``.feather``)."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.ipc

from ....errors import DataError
from ...table.step_limits import refuse_estimated_steps
from ...table.table import Table, refuse_many_columns
from ..source import EMPTY, refuse_bomb
from .arrow_columns import HARMLESS_BYTES, build_table, refuse_allocation, refuse_kinds

FILE, STREAM, FEATHER_1 = b"ARROW1\0\0", b"\xff\xff\xff\xff", b"FEA1"


def is_arrow_ipc(data: bytes) -> bool:
    """Return True if the data begins like an Arrow file, an Arrow stream or a Feather file."""
    return data.startswith((FILE, STREAM, FEATHER_1))


def open_arrow_ipc(data: bytes, name: str = "", max_steps: int | None = None) -> Table:
    """Open columns of the same kinds as those of Parquet.

    As with Parquet, a server should read it in a separate process.

    Raises:
        DataError: For a corrupt file, a file that is too large unpacked or has too many steps,
            and for other kinds of columns.
    """
    if data.startswith(FEATHER_1):
        raise DataError("This is a Feather file of version 1. Save it as version 2.")
    try:
        batches = _read_batches(data, name, max_steps)
    except MemoryError as error:  # also an ArrowException
        refuse_allocation(error, len(data), name)
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError("The Arrow file is damaged or incomplete. Save it again.") from error
    if not batches:
        raise DataError(EMPTY)
    return build_table(pa.Table.from_batches(batches), name)


def _read_batches(data: bytes, name: str, max_steps: int | None) -> list[pa.RecordBatch]:
    """Read one batch after the other, so that a bomb is refused before all are unpacked."""
    source = pa.BufferReader(data)
    is_file = data.startswith(FILE)
    reader = pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)
    refuse_many_columns(len(reader.schema.names))  # names that are not UTF-8 raise an error
    refuse_kinds(reader.schema)
    numbers = range(reader.num_record_batches) if is_file else None
    batches: list[pa.RecordBatch] = []
    size = rows = 0
    for batch in reader if numbers is None else map(reader.get_batch, numbers):
        batch.validate(full=True)  # offsets in the file may point outside of it
        size, rows = size + batch.nbytes, rows + batch.num_rows
        refuse_bomb(len(data), size, name, HARMLESS_BYTES)
        refuse_estimated_steps(rows, max_steps)
        batches.append(batch)
    return batches
