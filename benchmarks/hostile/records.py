"""Hostile JSON and ARFF: deep nesting, many names and long numbers."""

from __future__ import annotations

from benchmarks.hostile.registry import register

COLUMNS = 1_000_000


@register("json: objects in objects, a million deep")
def _():
    return b'[{"a": ' + b'{"a": ' * 1_000_000 + b"1" + b"}" * 1_000_000 + b"}]"


@register("json: objects in objects, 900 deep")
def _():
    return b'[{"a": ' + b'{"a": ' * 900 + b"1" + b"}" * 900 + b"}]"


@register("json: lists in lists, 100,000 deep")
def _():
    return b'[{"a": ' + b"[" * 100_000 + b"1" + b"]" * 100_000 + b"}]"


@register("json: lists in lists, 400 deep")
def _():
    return b'[{"a": ' + b"[" * 400 + b"1" + b"]" * 400 + b"}]"


@register("json: another name in each of 200,000 objects")
def _():
    return b"".join(b'{"c%d": 1}\n' % i for i in range(200_000))


@register("json: a million names in an object")
def _():
    return b"[{" + b",".join(b'"c%d":1' % i for i in range(COLUMNS)) + b"}]"


@register("json: 300,000 names in an object, and the last of them twice")
def _():
    names = [*range(300_000), 299_999]
    return b"[{" + b",".join(b'"c%d":1' % i for i in names) + b"}]"


@register("json: a number of a million digits")
def _():
    return b'[{"v": ' + b"9" * 1_000_000 + b"}]"


@register("json: a decimal of a million digits, and an exponent of a million digits")
def _():
    return b'[{"v": 0.' + b"9" * 1_000_000 + b"}, {" + b'"v": 1e' + b"9" * 1_000_000 + b"}]"


@register("json: numbers of 4,000 digits in a list")
def _():
    return b'[{"v": [' + b",".join([b"9" * 4_000] * 1_000) + b"]}]"


@register("json: NaN and Infinity")
def _():
    return b'[{"v": NaN}, {"v": Infinity}, {"v": -Infinity}]'


@register("json: half of a character in names and values")
def _():
    return b'[{"\\ud800": "\\udfff", "v": 1}, {"\\ud800": "a", "v": 2}]'


@register("json: half of a character in lists")
def _():
    return b'[{"v": ["\\ud800"]}, {"v": ["a"]}]'


@register("json: a million empty objects")
def _():
    return b"[" + b"{}," * 1_000_000 + b"{}]"


@register("json: a list of a million objects in a row")
def _():
    return b'[{"s": [' + b'{"x":1},' * 1_000_000 + b'{"x":1}]}]'


@register("json: lists that are sometimes text, objects and numbers")
def _():
    return b'[{"v": [1, "a", {"b": [2]}, [3]]}, {"v": 1}, {"v": null}, {"v": {"a": 1}}]'


@register("json: 20 MB of escapes without an end")
def _():
    return b'[{"v": "' + b"\\u0041" * 3_500_000


ARFF = b"@relation x\n"


@register("arff: a million attributes")
def _():
    attributes = b"".join(b"@attribute a%d numeric\n" % i for i in range(COLUMNS))
    return ARFF + attributes + b"@data\n" + b"1," * (COLUMNS - 1) + b"1\n"


@register("arff: 10 MB of spaces in an attribute")
def _():
    return ARFF + b"@attribute" + b" " * 10_000_000 + b"a\n@data\n1\n"


@register("arff: a quote that is never closed")
def _():
    return ARFF + b"@attribute a numeric\n@data\n" + b"'" + b"1," * 5_000_000 + b"\n"


@register("arff: relations in relations, 100,000 deep")
def _():
    return ARFF + b"@attribute a relational\n" * 100_000 + b"@data\n'1',a\n"


@register("arff: a series of a million features")
def _():
    return ARFF + b"@attribute a relational\n@end a\n@data\n'" + b"1\\n" * 1_000_000 + b"1'\n"


@register("arff: a million rows of another width each")
def _():
    rows = b"".join(b"1," * (i % 7) + b"1\n" for i in range(1_000_000))
    return ARFF + b"@attribute a numeric\n@attribute b numeric\n@data\n" + rows


@register("arff: a class of a million names")
def _():
    names = b",".join(b"n%d" % i for i in range(1_000_000))
    return ARFF + b"@attribute a numeric\n@attribute class {" + names + b"}\n@data\n1,n1\n2,n2\n"
