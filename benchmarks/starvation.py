"""Measure how long a newcomer waits behind others, and whether their models stay the same.

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
GIVE_UP_SECONDS = 180.0  # a newcomer who has not begun by then does not within hours
NEWCOMERS, COOKIES, RUNS = 12, 30, 32
HERE, ELSEWHERE = "127.0.0.2", "127.0.0.3"
ENDLESS = Recipe(layers=(LSTM(24),), epochs=10_000, batch_size=4)
SHORT = Recipe(layers=(LSTM(4),), epochs=20, batch_size=16)
# About a minute alone, with everything that has a state.
FINITE = Recipe(layers=(LSTM(24, dropout=0.2),), epochs=700, batch_size=4, patience=700)
# An estimate of so little is right when it was little: nobody plans by it.
AT_ONCE_SECONDS = 2.0


def run(rounds: int) -> dict[str, object]:
    """The counts are those the project promises, whatever ``rounds`` says."""
    return {
        "one visitor, 32 long runs": one_visitor(NEWCOMERS),
        "30 cookies of one address, a long run each": many_cookies(NEWCOMERS),
        "the same through the server's pages": through_pages(6),
    }


def one_visitor(newcomers: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, server(folder) as runs:
        alone = ended(runs, runs.train("alone", data(0), FINITE))
        disturbed = [runs.train("greedy", data(0), FINITE) for _ in range(2)]
        for number in range(RUNS - len(disturbed)):
            runs.train("greedy", data(number), ENDLESS)
        found = _waits(runs, newcomers)
        others = [ended(runs, run) for run in disturbed]
        found["turns of the disturbed runs"] = [run.attempt for run in others]
        found["disturbed runs are bit-identical to the undisturbed one"] = all(
            same(runs, run, alone) for run in others
        )
        found["reached"] &= found["disturbed runs are bit-identical to the undisturbed one"]
        return found


def many_cookies(newcomers: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, server(folder) as runs:
        for number in range(COOKIES):
            runs.store.visitors.record_visit(f"cookie {number}", False, HERE)
            runs.train(f"cookie {number}", data(number), ENDLESS)
        return _waits(runs, newcomers)


def through_pages(newcomers: int) -> dict[str, object]:
    """Visitors with fresh cookies at one address, newcomers at another, from the press of the
    button to the curve that is whole."""
    waits = []
    with (
        tempfile.TemporaryDirectory() as folder,
        AppServer(Path(folder), UNPADDED_WORKERS="2") as app,
        ExitStack() as crowd,
    ):
        for number in range(COOKIES):
            visitor = crowd.enter_context(Visitor(app.address, source=HERE))
            _start(visitor, number, 10_000)
        store = Store(f"sqlite:///{Path(folder) / FILE}")
        _until(lambda: len(store.attempts.list_running()) == 2)  # both workers have started
        store.close()
        chance = random.Random(0)
        for number in range(newcomers):
            time.sleep(chance.uniform(0, 10))
            with Visitor(app.address, source=ELSEWHERE) as visitor:
                _start(visitor, 100 + number, 5)
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


def _start(visitor: Visitor, number: int, epochs: int) -> None:
    rng = np.random.default_rng(number)
    lines = ["id,x,target"]
    for i in range(60):
        lines += [f"{i},{value:.3f},{i % 7}.5" for value in rng.normal(size=rng.integers(1, 9))]
    visitor.open("/Data")
    visitor.upload("upload", f"data-{number}.csv", "\n".join(lines).encode())
    visitor.page_link("Train")
    visitor.type("Epochs", epochs)
    visitor.type("Patience, in epochs", 0)
    visitor.click("Start training")


@contextmanager
def server(folder: str) -> Iterator[Runs]:
    """Runs with two workers and a store of their own."""
    with patch.dict(os.environ, {"UNPADDED_WORKERS": "2", "UNPADDED_DATA": folder}):
        runs = Runs()
        try:
            _until(lambda: len(runs.workers) == 2)
            yield runs
        finally:
            runs.close()


def _waits(runs: Runs, newcomers: int) -> dict[str, object]:
    """Newcomers at random moments: what they were told, and what they waited."""
    chance = random.Random(0)
    _until(lambda: len(runs.store.attempts.list_running()) == 2)
    told, waited = [], []
    for number in range(newcomers):
        time.sleep(chance.uniform(0, 10))
        runs.store.visitors.record_visit(f"newcomer {number}", False, ELSEWHERE)
        new = runs.train(f"newcomer {number}", data(number, 40), SHORT)
        began = time.monotonic()
        place = None
        while runs.get(new).state is RunState.QUEUED:
            place = place or runs.get_queue_position(new)
            if time.monotonic() - began > GIVE_UP_SECONDS:
                break
            time.sleep(0.02)
        run = runs.get(new)
        told.append(0.0 if place is None else place.seconds)
        if run.started is None:
            waited.append(GIVE_UP_SECONDS)
            break
        waited.append((run.started - run.created).total_seconds())
        ended(runs, new)
    right = sum(map(_is_right, told, waited))
    return {
        "seconds to a newcomer's begin": [round(each, 1) for each in waited],
        "median": round(median(waited), 1),
        "worst": round(max(waited), 1),
        "seconds at most": MAX_WAIT_SECONDS,
        "seconds that the queue told": [round(each, 1) for each in told],
        "told right within a factor of two": f"{right} of {len(told)}",
        "reached": max(waited) <= MAX_WAIT_SECONDS and right >= 0.8 * len(told),
    }


def _is_right(told: float, waited: float) -> bool:
    if max(told, waited) <= AT_ONCE_SECONDS:
        return True
    return waited / 2 <= told <= waited * 2


def data(seed: int, sequences: int = 120) -> Sequences:
    """Sequences of 2 to 20 steps without any pattern."""
    rng = np.random.default_rng(seed)
    parts = [rng.normal(size=(rng.integers(2, 20), 2)) for _ in range(sequences)]
    return Sequences.from_lists(parts, targets=rng.normal(size=sequences))


def ended(runs: Runs, run_id: str) -> Run:
    _until(lambda: runs.get(run_id).state not in ACTIVE)
    return runs.get(run_id)


def same(runs: Runs, one: Run, other: Run) -> bool:
    """Compare two runs: the same history, times aside, and the same weights, to the last
    bit."""
    from core import load

    if one.state is not RunState.FINISHED or other.state is not RunState.FINISHED:
        return False
    ours, theirs = (
        load(io.BytesIO(runs.read_model(run.id))).network.get_weights() for run in (one, other)
    )
    equal = all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
    names = one.history.keys() - {"seconds"}
    return equal and all(one.history[name] == other.history[name] for name in names)


def _until(true: Callable[[], object], seconds: float = 1_800) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.05)
