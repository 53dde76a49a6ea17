"""Join the two tables of an archive: one of steps, and one with a row per id."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import pyarrow.compute as pc

from ....errors import DataError, Note
from ...table.cells import read_text, replace_decimal_commas
from ...table.roles import encode_values
from ...table.table import Table
from ...table.words.column_names import is_id_name, is_order_name, is_time_name
from ..archive_per_file import find_free_name, list_file_starts, name_file_in_errors, take_by_index
from ..delimited import get_first_line, is_header_line, open_delimited

Texts = list[tuple[PurePosixPath, bytes]]


def open_joined(texts: Texts, name: str) -> Table | None:
    """Open two files as the table of steps with the joined columns of the other table.

    Args:
        texts: Path and clean text per file.
        name: Name of the archive.

    Returns:
        The table, or None unless there are two files with a common column whose values repeat in
        one file and are unique in the other.

    Raises:
        DataError: For an id without a row in the other table.
    """
    headers = [get_first_line(content) for _, content in texts]
    if len(texts) != 2 or headers[0] == headers[1] or not all(map(is_header_line, headers)):
        return None
    tables = []
    for path, content in texts:
        with name_file_in_errors(path):
            tables.append((path, open_delimited(content)))
    return join_tables(tables, name)


def join_tables(tables: list[tuple[PurePosixPath, Table]], name: str) -> Table | None:
    """Join two tables as ``open_joined``; return None for other tables."""
    if len(tables) != 2 or any(table.ragged or not table.header for _, table in tables):
        return None
    if tables[0][1].names == tables[1][1].names:
        return None
    names, others = (table.names for _, table in tables)
    keys = [
        each
        for each in names
        if each in others and not is_time_name(each) and not is_order_name(each)
    ]
    for key in sorted(keys, key=is_id_name, reverse=True):
        for (path, steps), (labels_path, labels) in (tables, tables[::-1]):
            if _has_repeated_values(steps, key) and not _has_repeated_values(labels, key):
                files = list_file_starts([path], [len(steps)])
                steps = replace(steps, name=name, roles={"id": key}, files=files)
                return _join_labels(steps, labels, key, labels_path)
    return None


def _has_repeated_values(table: Table, key: str) -> bool:
    return len(encode_values(table, key)[1]) < len(table)


def _join_labels(steps: Table, labels: Table, key: str, labels_path: PurePosixPath) -> Table:
    indices, ids = encode_values(steps, key)
    rows = pc.index_in(ids, encode_values(labels, key)[1])
    if rows.null_count:
        missing_row = int(np.argmax(rows.is_null().to_numpy(False)[indices]))
        raise DataError(
            "Row {row}, column {column}: {found!r} has no row in {beside}. Add the row, or leave "
            "the sequence out.",
            row=steps.get_line(missing_row),
            column=key,
            found=ids[int(indices[missing_row])].as_py(),
            beside=labels_path.as_posix(),
        )
    row_indices = rows.to_numpy(False)[indices]
    columns = steps.columns
    for each in labels.names:
        if each != key:
            cells = replace_decimal_commas(labels, read_text(labels, each).combine_chunks())
            columns = columns.append_column(
                find_free_name(each, columns), take_by_index(cells, row_indices)
            )
    note = Note(
        "{file} of the archive; {beside} is joined by `{key}`",
        file=steps.files[0][0],
        beside=labels_path.name,
        key=key,
    )
    return replace(steps, columns=columns, notes=(note, *steps.notes))
