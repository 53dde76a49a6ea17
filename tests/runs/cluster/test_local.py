"""The workers of the local cluster, as their process starts them."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from runs.cluster.local import SETTLE_SECONDS

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_workers_start_in_turn_and_accept_jobs_before_they_compile(tmp_path):
    environment = {"UNPADDED_WORKERS": "2", "UNPADDED_DATA": str(tmp_path)}
    log: list[tuple[str, int, datetime]] = []
    with subprocess.Popen(
        [sys.executable, "-m", "runs.cluster.local"],
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stderr:
            if line.startswith("{"):
                entry = json.loads(line)
                when = datetime.fromisoformat(entry["time"])
                log.append((entry["event"], entry["process"], when))
            if len(log) == 4:
                break
        process.stdin.close()
    events = {(event, process): when for event, process, when in log}
    first, second = (process for event, process, _ in log if event == "worker ready")
    assert events["worker ready", first] < events["worker warm", first]
    assert events["worker ready", second] < events["worker warm", second]
    apart = events["worker ready", second] - events["worker ready", first]
    assert apart.total_seconds() > SETTLE_SECONDS
