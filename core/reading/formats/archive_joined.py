"""Two tables of an archive: one of steps, and one with a row for each of their ids, joined."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import pyarrow.compute as pc

from ...errors import DataError, Note
from ..table.cells import text, with_points
from ..table.column_names import TIME_NAMES, names_an_id, plain
from ..table.roles import codes
from ..table.table import Table
from .archive_per_file import begins, free_name, of_file, spread
from .delimited import first_line, names_columns, open_delimited

Texts = list[tuple[PurePosixPath, bytes]]


def open_joined(texts: Texts, name: str) -> Table | None:
    """The table of steps with the columns of the other one; None unless there are two files, in
    which columns of one name hold ids that repeat in one and stand once in the other.

    texts  (path, clean text) a file. Raises DataError for an id without a row of its own.
    """
    headers = [first_line(content) for _, content in texts]
    if len(texts) != 2 or headers[0] == headers[1] or not all(map(names_columns, headers)):
        return None
    found = []
    for path, content in texts:
        with of_file(path):
            found.append((path, open_delimited(content)))
    names, others = (table.names for _, table in found)
    shared = [each for each in names if each in others and plain(each) not in TIME_NAMES]
    for key in sorted(shared, key=names_an_id, reverse=True):
        for (path, steps), (beside, labels) in (found, found[::-1]):
            if _repeats(steps, key) and not _repeats(labels, key):
                files = begins([path], [len(steps)])
                steps = replace(steps, name=name, roles={"id": key}, files=files)
                return _with_labels(steps, labels, key, beside)
    return None


def _repeats(table: Table, key: str) -> bool:
    return len(codes(table, key)[1]) < len(table)


def _with_labels(steps: Table, labels: Table, key: str, beside: PurePosixPath) -> Table:
    where, ids = codes(steps, key)
    rows = pc.index_in(ids, codes(labels, key)[1])
    if rows.null_count:
        absent = int(np.argmax(rows.is_null().to_numpy(False)[where]))
        raise DataError(
            "Row {row}, column {column}: {found!r} has no row in {beside}. Add the row, or leave "
            "the sequence out.",
            row=steps.row(absent),
            column=key,
            found=ids[int(where[absent])].as_py(),
            beside=beside.as_posix(),
        )
    of_each = rows.to_numpy(False)[where]
    columns = steps.columns
    for each in labels.names:
        if each != key:
            cells = with_points(labels, text(labels, each).combine_chunks())
            columns = columns.append_column(free_name(each, columns), spread(cells, of_each))
    note = Note(
        "{file} of the archive; what {beside} says of each `{key}` is joined",
        file=steps.files[0][0],
        beside=beside.name,
        key=key,
    )
    return replace(steps, columns=columns, notes=(note, *steps.notes))
