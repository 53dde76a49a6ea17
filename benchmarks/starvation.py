"""Waiting time of new visitors behind others, and reproducibility of interrupted runs.

python -m benchmarks starvation
"""

from __future__ import annotations

import io
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from unittest.mock import patch

import numpy as np

from core import LSTM, Recipe, Sequences
from runs import ACTIVE, Run, Runs, RunState
from runs.settings import FILE
from runs.store import Store
from tests.support.app_server import AppServer
from tests.support.streamlit_client import Visitor

MAX_WAIT_SECONDS = 40.0
GIVE_UP_SECONDS = 180.0  # a run that has not started by then does not start within hours
NEWCOMERS, COOKIES, RUNS = 12, 30, 32
CROWD_ADDRESS, NEWCOMER_ADDRESS = "127.0.0.2", "127.0.0.3"
ENDLESS = Recipe(layers=(LSTM(24),), epochs=10_000, batch_size=4)
SHORT = Recipe(layers=(LSTM(4),), epochs=20, batch_size=16)
# Takes about a minute alone, and has every kind of state.
FINITE = Recipe(layers=(LSTM(24, dropout=0.2),), epochs=700, batch_size=4, patience=700)
# If the estimate and the waiting time are both this short, the estimate counts as correct.
SHORT_WAIT_SECONDS = 2.0


def run(rounds: int) -> dict[str, object]:
    """Run all cases; the counts are those that the project guarantees, for any ``rounds``."""
    return {
        "one visitor, 32 long runs": measure_one_visitor(NEWCOMERS),
        "30 cookies of one address, a long run each": measure_many_cookies(NEWCOMERS),
        "the same through the server's pages": measure_through_pages(6),
    }


def measure_one_visitor(newcomers: int) -> dict[str, object]:
    """Measure the waiting time behind one visitor with many long runs."""
    with tempfile.TemporaryDirectory() as folder, open_runs(folder) as runs:
        undisturbed = wait_for_end(runs, runs.train("alone", make_data(0), FINITE))
        disturbed = [runs.train("greedy", make_data(0), FINITE) for _ in range(2)]
        for number in range(RUNS - len(disturbed)):
            runs.train("greedy", make_data(number), ENDLESS)
        report = _measure_waits(runs, newcomers)
        ended = [wait_for_end(runs, run) for run in disturbed]
        report["turns of the disturbed runs"] = [run.attempt for run in ended]
        is_same = all(is_identical(runs, run, undisturbed) for run in ended)
        report["disturbed runs are bit-identical to the undisturbed one"] = is_same
        report["reached"] &= is_same
        return report


def measure_many_cookies(newcomers: int) -> dict[str, object]:
    """Measure the waiting time behind many visitors of one address."""
    with tempfile.TemporaryDirectory() as folder, open_runs(folder) as runs:
        for number in range(COOKIES):
            runs.store.visitors.record_visit(f"cookie {number}", False, CROWD_ADDRESS)
            runs.train(f"cookie {number}", make_data(number), ENDLESS)
        return _measure_waits(runs, newcomers)


def measure_through_pages(newcomers: int) -> dict[str, object]:
    """Measure the time from the press of the button to the complete loss curve.

    Many visitors have new cookies at one address; the newcomers have another address.
    """
    waits = []
    with (
        tempfile.TemporaryDirectory() as folder,
        AppServer(Path(folder), UNPADDED_WORKERS="2") as app,
        ExitStack() as crowd,
    ):
        for number in range(COOKIES):
            visitor = crowd.enter_context(Visitor(app.address, source=CROWD_ADDRESS))
            _start_training(visitor, number, 10_000)
        store = Store(f"sqlite:///{Path(folder) / FILE}")
        _wait_until(lambda: len(store.attempts.list_running()) == 2)  # both workers have started
        store.close()
        rng = random.Random(0)
        for number in range(newcomers):
            time.sleep(rng.uniform(0, 10))
            with Visitor(app.address, source=NEWCOMER_ADDRESS) as visitor:
                _start_training(visitor, 100 + number, 5)
                began = time.monotonic()
                try:
                    visitor.wait_for("5 epochs in", GIVE_UP_SECONDS)
                except TimeoutError:
                    waits.append(GIVE_UP_SECONDS)
                    break
                waits.append(time.monotonic() - began)
    return {
        "seconds to the newcomers' results": [round(each, 1) for each in waits],
        "seconds at most": MAX_WAIT_SECONDS,
        "reached": max(waits) <= MAX_WAIT_SECONDS,
    }


def _start_training(visitor: Visitor, number: int, epochs: int) -> None:
    """Upload data and start a training."""
    rng = np.random.default_rng(number)
    lines = ["id,x,target"]
    for i in range(60):
        lines += [f"{i},{value:.3f},{i % 7}.5" for value in rng.normal(size=rng.integers(1, 9))]
    visitor.open("/Data")
    visitor.upload("upload", f"data-{number}.csv", "\n".join(lines).encode())
    visitor.page_link("Train")
    visitor.type("Epochs", epochs)
    visitor.type("Patience, in epochs", None)
    visitor.click("Start training")


@contextmanager
def open_runs(folder: str) -> Iterator[Runs]:
    """Open ``Runs`` with two workers and a separate store, until the block ends."""
    with patch.dict(os.environ, {"UNPADDED_WORKERS": "2", "UNPADDED_DATA": folder}):
        runs = Runs()
        try:
            _wait_until(lambda: len(runs.workers) == 2)
            yield runs
        finally:
            runs.close()


def _measure_waits(runs: Runs, newcomers: int) -> dict[str, object]:
    """Let newcomers train at random times; compare their estimated and actual waiting times."""
    rng = random.Random(0)
    _wait_until(lambda: len(runs.store.attempts.list_running()) == 2)
    estimated, waited = [], []
    for number in range(newcomers):
        time.sleep(rng.uniform(0, 10))
        runs.store.visitors.record_visit(f"newcomer {number}", False, NEWCOMER_ADDRESS)
        run_id = runs.train(f"newcomer {number}", make_data(number, 40), SHORT)
        began = time.monotonic()
        position = None
        while runs.get(run_id).state is RunState.QUEUED:
            position = position or runs.get_queue_position(run_id)
            if time.monotonic() - began > GIVE_UP_SECONDS:
                break
            time.sleep(0.02)
        run = runs.get(run_id)
        estimated.append(0.0 if position is None else position.seconds)
        if run.started is None:
            waited.append(GIVE_UP_SECONDS)
            break
        waited.append((run.started - run.created).total_seconds())
        wait_for_end(runs, run_id)
    correct = sum(map(_is_correct, estimated, waited))
    return {
        "seconds to a newcomer's begin": [round(each, 1) for each in waited],
        "median": round(median(waited), 1),
        "worst": round(max(waited), 1),
        "seconds at most": MAX_WAIT_SECONDS,
        "seconds that the queue told": [round(each, 1) for each in estimated],
        "told right within a factor of two": f"{correct} of {len(estimated)}",
        "reached": max(waited) <= MAX_WAIT_SECONDS and correct >= 0.8 * len(estimated),
    }


def _is_correct(estimated: float, waited: float) -> bool:
    """Return True if an estimate is correct within a factor of two."""
    if max(estimated, waited) <= SHORT_WAIT_SECONDS:
        return True
    return waited / 2 <= estimated <= waited * 2


def make_data(seed: int, sequences: int = 120) -> Sequences:
    """Make random sequences of 2 to 20 steps."""
    rng = np.random.default_rng(seed)
    values = [rng.normal(size=(rng.integers(2, 20), 2)) for _ in range(sequences)]
    return Sequences.from_lists(values, targets=rng.normal(size=sequences))


def wait_for_end(runs: Runs, run_id: str) -> Run:
    """Wait for the end of a run, and return it."""
    _wait_until(lambda: runs.get(run_id).state not in ACTIVE)
    return runs.get(run_id)


def is_identical(runs: Runs, one: Run, other: Run) -> bool:
    """Return True if two runs have bit-identical weights and, except for times, histories."""
    from core import load

    if one.state is not RunState.FINISHED or other.state is not RunState.FINISHED:
        return False
    ours, theirs = (
        load(io.BytesIO(runs.read_model(run.id))).network.get_weights() for run in (one, other)
    )
    equal = all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
    names = one.history.keys() - {"seconds"}
    return equal and all(one.history[name] == other.history[name] for name in names)


def _wait_until(condition: Callable[[], object], seconds: float = 1_800) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.05)
