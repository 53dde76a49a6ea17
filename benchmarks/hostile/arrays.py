"""Hostile NumPy arrays: absurd shapes, types and names."""

from __future__ import annotations

import io

import numpy as np

from benchmarks.hostile.registry import register


@register("npy: a shape of 8 exabytes")
def _():
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000000000)}"
    return b"\x93NUMPY\x01\x00\x76\x00" + header.ljust(117) + b"\n" + bytes(64)


@register("npz: a bomb of zeros")
def _():
    out = io.BytesIO()
    np.savez_compressed(out, x=np.zeros((1, 60_000_000)))
    return out.getvalue()
