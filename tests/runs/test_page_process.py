"""The process that owns ``Runs`` imports no TensorFlow, and its workers end with it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.cluster_runs import wait_for

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

ROOT = Path(__file__).parents[2]
OWNER = """
import sys, time
from core import Recipe, Sequences
from runs import ACTIVE, Runs

if __name__ == "__main__":
    runs = Runs(analyzes_ended_runs=False)
    example = Sequences.from_lists([[1], [2, 5]], targets=[2, 4])
    run_id = runs.train("ada", example, Recipe(epochs=2, validation_split=0.0))
    while (run := runs.get(run_id)).state in ACTIVE:
        time.sleep(0.01)
    prediction = runs.predict(run, example)
    prediction.wait()
    print(run.state.value, prediction.error, "tensorflow" in sys.modules, flush=True)
    runs.train("ada", example, Recipe(epochs=10_000))
    time.sleep(600)
"""


def test_the_server_has_no_tensorflow_and_leaves_no_orphans(tmp_path: Path):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "UNPADDED_DATA": str(tmp_path)}
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
    )
    try:
        assert owner.stdout.readline().split() == ["finished", "None", "False"]
        descendants = psutil.Process(owner.pid).children(recursive=True)
        assert len(descendants) >= 2  # the cluster's process and its worker, at least
    finally:
        owner.kill()
    wait_for(lambda: not any(map(psutil.pid_exists, (p.pid for p in descendants))), "no orphan", 20)
    events = [json.loads(line)["event"] for line in owner.communicate(timeout=20)[1].splitlines()]
    # and nothing in the console but the worker's log
    assert set(events) - {"worker warm"} == {"worker ready", "run started", "run finished"}
