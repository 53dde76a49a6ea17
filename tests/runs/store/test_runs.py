"""Runs as visitors see them."""

from dataclasses import replace

import pytest
import sqlalchemy

from core import DataError
from runs.store import Content, Store
from runs.store.database import Database
from runs.store.runs import move
from runs.types import MOVES, RunState
from tests.runs.store.conftest import PACKED, RECIPE, queued
from tests.runs.store.test_attempts import ENDED, history, progress
from tests.runs.store.test_blobs import FILE, SET


def finished(store: Store, owner: str = "ada") -> str:
    run = queued(store, owner)
    claim = store.work.claim(run, "worker")
    assert store.work.end(run, claim.attempt, ENDED)
    return run


def test_a_run_comes_back_as_it_was_made(store: Store):
    run = store.runs.create("ada", "Läufe ✓", RECIPE, PACKED, {"layout": None}, 2.5)
    line = store.runs.line(run)
    assert (line.id, line.owner, line.name, line.recipe) == (run, "ada", "Läufe ✓", RECIPE)
    assert (line.data, line.reading, line.estimate) == (PACKED.digest, {"layout": None}, 2.5)
    assert line.state is RunState.QUEUED
    assert line.created.tzinfo is not None
    assert store.runs.line("unknown") is None


def test_ids_are_128_random_bits(store: Store):
    ids = {queued(store, name=str(i)) for i in range(20)}
    assert len(ids) == 20
    assert all(len(run) >= 22 for run in ids)


def test_runs_are_listed_for_their_owner_alone_newest_first(store: Store):
    store.visitors.welcome("bob", lasting=False)
    ids = [queued(store), queued(store), queued(store)]
    theirs = queued(store, "bob")
    assert [line.id for line in store.runs.list("ada")] == ids[::-1]
    assert [line.id for line in store.runs.list("bob")] == [theirs]


@pytest.mark.parametrize("now", RunState)
@pytest.mark.parametrize("to", RunState)
def test_moves_outside_the_table_are_refused(store: Store, url: str, now: RunState, to: RunState):
    if to in MOVES[now]:
        return
    database = Database(url)
    with (
        pytest.raises(ValueError, match=f"from {now.value} to {to.value}"),
        database.writing() as c,
    ):
        move(c, "any", now, to)
    database.close()


def test_only_the_owner_stops_kills_renames_shares_or_deletes(store: Store):
    store.visitors.welcome("eve", lasting=False)
    waiting, running = queued(store, name="mine"), queued(store)
    claim = store.work.claim(running, "worker")
    for run in (waiting, running):
        store.runs.stop("eve", run)
        store.runs.kill("eve", run)
        store.runs.change("eve", run, name="hers", open_to_questions=True)
        store.runs.delete("eve", run)
        with pytest.raises(DataError):
            store.runs.go_on("eve", run, RECIPE, 1.0)
    line = store.runs.line(waiting)
    assert (line.state, line.name, line.open_to_questions) == (RunState.QUEUED, "mine", False)
    assert store.work.is_to_stop(running, claim.attempt) is False


def test_a_queued_run_is_cancelled_at_once_and_a_running_one_is_asked(store: Store):
    waiting, running, done = queued(store), queued(store), finished(store)
    claim = store.work.claim(running, "worker")
    for run in (waiting, running, done):
        store.runs.stop("ada", run)
    assert store.runs.line(waiting).state is RunState.STOPPED
    assert store.runs.line(running).state is RunState.RUNNING
    assert store.work.is_to_stop(running, claim.attempt)
    assert store.runs.line(done).state is RunState.FINISHED
    assert not store.runs.line(done).stopping


@pytest.mark.parametrize("end", ["kill", "delete"])
def test_a_killed_or_deleted_run_is_no_longer_its_workers(store: Store, end: str):
    run = queued(store)
    claim = store.work.claim(run, "worker")
    getattr(store.runs, end)("ada", run)
    assert store.work.is_to_stop(run, claim.attempt) is None
    store.work.report(run, claim.attempt, progress(3), 0)
    store.work.keep_checkpoint(run, claim.attempt, b"late")
    assert not store.work.end(run, claim.attempt, ENDED)
    assert store.runs.history(run) == []
    assert store.runs.artifact(run, "checkpoint") is None


def test_a_run_goes_on_in_a_new_one_from_where_it_ended(store: Store):
    old = finished(store)
    new = store.runs.go_on("ada", old, RECIPE, 1.0)
    line = store.runs.line(new)
    assert (line.state, line.data, line.can_go_on) == (RunState.QUEUED, PACKED.digest, True)
    assert not line.has_model
    assert store.runs.history(new) == history(5)
    assert store.work.claim(new, "worker").checkpoint == ENDED.checkpoint
    store.runs.delete("ada", old)
    assert store.runs.history(new) == history(5)  # its own now


def test_a_run_without_a_checkpoint_cannot_go_on(store: Store):
    run = queued(store)
    store.runs.stop("ada", run)
    with pytest.raises(DataError, match="cannot go on"):
        store.runs.go_on("ada", run, RECIPE, 1.0)


def test_ended_runs_keep_some_losses_to_draw_small(store: Store):
    assert store.runs.line(finished(store)).spark == (1.0, 0.5, 0.3333, 0.25, 0.2)


def test_limits_say_what_they_are_and_what_to_do(new_store):
    store = new_store(waiting_runs=2, runs=3)
    store.visitors.welcome("ada", lasting=False)
    store.visitors.welcome("bob", lasting=False)
    first = queued(store)
    queued(store)
    with pytest.raises(DataError, match="2 of your trainings wait"):
        queued(store)
    queued(store, "bob")  # another's limit is his own
    store.work.claim(first, "worker")
    queued(store)
    with pytest.raises(DataError, match="3 runs on this server"):
        queued(store)


def test_models_count_towards_the_bytes_a_visitor_may_have(new_store):
    store = new_store(megabytes=1)
    store.visitors.welcome("ada", lasting=False)
    run = queued(store)
    claim = store.work.claim(run, "worker")
    store.work.keep_checkpoint(run, claim.attempt, b"x" * 1_500_000)
    with pytest.raises(DataError, match="2 MB on this server"):
        store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, reserved=10)


def test_what_waiting_runs_may_leave_counts_before_they_leave_it(new_store):
    store = new_store(megabytes=1)
    store.visitors.welcome("ada", lasting=False)
    first = store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, reserved=700_000)
    with pytest.raises(DataError, match="this would add 1 MB"):
        store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, reserved=700_000)
    store.runs.stop("ada", first)  # it left nothing
    store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, reserved=700_000)


def test_data_that_runs_keep_counts_though_its_data_set_was_deleted(new_store):
    store = new_store(megabytes=1)
    store.visitors.welcome("ada", lasting=False)
    for number in range(2):
        large = Content.of(bytes([number]) * 600_000)
        if number:
            with pytest.raises(DataError, match="1 MB"):
                store.contents.keep("ada", replace(SET, data=large.digest), large, FILE)
        else:
            kept = store.contents.keep("ada", replace(SET, data=large.digest), large, FILE)
            store.runs.create("ada", "", RECIPE, large.digest, {}, 1.0)
            store.contents.delete("ada", kept.id)
    assert 600_000 <= store.visitors.usage("ada").bytes < 700_000


def test_a_run_that_goes_on_counts_what_was_trained_before_apart(store: Store):
    new = store.runs.go_on("ada", finished(store), RECIPE, 1.0)
    assert store.work.claim(new, "worker").before == ENDED.progress.seconds


def test_a_run_of_another_version_is_not_shown_and_does_not_hide_the_others(store, url):
    runs = [queued(store), queued(store)]
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        change = 'UPDATE runs SET recipe = \'{"task": "a new one"}\' WHERE id = :id'
        connection.execute(sqlalchemy.text(change), {"id": runs[0]})
    engine.dispose()
    assert store.runs.line(runs[0]) is None
    assert [line.id for line in store.runs.list("ada")] == [runs[1]]
