"""A ZIP of files: one a sequence, or parts of the ``.ts`` format.

Nothing is written to disk, and nothing is read that is larger than it says.
"""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath

import numpy as np

from ...data.tokens import SPLIT_WORDS
from ...errors import DataError, Note
from ..detection.step_count import refuse_long_text
from ..table.step_limits import refuse_about
from ..table.table import Table
from . import ts
from .archive_joined import open_joined
from .archive_per_file import begins, of_file, open_per_file
from .encoding import clean_text
from .source import EMPTY, refuse_bomb
from .zip_member import unpack

ZIP = b"PK\x03\x04"
MAX_FILES = 100_000
DAMAGED = (  # what zipfile raises for files that are not as they say
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # NotImplementedError is one
)
WORKBOOK = "[Content_Types].xml"  # in every xlsx, docx, …

Files = list[tuple[PurePosixPath, bytes]]


def is_archive(data: bytes) -> bool:
    return data.startswith((ZIP, b"PK\x05\x06"))


def open_archive(
    data: bytes, name: str, open_one: Callable[..., Table], most_steps: int | None = None
) -> Table:
    """All files of a ZIP as one long table, with the columns "file", and "folder" and "split"
    where the folders tell; a single file as ``open_one`` opens it.

    Files with a header must have the same; beside them may stand one table with a row for each
    file, which is joined. Of two files, one may hold the steps of all sequences, and the other a
    row for each of their ids, which is joined, too. Of files in the ``.ts`` format, each is a part
    of the data, as in ``X_TRAIN.ts`` and ``X_TEST.ts``. Raises DataError for damaged, encrypted
    and dangerous archives, and where the files do not go together.
    """
    files = _files(data, name)
    if len(files) == 1:
        path, content = files[0]
        table = open_one(content, path.name, most_steps)
        return table.with_note(Note("{file}, the only file of the archive", file=path.name))
    parts = [(path, content) for path, content in files if path.suffix.lower() == ".ts"]
    if parts:
        return _ts_files(parts, name, most_steps)
    texts = []
    for path, content in files:
        with of_file(path):
            texts.append((path, clean_text(content)[0]))
    refuse_about(sum(text.count(b"\n") for _, text in texts), most_steps)
    joined = open_joined(texts, name)
    return open_per_file(texts, name) if joined is None else joined


def _files(data: bytes, name: str) -> Files:
    """The files that hold data, in the order of their names, 2 before 10."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = [m for m in archive.infolist() if m.filename and not m.is_dir()]
        _refuse_dangerous(members)
        paths = [(PurePosixPath(each.filename), each) for each in members]
        paths = [(path, member) for path, member in paths if not _is_hidden(path)]
        refuse_bomb(len(data), sum(member.file_size for _, member in paths), name)
        if not paths:
            raise DataError(EMPTY)
        found = [(path, unpack(data, member)) for path, member in paths]
    except DataError:
        raise
    except (*DAMAGED, ValueError) as error:
        raise DataError(
            "The ZIP is damaged or packed in an unusual way ({reason}). Pack it again.",
            reason=str(error)[:200],
        ) from None
    return sorted(found, key=lambda each: _natural(each[0].as_posix()))


def _natural(name: str) -> list[str | tuple[int, str]]:
    """A key that puts 9 before 10, for numbers of any length."""
    parts = re.split(r"(\d+)", name)
    numbers = (part.lstrip("0") for part in parts[1::2])
    parts[1::2] = [(len(number), number) for number in numbers]
    return parts


def _refuse_dangerous(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_FILES:
        raise DataError(
            "The ZIP holds {n} files, and at most {most} are read. Give the sequences as one "
            "long table instead.",
            n=len(members),
            most=MAX_FILES,
        )
    seen: set[str] = set()
    for member in members:
        if member.filename in seen:
            raise DataError(
                "The ZIP holds two files called {found!r}. Give every file its own name.",
                found=member.filename[:80],
            )
        seen.add(member.filename)
        path = PurePosixPath(member.filename)
        if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
            raise DataError(
                "The ZIP holds a file {found!r}, which points outside of it. Pack the files again "
                "from the folder they stand in.",
                found=member.filename[:80],
            )
        if member.flag_bits & 0x1:
            raise DataError(
                "The file {found!r} in the ZIP is encrypted. Pack it without a password.",
                found=member.filename[:80],
            )
        if member.filename == WORKBOOK:
            raise DataError(
                "This is a workbook or a document, not a table. Save the sheet as CSV, UTF-8, and "
                "try again."
            )


def _is_hidden(path: PurePosixPath) -> bool:
    """What systems leave in archives: __MACOSX/…, .DS_Store, Thumbs.db, desktop.ini."""
    hidden = not path.name or any(part.startswith(".") for part in path.parts)
    return hidden or "__MACOSX" in path.parts or path.name in ("Thumbs.db", "desktop.ini")


def _ts_files(files: Files, name: str, most_steps: int | None) -> Table:
    """Files in the ``.ts`` format as one table; their names tell the split."""
    parts = []
    for path, content in files:
        with of_file(path):
            text = clean_text(content)[0]
            refuse_long_text(text, most_steps, ts.open_ts)
            parts.append(ts.cut(text))
    for (path, _), part in zip(files, parts, strict=True):
        if part.names != parts[0].names:
            raise DataError(
                "{file} has the columns {found}, and {first} has {expected}. Put files of the "
                "same data into the archive.",
                file=path.name,
                found=", ".join(part.names),
                first=files[0][0].name,
                expected=", ".join(parts[0].names),
            )
    lengths = [len(part.lines) for part in parts]
    table = ts.join(parts)
    columns, roles = table.columns, dict(table.roles)
    splits = [SPLIT_WORDS.get(path.stem.lower().rpartition("_")[2], "") for path, _ in files]
    if all(splits):
        columns = columns.append_column("split", [np.repeat(splits, lengths)])
        roles["split"] = "split"
    return Table(
        columns,
        table.rows,
        header=True,
        name=name,
        roles=roles,
        files=begins([path for path, _ in files], lengths),
        notes=(Note("{n} files of the archive, one after the other", n=len(files)),),
    )
