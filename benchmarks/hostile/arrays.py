"""Hostile NumPy arrays: absurd shapes, types, headers and names."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile

import numpy as np

from benchmarks.hostile.registry import register, write_zip

MAGIC = b"\x93NUMPY"


def build_npy(
    shape: str = "(2, 3)",
    descr: str = "'<f8'",
    order: str = "False",
    content: bytes = bytes(48),
    header: bytes | None = None,
) -> bytes:
    """Return a ``.npy`` file with a header that need not be true."""
    if header is None:
        header = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}}}\n".encode()
    return MAGIC + b"\x02\0" + struct.pack("<I", len(header)) + header + content


HEADERS = {
    "a shape of 8 exabytes": {"shape": "(1000000000, 1000000000)"},
    "a shape whose size overflows 64 bits": {"shape": "(4294967296, 4294967296, 1)"},
    "a negative shape": {"shape": "(-2, -3)"},
    "a shape of 1,000 axes": {"shape": "(" + "1, " * 1_000 + "6)"},
    "a shape of a number of 4,000 digits": {"shape": "(" + "9" * 4_000 + ",)"},
    "a shape of booleans": {"shape": "(True, False)"},
    "a shape of no axes": {"shape": "()", "content": bytes(8)},
    "an empty axis and an enormous one": {"shape": "(0, 9223372036854775807)", "content": b""},
    "objects": {"descr": "'|O'"},
    "objects in records": {"descr": "[('a', '|O')]"},
    "a type in a type": {"descr": "'(1000000,1000000)<f8'"},
    "records nested 200 deep": {"descr": "[('a', " * 200 + "'<f8'" + ")]" * 200},
    "text that is no Unicode": {"shape": "(2,)", "descr": "'<U6'", "content": b"\xff" * 48},
    "text of 2 GB a cell": {"shape": "(1,)", "descr": "'<U536870911'"},
    "dates": {"descr": "'<M8[ns]'"},
    "complex numbers": {"shape": "(3,)", "descr": "'<c16'"},
    "Fortran order, big-endian": {"descr": "'>f8'", "order": "True", "content": b"\xff" * 48},
    "a header of brackets": {"header": b"(" * 9_000},
    "a header of minus signs": {"header": b"-" * 9_999 + b"1"},
    "a header that is open": {"header": b"{'descr': '<f8', 'shape': ("},
    "a header of Python 2": {
        "header": b"{'descr': '<f8', 'fortran_order': False, 'shape': (2L, 3L)}\n"
    },
    "a header with a key too many": {
        "header": b"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), 'x': 1}\n"
    },
    "a header of 50 MB": {"header": b"{" + b" " * 50_000_000 + b"}"},
    "a header that is code": {"header": b"__import__('os').system('true')\n"},
}
for _name, _options in HEADERS.items():
    register(f"npy: {_name}")(lambda options=_options: build_npy(**options))


@register("npy: a header that is longer than the file")
def _():
    return MAGIC + b"\x02\0" + b"\xff" * 4 + b"{}"


@register("npy: a version that does not exist")
def _():
    return MAGIC + b"\x09\x09" + bytes(100)


def _save(**arrays: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


@register("npz: a bomb of zeros")
def _():
    return _save(x=np.zeros((1, 60_000_000)))


@register("npz: two arrays of one name")
def _():
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")
        for _ in range(2):
            archive.writestr("x.npy", build_npy())
    return out.getvalue()


@register("npz: 100,000 arrays")
def _():
    return write_zip({f"a{i}.npy": build_npy() for i in range(100_000)}, zipfile.ZIP_STORED)


@register("npz: lengths whose sum overflows")
def _():
    return _save(x=np.zeros((3, 1)), lengths=np.array([2**62, 2**62, 2**63 - 1], np.uint64))


@register("npz: negative lengths of a padded array")
def _():
    return _save(x=np.zeros((3, 2)), lengths=np.array([-1, 2, 3]))


@register("npz: a mask of another shape")
def _():
    return _save(x=np.zeros((3, 2)), mask=np.zeros((7, 7, 7)))


@register("npz: a mask of text")
def _():
    return _save(x=np.zeros((3, 2)), mask=np.array([["a", "b"]] * 3))


@register("npz: objects among numbers")
def _():
    return write_zip({"x.npy": build_npy(), "y.npy": build_npy("(2,)", "'|O'", content=bytes(16))})


@register("npz: 20,001 features")
def _():
    return _save(x=np.zeros((2, 2, 20_001)))
