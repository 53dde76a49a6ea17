"""Number of workers of the local cluster, and their memory: from cores, memory and setting."""

from __future__ import annotations

from dask.system import CPU_COUNT
from distributed.system import MEMORY_LIMIT

from runs.settings import Settings

WORKER_BYTES = 1.0e9  # a warm worker holds 0.65 GB; the rest is for data and a training
OTHERS_BYTES = 0.5e9  # the server, and the process of the cluster


def count_workers() -> int:
    """Return the number of workers that cores and memory (container limits included) allow.

    At least one; ``UNPADDED_WORKERS`` overrides it.
    """
    max_workers = int((MEMORY_LIMIT - OTHERS_BYTES) // WORKER_BYTES)
    return Settings.from_environment().workers or max(1, min(CPU_COUNT, max_workers))


def get_memory_limit() -> int:
    """Return the memory limit of each worker, in bytes."""
    return int((MEMORY_LIMIT - OTHERS_BYTES) // count_workers())
