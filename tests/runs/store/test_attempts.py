"""Runs as dispatchers and workers see them."""

import threading
from dataclasses import replace

import pytest

from core.errors import DataError
from runs.store import Store
from runs.types import RunState
from tests.support.stores import (
    ENDED,
    PACKED,
    RECIPE,
    call_in_parallel,
    create_queued,
    make_history,
    make_progress,
)


def test_a_run_from_the_queue_to_its_end(store: Store):
    run = create_queued(store)
    [waiting] = store.attempts.list_waiting()
    assert (waiting.id, waiting.owner, waiting.interrupted) == (run, "ada", False)
    claim = store.attempts.claim(run, "tcp://worker")
    assert (claim.attempt, claim.recipe, claim.data) == (1, RECIPE, PACKED.content)
    assert claim.checkpoint is None
    assert store.attempts.list_waiting() == []
    [held] = store.attempts.list_running()
    assert (held.id, held.worker, held.attempt) == (run, "tcp://worker", 1)
    store.attempts.report_progress(run, 1, make_progress(2), 0)
    store.attempts.report_progress(run, 1, make_progress(5), 2)
    line = store.runs.get(run)
    assert line.progress == replace(make_progress(5), history={})
    assert store.runs.read_history(run) == make_history(5)
    assert store.runs.read_history(run, after=3) == make_history(5)[3:]
    assert store.attempts.end(run, 1, ENDED)
    line = store.runs.get(run)
    assert line.state is RunState.FINISHED
    assert line.created <= line.started <= line.ended
    assert (line.has_model, line.can_continue, line.best_epoch) == (True, True, 4)
    assert line.metrics["test"]["mse"] == 0.25
    assert line.notes[0].values == {"n": 3}
    assert line.computed == ENDED.computed
    assert store.runs.read_artifact(run, "model") == b"zip"


def test_every_report_changes_the_heartbeat_counter(store: Store):
    run = create_queued(store)
    store.attempts.claim(run, "worker")
    beats = [store.attempts.list_running()[0].beat]
    for sign in (
        lambda: store.attempts.record_heartbeat(run, 1),
        lambda: store.attempts.report_progress(run, 1, make_progress(1), 0),
        lambda: store.attempts.save_checkpoint(run, 1, b"state"),
    ):
        sign()
        beats.append(store.attempts.list_running()[0].beat)
    assert len(set(beats)) == 4


def test_an_interrupted_run_resumes_from_its_checkpoint_before_newer_runs(store: Store):
    first = create_queued(store)
    store.attempts.claim(first, "worker")
    store.attempts.save_checkpoint(first, 1, b"after 2 epochs")
    store.attempts.report_progress(first, 1, make_progress(5), 0)
    create_queued(store)
    assert store.attempts.interrupt(first, 1, has_died=True) == (1, 0)
    assert store.attempts.list_waiting()[0].id == first
    assert store.attempts.list_waiting()[0].interrupted
    claim = store.attempts.claim(first, "another")
    assert (claim.attempt, claim.checkpoint) == (2, b"after 2 epochs")
    store.attempts.report_progress(
        first, 2, make_progress(3), 2
    )  # epochs after the checkpoint are repeated
    assert store.runs.read_history(first) == make_history(3)


def test_a_worker_that_was_taken_for_dead_changes_nothing(store: Store):
    run = create_queued(store)
    store.attempts.claim(run, "slow")
    store.attempts.interrupt(run, 1)
    store.attempts.claim(run, "other")
    store.attempts.report_progress(run, 1, make_progress(9), 0)
    store.attempts.save_checkpoint(run, 1, b"old")
    assert store.attempts.is_stop_requested(run, 1) is None
    assert not store.attempts.end(run, 1, ENDED)
    assert not store.attempts.fail(run, 1, DataError("no"))
    assert store.attempts.interrupt(run, 1) is None
    assert store.runs.read_history(run) == []
    assert store.runs.get(run).state is RunState.RUNNING


def test_deaths_are_counted(store: Store):
    run = create_queued(store)
    counted = []
    for died, of_memory in ((True, False), (False, False), (True, True)):
        claim = store.attempts.claim(run, "worker")
        counted.append(store.attempts.interrupt(run, claim.attempt, died, of_memory))
    assert counted == [(1, 0), (1, 0), (2, 1)]


def test_deaths_before_progress_do_not_count(store: Store):
    run = create_queued(store)
    for _ in range(2):
        claim = store.attempts.claim(run, "worker")
        store.attempts.interrupt(run, claim.attempt, has_died=True)
    claim = store.attempts.claim(run, "worker")
    store.attempts.save_checkpoint(run, claim.attempt, b"further")
    assert store.attempts.interrupt(run, claim.attempt, has_died=True) == (1, 0)


def test_deaths_before_a_turn_with_progress_do_not_count(store: Store):
    run = create_queued(store)
    store.attempts.interrupt(run, store.attempts.claim(run, "worker").attempt, has_died=True)
    claim = store.attempts.claim(run, "worker")
    store.attempts.request_yield(run, claim.attempt)
    assert store.attempts.pause(run, claim.attempt, True, b"state", make_progress(3))
    claim = store.attempts.claim(run, "worker")
    assert store.attempts.interrupt(run, claim.attempt, has_died=True) == (1, 0)


@pytest.mark.slow
@pytest.mark.parametrize("again", range(15))
def test_a_kill_at_the_very_end_leaves_a_whole_run_or_none(store: Store, new_store, again: int):
    run = create_queued(store)
    claim = store.attempts.claim(run, "worker")
    killer = new_store()
    acts = [
        lambda: store.attempts.end(run, claim.attempt, ENDED),
        lambda: killer.runs.kill("ada", run),
    ]
    call_in_parallel(lambda number: acts[number](), 2)
    line = store.runs.get(run)
    whole = (RunState.FINISHED, True, make_progress(5).seconds)
    seconds = None if line.progress is None else line.progress.seconds
    assert (line.state, line.has_model, seconds) in (whole, (RunState.STOPPED, False, None))


@pytest.mark.parametrize("now", [RunState.RUNNING, RunState.INTERRUPTED])
def test_a_failed_run_says_why(store: Store, now: RunState):
    run = create_queued(store)
    store.attempts.claim(run, "worker")
    if now is RunState.INTERRUPTED:
        store.attempts.interrupt(run, 1)
    assert store.attempts.fail(run, 1, DataError("Row {row} is bad.", row=3), now)
    line = store.runs.get(run)
    assert (line.state, line.error.template) == (RunState.FAILED, "Row {row} is bad.")
    assert line.error.values == {"row": 3}


def test_a_stop_of_an_interrupted_run_reaches_the_next_attempt(store: Store):
    run = create_queued(store)
    store.attempts.claim(run, "worker")
    store.attempts.interrupt(run, 1)
    store.runs.stop("ada", run)
    assert store.attempts.list_waiting()[0].stopping
    assert store.attempts.claim(run, "worker").stopping


def test_only_one_of_many_workers_claims_a_run(store: Store, new_store):
    """Concurrent claims are exclusive.

    Read-then-write in a plain BEGIN failed on SQLite ("database is locked"), and two servers that
    share a PostgreSQL could assign the same run.
    """
    runs = [create_queued(store) for _ in range(12)]
    stores, claims, errors = [new_store() for _ in range(4)], [], []

    def work(own: Store) -> None:
        for run in runs:
            try:
                if own.attempts.claim(run, "worker") is not None:
                    claims.append(run)
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=work, args=(own,)) for own in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(claims) == sorted(runs)
