"""Loaded into each worker's nanny (Dask's ``preload``): tells when the system's own limit of
memory ended a worker, as the nanny itself tells of its limit."""

from __future__ import annotations

from pathlib import Path

from distributed import Nanny
from tornado.ioloop import PeriodicCallback

TOPIC = "worker-restart-memory"  # Dask's own, for workers that its nanny ended
COUNTERS = Path("/proc/vmstat")  # Linux; elsewhere a worker just died
EVERY_MS = 200


def dask_setup(nanny: Nanny) -> None:
    if not COUNTERS.exists():
        return
    seen = _killed()

    def look() -> None:
        nonlocal seen
        if _killed() > seen:
            seen = _killed()
            nanny.log_event(TOPIC, {"worker": nanny.worker_address})

    nanny.periodic_callbacks["out-of-memory"] = PeriodicCallback(look, EVERY_MS)


def _killed() -> int:
    """How many processes the system has ended so far because memory ran out."""
    lines = COUNTERS.read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
