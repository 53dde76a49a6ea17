"""Hostile text: CSV, lists and ``.ts`` that take long to parse."""

from __future__ import annotations

import numpy as np

from benchmarks.hostile.registry import register


@register("csv: a header of one name of 30 MB of digits")
def _():
    return b"9" * 30_000_000 + b"\n1\n2\n"


@register("csv: 20,000 names of 1,500 digits")
def _():
    return (
        b",".join(b"%d" % i + b"7" * 1_500 for i in range(20_000)) + b"\n" + b"1," * 19_999 + b"1\n"
    )


@register("csv: cells between spaces, and rows of spaces behind them")
def _():
    return b"a b c d\n" + (b"1 2 3" + b" " * 4_000 + b"x\n") * 3_000


@register("csv: a long line of ASCII in Latin-1")
def _():
    return b"id,v\na,1\n" + b"b" * 2_000_000 + b",1\n\xe9t\xe9,2\n"


@register("csv: words of a category of 11,000 characters")
def _():
    words = [b"%03d" % i + b"w" * 11_000 for i in range(40)]
    rows = [b"%d,%d,%s,1" % (i // 8, i % 8, words[i % 40]) for i in range(320)]
    return b"id,time,word,v\n" + b"\n".join(rows)


@register("csv: a million named columns")
def _():
    names = b",".join(b"c%d" % i for i in range(1_000_000))
    return names + b"\n" + b"1," * 999_999 + b"1\n"


@register("csv: 20,000 columns of words")
def _():
    row = b",".join(b"w%d" % i for i in range(20_000)) + b"\n"
    return b",".join(b"name%d" % i for i in range(20_000)) + b"\n" + row * 50


@register("csv: one cell of 50 MB of letters")
def _():
    return b"id,v\na," + b"a" * 50_000_000 + b"\n"


@register("csv: one cell of 30 MB of spaces and brackets")
def _():
    return b'id,v\na,"(' + b"( 1 " * 8_000_000 + b'"\n'


@register("csv: 20 MB of quotes")
def _():
    return b"id,v\n" + b'"' * 20_000_000 + b"\n"


@register("csv: a quote that is never closed")
def _():
    return b'id,v\na,"1\n' + b"a,1\n" * 5_000_000


@register("csv: 20 MB of spaces between two numbers")
def _():
    return b"id,v\na,1" + b" ; " * 7_000_000 + b"x\nb,2\n"


@register("csv: five million comment lines")
def _():
    return b"#\n" * 5_000_000 + b"1\n2\n"


@register("csv: a line of 20 MB without end")
def _():
    return b"1," * 10_000_000


@register("csv: ragged lines with a mistake in another cell each")
def _():
    lines = []
    for i in range(3_000):
        cells = [b"1"] * (i + 2)
        cells[-1] = b"x"
        lines.append(b",".join(cells))
    return b"1\n" + b"\n".join(lines) + b"\n"


@register("csv: two million cells that are no numbers")
def _():
    return b"id,t,v\n" + b"a,1,2\n" + b"".join(b"a,%d,x%d\n" % (i, i % 7) for i in range(2_000_000))


@register("csv: mistakes that are a megabyte each")
def _():
    invalid = b"x" * 1_000_000
    return b"id,t,v\na,0,1\n" + b"".join(b"a,%d,%b\n" % (i, invalid) for i in range(1, 60))


@register("csv: a gap before every tenth of a million steps")
def _():
    times = np.cumsum(np.where(np.arange(1_000_000) % 11 == 0, 5, 1))
    return b"id,t,v\n" + b"".join(b"a,%d,1\n" % t for t in times.tolist())


@register("csv: a million steps at the same time")
def _():
    return b"id,t,v\n" + b"a,1,2\n" * 1_000_000


@register("csv: columns of words that become thousands of features")
def _():
    rng = np.random.default_rng(0)
    words = rng.integers(0, 20, (200_000, 60))
    names = ",".join(f"w{i}" for i in range(60))
    rows = ("a," + ",".join(f"x{w}" for w in row) for row in words.tolist())
    return ("id," + names + "\n" + "\n".join(rows) + "\n").encode()


@register("csv: dates that no fast parser knows")
def _():
    return b"id,time,v\n" + b"".join(
        b"a,%d-W%02d-%d,1\n" % (1970 + i % 50, 1 + i % 50, 1 + i % 7) for i in range(1_000_000)
    )


@register("csv: ids of 20 kB")
def _():
    return b"id,v\n" + b"".join(b"%d" % i + b"n" * 20_000 + b",1\n" for i in range(2_000))


@register("csv: 50 MB of zeros in bytes")
def _():
    return b"id,v\n" + b"\0" * 50_000_000


@register("csv: 40 MB in UTF-16 that is half a character")
def _():
    return b"\xff\xfe" + b"\x00\xd8" * 20_000_000


@register("csv: 40 MB in UTF-32")
def _():
    return ("id,v\n" + "a,1\n" * 2_500_000).encode("utf-32")


@register("csv: 20 MB that are not valid Chinese")
def _():
    return b"id,v\na," + b"\xb0\xa1\xff" * 7_000_000 + b"\n"


@register("csv: a list of five million numbers in a cell, and a stray bracket")
def _():
    return b'id,v\na,"[' + b"1," * 5_000_000 + b'1]]"\nb,"[1]"\n'


@register("lists: 20 million opening brackets")
def _():
    return b"[" * 20_000_000


@register("lists: nested a million deep")
def _():
    return b"[" * 1_000_000 + b"1" + b"]" * 1_000_000


@register("lists: two million lists with words between")
def _():
    return b"[[1]" + b",[1]" * 2_000_000 + b"x]"


TS = b"@problemName x\n@classLabel true a b\n@data\n"


@register("ts: 100,000 dimensions")
def _():
    return TS + b"1,2:" * 100_000 + b"a\n"


@register("ts: 8 MB of dimensions in two lines")
def _():
    return TS + (b"1:" * 2_000_000 + b"a\n") * 2


@register("ts: 8 MB of commas")
def _():
    return TS + b"," * 8_000_000 + b":a\n"


@register("ts: a million tags")
def _():
    return b"".join(b"@t%d x\n" % i for i in range(1_000_000)) + b"@data\n1:a\n"


@register("ts: a million lines, each of another number of dimensions")
def _():
    return TS + b"".join(b"1:" * (1 + i % 5) + b"a\n" for i in range(1_000_000))
