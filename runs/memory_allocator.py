"""Settings of the C library's memory allocator: return freed memory, or keep it.

Only glibc has the call; elsewhere nothing changes.
"""

from __future__ import annotations

import ctypes
import os

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # glibc's malloc.h
MAPPED_BYTES = 2**20


def return_freed_memory() -> None:
    """Map each large array separately, so that its memory is returned when freed: for the server.

    By default glibc comes to carve arrays of up to 32 MB from larger blocks, one per thread, and
    keeps those: six files of 46 MB, opened one after the other by visitors who left, kept 270 MB of
    the server (measured).
    """
    _set_options({M_MMAP_THRESHOLD: MAPPED_BYTES, M_ARENA_MAX: 2})


def keep_freed_memory() -> None:
    """Keep freed memory for the next batch: for a worker.

    By default glibc returns arrays of some hundred kilobytes to the system at once, and Dask asks
    it to return even more. Getting the pages again takes a fifth of the training time.
    """
    # For the second, the most it takes.
    _set_options({M_TRIM_THRESHOLD: 2**31 - 1, M_MMAP_THRESHOLD: 2**25})


def _set_options(options: dict[int, int]) -> None:
    set_option = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if set_option is not None:
        for option, value in options.items():
            set_option(option, value)
