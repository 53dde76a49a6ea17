"""Limits of memory and time for a process that reads a file.

The operating system enforces them where it can, and the server watches them everywhere.
"""

from __future__ import annotations

import contextlib
import sys

import psutil
from distributed.system import MEMORY_LIMIT

from core.i18n import N_

if sys.platform != "win32":
    import resource

MAX_BYTES = 2**31  # over a pipe at once: a file, or its result
# Reading 200 MB of CSV takes up to 2.2 GB (measured).
MAX_MEMORY = int(min(3e9, MEMORY_LIMIT / 2))
# Reading 200 MB takes 2 to 6 s of CPU time, 20,000 columns 5 s, a small file milliseconds
# (measured); another machine may take several times as long.
BASE_SECONDS, SECONDS_PER_MB = 10.0, 0.4
# gzip, ZIP (also xlsx and npz), Parquet, Arrow, as the store keeps text
PACKED = (b"\x1f\x8b", b"PK", b"PAR1", b"ARROW1", b"\x78\x01")
PACKED_TIMES = 4  # a compressed file holds this many times as much as others of its size
WAITING_TIMES = 3  # wall-clock time per CPU time: other processes need the processors too

OUT_OF_MEMORY = N_(
    "Reading needs more memory than the limit for a file. Remove columns or rows, or split "
    "the file."
)


def get_max_seconds(content: bytes) -> float:
    """Return the seconds of CPU time that a file may take."""
    times = PACKED_TIMES if content.startswith(PACKED) else 1
    return BASE_SECONDS + SECONDS_PER_MB * times * len(content) / 1e6


def limit_memory() -> None:
    """Limit the memory of this process, beyond what it has mapped already.

    The system limits mapped memory, which may be twice the memory in use: Arrow's allocator keeps
    addresses of memory that it has released.
    """
    if sys.platform != "win32":
        max_bytes = psutil.Process().memory_info().vms + 2 * MAX_MEMORY
        with contextlib.suppress(ValueError, OSError):  # macOS does not support this limit
            resource.setrlimit(resource.RLIMIT_AS, (max_bytes, max_bytes))


def limit_seconds(seconds: int) -> None:
    """End this process when it has used this many seconds of CPU time in total."""
    if sys.platform != "win32":
        resource.setrlimit(
            resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1])
        )
