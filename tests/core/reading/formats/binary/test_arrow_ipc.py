"""Arrow and Feather files are read like Parquet."""

import io

import pyarrow as pa
import pyarrow.feather
import pytest

from core import DataError, Sequences, read_sequences
from core.reading import open_table

THREE = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6], ids=["a", "b", "c"])
LISTS = pa.table(
    {"id": list("abc"), "value": [[1.0], [2, 5], [3, 9, 9, 4, 8]], "target": [2, 4, 6]}
)


def write(table, open_writer=pa.ipc.new_file, **options):
    out = io.BytesIO()
    with open_writer(out, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return out.getvalue()


def write_feather(table, **options):
    out = io.BytesIO()
    pyarrow.feather.write_feather(table, out, **options)
    return out.getvalue()


def catch_message(data, **options):
    with pytest.raises(DataError) as caught:
        open_table(io.BytesIO(data), **options)
    return str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        write(LISTS),
        write(LISTS, pa.ipc.new_stream),
        write(LISTS, compression="zstd"),
        write_feather(LISTS),
        write_feather(LISTS, compression="lz4"),
    ],
    ids=["file", "stream", "zstd", "feather", "lz4"],
)
def test_the_reference_example_is_read(data):
    assert read_sequences(io.BytesIO(data)) == THREE


@pytest.mark.parametrize("data", [write(LISTS), write(LISTS, pa.ipc.new_stream)])
def test_a_truncated_file_is_refused(data):
    for size in (8, 100, len(data) // 2):
        assert "The Arrow file is damaged" in catch_message(data[:size])


@pytest.mark.slow
def test_a_bomb_is_refused():
    bomb = write(pa.table({"x": pa.nulls(0).cast(pa.float64()).fill_null(0)}))
    assert catch_message(bomb) == "The input is empty. Give at least one line of numbers."
    zeros = pa.table({"x": pa.array([0.0]).take(pa.array([0] * 26_000_000))})
    assert "Unpacked" in catch_message(write(zeros, compression="zstd"))


def test_other_kinds_and_many_rows_are_refused():
    assert "contains binary" in catch_message(write(pa.table({"x": [b"1"]})))
    table = pa.table({"x": range(1000)})
    assert "steps" in catch_message(write(table), max_steps=100)
    assert "version 1" in catch_message(b"FEA1" + bytes(100))
