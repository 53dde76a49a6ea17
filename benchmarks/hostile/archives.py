"""Hostile gzip files and ZIPs: bombs, false sizes and many members."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable

import numpy as np

from benchmarks.hostile.registry import FILES, register, write_zip


@register("gzip: a million empty members")
def _():
    return gzip.compress(b"") * 1_000_000 + gzip.compress(b"1\n2\n")


@register("gzip: a million members of a line each")
def _():
    return gzip.compress(b"1\n") * 1_000_000


@register("gzip: a gigabyte of zeros")
def _():
    compressor = zlib.compressobj(9, wbits=31)
    block = b"0" * 2**20
    return b"".join([*(compressor.compress(block) for _ in range(1024)), compressor.flush()])


@register("gzip: in gzip in gzip in gzip")
def _():
    content = b"1," * 5_000_000
    for _ in range(4):
        content = gzip.compress(content)
    return content


def _make_zip_with_false_size(method: int, compress: Callable[[bytes], bytes], size: int) -> bytes:
    """Make a ZIP with a member that is much larger than the ten bytes its header states.

    Args:
        method: Number of the compression method.
        compress: Function that compresses the member.
        size: Size of the member in bytes.
    """
    compressed = compress(b"0" * size)
    out = io.BytesIO()
    name, crc, stated_size = b"a.csv", zlib.crc32(b"0" * 10), 10
    sizes = (len(compressed), stated_size, len(name))
    header = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 0, crc, *sizes, 0)
    out.write(b"PK\x03\x04" + header + name + compressed)
    directory = out.tell()
    out.write(b"PK\x01\x02" + struct.pack("<H", 20) + header[:-2])
    out.write(struct.pack("<HHHHHII", 0, 0, 0, 0, 0, 0, 0)[2:] + name)
    directory_size = out.tell() - directory
    out.write(b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, directory_size, directory, 0))
    return out.getvalue()


def _deflate(content: bytes) -> bytes:
    compressor = zlib.compressobj(9, wbits=-15)
    return compressor.compress(content) + compressor.flush()


def _compress_lzma_member(content: bytes) -> bytes:
    compressor = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1}])
    properties = struct.pack("<BBHBI", 9, 20, 5, 0x5D, 1 << 23)
    return properties + compressor.compress(content) + compressor.flush()


@register("zip: a deflated file of 2 GB that says ten bytes")
def _():
    return _make_zip_with_false_size(8, _deflate, 2_000_000_000)


@register("zip: a bzip2 file of 2 GB that says ten bytes")
def _():
    return _make_zip_with_false_size(12, lambda content: bz2.compress(content, 9), 2_000_000_000)


@register("zip: an lzma file of 1 GB that says ten bytes")
def _():
    return _make_zip_with_false_size(14, _compress_lzma_member, 1_000_000_000)


@register("zip: 100,000 files, and one that names no other")
def _():
    members = {f"a{i}.csv": b"v\n1\n" for i in range(99_000)}
    return write_zip(
        members | {"zz.csv": b"file,y\n" + b"nobody,1\n" * 1_000_000}, zipfile.ZIP_DEFLATED
    )


@register("zip: 100,000 files with a mistake each")
def _():
    return write_zip({f"a{i}.csv": b"v\n1\nx\n" for i in range(100_000)})


@register("zip: 100,000 files in the .ts format")
def _():
    return write_zip({f"a{i}_TRAIN.ts": b"@data\n1,2:3,4\n" for i in range(100_000)})


@register("zip: 200,000 empty files")
def _():
    return write_zip({f"a{i}.csv": b"" for i in range(200_000)}, zipfile.ZIP_STORED)


@register("zip: files that lie over each other")
def _():
    content = write_zip({f"a{i}.csv": b"1," * 50_000 for i in range(200)})
    archive = zipfile.ZipFile(io.BytesIO(content))
    first = archive.infolist()[0].header_offset
    out = bytearray(content)
    entry = 0
    while (entry := content.find(b"PK\x01\x02", entry)) >= 0:
        out[entry + 42 : entry + 46] = struct.pack("<I", first)
        entry += 4
    return bytes(out)


@register("zip: in a zip in a zip")
def _():
    content = write_zip({"a.csv": b"0" * 100_000_000})
    for _ in range(3):
        content = write_zip({"a.zip": content})
    return content


@register("zip: a Parquet bomb inside")
def _():
    return write_zip({"a.parquet": FILES["parquet: three dictionaries of one long word"]()})


@register("zip: a gzip of a million members inside")
def _():
    return write_zip({"a.csv.gz": FILES["gzip: a million empty members"]()})


@register("zip: names of 5,000 digits")
def _():
    return write_zip({"a" + "1" * 5_000 + ".csv": b"v\n1\n", "b2.csv": b"v\n1\n"})


@register("gzip: 18,000 ids of 10,000 characters")
def _():
    return gzip.compress(b"id,v\n" + b"".join(_make_long_word(i) + b",1\n" for i in range(18_000)))


@register("gzip: 9,000 labels of 10,000 characters")
def _():
    rows = (b"%d,1,%s\n" % (i, _make_long_word(i)) for i in range(9_000))
    return gzip.compress(b"id,v,target\n" + b"".join(rows))


@register("gzip: 19,000 names of 9,000 characters")
def _():
    names = b",".join(_make_long_word(i)[:9_000] for i in range(19_000))
    return gzip.compress(names + b"\n" + b"1," * 18_999 + b"1\n")


def _make_long_word(number: int) -> bytes:
    """Make a word of 10,000 characters that compresses to a fortieth.

    Files with a higher compression ratio are refused before they are read.
    """
    return (b"w%d_" % number + np.random.default_rng(number).bytes(150).hex().encode()).ljust(
        10_000, b"n"
    )
