"""Servers and workers stop with one sentence when a newer version has migrated the database."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.data.serialization import pack
from runs.store import Content, Store
from runs.store.database import Database
from tests.support.app_server import AppServer
from tests.support.cluster_runs import ENDLESS, OWNER, make_noise, wait_for
from tests.support.migrations import NEXT, VERSION, write_next_version
from tests.support.ports import find_free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SENTENCE = (
    f"The database is from a newer version of Unpadded (schema {NEXT}; this version has "
    f"{VERSION}). Update the app, or set another UNPADDED_DATA folder."
)


def read_events(log: Path) -> list[str]:
    lines = [line for line in log.read_text().splitlines() if line.startswith("{")]
    return [json.loads(line)["event"] for line in lines]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'unpadded.sqlite3'}"


def test_a_running_server_stops_and_does_not_start_again(tmp_path: Path, url: str):
    log = tmp_path / "log"
    server = AppServer(tmp_path, log=log, UNPADDED_WORKERS="1")
    server.start()
    store = Store(url)
    store.visitors.record_visit(OWNER, lasting=False)
    data = Content.from_bytes(pack(make_noise()))
    store.runs.create(OWNER, "", ENDLESS, data, {}, 1.0)
    store.close()
    wait_for(lambda: "run started" in read_events(log), "a training")
    _, *others = server.family()
    Database(url, migrations=write_next_version(tmp_path)).close()
    assert server.process.wait(20) != 0
    psutil.wait_procs(others, 20)
    assert not any(other.is_running() for other in others)
    assert read_events(log)[-2:] == [SENTENCE, "server stopped"]
    with pytest.raises(RuntimeError, match="did not start"):
        server.start()
    assert server.process.wait() == 1
    assert log.read_text().splitlines()[-1] == f"Unpadded cannot start: {SENTENCE}"
    assert "Traceback" not in log.read_text()


@pytest.fixture
def scheduler() -> Iterator[str]:
    address = f"tcp://127.0.0.1:{find_free_port()}"
    command = [sys.executable, "-m", "dask", "scheduler", "--host", address, "--no-dashboard"]
    command += ["--dashboard-address", "127.0.0.1:0"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        yield address
        process.terminate()


def test_a_worker_waits_for_its_server_and_stops_when_a_newer_one_starts(
    tmp_path: Path, url: str, scheduler: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("UNPADDED_DATA", str(tmp_path))
    monkeypatch.setenv("DASK_CONFIG", str(ROOT / "runs" / "dask.yaml"))
    log = tmp_path / "log"
    command = [sys.executable, "-m", "dask", "worker", scheduler, "--nthreads", "3"]
    command += ["--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
    command += ["--local-directory", str(tmp_path / "dask")]

    def start_worker() -> subprocess.Popen:
        with log.open("wb") as file:
            return subprocess.Popen(command, cwd=ROOT, stderr=file)

    worker = start_worker()
    wait_for(lambda: "worker waits for the database" in read_events(log), "the worker to wait")
    Database(url).close()
    wait_for(lambda: "worker ready" in read_events(log), "the worker to start")
    Database(url, migrations=write_next_version(tmp_path)).close()
    assert worker.wait(20) != 0
    assert read_events(log)[-1] == SENTENCE
    worker = start_worker()
    assert worker.wait(60) != 0
    assert read_events(log) == [SENTENCE]
    assert "Traceback" not in log.read_text()
