"""Several files of binary formats, such as Parquet and Excel, as one table.

They are opened one after the other, and then treated like files of text (``archive_per_file``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np

from ....data.sequences import default_names
from ....errors import DataError, Note
from ...table.cells import is_arrow_list
from ...table.step_limits import refuse_estimated_steps
from ...table.table import Table
from ..archive_per_file import add_file_roles, join_labels, list_file_starts, name_file_in_errors
from ..binary.arrow_columns import HARMLESS_BYTES, concatenate_columns
from ..source import refuse_bomb
from .joined_files import join_tables

Tables = list[tuple[PurePosixPath, Table]]


def open_tables(
    files: list[tuple[PurePosixPath, bytes]],
    name: str,
    open_one: Callable[..., Table],
    max_steps: int | None = None,
) -> Table:
    """Open files as one table of all steps; a table with a row per file, or per id, is joined.

    Rows that hold lists are sequences. Otherwise, each file is one sequence.

    Args:
        files: Path and bytes per file.
        name: Name of the archive.
        open_one: Opens a single file.
        max_steps: Maximum number of steps, None for no limit.

    Raises:
        DataError: For files that do not match, and for too many bytes or steps in total.
    """
    packed = sum(len(content) for _, content in files)
    tables: Tables = []
    size = rows = 0
    for path, content in files:
        with name_file_in_errors(path):
            table = open_one(content, path.name, max_steps)
        size, rows = size + table.columns.nbytes, rows + len(table)
        refuse_bomb(packed, size, name, HARMLESS_BYTES)
        refuse_estimated_steps(rows, max_steps)
        tables.append((path, table))
    if (joined := join_tables(tables, name)) is not None:
        return joined
    labels = _find_label_table(tables)
    label_table = None if labels is None else tables.pop(labels)
    steps = _concatenate(tables, name)
    if label_table is None:
        return steps
    return join_labels(steps, label_table[1], label_table[0], [path for path, _ in tables])


def _find_label_table(tables: Tables) -> int | None:
    """Return the index of the only table with other columns, if it names all other files."""
    for index, (_, table) in enumerate(tables):
        others = [each for number, each in enumerate(tables) if number != index]
        names = {each.names for _, each in others}
        if len(names) != 1 or table.names in names or len(table) != len(others):
            continue
        cells = {
            str(cell).strip()
            for column in table.columns.columns
            if not is_arrow_list(column.type)
            for cell in column.to_pylist()
        }
        if all(path.stem in cells or path.name in cells for path, _ in others):
            return index
    return None


def _concatenate(tables: Tables, name: str) -> Table:
    (first_path, first), *others = tables
    for path, table in others:
        if table.names != first.names or table.ragged or table.header != first.header:
            raise DataError(
                "{file} has the columns {found}; {first} has {expected}. Give all files of "
                "the archive the same columns.",
                file=path.as_posix(),
                found=", ".join(table.names),
                first=first_path.as_posix(),
                expected=", ".join(first.names),
            )
    columns = concatenate_columns([table.columns for _, table in tables])
    if not first.header:
        columns = columns.rename_columns(list(default_names(columns.num_columns)))
    paths, lengths = [path for path, _ in tables], [len(table) for _, table in tables]
    table = replace(
        first,
        columns=columns,
        rows=np.concatenate([np.asarray(table.rows) for _, table in tables]),
        header=True,
        name=name,
        files=list_file_starts(paths, lengths),
        notes=(Note("{n} files of the archive, one after the other", n=len(tables)), *first.notes),
        cache={},
    )
    if any(is_arrow_list(kind) for kind in columns.schema.types):
        return table
    file_indices = np.repeat(np.arange(len(tables)), lengths)
    columns, roles, notes = add_file_roles(columns, paths, file_indices)
    note = Note("{n} files of the archive, one sequence per file", n=len(tables))
    return replace(table, columns=columns, roles=roles, notes=(note, *notes, *first.notes))
