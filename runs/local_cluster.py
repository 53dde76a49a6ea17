"""``python -m runs.local_cluster``: a scheduler and its workers, on this machine alone.

Prints the scheduler's address as its one line of output and ends when its input closes.
A pipe, because it closes however the parent dies, on every system; no process is left
behind. The workers end with their nannies, which live in this process, the same way.
"""

from __future__ import annotations

import logging
import os

import dask
from dask.system import CPU_COUNT
from distributed import LocalCluster
from distributed.system import MEMORY_LIMIT

WORKER_BYTES = 1.2e9  # a warm worker holds 0.65 GB; the rest is for data and a training

CONFIG = {
    # A run whose worker was killed fails at once instead of killing the next worker too.
    "distributed.scheduler.allowed-failures": 0,
    # A run stays where it was placed.
    "distributed.scheduler.work-stealing": False,
    # A killed worker is its nanny's to replace. Dask would give it up when it is not back in 15 s,
    # which a busy machine may need to warm it.
    "distributed.deploy.lost-worker-timeout": "365 days",
    # The data of one training is not worth spilling, and a paused worker would hang its run.
    # A worker that reaches its limit is ended by its nanny before the system ends something else.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    "distributed.worker.profile.enabled": False,  # would sample the training 100 times a second
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


def worker_count() -> int:
    """As many workers as cores and memory allow, container limits included, at least one.
    ``UNPADDED_WORKERS`` overrules."""
    asked = os.environ.get("UNPADDED_WORKERS")
    return int(asked) if asked else max(1, min(CPU_COUNT, int(MEMORY_LIMIT // WORKER_BYTES)))


def main() -> None:
    # Both pipes to the parent become this process's alone: what libraries print must not come
    # between, and a worker must neither fill nor hold them.
    address_out, lifeline = os.dup(1), os.dup(0)
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    # Ending at once leaves semaphores to multiprocessing's own helper, which would say so.
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker"

    dask.config.set(CONFIG)
    workers = worker_count()
    cluster = LocalCluster(
        n_workers=0,  # the scheduler is up before the workers are warm
        threads_per_worker=2,
        resources={"training": 1, "light": 1},
        memory_limit=int(MEMORY_LIMIT // workers),
        preload=["runs.warm"],
        host="127.0.0.1",  # a Dask connection is code execution
        dashboard_address=None,
        # Without an address Dask takes port 8787, which another program may need.
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        silence_logs=logging.WARNING,
    )
    cluster.scale(workers)
    os.write(address_out, f"{cluster.scheduler_address}\n".encode())
    os.close(address_out)
    while os.read(lifeline, 1024):
        pass
    # The parent is gone or wants this gone: nothing is left worth finishing, and Dask's own way
    # of closing would wait some seconds for trainings.
    os._exit(0)


if __name__ == "__main__":
    main()
