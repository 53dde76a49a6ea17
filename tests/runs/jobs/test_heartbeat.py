"""The thread beside a training works without waiting for it."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import Recipe
from core.engine.checkpoint import Checkpoint, FinishedMembers
from runs.jobs import heartbeat as heartbeat_module
from runs.jobs.heartbeat import Heartbeat
from runs.jobs.train import NOTHING_LEARNED
from runs.limits import Limits
from runs.store import Store
from runs.types import RunState
from tests.support.stores import create_queued, make_progress

HOUR = 3600.0


@pytest.mark.parametrize(
    ("seconds_before", "seconds", "is_timed_out"),
    [(0.0, HOUR - 1, False), (0.0, HOUR + 1, True), (5 * HOUR, 6 * HOUR - 1, False)],
)
def test_a_continued_run_has_a_time_limit_of_its_own(
    tmp_path: Path, seconds_before: float, seconds: float, is_timed_out: bool
):
    """A continued run ended at once, with the note that promised it could continue."""
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}", Limits(run_hours=1))
    run = create_queued(store)
    claim = replace(store.attempts.claim(run, "worker"), seconds_before=seconds_before)
    heartbeat = Heartbeat(store, run, claim, None, None)
    heartbeat.on_progress(replace(make_progress(3), seconds=seconds))
    assert heartbeat.is_timed_out is is_timed_out
    assert heartbeat.should_stop() is is_timed_out
    heartbeat.close()
    store.close()


@pytest.mark.slow
def test_a_training_that_hangs_in_native_code_is_ended_with_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The heartbeat of the process continues, but the training is stuck."""
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    run = create_queued(store)
    ended = threading.Event()
    monkeypatch.setattr(heartbeat_module.os, "_exit", lambda code: ended.set())
    monkeypatch.setattr(heartbeat_module, "HANG_SECONDS", 0.5)
    monkeypatch.setattr(heartbeat_module, "FIRST_HANG_SECONDS", 60.0)
    heartbeat = Heartbeat(store, run, store.attempts.claim(run, "worker"), None, None)
    for _ in range(2):  # the network is being compiled
        heartbeat.should_stop()
    assert not ended.wait(1)
    for _ in range(20):
        heartbeat.should_stop()
        time.sleep(0.05)
    assert not ended.is_set()
    assert ended.wait(30)
    heartbeat.close()
    store.close()


class EndingHeartbeat(Heartbeat):
    """Heartbeat of a training that is about to end just after the heartbeat has looked at it."""

    @property
    def finish_now(self):
        return self.__dict__.pop("builder", None)

    @finish_now.setter
    def finish_now(self, builder):
        self.__dict__["builder"] = builder


@pytest.mark.slow
def test_a_stop_ends_a_run_whose_training_is_about_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The thread failed, and the run had no heartbeat any more."""
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    run = create_queued(store)
    ended = threading.Event()
    monkeypatch.setattr(heartbeat_module.os, "_exit", lambda code: ended.set())
    claim = store.attempts.claim(run, "worker")
    heartbeat = EndingHeartbeat(store, run, claim, None, lambda heartbeat: NOTHING_LEARNED)
    store.runs.stop("ada", run)
    assert ended.wait(30)
    heartbeat.close()
    assert store.runs.get(run).state is RunState.STOPPED
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("knows", "computes", "is_ended"),
    [(False, True, True), (True, True, False), (False, False, False)],
    ids=["in a batch", "about to end", "without CPU time"],
)
def test_a_training_is_ended_by_force_only_if_it_computes_and_ignores_the_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, knows: bool, computes: bool, is_ended: bool
):
    """On a busy machine a stopped run had no metrics, and no note that said why."""
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    run = create_queued(store)
    ended = threading.Event()
    monkeypatch.setattr(heartbeat_module.os, "_exit", lambda code: ended.set())
    monkeypatch.setattr(heartbeat_module, "LONGER_GRACE_SECONDS", 300.0)
    if not computes:
        monkeypatch.setattr(heartbeat_module.time, "process_time", lambda: 0.0)
    claim = store.attempts.claim(run, "worker")
    store.runs.stop("ada", run)
    heartbeat = Heartbeat(store, run, claim, None, lambda heartbeat: NOTHING_LEARNED)
    while knows and not heartbeat.should_stop():
        time.sleep(0.02)
    deadline = time.monotonic() + (60 if is_ended else 3)
    while not ended.is_set() and time.monotonic() < deadline:
        sum(range(10_000))
    assert ended.is_set() is is_ended
    heartbeat.close()
    store.close()


@pytest.mark.slow
def test_a_turn_ends_after_progress(tmp_path: Path):
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    run = create_queued(store)
    heartbeat = Heartbeat(store, run, store.attempts.claim(run, "worker"), None, None)
    heartbeat.on_progress(replace(make_progress(0), epoch=0))
    store.attempts.request_yield(run, 1)
    deadline = time.monotonic() + 30
    while heartbeat.yield_requested_at is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert not heartbeat.should_stop()
    heartbeat.on_progress(make_progress(1))
    assert heartbeat.should_stop()
    assert not heartbeat.is_end_requested
    store.runs.stop("ada", run)  # a stop ends the run, also while others wait
    while not heartbeat.is_end_requested:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    heartbeat.close()
    store.close()


def test_a_turn_of_an_ensemble_begins_behind_its_finished_members(tmp_path: Path):
    """The checkpoint counts the epochs of the current member, the progress those of all."""
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    run = create_queued(store)
    resume = Checkpoint(
        recipe=Recipe(members=3, epochs=5),
        preprocessing={},
        groups=1,
        plan_version=1,
        epoch=2,
        batch=0,
        sums=np.zeros(3),
        weights=[],
        slots=[],
        updates=0,
        finished=FinishedMembers((), (), epochs=5, all_epochs=15),
    )
    heartbeat = Heartbeat(store, run, store.attempts.claim(run, "worker"), resume, None)
    heartbeat.yield_requested_at = time.monotonic()
    heartbeat.on_progress(replace(make_progress(0), epoch=7, epochs=15))
    assert not heartbeat.should_stop()
    heartbeat.on_progress(replace(make_progress(0), epoch=8, epochs=15))
    assert heartbeat.should_stop()
    heartbeat.close()
    store.close()
