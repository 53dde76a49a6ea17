"""``python -m runs.cluster.local``: run a scheduler and its workers on this machine.

Prints one line of JSON with the address of the scheduler and the key of a client, and ends when
its input closes. A pipe closes however the parent dies, on every system, so no process is left
behind. The workers end the same way with their nannies, which live in this process.

Other users of the machine can reach the ports, and a Dask connection is code execution. So all
connections use TLS with one key that is generated at each start. It stays in memory: the parent
gets it through that pipe, and each worker through the pipe of its nanny.
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
from distributed import LocalCluster, Security

from runs.cluster.client import SLOTS
from runs.cluster.worker_count import count_workers, get_memory_limit
from runs.threads import start_thread

CONFIG = Path(__file__).parents[1] / "dask.yaml"
# Before the next worker starts: maximum time for one that does not start, and time for the first
# visitor's training, which the worker that has just started may be compiling.
MAX_START_SECONDS, SETTLE_SECONDS = 60.0, 3.0
# Attributes of ``Security`` that a client needs.
CLIENT_KEY = ("require_encryption", "tls_ca_file", "tls_client_cert", "tls_client_key")


def _start_in_turn(cluster: LocalCluster, target: int) -> None:
    """Start one worker after the other.

    The first is ready sooner than if all of them imported TensorFlow at the same time, and the
    server has a core for itself.
    """
    for count in range(1, target + 1):
        cluster.scale(count)
        deadline = time.monotonic() + MAX_START_SECONDS
        workers = cluster.scheduler.workers  # type: ignore[union-attr]  # it has started
        while len(workers) < count and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(SETTLE_SECONDS)


def main() -> None:
    """Start the cluster and wait for the end of the input."""
    # Both pipes to the parent belong to this process alone: output of libraries must not mix in,
    # and a worker must neither fill nor hold them.
    address_out, lifeline = os.dup(1), os.dup(0)
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    # An immediate exit leaves semaphores to multiprocessing's helper, which would warn about it.
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker"

    with os.fdopen(address_out, "w") as parent:
        try:
            cluster, key, scratch = _start()
        except Exception as error:  # such as a full disk: the parent logs it, and tries again
            message = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(message), file=parent, flush=True)
            os._exit(1)
        security = {name: getattr(key, name) for name in CLIENT_KEY}
        print(json.dumps({"address": cluster.scheduler_address, "security": security}), file=parent)
    start_thread(lambda: _start_in_turn(cluster, count_workers()))
    while os.read(lifeline, 1024):
        pass
    # The parent has ended, or wants this process to end: nothing is worth finishing, and Dask's
    # own way of closing would wait some seconds for trainings.
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(0)


def _start() -> tuple[LocalCluster, Security, str]:
    """Return the scheduler, the key of all connections, and the folder for temporary files."""
    dask.config.update(dask.config.config, yaml.safe_load(CONFIG.read_text()))
    key = Security.temporary()
    # Private to this user, because workers import files from it; Dask's default is a folder that
    # another user may have created, /tmp/dask-scratch-space.
    scratch = tempfile.mkdtemp(prefix="unpadded-dask-")
    dask.config.set(temporary_directory=scratch)
    cluster = LocalCluster(
        n_workers=0,  # the scheduler is up before the workers are warm
        threads_per_worker=len(SLOTS),
        memory_limit=get_memory_limit(),
        preload=["runs.cluster.worker_setup"],  # the server watches the database
        host="127.0.0.1",
        security=key,
        dashboard_address=None,
        # Without an address Dask takes port 8787, which another program may need.
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        silence_logs=logging.WARNING,
    )
    cluster.scheduler.http_server.stop()  # type: ignore[union-attr]  # it has started; no pages
    return cluster, key, scratch


if __name__ == "__main__":
    main()
