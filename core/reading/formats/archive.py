"""ZIP archives: one file per sequence, or parts in the ``.ts`` format.

Nothing is written to disk, and no file is unpacked beyond its declared size.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath

import numpy as np

from ...errors import DataError, Note
from ...i18n import N_
from ..detection.step_count import refuse_long_text
from ..table.step_limits import refuse_estimated_steps
from ..table.table import Table
from .archive_per_file import list_file_starts, name_file_in_errors, open_per_file
from .archives.joined_files import open_joined
from .archives.remaining_life import find_remaining_life, open_with_remaining_life
from .archives.split_files import Members, find_splits, open_split
from .archives.tables import open_tables
from .binary_formats import find_binary_format
from .encoding import clean_text
from .numpy_arrays import is_npy, open_named_arrays
from .source import EMPTY, gunzip, refuse_bomb
from .text import ts
from .zip_member import CORRUPTION_ERRORS, build_damage_error, unpack

ZIP = b"PK\x03\x04"
MAX_FILES = 100_000
SAME_NAME = N_("The ZIP contains two files named {found!r}. Rename one.")
DOCUMENT_NAMES = ("readme", "license", "licence", "copyright", "changelog", "citation")
DOCUMENT_SUFFIXES = (".pdf", ".md", ".html", ".png", ".jpg", ".jpeg", ".docx")
OFFICE_MARKER = "[Content_Types].xml"  # in every xlsx, docx, …


def is_archive(data: bytes) -> bool:
    """Return True if the data begins like a ZIP archive."""
    return data.startswith((ZIP, b"PK\x05\x06"))


def open_archive(
    data: bytes, name: str, open_one: Callable[..., Table], max_steps: int | None = None
) -> Table:
    """Open the files of a ZIP as one long table.

    The table has the column "file", and the columns "folder" and "split" if the names of the
    folders define them. All files must have the same header or none. An additional table with one
    row per file is joined. An archive of two files may contain the steps of all sequences in one,
    and one row per id in the other, which is also joined. Files in the ``.ts`` format are parts of
    the data, as in ``X_TRAIN.ts`` and ``X_TEST.ts``.

    Args:
        data: Bytes of the archive.
        name: Name of the archive.
        open_one: Opens the only file of an archive.
        max_steps: Maximum number of steps, None for no limit.

    Raises:
        DataError: For corrupt, encrypted and dangerous archives, and for files that do not match.
    """
    return open_files(_unpack_files(data, name), name, open_one, max_steps)


def open_files(
    files: Members, name: str, open_one: Callable[..., Table], max_steps: int | None = None
) -> Table:
    """Open several files as one table, as those of an archive (see ``open_archive``).

    Files whose names differ in the part of a split, such as ``X_TRAIN.tsv`` and ``X_TEST.tsv``, are
    joined one after the other, and a file such as ``X_RUL.tsv`` has the remaining life of each test
    sequence. Otherwise, each file is one sequence.

    Args:
        files: Path and bytes per file.
        name: Name of the archive.
        open_one: Opens a single file.
        max_steps: Maximum number of steps, None for no limit.

    Raises:
        DataError: As ``open_archive``.
    """
    documents = [path for path, _ in files if _is_document(path)]
    if 0 < len(documents) < len(files):
        tables = [file for file in files if file[0] not in documents]
        names = ", ".join(path.name for path in documents)
        table = open_files(tables, name, open_one, max_steps)
        return table.with_note(Note("not read, because they are documents: {files}", files=names))
    if len(files) == 1:
        path, content = files[0]
        table = open_one(content, path.name, max_steps)
        return table.with_note(Note("{file}, the only file of the archive", file=path.name))
    parts = [(path, content) for path, content in files if path.suffix.lower() == ".ts"]
    if parts:
        others = [path.name for path, _ in files if path.suffix.lower() != ".ts"]
        return _open_ts_files(parts, others, name, max_steps)
    if (life := find_remaining_life([path for path, _ in files])) is not None:
        return open_with_remaining_life(files, life, name, open_one, max_steps)
    splits = find_splits([path for path, _ in files])
    if splits:
        return open_split(files, splits, name, open_one, max_steps)
    if all(is_npy(content) for _, content in files):
        arrays = {path.with_suffix("").as_posix(): content for path, content in files}
        return open_named_arrays(arrays, name, max_steps)
    if any(find_binary_format(content) for _, content in files):
        return open_tables(files, name, open_one, max_steps)
    texts = []
    for path, content in files:
        with name_file_in_errors(path):
            texts.append((path, clean_text(content)[0]))
    refuse_estimated_steps(sum(text.count(b"\n") for _, text in texts), max_steps)
    joined_table = open_joined(texts, name)
    return open_per_file(texts, name) if joined_table is None else joined_table


def _unpack_files(data: bytes, name: str) -> Members:
    """Unpack the files with data, in the natural order of their names: 2 before 10."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = [m for m in archive.infolist() if m.filename and not m.is_dir()]
        _refuse_dangerous(members)
        paths = [(PurePosixPath(each.filename), each) for each in members]
        paths = [(path, member) for path, member in paths if not _is_hidden(path)]
        refuse_bomb(len(data), sum(member.file_size for _, member in paths), name)
        if not paths:
            raise DataError(EMPTY)
        contents = [(path, unpack(data, member)) for path, member in paths]
        contents = _gunzip_files(contents, len(data), name)
    except DataError:
        raise
    except (*CORRUPTION_ERRORS, ValueError) as error:
        raise build_damage_error(data) from error
    return sorted(contents, key=lambda each: _natural_key(each[0].as_posix()))


def _gunzip_files(files: Members, packed: int, name: str) -> Members:
    """Decompress the files that were compressed by gzip before they were packed.

    Args:
        files: Path and bytes per file.
        packed: Size of the archive in bytes.
        name: Name of the archive.
    """
    unpacked: dict[PurePosixPath, bytes] = {}
    size = 0
    for path, content in files:
        with name_file_in_errors(path):
            text, file_name = gunzip(content, path.name)
        size += len(text)
        refuse_bomb(packed, size, name)
        if path.with_name(file_name) in unpacked:
            raise DataError(SAME_NAME, found=file_name[:80])
        unpacked[path.with_name(file_name)] = text
    return list(unpacked.items())


def _natural_key(name: str) -> list[str | tuple[int, str]]:
    """Return a sort key that puts 9 before 10, for numbers of any length."""
    parts = re.split(r"(\d+)", name)
    numbers = (part.lstrip("0") for part in parts[1::2])
    parts[1::2] = [(len(number), number) for number in numbers]
    return parts


def _refuse_dangerous(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_FILES:
        raise DataError(
            "The ZIP contains {n} files; the limit is {most}. Put the sequences into one "
            "long table instead.",
            n=len(members),
            most=MAX_FILES,
        )
    names: set[str] = set()
    for member in members:
        if member.filename in names:
            raise DataError(SAME_NAME, found=member.filename[:80])
        names.add(member.filename)
        path = PurePosixPath(member.filename)
        has_drive = re.match("[A-Za-z]:", member.filename)  # unlike a clock time, as in 12:30.csv
        if path.is_absolute() or ".." in path.parts or has_drive:
            raise DataError(
                "The path {found!r} in the ZIP points outside of it. Pack the files again "
                "from their own folder.",
                found=member.filename[:80],
            )
        if member.flag_bits & 0x1:
            raise DataError(
                "The file {found!r} in the ZIP is encrypted. Pack it without a password.",
                found=member.filename[:80],
            )
        if member.filename == OFFICE_MARKER:
            raise DataError(
                "This is a document, not a table. Save its table as CSV (UTF-8) or as an "
                "Excel workbook (.xlsx)."
            )


def _is_hidden(path: PurePosixPath) -> bool:
    """Return True for system files: __MACOSX/…, .DS_Store, Thumbs.db, desktop.ini."""
    hidden = not path.name or any(part.startswith(".") for part in path.parts)
    return hidden or "__MACOSX" in path.parts or path.name in ("Thumbs.db", "desktop.ini")


def _is_document(path: PurePosixPath) -> bool:
    """Return True for files beside the data: a readme, a license, a PDF, a picture."""
    return path.stem.lower() in DOCUMENT_NAMES or path.suffix.lower() in DOCUMENT_SUFFIXES


def _open_ts_files(files: Members, others: list[str], name: str, max_steps: int | None) -> Table:
    """Open files in the ``.ts`` format as one table; their names define the split.

    Args:
        files: Path and bytes per file.
        others: Names of the files in other formats, which are not read.
        name: Name of the archive.
        max_steps: Maximum number of steps, None for no limit.
    """
    parts = []
    for path, content in files:
        with name_file_in_errors(path):
            text = clean_text(content)[0]
            refuse_long_text(text, max_steps, ts.open_ts)
            parts.append(ts.parse_part(text))
    for (path, _), part in zip(files, parts, strict=True):
        if part.names != parts[0].names:
            raise DataError(
                "{file} has the columns {found}; {first} has {expected}. Give all files of "
                "the archive the same columns.",
                file=path.name,
                found=", ".join(part.names),
                first=files[0][0].name,
                expected=", ".join(parts[0].names),
            )
    lengths = [len(part.lines) for part in parts]
    table = ts.join_parts(parts)
    columns, roles = table.columns, dict(table.roles)
    splits = find_splits([path for path, _ in files])
    if splits:
        columns = columns.append_column("split", [np.repeat(splits, lengths)])
        roles["split"] = "split"
    notes = [Note("{n} files of the archive, one after the other", n=len(files))]
    if others:  # such as a description
        notes.append(
            Note(
                "not read, because the other files are sequences: {files}", files=", ".join(others)
            )
        )
    return Table(
        columns,
        table.rows,
        header=True,
        name=name,
        roles=roles,
        files=list_file_starts([path for path, _ in files], lengths),
        notes=tuple(notes),
        doubts=table.doubts,
    )
