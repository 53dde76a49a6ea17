"""Read a path, a buffer or pasted text as bytes; gzip is unpacked within size limits."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import IO

from ...errors import DataError, Note
from ...i18n import N_

Source = str | os.PathLike[str] | IO[bytes] | IO[str]
EMPTY = N_("The input is empty. Give at least one line of numbers.")
# Limits on the unpacked size. Tables of numbers compress to a third or a tenth; data above 10 MB
# that compresses to a hundredth is not a measurement, and a bomb compresses to a thousandth.
MAX_BYTES = 2**30
MAX_RATIO = 100
HARMLESS_BYTES = 10_000_000
GZIP = b"\x1f\x8b"
# Programs that compress in parallel write one member per 64 kB or more.
MAX_MEMBERS = 50_000
PIECE_BYTES = 1 << 14  # input per call; the unused rest is copied for the next member
TOO_LARGE = N_(
    "Unpacked, {name} is larger than {most} MB or 100 times its packed size. Leave out what "
    "is not needed, and pack it again."
)


def read_source(source: Source) -> tuple[bytes, str]:
    """Read the bytes of a source and decompress gzip (see ``read_packed``)."""
    return gunzip(*read_packed(source))


def read_packed(source: Source) -> tuple[bytes, str]:
    """Read the bytes of a source.

    Args:
        source: Path, or binary or text buffer.

    Returns:
        The bytes and the file name, "" if there is none.

    Raises:
        OSError: For a path that cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        data, name = Path(source).read_bytes(), os.fspath(source)
    else:
        content = source.read()
        data = (
            content.encode("utf-8", errors="replace")
            if isinstance(content, str)
            else bytes(content)
        )
        name = getattr(source, "name", "")
    return data, Path(name).name if isinstance(name, str) else ""


def gunzip(data: bytes, name: str) -> tuple[bytes, str]:
    """Decompress data that was compressed by gzip, and remove the end of its name.

    Raises:
        DataError: For data that is corrupt or too large unpacked.
    """
    if data.startswith(GZIP):
        return _decompress(data, name), name.removesuffix(".gz")
    return data, name


def refuse_bomb(packed: int, unpacked: int, name: str, harmless: int = HARMLESS_BYTES) -> None:
    """Raise an error for a size or a compression ratio that no file of measurements has.

    Args:
        packed: Size of the compressed file in bytes.
        unpacked: Size of the unpacked data in bytes.
        name: Name of the file.
        harmless: Unpacked size in bytes up to which any ratio is accepted.

    Raises:
        DataError: If the unpacked data is too large.
    """
    if unpacked > MAX_BYTES or unpacked > max(harmless, MAX_RATIO * packed):
        raise DataError(TOO_LARGE, name=name or Note("the file"), most=MAX_BYTES >> 20)


def _decompress(data: bytes, name: str) -> bytes:
    """Decompress every member of a gzip file without exceeding the size limit."""
    unpacked = bytearray()
    begin, members = 0, 0
    while data.startswith(GZIP, begin):
        members += 1
        if members > MAX_MEMBERS:
            raise DataError(
                "The gzip file has more than {most:,} parts. Compress it again as one.",
                most=MAX_MEMBERS,
            )
        unpacker = zlib.decompressobj(wbits=31)
        try:
            while not unpacker.eof and begin < len(data):
                unpacked += unpacker.decompress(data[begin : begin + PIECE_BYTES])
                begin += PIECE_BYTES
                refuse_bomb(len(data), len(unpacked), name)
        except zlib.error:
            raise DataError("The gzip file is damaged. Compress it again.") from None
        if not unpacker.eof:
            raise DataError("The gzip file is incomplete. Compress it again.")
        begin = min(begin, len(data)) - len(unpacker.unused_data)
    return bytes(unpacked)
