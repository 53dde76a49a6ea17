"""kill −9 at random times: of workers, and of the server with all its child processes."""

from __future__ import annotations

import io
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import numpy as np
import psutil

from core import LSTM, Recipe, Sequences
from runs import ACTIVE, Run, Runs, RunState
from runs.store import Store
from tests.support.app_server import AppServer
from tests.support.streamlit_client import Visitor
from tests.support.streamlit_client.elements import get_label

OWNER = "soak"
SECONDS = 300


def make_data(seed: int) -> Sequences:
    """Make random sequences of 2 to 30 steps."""
    rng = np.random.default_rng(seed)
    values = [rng.normal(size=(rng.integers(2, 30), 3)) for _ in range(200)]
    return Sequences.from_lists(values, targets=rng.normal(size=200))


def make_recipe(seed: int) -> Recipe:
    """Make a recipe, different per seed, with every kind of state; it trains for some seconds."""
    layers = (LSTM(24, dropout=0.2), LSTM(12, bidirectional=seed % 2 == 0))
    return Recipe(
        layers=layers,
        epochs=120,
        batch_size=8,
        patience=200,
        optimizer=("adam", "rmsprop", "sgd")[seed % 3],
        seed=seed,
    )


def kill_workers(times: int) -> dict[str, object]:
    """Compare ``times`` runs whose worker is killed at a random time with uninterrupted ones."""
    rng = random.Random(0)
    identical, attempts = 0, []
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, UNPADDED_DATA=folder):
        runs = Runs()
        try:
            wait_until(lambda: runs.workers, "a worker")
            for number in range(times):
                data, recipe = make_data(number), make_recipe(number)
                reference = wait_for_end(runs, runs.train(OWNER, data, recipe))
                killed = runs.train(OWNER, data, recipe)
                wait_until(lambda run=killed: runs.get(run).state is RunState.RUNNING, "the run")
                seconds = (reference.ended - reference.started).total_seconds()
                time.sleep(rng.uniform(0.0, 0.95) * seconds)
                kill_worker(runs, killed)
                ended = wait_for_end(runs, killed)
                attempts.append(ended.attempt)
                identical += ended.state is RunState.FINISHED and is_identical(
                    runs.store, reference, ended
                )
        finally:
            runs.close()
    return {
        "killed": times,
        "finished and bit-identical": identical,
        "went on with another worker": sum(attempt > 1 for attempt in attempts),
        "reached": identical == times,
    }


def kill_worker(runs: Runs, run_id: str) -> None:
    """Kill the process that trains a run with kill −9."""
    address = runs.get(run_id).worker
    cluster = runs.dispatcher.cluster
    pids = cluster.client.run(os.getpid)
    if address in pids:
        psutil.Process(pids[address]).kill()


def is_identical(store: Store, one: Run, other: Run) -> bool:
    """Return True if two runs have bit-identical weights and, except for times, histories."""
    from core import load

    histories = [
        [
            {name: value for name, value in epoch.items() if name != "seconds"}
            for epoch in store.runs.read_history(run.id)
        ]
        for run in (one, other)
    ]
    weights = [
        load(io.BytesIO(store.runs.read_artifact(run.id, "model"))).network.get_weights()
        for run in (one, other)
    ]
    return histories[0] == histories[1] and all(map(np.array_equal, *weights))


def kill_servers(times: int, terminate: bool = False) -> dict[str, object]:
    """Kill a server with two trainings repeatedly, and check what its visitor finds later.

    The second training may wait for the first one.

    Args:
        times: Number of kills.
        terminate: End the server in a way that lets it close, instead of kill −9.
    """
    csv, epochs = format_csv(make_data(0)), 300 + 100 * times
    orphans, epochs_when_killed = 0, []
    with tempfile.TemporaryDirectory() as folder, AppServer(Path(folder)) as server:
        with Visitor(server.address) as visitor:
            visitor.open("/Data")
            visitor.upload("upload", "soak.csv", csv)
            visitor.page_link("Train")
            visitor.type("Units", 24)
            visitor.type("Epochs", epochs)
            visitor.type("Patience, in epochs", None)
            visitor.click("Start training")
            visitor.type("Seed", 1)
            visitor.click("Train again")
            cookies = visitor.cookies
        store = Store(f"sqlite:///{Path(folder) / 'unpadded.sqlite3'}")

        def list_active() -> list:
            return [*store.attempts.list_waiting(), *store.attempts.list_running()]

        wait_until(lambda: len(list_active()) == 2, "two runs")
        runs = [run.id for run in list_active()]

        def count_epochs() -> int:
            return sum(len(store.runs.read_history(run)) for run in runs)

        for _ in range(times):
            before = count_epochs()
            wait_until(lambda before=before: count_epochs() > before + 20, "progress")
            children = server.terminate() if terminate else server.kill()
            orphans += bool(psutil.wait_procs(children, timeout=20)[1])
            epochs_when_killed.append(count_epochs())
            server.start()
        wait_until(lambda: not list_active(), "the end of both runs")
        with Visitor(server.address, cookies) as visitor:
            visitor.open("/Runs")
            links = [get_label(each) for each in visitor.find_all("page_link")]
            listed = sum("\n\n" in link for link in links)  # entries have two lines
        states = [store.runs.get(run).state.value for run in runs]
        attempts = [store.runs.get(run).attempt for run in runs]
        lengths = [len(store.runs.read_history(run)) for run in runs]
        store.close()
    is_complete = lengths == [epochs, epochs] and states == ["finished"] * 2 and listed == 2
    return {
        "killed": times,
        "epochs of both runs when killed": epochs_when_killed,
        "epochs at the end": lengths,
        "attempts": attempts,
        "states": states,
        "runs the visitor finds": listed,
        "servers that left a process behind": orphans,
        "reached": is_complete and not orphans,
    }


def format_csv(sequences: Sequences) -> bytes:
    """Write sequences as CSV in the long layout."""
    ids = np.repeat(sequences.ids, sequences.lengths)
    targets = np.repeat(sequences.targets, sequences.lengths)
    lines = ["id,a,b,c,target"]
    for name, values, target in zip(ids, sequences.values.tolist(), targets, strict=True):
        lines.append(",".join(map(str, (name, *values, target))))
    return "\n".join(lines).encode()


def wait_for_end(runs: Runs, run_id: str) -> Run:
    """Wait for the end of a run, and return it."""
    wait_until(lambda: runs.get(run_id).state not in ACTIVE, "the end of a run")
    return runs.get(run_id)


def wait_until(condition: Callable[[], object], description: str, seconds: float = SECONDS) -> None:
    """Wait until a condition is true.

    Raises:
        RuntimeError: If it is not true within ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {seconds} s for {description}, without success")
        time.sleep(0.02)
