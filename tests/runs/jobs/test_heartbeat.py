"""What the thread beside a training does without waiting for it."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from runs.jobs import heartbeat as keeper
from runs.jobs.heartbeat import Keeper
from runs.limits import Limits
from runs.store import Store
from tests.runs.store.conftest import queued
from tests.runs.store.test_attempts import progress

HOUR = 3600.0


@pytest.mark.parametrize(
    ("before", "seconds", "out_of_time"),
    [(0.0, HOUR - 1, False), (0.0, HOUR + 1, True), (5 * HOUR, 6 * HOUR - 1, False)],
)
def test_a_run_that_goes_on_has_a_time_of_its_own(
    tmp_path: Path, before: float, seconds: float, out_of_time: bool
):
    """Continue ended at once, with the note that promised it would go on."""
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}", Limits(run_hours=1))
    run = queued(store)
    claim = replace(store.work.claim(run, "worker"), before=before)
    keeper = Keeper(store, run, claim, None, None)
    keeper.progress(replace(progress(3), seconds=seconds))
    assert keeper.timed_out is out_of_time
    assert keeper.should_stop() is out_of_time
    keeper.close()
    store.close()


def test_a_training_that_hangs_in_native_code_is_ended_with_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The process lives, and its keeper says so every two seconds; nothing else moves."""
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    run = queued(store)
    ended = threading.Event()
    monkeypatch.setattr(keeper.os, "_exit", lambda code: ended.set())
    monkeypatch.setattr(keeper, "STILL_SECONDS", 0.5)
    monkeypatch.setattr(keeper, "FIRST_STILL_SECONDS", 60.0)
    kept = Keeper(store, run, store.work.claim(run, "worker"), None, None)
    for _ in range(2):  # the network is being compiled
        kept.should_stop()
    assert not ended.wait(1)
    for _ in range(20):
        kept.should_stop()
        time.sleep(0.05)
    assert not ended.is_set()
    assert ended.wait(30)
    kept.close()
    store.close()


def test_a_turn_ends_when_the_training_got_further_in_it(tmp_path: Path):
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    run = queued(store)
    kept = Keeper(store, run, store.work.claim(run, "worker"), None, None)
    kept.progress(replace(progress(0), epoch=0))
    store.work.ask_to_yield(run, 1)
    deadline = time.monotonic() + 30
    while kept._asked_to_yield_at is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert not kept.should_stop()
    kept.progress(progress(1))
    assert kept.should_stop()
    assert not kept.is_to_end
    store.runs.stop("ada", run)  # a stop is one, also while others wait
    while not kept.is_to_end:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    kept.close()
    store.close()
