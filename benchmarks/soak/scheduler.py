"""An external cluster with TLS that loses a worker.

The scheduler and the two workers are separate processes, each with a separate address.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import dask
from distributed import Security

from benchmarks.soak.kills import make_data, make_recipe, wait_for_end, wait_until
from runs import Run, Runs, RunState
from tests.support import postgres

ROOT = Path(__file__).parents[2]
PORT = 8786  # Dask's default
SCHEDULER, WORKERS = "127.0.0.2", ("127.0.0.3", "127.0.0.4")  # all of them loopback addresses
VISITORS = 4


def two_workers_elsewhere(count: int) -> dict[str, object]:
    """Train ``count`` runs of several visitors; kill the second worker while it trains."""
    if not postgres.is_there():
        return {"skipped": postgres.MISSING}
    with postgres.empty_database() as database, _start_cluster(database) as (address, workers):
        settings = {"DATABASE_URL": database, "DASK_SCHEDULER_ADDRESS": address}
        with _set_environment(settings | _get_tls_settings(workers.folder)):
            runs = Runs()
            try:
                wait_until(lambda: len(runs.workers) == 2, "two workers")
                ids = [
                    runs.train(
                        f"visitor {number % VISITORS}", make_data(number), make_recipe(number)
                    )
                    for number in range(count)
                ]
                wait_until(
                    lambda: _is_training_again(runs, ids), "a run finished by the second worker"
                )
                workers.kill(1)
                ended = [wait_for_end(runs, run_id) for run_id in ids]
            finally:
                runs.close()
    hosts = Counter(map(_get_host, ended))
    finished = sum(run.state is RunState.FINISHED for run in ended)
    return {
        "runs": count,
        "finished": finished,
        "went on with the other worker": sum(run.attempt > 1 for run in ended),
        "runs that ended at each address": dict(hosts),
        "reached": finished == count and len(hosts) == 2 and any(run.attempt > 1 for run in ended),
    }


@contextlib.contextmanager
def _set_environment(settings: dict[str, str]) -> Iterator[None]:
    """Set environment variables, and let Dask read them, until the block ends.

    Dask reads the environment only when it is imported and on request.
    """
    try:
        with patch.dict(os.environ, settings):
            dask.config.refresh()
            yield
    finally:
        dask.config.refresh()


class _Workers:
    """Processes of the workers, and the folder of the certificates."""

    def __init__(self, folder: Path, processes: list[subprocess.Popen]) -> None:
        self.folder, self.processes = folder, processes

    def kill(self, number: int) -> None:
        """Kill a worker and the nanny that would restart it, as if the machine had failed."""
        os.killpg(self.processes[number].pid, signal.SIGKILL)


@contextlib.contextmanager
def _start_cluster(database: str) -> Iterator[tuple[str, _Workers]]:
    """Start a scheduler and the workers as described in docs/hosting.md."""
    address = f"tls://{SCHEDULER}:{PORT}"
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _write_certificates(folder)
        environment = os.environ | _get_tls_settings(folder)
        environment |= {"DATABASE_URL": database, "DASK_CONFIG": str(ROOT / "runs" / "dask.yaml")}

        def start(*command: str) -> subprocess.Popen:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *command],
                cwd=ROOT,
                env=environment,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

        with contextlib.ExitStack() as stack:
            commands = [("scheduler", "--host", f"tls://{SCHEDULER}", "--no-dashboard")]
            commands += [
                ("worker", address, "--host", f"tls://{host}", "--nthreads", "3", "--no-dashboard")
                for host in WORKERS
            ]
            processes = [start(*command) for command in commands]
            for process in processes:
                stack.callback(_kill, process)
            yield address, _Workers(folder, processes[1:])


def _kill(process: subprocess.Popen) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _write_certificates(folder: Path) -> None:
    """Write one self-signed certificate for all processes, as created by Dask."""
    security = Security.temporary()
    (folder / "ca.pem").write_text(security.tls_ca_file)
    (folder / "key.pem").write_text(security.tls_scheduler_key)
    (folder / "key.pem").chmod(0o600)
    (folder / "cert.pem").write_text(security.tls_scheduler_cert)


def _get_tls_settings(folder: Path) -> dict[str, str]:
    """Return Dask's TLS settings for every side of a connection."""
    names = {"CA_FILE": folder / "ca.pem"}
    for side in ("SCHEDULER", "WORKER", "CLIENT"):
        names |= {f"{side}__KEY": folder / "key.pem", f"{side}__CERT": folder / "cert.pem"}
    return {f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(path) for name, path in names.items()} | {
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"
    }


def _is_training_again(runs: Runs, ids: list[str]) -> bool:
    """Return True once the second worker has trained a run and is training another."""
    own = [run for run in map(runs.get, ids) if run.worker and _get_host(run) == WORKERS[1]]
    return any(run.ended for run in own) and any(run.can_continue and not run.ended for run in own)


def _get_host(run: Run) -> str:
    return run.worker.partition("://")[2].partition(":")[0]
