"""``python -m runs.cluster.local``: a scheduler and its workers, on this machine alone.

Prints one line of JSON, the scheduler's address and a client's key, and ends when its input
closes. A pipe, because it closes however the parent dies, on every system; no process is left
behind. The workers end with their nannies, which live in this process, the same way.

Other users of the machine reach its ports, too, and a Dask connection is code execution. So all
connections use TLS with one key, made here at each start. It stays in memory: the parent gets it
through that pipe, and each worker through its nanny's.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
import time
from pathlib import Path

import dask
import yaml
from dask.system import CPU_COUNT
from distributed import LocalCluster, Security
from distributed.system import MEMORY_LIMIT

from runs.cluster.client import SLOTS
from runs.settings import Settings
from runs.threads import background

CONFIG = Path(__file__).parents[1] / "dask.yaml"
WORKER_BYTES = 1.0e9  # a warm worker holds 0.65 GB; the rest is for data and a training
OTHERS_BYTES = 0.5e9  # the page's server, and this process
# Until the next worker is started: for one that does not start, and for the first visitor's
# training, which the one that has just started may be compiling.
MAX_START_SECONDS, SETTLE_SECONDS = 60.0, 3.0
# What a client needs of ``Security``.
CLIENT_KEY = ("require_encryption", "tls_ca_file", "tls_client_cert", "tls_client_key")


def worker_count() -> int:
    """As many workers as cores and memory allow, container limits included, at least one.
    ``UNPADDED_WORKERS`` overrules."""
    fit = int((MEMORY_LIMIT - OTHERS_BYTES) // WORKER_BYTES)
    return Settings.from_environment().workers or max(1, min(CPU_COUNT, fit))


def _start_in_turn(cluster: LocalCluster, workers: int) -> None:
    """One worker after the other: the first is ready sooner than if all of them imported
    TensorFlow side by side, and the page's process has a core for itself."""
    for count in range(1, workers + 1):
        cluster.scale(count)
        deadline = time.monotonic() + MAX_START_SECONDS
        while len(cluster.scheduler.workers) < count and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(SETTLE_SECONDS)


def main() -> None:
    # Both pipes to the parent become this process's alone: what libraries print must not come
    # between, and a worker must neither fill nor hold them.
    address_out, lifeline = os.dup(1), os.dup(0)
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    # Ending at once leaves semaphores to multiprocessing's own helper, which would say so.
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker"

    with os.fdopen(address_out, "w") as parent:
        try:
            cluster, key, scratch = _start()
        except Exception as error:  # such as a full disk: the parent logs it, and tries again
            told = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(told), file=parent, flush=True)
            os._exit(1)
        security = {name: getattr(key, name) for name in CLIENT_KEY}
        print(json.dumps({"address": cluster.scheduler_address, "security": security}), file=parent)
    background(lambda: _start_in_turn(cluster, worker_count()))
    while os.read(lifeline, 1024):
        pass
    # The parent is gone or wants this gone: nothing is left worth finishing, and Dask's own way
    # of closing would wait some seconds for trainings.
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(0)


def _start() -> tuple[LocalCluster, Security, str]:
    """The scheduler, the key of all connections, and the folder for temporary files."""
    dask.config.update(dask.config.config, yaml.safe_load(CONFIG.read_text()))
    key = Security.temporary()
    # Of this user alone: workers import what lies in it, and Dask's own choice is a folder that
    # another user may have made, /tmp/dask-scratch-space.
    scratch = tempfile.mkdtemp(prefix="unpadded-dask-")
    dask.config.set(temporary_directory=scratch)
    cluster = LocalCluster(
        n_workers=0,  # the scheduler is up before the workers are warm
        threads_per_worker=len(SLOTS),
        memory_limit=int((MEMORY_LIMIT - OTHERS_BYTES) // worker_count()),
        host="127.0.0.1",
        security=key,
        dashboard_address=None,
        # Without an address Dask takes port 8787, which another program may need.
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        silence_logs=logging.WARNING,
    )
    cluster.scheduler.http_server.stop()  # it has no pages
    return cluster, key, scratch


if __name__ == "__main__":
    main()
