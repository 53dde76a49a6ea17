"""Runs as dispatchers and workers see them."""

import threading
from dataclasses import replace

import pytest

from core.engine.progress import Progress
from core.errors import DataError, Note
from runs.store import Result, Store
from runs.types import RunState
from tests.runs.store.conftest import PACKED, RECIPE, queued, together


def history(epochs: int) -> list[dict[str, float]]:
    return [{"loss": 1 / epoch, "seconds": 0.5} for epoch in range(1, epochs + 1)]


def progress(epochs: int) -> Progress:
    figures = history(epochs)
    columns = {name: [each[name] for each in figures] for name in ("loss", "seconds")}
    return Progress(epochs, 100, 0, 3, 3, columns, seconds=epochs / 2)


ENDED = Result(
    state=RunState.FINISHED,
    model=b"zip",
    checkpoint=b"last state",
    history=progress(5).history,
    progress=progress(5),
    metrics={"test": {"mse": 0.25, "r2": float("nan")}},
    notes=(Note("Cut: {n}.", n=3),),
    best_epoch=4,
    computed={"layers": ["fused"], "groups": 2},
)


def test_a_run_from_the_queue_to_its_end(store: Store):
    run = queued(store)
    [waiting] = store.work.waiting()
    assert (waiting.id, waiting.owner, waiting.interrupted) == (run, "ada", False)
    claim = store.work.claim(run, "tcp://worker")
    assert (claim.attempt, claim.recipe, claim.data) == (1, RECIPE, PACKED.content)
    assert claim.checkpoint is None
    assert store.work.waiting() == []
    [held] = store.work.held()
    assert (held.id, held.worker, held.attempt) == (run, "tcp://worker", 1)
    store.work.report(run, 1, progress(2), 0)
    store.work.report(run, 1, progress(5), 2)
    line = store.runs.line(run)
    assert line.progress == replace(progress(5), history={})
    assert store.runs.history(run) == history(5)
    assert store.runs.history(run, after=3) == history(5)[3:]
    assert store.work.end(run, 1, ENDED)
    line = store.runs.line(run)
    assert line.state is RunState.FINISHED
    assert line.created <= line.started <= line.ended
    assert (line.has_model, line.can_go_on, line.best_epoch) == (True, True, 4)
    assert line.metrics["test"]["mse"] == 0.25
    assert line.notes[0].values == {"n": 3}
    assert line.computed == ENDED.computed
    assert store.runs.artifact(run, "model") == b"zip"


def test_every_sign_of_life_changes_the_beat(store: Store):
    run = queued(store)
    store.work.claim(run, "worker")
    beats = [store.work.held()[0].beat]
    for sign in (
        lambda: store.work.beat(run, 1),
        lambda: store.work.report(run, 1, progress(1), 0),
        lambda: store.work.keep_checkpoint(run, 1, b"state"),
    ):
        sign()
        beats.append(store.work.held()[0].beat)
    assert len(set(beats)) == 4


def test_an_interrupted_run_goes_on_from_its_checkpoint_before_newer_ones(store: Store):
    first = queued(store)
    store.work.claim(first, "worker")
    store.work.keep_checkpoint(first, 1, b"after 2 epochs")
    store.work.report(first, 1, progress(5), 0)
    queued(store)
    assert store.work.interrupt(first, 1, died=True) == (1, 0)
    assert store.work.waiting()[0].id == first
    assert store.work.waiting()[0].interrupted
    claim = store.work.claim(first, "another")
    assert (claim.attempt, claim.checkpoint) == (2, b"after 2 epochs")
    store.work.report(first, 2, progress(3), 2)  # what came after the checkpoint happens again
    assert store.runs.history(first) == history(3)


def test_a_worker_that_was_thought_dead_changes_nothing(store: Store):
    run = queued(store)
    store.work.claim(run, "slow")
    store.work.interrupt(run, 1)
    store.work.claim(run, "other")
    store.work.report(run, 1, progress(9), 0)
    store.work.keep_checkpoint(run, 1, b"old")
    assert store.work.is_to_stop(run, 1) is None
    assert not store.work.end(run, 1, ENDED)
    assert not store.work.fail(run, 1, DataError("no"))
    assert store.work.interrupt(run, 1) is None
    assert store.runs.history(run) == []
    assert store.runs.line(run).state is RunState.RUNNING


def test_deaths_are_counted(store: Store):
    run = queued(store)
    counted = []
    for died, of_memory in ((True, False), (False, False), (True, True)):
        claim = store.work.claim(run, "worker")
        counted.append(store.work.interrupt(run, claim.attempt, died, of_memory))
    assert counted == [(1, 0), (1, 0), (2, 1)]


def test_deaths_before_it_got_further_are_not_held_against_a_run(store: Store):
    run = queued(store)
    for _ in range(2):
        claim = store.work.claim(run, "worker")
        store.work.interrupt(run, claim.attempt, died=True)
    claim = store.work.claim(run, "worker")
    store.work.keep_checkpoint(run, claim.attempt, b"further")
    assert store.work.interrupt(run, claim.attempt, died=True) == (1, 0)


@pytest.mark.parametrize("again", range(15))
def test_a_kill_at_the_very_end_leaves_a_whole_run_or_none(store: Store, new_store, again: int):
    run = queued(store)
    claim = store.work.claim(run, "worker")
    killer = new_store()
    acts = [lambda: store.work.end(run, claim.attempt, ENDED), lambda: killer.runs.kill("ada", run)]
    together(lambda number: acts[number](), 2)
    line = store.runs.line(run)
    whole = (RunState.FINISHED, True, progress(5).seconds)
    seconds = None if line.progress is None else line.progress.seconds
    assert (line.state, line.has_model, seconds) in (whole, (RunState.STOPPED, False, None))


@pytest.mark.parametrize("now", [RunState.RUNNING, RunState.INTERRUPTED])
def test_a_failed_run_says_why(store: Store, now: RunState):
    run = queued(store)
    store.work.claim(run, "worker")
    if now is RunState.INTERRUPTED:
        store.work.interrupt(run, 1)
    assert store.work.fail(run, 1, DataError("Row {row} is bad.", row=3), now)
    line = store.runs.line(run)
    assert (line.state, line.error.template) == (RunState.FAILED, "Row {row} is bad.")
    assert line.error.values == {"row": 3}


def test_a_stop_reaches_a_run_that_was_interrupted_when_it_goes_on(store: Store):
    run = queued(store)
    store.work.claim(run, "worker")
    store.work.interrupt(run, 1)
    store.runs.stop("ada", run)
    assert store.work.waiting()[0].stopping
    assert store.work.claim(run, "worker").stopping


def test_of_many_workers_one_gets_a_run(store: Store, new_store):
    """Read-then-write in a plain BEGIN failed on SQLite ("database is locked"), and two servers
    that share a PostgreSQL may hand out the same run."""
    runs = [queued(store) for _ in range(12)]
    stores, claims, errors = [new_store() for _ in range(4)], [], []

    def work(own: Store) -> None:
        for run in runs:
            try:
                if own.work.claim(run, "worker") is not None:
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
