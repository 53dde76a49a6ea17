"""Archives of one file per sequence, with the file name as the id.

The folder, or a table with one row per file, has the target. The texts are concatenated and
parsed once, so that a thousand files take no longer than one file of their total size.
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
from ...errors import DataError, Note
from ..table.table import Table
from ..table.words.split_words import SPLIT_ALIASES
from .delimited import get_first_line, is_header_line, open_delimited

Texts = list[tuple[PurePosixPath, bytes]]


def open_per_file(texts: Texts, name: str) -> Table:
    """Open files as one long table of all steps.

    The table has the column "file", and the columns "folder" and "split" if the names of the
    folders define them. All files have the same header or none. An additional table with one row
    per file is joined.

    Args:
        texts: Path and clean text per file.
        name: Name of the archive.

    Raises:
        DataError: For files that do not match.
    """
    headers: dict[str, list[int]] = {}
    for number, (_, text) in enumerate(texts):
        line = get_first_line(text)
        headers.setdefault(line if is_header_line(line) else "", []).append(number)
    labels = _find_label_file(texts, headers)
    _refuse_other_columns([each for i, each in enumerate(texts) if i != labels])
    if labels is None:
        return _build_table(texts, name)
    path, text = texts.pop(labels)
    with name_file_in_errors(path):
        label_table = open_delimited(text)
    return join_labels(_build_table(texts, name), label_table, path, [each for each, _ in texts])


def _find_label_file(texts: Texts, headers: dict[str, list[int]]) -> int | None:
    """Return the index of the only file with other columns, if it names all other files."""
    for candidate in [numbers[0] for numbers in headers.values() if len(numbers) == 1]:
        others = [path for i, (path, _) in enumerate(texts) if i != candidate]
        if len(headers) == 2:
            cells = {cell.strip() for cell in re.split(r'[,;|\t\n"]', texts[candidate][1].decode())}
            if all(path.stem in cells or path.name in cells for path in others):
                return candidate
    return None


def _refuse_other_columns(texts: Texts) -> None:
    (first, expected), *others = ((path, get_first_line(text)) for path, text in texts)
    has_header = is_header_line(expected)
    for path, line in others:
        if line != expected if has_header else is_header_line(line):
            raise DataError(
                "{file} starts with {found!r}, but {first} with {expected!r}. Give the files "
                "of all sequences the same columns. One further table may name each file in "
                "a row.",
                file=path.as_posix(),
                found=line[:80],
                first=first.as_posix(),
                expected=expected[:80],
            )


def _refuse_other_widths(texts: Texts) -> None:
    """Refuse a file whose rows have another number of cells than those of the first file."""
    first, expected = None, 0
    for path, text in texts:
        with name_file_in_errors(path):
            width = open_delimited(text).columns.num_columns
        if first is None:
            first, expected = path, width
        elif width != expected:
            raise DataError(
                "Number of columns: {found} in {file}, but {expected} in {first}. Leave out one of "
                "them, or give every file one step per row, with the same columns.",
                file=path.as_posix(),
                found=width,
                first=first.as_posix(),
                expected=expected,
            )


def _build_table(texts: Texts, name: str) -> Table:
    """Build the table of the steps of all files, with the file name and its folders as roles."""
    header = get_first_line(texts[0][1]) if is_header_line(get_first_line(texts[0][1])) else ""
    bodies, skipped_lines = [], np.zeros(len(texts), dtype=np.int64)
    for number, (path, text) in enumerate(texts):
        if text.count(b'"') % 2:
            raise DataError(
                '{file}: a quote is not closed, so the cells are ambiguous. Close every ", '
                "or remove it.",
                file=path.as_posix(),
            )
        if header:
            preamble, _, text = text.partition(header.encode() + b"\n")
            skipped_lines[number] = preamble.count(b"\n") + 1
        if not text.strip():
            raise DataError("{file} has no rows. Leave it out.", file=path.as_posix())
        bodies.append(text)
    lines = np.array([body.count(b"\n") for body in bodies])
    lines_before = np.cumsum(lines) - lines + (1 if header else 0)  # lines above each body
    steps = open_delimited(b"".join([header.encode() + b"\n" if header else b"", *bodies]))
    if steps.ragged or steps.header != bool(header):
        _refuse_other_widths(texts)
        raise DataError(
            "The rows of the files have unequal numbers of cells, or no column names. Give "
            "every file one step per row, with the same columns."
        )
    rows = np.asarray(steps.rows)
    file_indices = np.searchsorted(lines_before, rows - 1, side="right") - 1
    columns = steps.columns
    if not header:
        columns = columns.rename_columns(list(default_names(columns.num_columns)))
    columns, roles, notes = add_file_roles(columns, [path for path, _ in texts], file_indices)
    return replace(
        steps,
        columns=columns,
        rows=rows - lines_before[file_indices] + skipped_lines[file_indices],
        header=True,
        name=name,
        roles=roles,
        files=list_file_starts(
            [path for path, _ in texts], np.bincount(file_indices, minlength=len(texts))
        ),
        notes=(
            Note("{n} files of the archive, one sequence per file", n=len(texts)),
            *notes,
            *steps.notes,
        ),
    )


def add_file_roles(
    columns: pa.Table, paths: list[PurePosixPath], file_indices: np.ndarray
) -> tuple[pa.Table, dict[str, str], list[Note]]:
    """Add columns of the file names and of the folders that are targets or splits.

    Args:
        columns: Columns of the steps.
        paths: Paths of the files.
        file_indices: (rows,) file of each row.

    Returns:
        The columns, the column per role, and notes for the user.
    """
    ids, folder_roles, notes = derive_roles(paths)
    roles = {}
    for role, values in {"id": ids, **folder_roles}.items():
        roles[role] = find_free_name({"id": "file", "target": "folder"}.get(role, role), columns)
        columns = columns.append_column(roles[role], take_by_index(pa.array(values), file_indices))
    return columns, roles, notes


def take_by_index(values: pa.Array, indices: np.ndarray) -> pa.ChunkedArray:
    """Return the (rows,) values at ``indices`` (rows,)."""
    return pa.chunked_array([values.take(pa.array(indices))])


def derive_roles(
    paths: list[PurePosixPath],
) -> tuple[list[str], dict[str, list[str]], list[Note]]:
    """Derive the ids from the file names, and the split and the target from the folders.

    Returns:
        The ids, the values per role, and notes for the user.
    """
    ids = [path.stem for path in paths]
    if len(set(ids)) < len(ids):
        ids = [path.with_suffix("").as_posix() for path in paths]
    if len(set(ids)) < len(ids):
        ids = [path.as_posix() for path in paths]
    folder_roles: dict[str, list[str]] = {}
    notes: list[Note] = []
    for level in range(min(len(path.parts) for path in paths) - 1):
        folders = [path.parts[level] for path in paths]
        if {folder.lower() for folder in folders} <= SPLIT_ALIASES.keys():
            folder_roles.setdefault("split", folders)
        elif 1 < len(set(folders)) < len(paths):
            folder_roles["target"] = folders  # the innermost level that differs
        elif len(set(folders)) == len(paths) > 1:
            notes = [Note("every folder has one file, so folders are names, not targets")]
    return ids, folder_roles, notes


def join_labels(
    steps: Table, labels: Table, path: PurePosixPath, files: list[PurePosixPath]
) -> Table:
    """Join the table of labels, which has one row per file, to the table of steps."""
    for key in labels.names:
        cells = [str(cell).strip() for cell in labels.columns[key].to_pylist()]
        row_by_cell = {cell: row for row, cell in enumerate(cells)}
        label_rows = [row_by_cell.get(file.name, row_by_cell.get(file.stem)) for file in files]
        if any(row is not None for row in label_rows):
            break
    if None in label_rows:
        raise DataError(
            "{file} has no row for {found!r}. Add the row, or leave the file out.",
            file=path.as_posix(),
            found=files[label_rows.index(None)].as_posix(),
        )
    lengths = np.diff([*(first for _, first in steps.files), len(steps)])
    row_indices = np.repeat(np.array(label_rows), lengths)
    columns = steps.columns
    for name in labels.names:
        if name != key:
            cells = pc.fill_null(pc.cast(labels.columns[name], pa.string()), "").combine_chunks()
            columns = columns.append_column(
                find_free_name(name, columns), take_by_index(cells, row_indices)
            )
    note = Note("{file} is joined to the files by their names", file=path.name)
    return replace(steps, columns=columns, notes=(*steps.notes, note))


def find_free_name(name: str, columns: pa.Table) -> str:
    """Return the name, or a variant of it if a column already has it."""
    while name in columns.column_names:
        name += " of the archive"
    return name


def list_file_starts(
    paths: list[PurePosixPath], lengths: Sequence[int] | np.ndarray
) -> tuple[tuple[str, int], ...]:
    """Return each file with its first row in the table, for ``Table.files``."""
    first = np.cumsum(lengths) - lengths
    return tuple((path.as_posix(), int(row)) for path, row in zip(paths, first, strict=True))


@contextmanager
def name_file_in_errors(path: PurePosixPath) -> Iterator[None]:
    """Add the file of the archive to the errors raised inside."""
    try:
        yield
    except DataError as error:
        values = error.values | {"file": path.as_posix()}
        message = Note(error.template, **error.values)
        raise type(error)("{file}: {what}", **values, what=message) from None
