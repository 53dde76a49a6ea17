"""Small valid files of every binary and nested format, and mistakes inside them.

A ZIP notices most mistakes by its checksums, so its members are changed and packed again.
"""

import io
import json
import zipfile

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.ipc
from hypothesis import strategies as st

from tests.support.files import LISTS, TS, build_parquet, make_zip

SPICE = [
    *(b"\0", b"\n", b'"', b"'", b",", b";", b"[", b"]", b"{", b"}", b"@", b"?", b":", b" ", b"-"),
    *(b"<", b">", b"&", b"<c/>", b"<row/>", b"1048576", b"XFD", b"\\ud800", b"NaN", b"1e400"),
    *(b"'O'", b"'<U1'", b"(2,)", b"\xff" * 4, b"\xff\xff\xff\x7f", b"9" * 40, b"null", b"true"),
]


def save(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def save_arrow(table: pa.Table, open_writer=pa.ipc.new_file, compression=None) -> bytes:
    out = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with open_writer(out, table.schema, options=options) as writer:
        writer.write_table(table)
    return out.getvalue()


def build_workbook() -> bytes:
    out, workbook = io.BytesIO(), openpyxl.Workbook()
    rows = [("id", "t", "v", "share"), *((f"s{i // 3}", i % 3, i / 2, f"{i}%") for i in range(9))]
    for row in rows:
        workbook.active.append(row)
    workbook.create_sheet("other").append([1, "=A1"])
    workbook.save(out)
    return out.getvalue()


TABLE = pa.table({"id": [*"aabb"], "t": [0, 1, 0, 1], "v": [1.5, 2, 3, None], "ok": [True] * 4})
WORDS = pa.table({"id": pa.array([*"aabb"]).dictionary_encode(), "v": [1, 2, 3, 4]})
NESTED = [
    {"id": "a", "v": [1, 2, 3], "at": {"x": 1.5, "y": "z"}, "y": 1},
    {"id": "b", "v": [1], "at": {"x": 2, "y": None}, "y": 2},
]
FILES = {
    "json": [
        json.dumps(NESTED).encode(),
        b'{"id":"a","t":0,"v":1.5}\n{"id":"a","t":1,"v":NaN}\n\n{"id":"b","t":0,"v":-Infinity}\n',
        b'[{"s": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}, {"s": [{"x": 1, "y": 2}]}]',
    ],
    "arff": [
        b"@relation x\n@attribute id {a,b}\n@attribute 'v 1' numeric\n@attribute class {u,v}\n"
        b"@data\na,1,u\na,?,u\nb,1,v\nb,'3',v\n",
        b"@relation x\n@attribute s relational\n@attribute a numeric\n@end s\n"
        b"@attribute class {u,v}\n@data\n'1,2\\n3,4',u\n\"5,6\\n7,8\",v\n",
    ],
    "ts": [TS.encode()],
    "delimited": [b"sep=;\nid;t;v\na;0;1,5\na;1;1.000,5\nb;0;3\n", b"sep=|\r1|2\r3|4|5\r"],
    "npy": [
        save(np.arange(12.0).reshape(2, 3, 2)),
        save(np.asfortranarray(np.arange(6).reshape(2, 3))),
        save(np.array([[1, 2.5, np.nan]], ">f4")),
        save(np.array(["a", "bc"])),
    ],
    "arrow": [
        save_arrow(TABLE),
        save_arrow(WORDS, pa.ipc.new_stream),
        save_arrow(pa.table({"v": LISTS}), compression="zstd"),
    ],
}
ZIPS = {
    "xlsx": [build_workbook()],
    "npz": [
        make_zip({"x.npy": save(np.ones((2, 3))), "y.npy": save(np.array(["a", "b"]))}),
        make_zip({"values.npy": save(np.arange(5.0)), "lengths.npy": save(np.array([2, 3]))}),
        make_zip({"x_train.npy": save(np.ones((2, 3))), "x_test.npy": save(np.ones((1, 3)))}),
    ],
}
PARQUETS = [build_parquet(id=list("abc"), value=LISTS, target=[2, 4, 6])]

_edits = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 8) | st.just(10**9),  # the rest: a truncated file
        st.sampled_from(SPICE) | st.binary(max_size=8),
    ),
    min_size=1,
    max_size=5,
)


def mutate(data: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """Take bytes out at each place, and put others in."""
    for place, taken, put in edits:
        where = int(place * len(data))
        data = data[:where] + put + data[where + taken :]
    return data


def _mutate_member(data: bytes, member: int, edits: list[tuple[float, int, bytes]]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    name = [*contents][member % len(contents)]
    return make_zip(contents | {name: mutate(contents[name], edits)})


def hostile_files(name: str) -> st.SearchStrategy[bytes]:
    """Files of a format with mistakes in them."""
    if name in ZIPS:
        files = st.sampled_from(ZIPS[name])
        changed = st.builds(_mutate_member, files, st.integers(0, 20), _edits)
        return changed | st.builds(mutate, files, _edits)
    return st.builds(mutate, st.sampled_from(FILES[name]), _edits)


FORMATS = (*FILES, *ZIPS)
