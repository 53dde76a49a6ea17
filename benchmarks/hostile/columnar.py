"""Hostile Parquet and Arrow files: false headers and repeated values."""

from __future__ import annotations

import io
import struct

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

from benchmarks.hostile.registry import register, write_parquet


@register("parquet: three dictionaries of one long word")
def _():
    rows = 100_000
    column = pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), ["w" * 19_000])
    return write_parquet(pa.table({"id": column, "a": column, "b": column}), compression="zstd")


@register("parquet: a dictionary of a long word as the id of every row")
def _():
    rows = 60_000
    column = pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), ["w" * 19_000])
    return write_parquet(pa.table({"id": column, "v": np.arange(rows)}), compression="zstd")


@register("parquet: 100,000 columns")
def _():
    return write_parquet(pa.table({f"c{i}": [1, 2] for i in range(100_000)}))


@register("parquet: a constant of 100 million rows")
def _():
    return write_parquet(
        pa.table({"v": pa.array(np.zeros(100_000_000, np.int8))}), compression="zstd"
    )


@register("parquet: 50 constants of two million rows")
def _():
    column = pa.array(np.zeros(2_000_000, np.int8))
    return write_parquet(pa.table({f"c{i}": column for i in range(50)}), compression="zstd")


@register("parquet: 50 million empty lists")
def _():
    lists = pa.ListArray.from_arrays(np.zeros(50_000_001, np.int32), pa.array([], pa.float64()))
    return write_parquet(pa.table({"v": lists}), compression="zstd")


@register("parquet: lists in lists, 200 deep")
def _():
    arrow_type = pa.float64()
    value: object = 1.0
    for _ in range(200):
        arrow_type, value = pa.list_(arrow_type), [value]
    return write_parquet(pa.table({"v": pa.array([value], arrow_type)}))


@register("parquet: a footer that says it is 2 GB long")
def _():
    valid = write_parquet(pa.table({"v": [1, 2]}))
    return valid[:-8] + struct.pack("<I", 2**31 - 1) + b"PAR1"


@register("parquet: a name of 20 MB")
def _():
    return write_parquet(pa.table({"c" * 20_000_000: [1, 2]}))


@register("parquet: random bytes inside")
def _():
    rng = np.random.default_rng(1)
    content = bytearray(
        write_parquet(pa.table({"id": ["a", "b"] * 5_000, "v": np.arange(10_000.0)}))
    )
    for position in rng.integers(4, len(content) - 8, 200):
        content[position] = rng.integers(0, 256)
    return bytes(content)


@register("arrow: a buffer that says it unpacks to an exabyte")
def _():
    column, out = pa.array(np.zeros(1_000_000)), io.BytesIO()
    table, options = pa.table({"v": column}), pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(out, table.schema, options=options) as writer:
        writer.write_table(table)
    return out.getvalue().replace(struct.pack("<q", 8_000_000), struct.pack("<q", 2**60))
