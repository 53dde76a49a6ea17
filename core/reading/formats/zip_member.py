"""A file of a ZIP, unpacked to no more than it says it holds.

``zipfile`` cuts off what is too much only after it was unpacked: a file of 100 bytes that bzip2
has packed takes 2 GB.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zipfile
import zlib

LOCAL_HEAD = struct.Struct("<4s22xHH")  # signature; lengths of the name and of what follows it
UNKNOWN_SIZE = b"\xff" * 8


def unpack(archive: bytes, member: zipfile.ZipInfo) -> bytes:
    """The bytes of a member of an archive. Raises zipfile.BadZipFile where they are not what it
    says, and what zlib and lzma raise."""
    begin = member.header_offset
    head = archive[begin : begin + LOCAL_HEAD.size]
    if len(head) < LOCAL_HEAD.size or not head.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile("a file of it does not begin where it says")
    _, name, extra = LOCAL_HEAD.unpack(head)
    begin += LOCAL_HEAD.size + name + extra
    packed = archive[begin : begin + member.compress_size]
    most = member.file_size + 1
    if member.compress_type == zipfile.ZIP_STORED:
        content = packed
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        content = zlib.decompressobj(wbits=-15).decompress(packed, most)
    elif member.compress_type == zipfile.ZIP_BZIP2:
        content = bz2.BZ2Decompressor().decompress(packed, most)
    elif member.compress_type == zipfile.ZIP_LZMA:
        properties = int.from_bytes(packed[2:4], "little")
        # As a file of lzma's own has them, which may leave its size open.
        alone = packed[4 : 4 + properties] + UNKNOWN_SIZE + packed[4 + properties :]
        content = lzma.LZMADecompressor(lzma.FORMAT_ALONE).decompress(alone, most)
    else:
        raise zipfile.BadZipFile(f"compression {member.compress_type} is not known")
    if len(content) != member.file_size:
        raise zipfile.BadZipFile("a file of it holds another number of bytes than it says")
    if zlib.crc32(content) != member.CRC:
        raise zipfile.BadZipFile("a file of it is damaged")
    return content
