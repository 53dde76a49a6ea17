"""kill −9 at random moments: of workers, and of the server with everything under it."""

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

OWNER = "soak"
SECONDS = 300


def data(seed: int) -> Sequences:
    """Sequences of 2 to 30 steps without any pattern."""
    rng = np.random.default_rng(seed)
    parts = [rng.normal(size=(rng.integers(2, 30), 3)) for _ in range(200)]
    return Sequences.from_lists(parts, targets=rng.normal(size=200))


def recipe(seed: int) -> Recipe:
    """Some seconds of training, with everything that has a state; no two alike."""
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
    """So many runs, whose worker is killed at a random moment, against the same without."""
    chance = random.Random(0)
    same, attempts = 0, []
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, UNPADDED_DATA=folder):
        runs = Runs()
        try:
            until(lambda: runs.workers, "a worker")
            for number in range(times):
                alone = ended(runs, runs.train(OWNER, data(number), recipe(number)))
                killed = runs.train(OWNER, data(number), recipe(number))
                until(lambda run=killed: runs.get(run).state is RunState.RUNNING, "the run")
                took = (alone.ended - alone.started).total_seconds()
                time.sleep(chance.uniform(0.0, 0.95) * took)
                kill_worker(runs, killed)
                done = ended(runs, killed)
                attempts.append(done.attempt)
                same += done.state is RunState.FINISHED and identical(runs.store, alone, done)
        finally:
            runs.close()
    return {
        "killed": times,
        "finished and bit-identical": same,
        "went on with another worker": sum(attempt > 1 for attempt in attempts),
        "reached": same == times,
    }


def kill_worker(runs: Runs, run_id: str) -> None:
    """kill −9 of the process that trains a run."""
    address = runs.get(run_id).worker
    cluster = runs.dispatcher.cluster
    pids = cluster.client.run(os.getpid)
    if address in pids:
        psutil.Process(pids[address]).kill()


def identical(store: Store, one: Run, other: Run) -> bool:
    """Bit by bit, times aside."""
    from core import load

    figures = [
        [
            {k: v for k, v in epoch.items() if k != "seconds"}
            for epoch in store.runs.read_history(run.id)
        ]
        for run in (one, other)
    ]
    weights = [
        load(io.BytesIO(store.runs.read_artifact(run.id, "model"))).network.get_weights()
        for run in (one, other)
    ]
    return figures[0] == figures[1] and all(map(np.array_equal, *weights))


def kill_servers(times: int, terminate: bool = False) -> dict[str, object]:
    """A server with two trainings, of which the second may wait, killed again and again (kill −9,
    or in a way that lets it close); its visitor comes back the next day."""
    csv, epochs = as_csv(data(0)), 300 + 100 * times
    orphans, when = 0, []
    with tempfile.TemporaryDirectory() as folder, AppServer(Path(folder)) as server:
        with Visitor(server.address) as visitor:
            visitor.open("/Data")
            visitor.upload("upload", "soak.csv", csv)
            visitor.page_link("Train")
            visitor.type("Units", 24)
            visitor.type("Epochs", epochs)
            visitor.type("Patience, in epochs", 0)
            visitor.click("Start training")
            visitor.type("Seed", 1)
            visitor.click("Train again")
            cookies = visitor.cookies
        store = Store(f"sqlite:///{Path(folder) / 'unpadded.sqlite3'}")

        def active() -> list:
            return [*store.attempts.list_waiting(), *store.attempts.list_running()]

        until(lambda: len(active()) == 2, "two runs")
        runs = [run.id for run in active()]

        def progress() -> int:
            return sum(len(store.runs.read_history(run)) for run in runs)

        for _ in range(times):
            before = progress()
            until(lambda before=before: progress() > before + 20, "progress")
            under = server.terminate() if terminate else server.kill()
            orphans += bool(psutil.wait_procs(under, timeout=20)[1])
            when.append(progress())
            server.start()
        until(lambda: not active(), "the end of both runs")
        with Visitor(server.address, cookies) as visitor:
            visitor.open("/Runs")
            listed = visitor.dataframes()[0]["State"].tolist()
        lines = [store.runs.get(run) for run in runs]
        lengths = [len(store.runs.read_history(run)) for run in runs]
        store.close()
    whole = lengths == [epochs, epochs] and listed == ["finished", "finished"]
    return {
        "killed": times,
        "epochs of both runs when killed": when,
        "epochs at the end": lengths,
        "attempts": [line.attempt for line in lines],
        "states the visitor finds": listed,
        "servers that left a process behind": orphans,
        "reached": whole and not orphans,
    }


def as_csv(sequences: Sequences) -> bytes:
    """In the long layout."""
    ids = np.repeat(sequences.ids, sequences.lengths)
    targets = np.repeat(sequences.targets, sequences.lengths)
    lines = ["id,a,b,c,target"]
    for name, values, target in zip(ids, sequences.values.tolist(), targets, strict=True):
        lines.append(",".join(map(str, (name, *values, target))))
    return "\n".join(lines).encode()


def ended(runs: Runs, run_id: str) -> Run:
    until(lambda: runs.get(run_id).state not in ACTIVE, "the end of a run")
    return runs.get(run_id)


def until(true: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.02)
