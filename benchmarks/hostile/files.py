"""Files that are made to hurt whoever opens them: small ones that grow, ones that take the square
of their length to look at, ones that are not what they say. Each is made when it is asked for."""

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
import pyarrow as pa
import pyarrow.parquet

Make = Callable[[], bytes]
FILES: dict[str, Make] = {}


def _file(name: str) -> Callable[[Make], Make]:
    def keep(make: Make) -> Make:
        FILES[name] = make
        return make

    return keep


def _parquet(table: pa.Table, **options: object) -> bytes:
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, **options)
    return out.getvalue()


def _zip(members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


# Text that takes long to look at.


@_file("csv: a header of one name of 30 MB of digits")
def _():
    return b"9" * 30_000_000 + b"\n1\n2\n"


@_file("csv: 20,000 names of 1,500 digits")
def _():
    return (
        b",".join(b"%d" % i + b"7" * 1_500 for i in range(20_000)) + b"\n" + b"1," * 19_999 + b"1\n"
    )


@_file("csv: cells between spaces, and rows of spaces behind them")
def _():
    return b"a b c d\n" + (b"1 2 3" + b" " * 4_000 + b"x\n") * 3_000


@_file("csv: a long line of ASCII in Latin-1")
def _():
    return b"id,v\na,1\n" + b"b" * 2_000_000 + b",1\n\xe9t\xe9,2\n"


@_file("csv: words of a category of 11,000 characters")
def _():
    words = [b"%03d" % i + b"w" * 11_000 for i in range(40)]
    rows = [b"%d,%d,%s,1" % (i // 8, i % 8, words[i % 40]) for i in range(320)]
    return b"id,time,word,v\n" + b"\n".join(rows)


@_file("csv: a million named columns")
def _():
    names = b",".join(b"c%d" % i for i in range(1_000_000))
    return names + b"\n" + b"1," * 999_999 + b"1\n"


@_file("csv: 20,000 columns of words")
def _():
    row = b",".join(b"w%d" % i for i in range(20_000)) + b"\n"
    return b",".join(b"name%d" % i for i in range(20_000)) + b"\n" + row * 50


@_file("csv: one cell of 50 MB of letters")
def _():
    return b"id,v\na," + b"a" * 50_000_000 + b"\n"


@_file("csv: one cell of 30 MB of spaces and brackets")
def _():
    return b'id,v\na,"(' + b"( 1 " * 8_000_000 + b'"\n'


@_file("csv: 20 MB of quotes")
def _():
    return b"id,v\n" + b'"' * 20_000_000 + b"\n"


@_file("csv: a quote that is never closed")
def _():
    return b'id,v\na,"1\n' + b"a,1\n" * 5_000_000


@_file("csv: 20 MB of spaces between two numbers")
def _():
    return b"id,v\na,1" + b" ; " * 7_000_000 + b"x\nb,2\n"


@_file("csv: five million comment lines")
def _():
    return b"#\n" * 5_000_000 + b"1\n2\n"


@_file("csv: a line of 20 MB without end")
def _():
    return b"1," * 10_000_000


@_file("csv: ragged lines with a mistake in another cell each")
def _():
    lines = []
    for i in range(3_000):
        cells = [b"1"] * (i + 2)
        cells[-1] = b"x"
        lines.append(b",".join(cells))
    return b"1\n" + b"\n".join(lines) + b"\n"


@_file("csv: two million cells that are no numbers")
def _():
    return b"id,t,v\n" + b"a,1,2\n" + b"".join(b"a,%d,x%d\n" % (i, i % 7) for i in range(2_000_000))


@_file("csv: mistakes that are a megabyte each")
def _():
    bad = b"x" * 1_000_000
    return b"id,t,v\na,0,1\n" + b"".join(b"a,%d,%b\n" % (i, bad) for i in range(1, 60))


@_file("csv: a gap before every tenth of a million steps")
def _():
    when = np.cumsum(np.where(np.arange(1_000_000) % 11 == 0, 5, 1))
    return b"id,t,v\n" + b"".join(b"a,%d,1\n" % t for t in when.tolist())


@_file("csv: a million steps at the same time")
def _():
    return b"id,t,v\n" + b"a,1,2\n" * 1_000_000


@_file("csv: columns of words that become thousands of features")
def _():
    rng = np.random.default_rng(0)
    words = rng.integers(0, 20, (200_000, 60))
    names = ",".join(f"w{i}" for i in range(60))
    rows = ("a," + ",".join(f"x{w}" for w in row) for row in words.tolist())
    return ("id," + names + "\n" + "\n".join(rows) + "\n").encode()


@_file("csv: dates that no fast parser knows")
def _():
    return b"id,time,v\n" + b"".join(
        b"a,%d-W%02d-%d,1\n" % (1970 + i % 50, 1 + i % 50, 1 + i % 7) for i in range(1_000_000)
    )


@_file("csv: ids of 20 kB")
def _():
    return b"id,v\n" + b"".join(b"%d" % i + b"n" * 20_000 + b",1\n" for i in range(2_000))


@_file("csv: 50 MB of zeros in bytes")
def _():
    return b"id,v\n" + b"\0" * 50_000_000


@_file("csv: 40 MB in UTF-16 that is half a character")
def _():
    return b"\xff\xfe" + b"\x00\xd8" * 20_000_000


@_file("csv: 40 MB in UTF-32")
def _():
    return ("id,v\n" + "a,1\n" * 2_500_000).encode("utf-32")


@_file("csv: 20 MB that are not valid Chinese")
def _():
    return b"id,v\na," + b"\xb0\xa1\xff" * 7_000_000 + b"\n"


@_file("csv: a list of five million numbers in a cell, and a stray bracket")
def _():
    return b'id,v\na,"[' + b"1," * 5_000_000 + b'1]]"\nb,"[1]"\n'


@_file("lists: 20 million opening brackets")
def _():
    return b"[" * 20_000_000


@_file("lists: nested a million deep")
def _():
    return b"[" * 1_000_000 + b"1" + b"]" * 1_000_000


@_file("lists: two million lists with words between")
def _():
    return b"[[1]" + b",[1]" * 2_000_000 + b"x]"


# .ts

TS = b"@problemName x\n@classLabel true a b\n@data\n"


@_file("ts: 100,000 dimensions")
def _():
    return TS + b"1,2:" * 100_000 + b"a\n"


@_file("ts: 8 MB of dimensions in two lines")
def _():
    return TS + (b"1:" * 2_000_000 + b"a\n") * 2


@_file("ts: 8 MB of commas")
def _():
    return TS + b"," * 8_000_000 + b":a\n"


@_file("ts: a million tags")
def _():
    return b"".join(b"@t%d x\n" % i for i in range(1_000_000)) + b"@data\n1:a\n"


@_file("ts: a million lines, each of another number of dimensions")
def _():
    return TS + b"".join(b"1:" * (1 + i % 5) + b"a\n" for i in range(1_000_000))


# Parquet


@_file("parquet: three dictionaries of one long word")
def _():
    rows = 100_000
    column = pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), ["w" * 19_000])
    return _parquet(pa.table({"id": column, "a": column, "b": column}), compression="zstd")


@_file("parquet: a dictionary of a long word as the id of every row")
def _():
    rows = 60_000
    column = pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), ["w" * 19_000])
    return _parquet(pa.table({"id": column, "v": np.arange(rows)}), compression="zstd")


@_file("parquet: 100,000 columns")
def _():
    return _parquet(pa.table({f"c{i}": [1, 2] for i in range(100_000)}))


@_file("parquet: a constant of 100 million rows")
def _():
    return _parquet(pa.table({"v": pa.array(np.zeros(100_000_000, np.int8))}), compression="zstd")


@_file("parquet: 50 constants of two million rows")
def _():
    same = pa.array(np.zeros(2_000_000, np.int8))
    return _parquet(pa.table({f"c{i}": same for i in range(50)}), compression="zstd")


@_file("parquet: 50 million empty lists")
def _():
    lists = pa.ListArray.from_arrays(np.zeros(50_000_001, np.int32), pa.array([], pa.float64()))
    return _parquet(pa.table({"v": lists}), compression="zstd")


@_file("parquet: lists in lists, 200 deep")
def _():
    kind = pa.float64()
    value: object = 1.0
    for _ in range(200):
        kind, value = pa.list_(kind), [value]
    return _parquet(pa.table({"v": pa.array([value], kind)}))


@_file("parquet: a footer that says it is 2 GB long")
def _():
    good = _parquet(pa.table({"v": [1, 2]}))
    return good[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1"


@_file("parquet: a name of 20 MB")
def _():
    return _parquet(pa.table({"c" * 20_000_000: [1, 2]}))


@_file("parquet: random bytes inside")
def _():
    rng = np.random.default_rng(1)
    content = bytearray(_parquet(pa.table({"id": ["a", "b"] * 5_000, "v": np.arange(10_000.0)})))
    for place in rng.integers(4, len(content) - 8, 200):
        content[place] = rng.integers(0, 256)
    return bytes(content)


# gzip


@_file("gzip: a million empty members")
def _():
    return gzip.compress(b"") * 1_000_000 + gzip.compress(b"1\n2\n")


@_file("gzip: a million members of a line each")
def _():
    return gzip.compress(b"1\n") * 1_000_000


@_file("gzip: a gigabyte of zeros")
def _():
    packer = zlib.compressobj(9, wbits=31)
    block = b"0" * 2**20
    return b"".join([*(packer.compress(block) for _ in range(1024)), packer.flush()])


@_file("gzip: in gzip in gzip in gzip")
def _():
    content = b"1," * 5_000_000
    for _ in range(4):
        content = gzip.compress(content)
    return content


# ZIP


def _lying(how: int, pack: Callable[[bytes], bytes], size: int) -> bytes:
    """A ZIP with a member that says it holds ten bytes and holds many more."""
    packed = pack(b"0" * size)
    out = io.BytesIO()
    name, crc, says = b"a.csv", zlib.crc32(b"0" * 10), 10
    head = struct.pack("<HHHHHIIIHH", 20, 0, how, 0, 0, crc, len(packed), says, len(name), 0)
    out.write(b"PK\x03\x04" + head + name + packed)
    begin = out.tell()
    out.write(b"PK\x01\x02" + struct.pack("<H", 20) + head[:-2])
    out.write(struct.pack("<HHHHHII", 0, 0, 0, 0, 0, 0, 0)[2:] + name)
    size = out.tell() - begin
    out.write(b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, size, begin, 0))
    return out.getvalue()


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(content) + packer.flush()


def _lzma_member(content: bytes) -> bytes:
    packer = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1}])
    props = struct.pack("<BBHBI", 9, 20, 5, 0x5D, 1 << 23)
    return props + packer.compress(content) + packer.flush()


@_file("zip: a deflated file of 2 GB that says ten bytes")
def _():
    return _lying(8, _deflated, 2_000_000_000)


@_file("zip: a bzip2 file of 2 GB that says ten bytes")
def _():
    return _lying(12, lambda content: bz2.compress(content, 9), 2_000_000_000)


@_file("zip: an lzma file of 1 GB that says ten bytes")
def _():
    return _lying(14, _lzma_member, 1_000_000_000)


@_file("zip: 100,000 files, and one that names no other")
def _():
    members = {f"a{i}.csv": b"v\n1\n" for i in range(99_000)}
    return _zip(members | {"zz.csv": b"file,y\n" + b"nobody,1\n" * 1_000_000}, zipfile.ZIP_DEFLATED)


@_file("zip: 100,000 files with a mistake each")
def _():
    return _zip({f"a{i}.csv": b"v\n1\nx\n" for i in range(100_000)})


@_file("zip: 100,000 files in the .ts format")
def _():
    return _zip({f"a{i}_TRAIN.ts": b"@data\n1,2:3,4\n" for i in range(100_000)})


@_file("zip: 200,000 empty files")
def _():
    return _zip({f"a{i}.csv": b"" for i in range(200_000)}, zipfile.ZIP_STORED)


@_file("zip: files that lie over each other")
def _():
    content = _zip({f"a{i}.csv": b"1," * 50_000 for i in range(200)})
    archive = zipfile.ZipFile(io.BytesIO(content))
    first = archive.infolist()[0].header_offset
    out = bytearray(content)
    where = 0
    while (where := content.find(b"PK\x01\x02", where)) >= 0:
        out[where + 42 : where + 46] = struct.pack("<I", first)
        where += 4
    return bytes(out)


@_file("zip: in a zip in a zip")
def _():
    content = _zip({"a.csv": b"0" * 100_000_000})
    for _ in range(3):
        content = _zip({"a.zip": content})
    return content


@_file("zip: a Parquet bomb inside")
def _():
    return _zip({"a.parquet": FILES["parquet: three dictionaries of one long word"]()})


@_file("zip: a gzip of a million members inside")
def _():
    return _zip({"a.csv.gz": FILES["gzip: a million empty members"]()})


@_file("zip: names of 5,000 digits")
def _():
    return _zip({"a" + "1" * 5_000 + ".csv": b"v\n1\n", "b2.csv": b"v\n1\n"})


@_file("gzip: 18,000 ids of 10,000 characters")
def _():
    return gzip.compress(b"id,v\n" + b"".join(_long_word(i) + b",1\n" for i in range(18_000)))


@_file("gzip: 9,000 labels of 10,000 characters")
def _():
    rows = (b"%d,1,%s\n" % (i, _long_word(i)) for i in range(9_000))
    return gzip.compress(b"id,v,target\n" + b"".join(rows))


@_file("gzip: 19,000 names of 9,000 characters")
def _():
    names = b",".join(_long_word(i)[:9_000] for i in range(19_000))
    return gzip.compress(names + b"\n" + b"1," * 18_999 + b"1\n")


def _long_word(number: int) -> bytes:
    """Make a word of 10,000 characters that packs to a fortieth: more is refused unread."""
    return (b"w%d_" % number + np.random.default_rng(number).bytes(150).hex().encode()).ljust(
        10_000, b"n"
    )
