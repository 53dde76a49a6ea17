"""Hostile files: files that expand, take quadratic time to parse, or have false headers.

Each file is created when it is needed.
"""

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
import pyarrow.ipc
import pyarrow.parquet

Make = Callable[[], bytes]
FILES: dict[str, Make] = {}


def _register(name: str) -> Callable[[Make], Make]:
    """Register the decorated function as the maker of a file."""

    def register(make: Make) -> Make:
        FILES[name] = make
        return make

    return register


def _write_parquet(table: pa.Table, **options: object) -> bytes:
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, **options)
    return out.getvalue()


def _write_zip(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


# Text that takes long to parse


@_register("csv: a header of one name of 30 MB of digits")
def _():
    return b"9" * 30_000_000 + b"\n1\n2\n"


@_register("csv: 20,000 names of 1,500 digits")
def _():
    return (
        b",".join(b"%d" % i + b"7" * 1_500 for i in range(20_000)) + b"\n" + b"1," * 19_999 + b"1\n"
    )


@_register("csv: cells between spaces, and rows of spaces behind them")
def _():
    return b"a b c d\n" + (b"1 2 3" + b" " * 4_000 + b"x\n") * 3_000


@_register("csv: a long line of ASCII in Latin-1")
def _():
    return b"id,v\na,1\n" + b"b" * 2_000_000 + b",1\n\xe9t\xe9,2\n"


@_register("csv: words of a category of 11,000 characters")
def _():
    words = [b"%03d" % i + b"w" * 11_000 for i in range(40)]
    rows = [b"%d,%d,%s,1" % (i // 8, i % 8, words[i % 40]) for i in range(320)]
    return b"id,time,word,v\n" + b"\n".join(rows)


@_register("csv: a million named columns")
def _():
    names = b",".join(b"c%d" % i for i in range(1_000_000))
    return names + b"\n" + b"1," * 999_999 + b"1\n"


@_register("csv: 20,000 columns of words")
def _():
    row = b",".join(b"w%d" % i for i in range(20_000)) + b"\n"
    return b",".join(b"name%d" % i for i in range(20_000)) + b"\n" + row * 50


@_register("csv: one cell of 50 MB of letters")
def _():
    return b"id,v\na," + b"a" * 50_000_000 + b"\n"


@_register("csv: one cell of 30 MB of spaces and brackets")
def _():
    return b'id,v\na,"(' + b"( 1 " * 8_000_000 + b'"\n'


@_register("csv: 20 MB of quotes")
def _():
    return b"id,v\n" + b'"' * 20_000_000 + b"\n"


@_register("csv: a quote that is never closed")
def _():
    return b'id,v\na,"1\n' + b"a,1\n" * 5_000_000


@_register("csv: 20 MB of spaces between two numbers")
def _():
    return b"id,v\na,1" + b" ; " * 7_000_000 + b"x\nb,2\n"


@_register("csv: five million comment lines")
def _():
    return b"#\n" * 5_000_000 + b"1\n2\n"


@_register("csv: a line of 20 MB without end")
def _():
    return b"1," * 10_000_000


@_register("csv: ragged lines with a mistake in another cell each")
def _():
    lines = []
    for i in range(3_000):
        cells = [b"1"] * (i + 2)
        cells[-1] = b"x"
        lines.append(b",".join(cells))
    return b"1\n" + b"\n".join(lines) + b"\n"


@_register("csv: two million cells that are no numbers")
def _():
    return b"id,t,v\n" + b"a,1,2\n" + b"".join(b"a,%d,x%d\n" % (i, i % 7) for i in range(2_000_000))


@_register("csv: mistakes that are a megabyte each")
def _():
    invalid = b"x" * 1_000_000
    return b"id,t,v\na,0,1\n" + b"".join(b"a,%d,%b\n" % (i, invalid) for i in range(1, 60))


@_register("csv: a gap before every tenth of a million steps")
def _():
    times = np.cumsum(np.where(np.arange(1_000_000) % 11 == 0, 5, 1))
    return b"id,t,v\n" + b"".join(b"a,%d,1\n" % t for t in times.tolist())


@_register("csv: a million steps at the same time")
def _():
    return b"id,t,v\n" + b"a,1,2\n" * 1_000_000


@_register("csv: columns of words that become thousands of features")
def _():
    rng = np.random.default_rng(0)
    words = rng.integers(0, 20, (200_000, 60))
    names = ",".join(f"w{i}" for i in range(60))
    rows = ("a," + ",".join(f"x{w}" for w in row) for row in words.tolist())
    return ("id," + names + "\n" + "\n".join(rows) + "\n").encode()


@_register("csv: dates that no fast parser knows")
def _():
    return b"id,time,v\n" + b"".join(
        b"a,%d-W%02d-%d,1\n" % (1970 + i % 50, 1 + i % 50, 1 + i % 7) for i in range(1_000_000)
    )


@_register("csv: ids of 20 kB")
def _():
    return b"id,v\n" + b"".join(b"%d" % i + b"n" * 20_000 + b",1\n" for i in range(2_000))


@_register("csv: 50 MB of zeros in bytes")
def _():
    return b"id,v\n" + b"\0" * 50_000_000


@_register("csv: 40 MB in UTF-16 that is half a character")
def _():
    return b"\xff\xfe" + b"\x00\xd8" * 20_000_000


@_register("csv: 40 MB in UTF-32")
def _():
    return ("id,v\n" + "a,1\n" * 2_500_000).encode("utf-32")


@_register("csv: 20 MB that are not valid Chinese")
def _():
    return b"id,v\na," + b"\xb0\xa1\xff" * 7_000_000 + b"\n"


@_register("csv: a list of five million numbers in a cell, and a stray bracket")
def _():
    return b'id,v\na,"[' + b"1," * 5_000_000 + b'1]]"\nb,"[1]"\n'


@_register("lists: 20 million opening brackets")
def _():
    return b"[" * 20_000_000


@_register("lists: nested a million deep")
def _():
    return b"[" * 1_000_000 + b"1" + b"]" * 1_000_000


@_register("lists: two million lists with words between")
def _():
    return b"[[1]" + b",[1]" * 2_000_000 + b"x]"


# .ts

TS = b"@problemName x\n@classLabel true a b\n@data\n"


@_register("ts: 100,000 dimensions")
def _():
    return TS + b"1,2:" * 100_000 + b"a\n"


@_register("ts: 8 MB of dimensions in two lines")
def _():
    return TS + (b"1:" * 2_000_000 + b"a\n") * 2


@_register("ts: 8 MB of commas")
def _():
    return TS + b"," * 8_000_000 + b":a\n"


@_register("ts: a million tags")
def _():
    return b"".join(b"@t%d x\n" % i for i in range(1_000_000)) + b"@data\n1:a\n"


@_register("ts: a million lines, each of another number of dimensions")
def _():
    return TS + b"".join(b"1:" * (1 + i % 5) + b"a\n" for i in range(1_000_000))


# Parquet


@_register("parquet: three dictionaries of one long word")
def _():
    rows = 100_000
    column = pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), ["w" * 19_000])
    return _write_parquet(pa.table({"id": column, "a": column, "b": column}), compression="zstd")


@_register("parquet: a dictionary of a long word as the id of every row")
def _():
    rows = 60_000
    column = pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), ["w" * 19_000])
    return _write_parquet(pa.table({"id": column, "v": np.arange(rows)}), compression="zstd")


@_register("parquet: 100,000 columns")
def _():
    return _write_parquet(pa.table({f"c{i}": [1, 2] for i in range(100_000)}))


@_register("parquet: a constant of 100 million rows")
def _():
    return _write_parquet(
        pa.table({"v": pa.array(np.zeros(100_000_000, np.int8))}), compression="zstd"
    )


@_register("parquet: 50 constants of two million rows")
def _():
    column = pa.array(np.zeros(2_000_000, np.int8))
    return _write_parquet(pa.table({f"c{i}": column for i in range(50)}), compression="zstd")


@_register("parquet: 50 million empty lists")
def _():
    lists = pa.ListArray.from_arrays(np.zeros(50_000_001, np.int32), pa.array([], pa.float64()))
    return _write_parquet(pa.table({"v": lists}), compression="zstd")


@_register("parquet: lists in lists, 200 deep")
def _():
    arrow_type = pa.float64()
    value: object = 1.0
    for _ in range(200):
        arrow_type, value = pa.list_(arrow_type), [value]
    return _write_parquet(pa.table({"v": pa.array([value], arrow_type)}))


@_register("parquet: a footer that says it is 2 GB long")
def _():
    valid = _write_parquet(pa.table({"v": [1, 2]}))
    return valid[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1"


@_register("parquet: a name of 20 MB")
def _():
    return _write_parquet(pa.table({"c" * 20_000_000: [1, 2]}))


@_register("parquet: random bytes inside")
def _():
    rng = np.random.default_rng(1)
    content = bytearray(
        _write_parquet(pa.table({"id": ["a", "b"] * 5_000, "v": np.arange(10_000.0)}))
    )
    for position in rng.integers(4, len(content) - 8, 200):
        content[position] = rng.integers(0, 256)
    return bytes(content)


# gzip


@_register("gzip: a million empty members")
def _():
    return gzip.compress(b"") * 1_000_000 + gzip.compress(b"1\n2\n")


@_register("gzip: a million members of a line each")
def _():
    return gzip.compress(b"1\n") * 1_000_000


@_register("gzip: a gigabyte of zeros")
def _():
    compressor = zlib.compressobj(9, wbits=31)
    block = b"0" * 2**20
    return b"".join([*(compressor.compress(block) for _ in range(1024)), compressor.flush()])


@_register("gzip: in gzip in gzip in gzip")
def _():
    content = b"1," * 5_000_000
    for _ in range(4):
        content = gzip.compress(content)
    return content


# ZIP


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


@_register("zip: a deflated file of 2 GB that says ten bytes")
def _():
    return _make_zip_with_false_size(8, _deflate, 2_000_000_000)


@_register("zip: a bzip2 file of 2 GB that says ten bytes")
def _():
    return _make_zip_with_false_size(12, lambda content: bz2.compress(content, 9), 2_000_000_000)


@_register("zip: an lzma file of 1 GB that says ten bytes")
def _():
    return _make_zip_with_false_size(14, _compress_lzma_member, 1_000_000_000)


@_register("zip: 100,000 files, and one that names no other")
def _():
    members = {f"a{i}.csv": b"v\n1\n" for i in range(99_000)}
    return _write_zip(
        members | {"zz.csv": b"file,y\n" + b"nobody,1\n" * 1_000_000}, zipfile.ZIP_DEFLATED
    )


@_register("zip: 100,000 files with a mistake each")
def _():
    return _write_zip({f"a{i}.csv": b"v\n1\nx\n" for i in range(100_000)})


@_register("zip: 100,000 files in the .ts format")
def _():
    return _write_zip({f"a{i}_TRAIN.ts": b"@data\n1,2:3,4\n" for i in range(100_000)})


@_register("zip: 200,000 empty files")
def _():
    return _write_zip({f"a{i}.csv": b"" for i in range(200_000)}, zipfile.ZIP_STORED)


@_register("zip: files that lie over each other")
def _():
    content = _write_zip({f"a{i}.csv": b"1," * 50_000 for i in range(200)})
    archive = zipfile.ZipFile(io.BytesIO(content))
    first = archive.infolist()[0].header_offset
    out = bytearray(content)
    entry = 0
    while (entry := content.find(b"PK\x01\x02", entry)) >= 0:
        out[entry + 42 : entry + 46] = struct.pack("<I", first)
        entry += 4
    return bytes(out)


@_register("zip: in a zip in a zip")
def _():
    content = _write_zip({"a.csv": b"0" * 100_000_000})
    for _ in range(3):
        content = _write_zip({"a.zip": content})
    return content


# Workbooks


def _write_workbook(sheet: bytes, texts: bytes = b"<sst></sst>") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006/relationships"
    return _write_zip(
        {
            "xl/workbook.xml": (
                f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
                '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
            ).encode(),
            "xl/_rels/workbook.xml.rels": (
                f'<Relationships xmlns="{packages}">'
                f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/a.xml"/>'
                f'<Relationship Id="r2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
                "</Relationships>"
            ).encode(),
            "xl/worksheets/a.xml": (
                b"<worksheet><sheetData>" + sheet + b"</sheetData></worksheet>"
            ),
            "xl/sharedStrings.xml": texts,
        }
    )


@_register("xlsx: two cells in opposite corners")
def _():
    return _write_workbook(
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )


@_register("xlsx: two cells in opposite corners, in other quotes and after spaces")
def _():
    return _write_workbook(
        b"<row><c r = 'A1'><v>1</v></c></row><row><c r = 'xfd1048576'><v>1</v></c></row>"
    )


@_register("xlsx: a text of 10 MB in 10,000 cells")
def _():
    cells = b"".join(b'<row><c t="s"><v>0</v></c></row>' for _ in range(10_000))
    text = np.random.default_rng(0).bytes(5_000_000).hex().encode()
    return _write_workbook(cells, b"<sst><si><t>" + text + b"</t></si></sst>")


@_register("xlsx: entities in entities")
def _():
    entities = b"".join(
        b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10 if i else b"lol") for i in range(12)
    )
    return _write_workbook(b"", b"<!DOCTYPE x [" + entities + b"]><sst><si><t>&e11;</t></si></sst>")


# JSON, NumPy arrays and Arrow files


@_register("json: objects in objects, a million deep")
def _():
    return b'[{"a": ' + b'{"a": ' * 1_000_000 + b"1" + b"}" * 1_000_000 + b"}]"


@_register("json: another name in each of 200,000 objects")
def _():
    return b"".join(b'{"c%d": 1}\n' % i for i in range(200_000))


@_register("npy: a shape of 8 exabytes")
def _():
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000000000)}"
    return b"\x93NUMPY\x01\x00\x76\x00" + header.ljust(117) + b"\n" + bytes(64)


@_register("npz: a bomb of zeros")
def _():
    out = io.BytesIO()
    np.savez_compressed(out, x=np.zeros((1, 60_000_000)))
    return out.getvalue()


@_register("arrow: a buffer that says it unpacks to an exabyte")
def _():
    column, out = pa.array(np.zeros(1_000_000)), io.BytesIO()
    table, options = pa.table({"v": column}), pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(out, table.schema, options=options) as writer:
        writer.write_table(table)
    return out.getvalue().replace(struct.pack("<q", 8_000_000), struct.pack("<q", 2**60))


@_register("zip: a Parquet bomb inside")
def _():
    return _write_zip({"a.parquet": FILES["parquet: three dictionaries of one long word"]()})


@_register("zip: a gzip of a million members inside")
def _():
    return _write_zip({"a.csv.gz": FILES["gzip: a million empty members"]()})


@_register("zip: names of 5,000 digits")
def _():
    return _write_zip({"a" + "1" * 5_000 + ".csv": b"v\n1\n", "b2.csv": b"v\n1\n"})


@_register("gzip: 18,000 ids of 10,000 characters")
def _():
    return gzip.compress(b"id,v\n" + b"".join(_make_long_word(i) + b",1\n" for i in range(18_000)))


@_register("gzip: 9,000 labels of 10,000 characters")
def _():
    rows = (b"%d,1,%s\n" % (i, _make_long_word(i)) for i in range(9_000))
    return gzip.compress(b"id,v,target\n" + b"".join(rows))


@_register("gzip: 19,000 names of 9,000 characters")
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
