"""Hostile JSON and ARFF: deep nesting, many names and long numbers."""

from __future__ import annotations

from benchmarks.hostile.registry import register


@register("json: objects in objects, a million deep")
def _():
    return b'[{"a": ' + b'{"a": ' * 1_000_000 + b"1" + b"}" * 1_000_000 + b"}]"


@register("json: another name in each of 200,000 objects")
def _():
    return b"".join(b'{"c%d": 1}\n' % i for i in range(200_000))
