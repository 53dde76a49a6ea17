"""A cluster of somebody else's: a scheduler and two workers as processes of their own, each at an
address of its own, behind Dask's TLS; one of the workers is lost."""

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

from benchmarks.soak.kills import data, ended, recipe, until
from runs import Run, Runs, RunState
from tests.support import postgres

ROOT = Path(__file__).parents[2]
PORT = 8786  # Dask's own
SCHEDULER, WORKERS = "127.0.0.2", ("127.0.0.3", "127.0.0.4")  # all of them this machine's
VISITORS = 4


def two_workers_elsewhere(count: int) -> dict[str, object]:
    """So many runs of several visitors; the second worker is killed while it trains."""
    if not postgres.is_there():
        return {"skipped": postgres.MISSING}
    with postgres.empty_database() as database, _cluster(database) as (address, workers):
        settings = {"DATABASE_URL": database, "DASK_SCHEDULER_ADDRESS": address}
        with _environment(settings | _certificates(workers.folder)):
            runs = Runs()
            try:
                until(lambda: len(runs.workers) == 2, "two workers")
                ids = [
                    runs.train(f"visitor {number % VISITORS}", data(number), recipe(number))
                    for number in range(count)
                ]
                until(lambda: _has_done_and_does(runs, ids), "work done by the second worker")
                workers.kill(1)
                done = [ended(runs, run_id) for run_id in ids]
            finally:
                runs.close()
    where = Counter(map(_host, done))
    finished = sum(run.state is RunState.FINISHED for run in done)
    return {
        "runs": count,
        "finished": finished,
        "went on with the other worker": sum(run.attempt > 1 for run in done),
        "runs that ended at each address": dict(where),
        "reached": finished == count and len(where) == 2 and any(run.attempt > 1 for run in done),
    }


@contextlib.contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """Dask looks at the environment when it is imported, and when it is told to."""
    try:
        with patch.dict(os.environ, settings):
            dask.config.refresh()
            yield
    finally:
        dask.config.refresh()


class _Workers:
    def __init__(self, folder: Path, processes: list[subprocess.Popen]) -> None:
        self.folder, self.processes = folder, processes

    def kill(self, number: int) -> None:
        """The worker, and the nanny that would start another one: as if the machine were gone."""
        os.killpg(self.processes[number].pid, signal.SIGKILL)


@contextlib.contextmanager
def _cluster(database: str) -> Iterator[tuple[str, _Workers]]:
    """Started as the README says."""
    address = f"tls://{SCHEDULER}:{PORT}"
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _write_certificates(folder)
        environment = os.environ | _certificates(folder)
        environment |= {"DATABASE_URL": database, "DASK_CONFIG": str(ROOT / "runs" / "dask.yaml")}

        def start(*command: str) -> subprocess.Popen:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *command],
                cwd=ROOT,
                env=environment,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

        with contextlib.ExitStack() as ends:
            commands = [("scheduler", "--host", f"tls://{SCHEDULER}", "--no-dashboard")]
            commands += [
                ("worker", address, "--host", f"tls://{host}", "--nthreads", "3", "--no-dashboard")
                for host in WORKERS
            ]
            processes = [start(*command) for command in commands]
            for process in processes:
                ends.callback(_end, process)
            yield address, _Workers(folder, processes[1:])


def _end(process: subprocess.Popen) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _write_certificates(folder: Path) -> None:
    """One self-signed key for all, as Dask makes it."""
    made = Security.temporary()
    (folder / "ca.pem").write_text(made.tls_ca_file)
    (folder / "key.pem").write_text(made.tls_scheduler_key)
    (folder / "key.pem").chmod(0o600)
    (folder / "cert.pem").write_text(made.tls_scheduler_cert)


def _certificates(folder: Path) -> dict[str, str]:
    """The settings of Dask's TLS, of every side of a connection."""
    names = {"CA_FILE": folder / "ca.pem"}
    for side in ("SCHEDULER", "WORKER", "CLIENT"):
        names |= {f"{side}__KEY": folder / "key.pem", f"{side}__CERT": folder / "cert.pem"}
    return {f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(path) for name, path in names.items()} | {
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"
    }


def _has_done_and_does(runs: Runs, ids: list[str]) -> bool:
    """Return True once the second worker has trained a run and is training another."""
    its = [run for run in map(runs.get, ids) if run.worker and _host(run) == WORKERS[1]]
    return any(run.ended for run in its) and any(run.can_continue and not run.ended for run in its)


def _host(run: Run) -> str:
    return run.worker.partition("://")[2].partition(":")[0]
