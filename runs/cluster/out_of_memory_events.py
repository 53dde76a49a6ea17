"""Report workers that the system ended for lack of memory.

Dask preloads this module in each nanny (see ``runs/dask.yaml``). The nanny itself reports only
workers that reached its own limit.
"""

from __future__ import annotations

from pathlib import Path

from distributed import Nanny
from tornado.ioloop import PeriodicCallback

TOPIC = "worker-restart-memory"  # Dask's topic for workers that their nanny ended
COUNTERS = Path("/proc/vmstat")  # Linux; elsewhere the reason stays unknown
EVERY_MS = 200


def dask_setup(nanny: Nanny) -> None:
    """Poll the system's counter of killed processes."""
    if not COUNTERS.exists():
        return
    count = _count_kills()

    def check() -> None:
        nonlocal count
        if _count_kills() > count:
            count = _count_kills()
            nanny.log_event(TOPIC, {"worker": nanny.worker_address})

    nanny.periodic_callbacks["out-of-memory"] = PeriodicCallback(check, EVERY_MS)


def _count_kills() -> int:
    """Return the number of processes that the system has ended for lack of memory."""
    lines = COUNTERS.read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
