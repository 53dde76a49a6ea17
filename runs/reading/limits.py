"""What a process that reads a file may take: memory and time, limited by the operating system where
it can, and watched by the server everywhere."""

from __future__ import annotations

import contextlib

import psutil
from distributed.system import MEMORY_LIMIT

from core.i18n import N_

try:
    import resource
except ImportError:  # Windows
    resource = None

MAX_BYTES = 2**31  # that go over a pipe at once: a file, or what came of it
# 200 MB of CSV take 2.2 GB at their peak (measured).
MAX_MEMORY = int(min(3e9, MEMORY_LIMIT / 2))
# 200 MB take a processor 2 to 6 s, 20,000 columns 5 s, a small file milliseconds (measured);
# another machine may take several times as long.
BASE_SECONDS, SECONDS_PER_MB = 10.0, 0.4
PACKED = (b"\x1f\x8b", b"PK", b"PAR1", b"\x78\x01")  # gzip, ZIP, Parquet, as the store keeps text
PACKED_TIMES = 4  # as much is in them as in others of their size
WAITING_TIMES = 3  # as long as it computes: other processes want the processors, too

OUT_OF_MEMORY = N_(
    "Reading this takes more memory than this server gives to a file. Leave out what is not "
    "needed, or give it in several parts."
)


def seconds_for(content: bytes) -> float:
    """How long a processor may compute on a file."""
    times = PACKED_TIMES if content.startswith(PACKED) else 1
    return BASE_SECONDS + SECONDS_PER_MB * times * len(content) / 1e6


def limit_memory() -> None:
    """Of this process, beyond what it has mapped already. What the system limits is what is mapped,
    which may be twice what is held: Arrow's allocator keeps addresses of what it has given back."""
    if resource is not None:
        most = psutil.Process().memory_info().vms + 2 * MAX_MEMORY
        with contextlib.suppress(ValueError, OSError):  # macOS knows no such limit
            resource.setrlimit(resource.RLIMIT_AS, (most, most))


def limit_seconds(until: int) -> None:
    """End this process when it has computed so long in all."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))
