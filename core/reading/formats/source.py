"""From a path, a buffer or pasted text to bytes; what is compressed comes out within limits."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import IO, Any

from ...errors import DataError, Note
from ...i18n import N_

EMPTY = N_("There is nothing in it. Give at least one line of numbers.")
# A file may grow so far when it is unpacked. Tables of numbers shrink to a third or a tenth; what
# shrinks to a hundredth of 10 MB is no measurement, and a bomb shrinks to a thousandth.
MAX_BYTES = 2**30
MAX_RATIO = 100
HARMLESS_BYTES = 10_000_000
GZIP = b"\x1f\x8b"
# Programs that pack in parallel write one for each 64 kB or more.
MAX_MEMBERS = 50_000
PIECE_BYTES = 1 << 14  # given to a member at once; what is left of it is copied for the next one
TOO_LARGE = N_(
    "Unpacked, {name} is larger than {most} MB or a hundred times its packed size, so it is not "
    "opened. Leave out what is not needed, and pack it again."
)


def read_source(source: str | os.PathLike[str] | IO[Any]) -> tuple[bytes, str]:
    """The bytes of ``source`` and its file name ("" when it has none); what gzip has compressed
    is uncompressed.

    source  a path, or a binary or text buffer

    Raises DataError for what is damaged or too large unpacked, OSError for a path that cannot be
    read.
    """
    if isinstance(source, str | os.PathLike):
        data, name = Path(source).read_bytes(), os.fspath(source)
    else:
        read = source.read()
        data = read.encode("utf-8", errors="replace") if isinstance(read, str) else bytes(read)
        name = getattr(source, "name", "")
    name = Path(name).name if isinstance(name, str) else ""
    if data.startswith(GZIP):
        return _gunzip(data, name), name.removesuffix(".gz")
    return data, name


def refuse_bomb(packed: int, unpacked: int, name: str, harmless: int = HARMLESS_BYTES) -> None:
    """Raises DataError for sizes, in bytes, that no file of measurements has. harmless: what may
    come of however small a file."""
    if unpacked > MAX_BYTES or unpacked > max(harmless, MAX_RATIO * packed):
        raise DataError(TOO_LARGE, name=name or Note("the file"), most=MAX_BYTES >> 20)


def _gunzip(data: bytes, name: str) -> bytes:
    """Every member of the file, one after the other, and never more than the limit at once."""
    unpacked = bytearray()
    begin, members = 0, 0
    while data.startswith(GZIP, begin):
        members += 1
        if members > MAX_MEMBERS:
            raise DataError(
                "The file was compressed by gzip in more than {most:,} parts. Compress it again, "
                "as one.",
                most=MAX_MEMBERS,
            )
        unpacker = zlib.decompressobj(wbits=31)
        try:
            while not unpacker.eof and begin < len(data):
                unpacked += unpacker.decompress(data[begin : begin + PIECE_BYTES])
                begin += PIECE_BYTES
                refuse_bomb(len(data), len(unpacked), name)
        except zlib.error:
            raise DataError(
                "The file was compressed by gzip and is damaged. Compress it again."
            ) from None
        if not unpacker.eof:
            raise DataError(
                "The file was compressed by gzip and its end is missing. Compress it again."
            )
        begin = min(begin, len(data)) - len(unpacker.unused_data)
    return bytes(unpacked)
