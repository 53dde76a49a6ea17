"""A scheduler on this machine without TLS is accepted, with a line in the log."""

import subprocess
import sys
from pathlib import Path

import pytest

from runs import Runs, service
from tests.support import postgres
from tests.support.cluster_runs import wait_for
from tests.support.ports import find_free_port

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
@pytest.mark.skipif(not postgres.is_there(), reason=postgres.MISSING)
def test_a_loopback_scheduler_without_tls_is_accepted_and_logged_once(monkeypatch):
    events = []
    monkeypatch.setattr(
        service, "log_event", lambda event, level, **facts: events.append((event, facts))
    )
    address = f"tcp://127.0.0.1:{find_free_port()}"
    command = [sys.executable, "-m", "dask", "scheduler", "--host", address, "--no-dashboard"]
    command += ["--dashboard-address", "127.0.0.1:0"]
    with (
        postgres.empty_database() as database,
        subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as scheduler,
    ):
        monkeypatch.setenv("DATABASE_URL", database)
        monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", address)
        runs = Runs(analyzes_ended_runs=False)
        wait_for(lambda: runs.dispatcher.is_connected, "the connection")
        runs.close()
        scheduler.terminate()
    assert events == [("scheduler without TLS", {"why": service.NO_TLS})]
