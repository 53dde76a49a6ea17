"""Unpack a file of a ZIP to at most its declared size.

``zipfile`` truncates excess data only after unpacking it: a file of 100 bytes that is packed by
bzip2 takes 2 GB.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zipfile
import zlib

from ...errors import DataError

LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, length of the name, length of the extra field
MAX_BEGINNING = 1000  # bytes in which the name of the first file is
UNKNOWN_SIZE = b"\xff" * 8
CORRUPTION_ERRORS = (  # raised by zipfile and ``unpack`` for corrupt archives
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # includes NotImplementedError
)


def unpack(archive: bytes, member: zipfile.ZipInfo) -> bytes:
    """Unpack a member of an archive.

    Args:
        archive: Bytes of the archive.
        member: Entry of the archive's directory.

    Returns:
        The bytes of the file.

    Raises:
        zipfile.BadZipFile: If the data does not match its declared size or checksum.
        zlib.error: If the compressed data is corrupt.
        lzma.LZMAError: If the compressed data is corrupt.
    """
    begin = member.header_offset
    header = archive[begin : begin + LOCAL_HEADER.size]
    if len(header) < LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile("a file of it does not begin where it says")
    _, name, extra = LOCAL_HEADER.unpack(header)
    begin += LOCAL_HEADER.size + name + extra
    packed = archive[begin : begin + member.compress_size]
    max_bytes = member.file_size + 1
    if member.compress_type == zipfile.ZIP_STORED:
        content = packed
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        content = zlib.decompressobj(wbits=-15).decompress(packed, max_bytes)
    elif member.compress_type == zipfile.ZIP_BZIP2:
        content = bz2.BZ2Decompressor().decompress(packed, max_bytes)
    elif member.compress_type == zipfile.ZIP_LZMA:
        properties = int.from_bytes(packed[2:4], "little")
        # Header of a standalone lzma file, which may have an unknown size.
        lzma_stream = packed[4 : 4 + properties] + UNKNOWN_SIZE + packed[4 + properties :]
        content = lzma.LZMADecompressor(lzma.FORMAT_ALONE).decompress(lzma_stream, max_bytes)
    else:
        raise zipfile.BadZipFile(f"compression {member.compress_type} is not known")
    if len(content) != member.file_size:
        raise zipfile.BadZipFile("a file of it holds another number of bytes than it says")
    if zlib.crc32(content) != member.CRC:
        raise zipfile.BadZipFile("a file of it is damaged")
    return content


def build_damage_error(archive: bytes) -> DataError:
    """Build the error for a damaged ZIP, which may be a workbook or arrays by its contents.

    Args:
        archive: Bytes of the file.
    """
    if b"xl/w" in archive or b"xl/_rels" in archive:
        return DataError(
            "The Excel workbook is damaged or incomplete. Copy or download it again, or save it "
            "again in Excel."
        )
    if b"[Content_Types].xml" in archive[:MAX_BEGINNING]:
        return DataError(
            "The Office document is damaged or incomplete. Save its table as CSV (UTF-8) or as an "
            "Excel workbook (.xlsx)."
        )
    if b".npy" in archive[:MAX_BEGINNING]:
        return DataError(
            "The file of NumPy arrays (.npz) is damaged or incomplete. Copy or download it again, "
            "or save it again with numpy.savez."
        )
    return DataError("The ZIP is damaged or packed in an unusual way. Pack it again.")
