"""One file a sequence: its name is the id, its folder or a small table beside it has the target.

The texts are set one after the other and parsed once, which takes a thousand files no longer
than one of their size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.sequences import default_names
from ...data.tokens import SPLIT_WORDS
from ...errors import DataError, Note
from ..table.table import Table
from .delimited import first_line, names_columns, open_delimited

Texts = list[tuple[PurePosixPath, bytes]]


def open_per_file(texts: Texts, name: str) -> Table:
    """A long table of all steps, with the columns "file", and "folder" and "split" where the
    folders tell. Either all files have the same header or none has one; beside them may stand one
    table with a row for each file, which is joined.

    texts  (path, clean text) a file. Raises DataError where the files do not go together.
    """
    headers: dict[str, list[int]] = {}
    for number, (_, text) in enumerate(texts):
        line = first_line(text)
        headers.setdefault(line if names_columns(line) else "", []).append(number)
    labels = _labels(texts, headers)
    _refuse_other_columns([each for i, each in enumerate(texts) if i != labels])
    if labels is None:
        return _table(texts, name)
    path, text = texts.pop(labels)
    with of_file(path):
        found = open_delimited(text)
    return _joined(_table(texts, name), found, path, [each for each, _ in texts])


def _labels(texts: Texts, headers: dict[str, list[int]]) -> int | None:
    """The one file of other columns than all the rest, in which their names stand."""
    for alone in [numbers[0] for numbers in headers.values() if len(numbers) == 1]:
        rest = [path for i, (path, _) in enumerate(texts) if i != alone]
        if len(headers) == 2:
            cells = {cell.strip() for cell in re.split(r'[,;\t\n"]', texts[alone][1].decode())}
            if all(path.stem in cells or path.name in cells for path in rest):
                return alone
    return None


def _refuse_other_columns(texts: Texts) -> None:
    (first, expected), *others = ((path, first_line(text)) for path, text in texts)
    named = names_columns(expected)
    for path, found in others:
        if found != expected if named else names_columns(found):
            raise DataError(
                "{file} begins with {found!r}, and {first} with {expected!r}. Give the files of "
                "all sequences the same columns; beside them may stand one table that names each "
                "file in a row.",
                file=path.as_posix(),
                found=found[:80],
                first=first.as_posix(),
                expected=expected[:80],
            )


def _table(texts: Texts, name: str) -> Table:
    """The steps of all files with the name of the file, and of its folders where they tell."""
    header = first_line(texts[0][1]) if names_columns(first_line(texts[0][1])) else ""
    bodies, skipped = [], np.zeros(len(texts), dtype=np.int64)
    for number, (path, text) in enumerate(texts):
        if text.count(b'"') % 2:
            raise DataError(
                "{file}: the quotes do not come in pairs, so its cells cannot be told apart. "
                'Close every ", or remove it.',
                file=path.as_posix(),
            )
        if header:
            above, _, text = text.partition(header.encode() + b"\n")
            skipped[number] = above.count(b"\n") + 1
        if not text.strip():
            raise DataError("{file} holds no rows. Leave it out.", file=path.as_posix())
        bodies.append(text)
    lines = np.array([body.count(b"\n") for body in bodies])
    before = np.cumsum(lines) - lines + (1 if header else 0)  # lines above each body
    steps = open_delimited(b"".join([header.encode() + b"\n" if header else b"", *bodies]))
    if steps.ragged or steps.header != bool(header):
        raise DataError(
            "The rows of the files have unequal numbers of cells, or their first rows name no "
            "columns. Give every file a step a row, with the same columns."
        )
    rows = np.asarray(steps.rows)
    which = np.searchsorted(before, rows - 1, side="right") - 1
    columns = steps.columns
    if not header:
        columns = columns.rename_columns(list(default_names(columns.num_columns)))
    ids, told, notes = _told_by_names([path for path, _ in texts])
    roles = {}
    for role, values in {"id": ids, **told}.items():
        roles[role] = free_name({"id": "file", "target": "folder"}.get(role, role), columns)
        columns = columns.append_column(roles[role], spread(pa.array(values), which))
    return replace(
        steps,
        columns=columns,
        rows=rows - before[which] + skipped[which],
        header=True,
        name=name,
        roles=roles,
        files=begins([path for path, _ in texts], np.bincount(which, minlength=len(texts))),
        notes=(
            Note("{n} files of the archive, a sequence each", n=len(texts)),
            *notes,
            *steps.notes,
        ),
    )


def spread(values: pa.Array, which: np.ndarray) -> pa.ChunkedArray:
    """(rows,) the value of each row; which: (rows,) the number of it."""
    return pa.chunked_array([values.take(pa.array(which))])


def _told_by_names(
    paths: list[PurePosixPath],
) -> tuple[list[str], dict[str, list[str]], list[Note]]:
    """The ids; by role what the folders tell: train and test, and what else differs; and, for
    people, what they do not tell."""
    ids = [path.stem for path in paths]
    if len(set(ids)) < len(ids):
        ids = [path.with_suffix("").as_posix() for path in paths]
    if len(set(ids)) < len(ids):
        ids = [path.as_posix() for path in paths]
    told: dict[str, list[str]] = {}
    notes: list[Note] = []
    for level in range(min(len(path.parts) for path in paths) - 1):
        folders = [path.parts[level] for path in paths]
        if {folder.lower() for folder in folders} <= SPLIT_WORDS.keys():
            told.setdefault("split", folders)
        elif 1 < len(set(folders)) < len(paths):
            told["target"] = folders  # the innermost that differs
        elif len(set(folders)) == len(paths) > 1:
            notes = [Note("every folder holds one file, so that folders are names and no targets")]
    return ids, told, notes


def _joined(steps: Table, labels: Table, path: PurePosixPath, files: list[PurePosixPath]) -> Table:
    """The table of steps with what the table of labels says of each file."""
    for key in labels.names:
        cells = [str(cell).strip() for cell in labels.columns[key].to_pylist()]
        where = {cell: row for row, cell in enumerate(cells)}
        found = [where.get(file.name, where.get(file.stem)) for file in files]
        if any(row is not None for row in found):
            break
    if None in found:
        raise DataError(
            "{file} has no row for {found!r}. Add the row, or leave the file out.",
            file=path.as_posix(),
            found=files[found.index(None)].as_posix(),
        )
    lengths = np.diff([*(first for _, first in steps.files), len(steps)])
    which = np.repeat(np.array(found), lengths)
    columns = steps.columns
    for name in labels.names:
        if name != key:
            cells = pc.fill_null(pc.cast(labels.columns[name], pa.string()), "").combine_chunks()
            columns = columns.append_column(free_name(name, columns), spread(cells, which))
    note = Note("what {file} says of each file is joined by its name", file=path.name)
    return replace(steps, columns=columns, notes=(*steps.notes, note))


def free_name(name: str, columns: pa.Table) -> str:
    """The name, or another one if a column has it."""
    while name in columns.column_names:
        name += " of the archive"
    return name


def begins(paths: list[PurePosixPath], lengths: Sequence[int]) -> tuple[tuple[str, int], ...]:
    """Each file and the row of the table it begins with, for ``Table.files``."""
    first = np.cumsum(lengths) - lengths
    return tuple((path.as_posix(), int(row)) for path, row in zip(paths, first, strict=True))


@contextmanager
def of_file(path: PurePosixPath) -> Iterator[None]:
    """Errors inside say which file of the archive they are about."""
    try:
        yield
    except DataError as error:
        values = error.values | {"file": path.as_posix()}
        what = Note(error.template, **error.values)
        raise type(error)("{file}: {what}", **values, what=what) from None
