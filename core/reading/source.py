"""From a path, a buffer or pasted text to clean UTF-8 bytes."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import IO, Any

from core.errors import DataError

EMPTY = "There is nothing in it. Give at least one line of numbers."
# How files begin that people rename to .csv: zip and xlsx, gzip, PDF, Parquet, PNG, old Excel.
BINARY_BEGINNINGS = (b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"PAR1", b"\x89PNG", b"\xd0\xcf\x11\xe0")


def read_text(source: str | os.PathLike[str] | IO[Any]) -> tuple[bytes, str]:
    """The text of ``source`` and its file name ("" when it has none).

    source  a path, or a binary or text buffer

    The bytes are valid UTF-8 without a byte order mark; every line ends in ``\\n``, the last too,
    so that the n-th line is line n in an editor. Raises DataError for an empty or
    binary file, for a JSON object and for bytes that are not UTF-8, OSError for a path that
    cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        data, name = Path(source).read_bytes(), os.fspath(source)
    else:
        read = source.read()
        data = read.encode("utf-8", errors="replace") if isinstance(read, str) else bytes(read)
        name = getattr(source, "name", "")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data or data.isspace():
        raise DataError(EMPTY)
    if data.startswith(BINARY_BEGINNINGS) or b"\0" in data:
        raise DataError(
            "This is not a text file (it begins with {found}). Save it as CSV, UTF-8, and "
            "try again.",
            found=repr(data[:8])[1:],
        )
    if re.match(rb'\s*\{\s*["}]', data):
        raise DataError(
            "This is a JSON object ({found}). Give the sequences alone, as a list of lists such "
            "as [[1], [2, 5]], or as CSV.",
            found=data.strip()[:40].decode("utf-8", errors="ignore"),
        )
    if not data.isascii():
        _check_utf8(data)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data.endswith(b"\n"):
        data += b"\n"
    return data, Path(name).name if isinstance(name, str) else ""


def _check_utf8(data: bytes) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            "Row {row} holds a byte ({found}) that is not UTF-8 text. "
            "Save the file as CSV, UTF-8, and try again.",
            row=len(data[: error.start + 1].splitlines()),
            found=f"0x{data[error.start]:02x}",
        ) from None
