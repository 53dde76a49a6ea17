"""Decode bytes in any common encoding to clean UTF-8 lines."""

from __future__ import annotations

import codecs
import re
from typing import NoReturn

import numpy as np
from charset_normalizer import from_bytes

from ...errors import DataError
from .source import EMPTY

# Signatures of files that people rename to .csv: xlsx and other ZIPs, PDF, PNG, old Excel.
BINARY_SIGNATURES = (b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\xd0\xcf\x11\xe0")
BYTE_ORDER_MARKS = {  # a mark before any mark that is its prefix
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
SAMPLE_BYTES = 1 << 16


def clean_text(data: bytes) -> tuple[bytes, str]:
    """Decode text and normalise its line ends.

    Returns:
        The text in UTF-8 without a byte order mark, with ``\\n`` at the end of every line,
        including the last, so that the n-th line is line n in an editor; and the encoding of the
        data, usually "utf-8".

    Raises:
        DataError: For data that is empty or not text.
    """
    data, encoding = _to_utf8(data)
    if not data or data.isspace():
        raise DataError(EMPTY)
    if b"\0" in data:
        _refuse_binary()
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data.endswith(b"\n"):
        data += b"\n"
    return data, encoding


def _to_utf8(data: bytes) -> tuple[bytes, str]:
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            data = data[len(mark) :]
            return (data, encoding) if _is_utf8(data, encoding) else _decode(data, encoding)
    if data.startswith(BINARY_SIGNATURES):
        _refuse_binary()
    if b"\0" in data[:SAMPLE_BYTES]:
        return _decode(data, _detect_utf16(data))
    if data.isascii() or _is_utf8(data, "utf-8"):
        return data, "utf-8"
    if _is_chinese(data):
        return _decode(data, "gb18030")
    try:
        return _decode(data, "cp1252")
    except DataError:  # cp1252 does not define five of the bytes
        return _decode(data, "latin-1")


def _is_utf8(data: bytes, encoding: str) -> bool:
    if encoding != "utf-8":
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode(data: bytes, encoding: str) -> tuple[bytes, str]:
    try:
        return data.decode(encoding).encode("utf-8"), encoding
    except UnicodeError:
        raise DataError(
            "The file starts as text in {encoding}, but has other bytes further down. Save "
            "it as CSV (UTF-8).",
            encoding=encoding,
        ) from None


def _detect_utf16(data: bytes) -> str:
    """Detect UTF-16 without a mark: every other byte of Latin letters and digits is zero."""
    sample = np.frombuffer(data[: min(len(data), SAMPLE_BYTES) // 2 * 2], np.uint8).reshape(-1, 2)
    first, second = (sample == 0).mean(axis=0) if len(sample) else (0, 0)
    if second > 0.3 and first < 0.05:
        return "utf-16-le"
    if first > 0.3 and second < 0.05:
        return "utf-16-be"
    _refuse_binary()


def _is_chinese(data: bytes) -> bool:
    """Return True for GBK rather than Latin-1.

    A GBK character has two bytes, mostly both above 127, while accented letters are usually
    single. Where those also occur in pairs (öß), the surrounding letters decide.
    """
    lines = data[: 16 * SAMPLE_BYTES].split(b"\n")
    sample = b" ".join(line for line in lines if not line.isascii())[:SAMPLE_BYTES]
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", sample)]
    even_bytes = sum(n for n in runs if n % 2 == 0)
    if even_bytes < 0.9 * sum(runs):
        return False
    match = from_bytes(sample, cp_isolation=["gb18030", "cp1252"]).best()
    return match is not None and match.encoding == "gb18030"


def _refuse_binary() -> NoReturn:
    raise DataError("This is not a text file. Save its table as CSV (UTF-8).")
