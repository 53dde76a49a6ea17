"""Return of freed memory to the operating system."""

from __future__ import annotations

import ctypes
import os

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # glibc's malloc.h
MAPPED_BYTES = 2**20


def configure_allocator() -> None:
    """Map each large array separately, so that its memory is returned when freed.

    Only glibc has the call. By default it comes to carve arrays of up to 32 MB from larger blocks,
    one per thread, and keeps those: six files of 46 MB, opened one after the other by visitors who
    left, kept 270 MB of the server (measured).
    """
    option = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if option is not None:
        option(M_MMAP_THRESHOLD, MAPPED_BYTES)
        option(M_ARENA_MAX, 2)
