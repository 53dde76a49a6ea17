"""Files that were chosen together, as one ZIP."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath

MAX_NAME_LENGTH = 200  # characters; the names of files on a disk are hardly longer
FIRST_DATE = (1980, 1, 1, 0, 0, 0)  # the same files are the same bytes, whenever they are packed


def pack_files(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack files, without compression, in the order given.

    Args:
        files: Name and bytes per file. A name that occurs again gets a number.
    """
    buffer, taken = io.BytesIO(), set[str]()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files:
            free_name = _find_free_name(_clean_name(name), taken)
            taken.add(free_name)
            archive.writestr(zipfile.ZipInfo(free_name, FIRST_DATE), content)
    return buffer.getvalue()


def unpack_files(packed: bytes) -> list[bytes]:
    """Unpack the bytes of each file of ``pack_files``."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return [archive.read(member) for member in archive.infolist()]


def _clean_name(name: str) -> str:
    """Return the name without folders, and not as the name of a hidden file."""
    name = PurePosixPath(name.replace("\\", "/")).name.lstrip(".") or "file"
    return name.encode(errors="replace").decode()[:MAX_NAME_LENGTH]


def _find_free_name(name: str, taken: set[str]) -> str:
    stem, dot, suffix = name.partition(".")
    number, free_name = 1, name
    while free_name in taken:
        number += 1
        free_name = f"{stem} ({number}){dot}{suffix}"
    return free_name
