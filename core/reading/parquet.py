"""Parquet as a Table: its numbers stay numbers and its lists stay lists."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from core.errors import DataError, Note
from core.reading.cells import is_arrow_list
from core.reading.source import EMPTY, MOST_BYTES
from core.reading.steps import CLEARLY, refuse_about
from core.reading.table import Table, refuse_equal_names

MAGIC = b"PAR1"
INDEX = "__index_level_0__"  # what pandas calls an index without a name
UNPACK = Path(__file__).with_name("unpack_parquet.py")
SECONDS = 120
TOO_MANY_STEPS = 3  # the exit status by which unpack_parquet says so


def is_parquet(data: bytes) -> bool:
    return data.startswith(MAGIC)


def open_parquet(data: bytes, name: str = "", most_steps: int | None = None) -> Table:
    """Numbers, text, truth values, dates, and lists of numbers, also lists of lists.

    Raises DataError for a damaged file, one too large unpacked or of too many steps, and other
    kinds of columns.
    """
    columns = _unpacked(data, most_steps)
    if columns.num_rows == 0 or columns.num_columns == 0:
        raise DataError(EMPTY)
    if INDEX in columns.column_names:  # first, where the other formats have it
        others = [each for each in columns.column_names if each != INDEX]
        columns = columns.select([INDEX, *others])
    names = [each.strip() for each in columns.column_names]
    refuse_equal_names(names, row=1)
    cells = [_cells(name, column) for name, column in zip(names, columns.columns, strict=True)]
    unnamed = (INDEX,) if INDEX in names else ()
    rows = range(1, columns.num_rows + 1)
    return Table(pa.table(cells, names=names), rows, header=True, unnamed=unnamed, name=name)


def _unpacked(data: bytes, most_steps: int | None) -> pa.Table:
    """What is in it, read by a process of its own, which a damaged or hostile file may end."""
    command = [sys.executable, "-I", str(UNPACK), str(MOST_BYTES)]
    if most_steps is not None:
        command.append(str(int(CLEARLY * most_steps)))
    reason = Note("it ended the process that read it")
    if data.endswith(MAGIC):
        try:
            done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS)
            if done.returncode == 0:
                return pa.ipc.open_stream(done.stdout).read_all()
            if done.returncode == TOO_MANY_STEPS:
                refuse_about(int(done.stdout), most_steps)
            if done.returncode == 1:
                reason = done.stderr.decode(errors="replace").strip()[-200:]
        except subprocess.TimeoutExpired:
            reason = Note("it took longer than {n} seconds", n=SECONDS)
    else:
        reason = Note("its end is missing")
    raise DataError("The Parquet file cannot be read ({reason}). Save it again.", reason=reason)


def _cells(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pc.cast(column, kind.value_type)
        kind = column.type
    if is_arrow_list(kind):
        inner = kind.value_type
        leaf = inner.value_type if is_arrow_list(inner) else inner
        if _is_number(leaf) or pa.types.is_string(leaf):  # words can be targets
            return column
    elif _is_number(kind):
        return pc.cast(column, pa.float64()) if pa.types.is_decimal(kind) else column
    elif not pa.types.is_nested(kind) and not pa.types.is_binary(kind):
        return pc.fill_null(pc.cast(column, pa.string()), "")
    raise DataError(
        "Column {column} holds {kind}, which no sequence is made of. Save it as numbers, text, "
        "dates, or lists of numbers, or leave it out.",
        column=name,
        kind=str(kind),
    )


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
