"""Runs as visitors see them."""

from dataclasses import replace

import pytest
import sqlalchemy

from core.errors import UnpaddedError
from runs.store import Content, Store
from runs.store.database import Database
from runs.store.transitions import move
from runs.types import TRANSITIONS, RunState
from tests.support.stores import (
    ENDED,
    FILE,
    PACKED,
    RECIPE,
    SET,
    create_queued,
    make_history,
    make_progress,
)


def create_finished(store: Store, owner: str = "ada") -> str:
    run = create_queued(store, owner)
    claim = store.attempts.claim(run, "worker")
    assert store.attempts.end(run, claim.attempt, ENDED)
    return run


def test_a_run_is_stored_unchanged(store: Store):
    run = store.runs.create("ada", "Läufe ✓", RECIPE, PACKED, {"layout": None}, 2.5)
    line = store.runs.get(run)
    assert (line.id, line.owner, line.name, line.recipe) == (run, "ada", "Läufe ✓", RECIPE)
    assert (line.data, line.reading, line.estimate) == (PACKED.digest, {"layout": None}, 2.5)
    assert line.state is RunState.QUEUED
    assert line.created.tzinfo is not None
    assert store.runs.get("unknown") is None


def test_ids_are_128_random_bits(store: Store):
    ids = {create_queued(store, name=str(i)) for i in range(20)}
    assert len(ids) == 20
    assert all(len(run) >= 22 for run in ids)


def test_runs_are_listed_for_their_owner_alone_newest_first(store: Store):
    store.visitors.record_visit("bob", lasting=False)
    ids = [create_queued(store), create_queued(store), create_queued(store)]
    theirs = create_queued(store, "bob")
    assert [line.id for line in store.runs.list("ada")] == ids[::-1]
    assert [line.id for line in store.runs.list("bob")] == [theirs]


def test_models_of_the_same_data_are_listed_newest_first(store: Store):
    first, second = create_finished(store), create_finished(store)
    create_queued(store)
    store.visitors.record_visit("bob", lasting=False)
    create_finished(store, "bob")
    models = store.runs.list_models("ada", PACKED.digest, 100)
    assert [run.id for run in models] == [second, first]
    assert len(store.runs.list_models("ada", PACKED.digest, 1)) == 1
    assert store.runs.list_models("ada", "other", 100) == ()


def test_a_line_per_run_names_its_data_and_note(store: Store):
    run = create_queued(store, name="a run")
    [line] = store.runs.list_lines("ada")
    assert (line.id, line.name, line.state) == (run, "a run", RunState.QUEUED)
    assert (line.data, line.data_name, line.note) == (PACKED.digest, "", "")
    store.data_sets.save("ada", SET, PACKED, FILE)
    store.runs.update("ada", run, note=" with dropout\0 ")
    [line] = store.runs.list_lines("ada")
    assert (line.data_name, line.note) == (SET.name, "with dropout")
    store.runs.update("ada", run, note="")
    assert store.runs.get(run).note == ""


def test_only_the_owner_writes_a_note(store: Store):
    run = create_queued(store)
    store.runs.update("ada", run, note="mine")
    store.runs.update("bob", run, note="theirs")
    assert store.runs.get(run).note == "mine"
    store.runs.update("ada", run, note="x" * 3000)
    assert len(store.runs.get(run).note) == 2000


def test_runs_of_a_comparison_know_it_and_are_listed_in_part(store: Store):
    store.visitors.record_visit("bob", lasting=False)
    first, second, alone = create_queued(store), create_queued(store), create_queued(store)
    theirs = create_queued(store, "bob")
    comparison = store.runs.group("ada", {"one": [first, theirs], "two": [second]})
    assert [run.id for run in store.runs.list_some("ada", [first, alone, theirs])] == [alone, first]
    groups = {run.id: (run.comparison, run.entry) for run in store.runs.list("ada")}
    assert groups == {
        first: (comparison, "one"),
        second: (comparison, "two"),
        alone: (None, ""),
    }
    assert store.runs.get(theirs).comparison is None
    store.runs.delete("ada", first)
    assert [line.comparison for line in store.runs.list_lines("ada")] == [None, comparison]


@pytest.mark.parametrize("now", RunState)
@pytest.mark.parametrize("to", RunState)
def test_transitions_outside_the_table_are_refused(
    store: Store, url: str, now: RunState, to: RunState
):
    if to in TRANSITIONS[now]:
        return
    database = Database(url)
    with (
        pytest.raises(ValueError, match=f"from {now.value} to {to.value}"),
        database.writing() as c,
    ):
        move(c, "any", now, to)
    database.close()


def test_only_the_owner_stops_kills_renames_shares_or_deletes(store: Store):
    store.visitors.record_visit("eve", lasting=False)
    waiting, running = create_queued(store, name="mine"), create_queued(store)
    claim = store.attempts.claim(running, "worker")
    for run in (waiting, running):
        store.runs.stop("eve", run)
        store.runs.kill("eve", run)
        store.runs.update("eve", run, name="hers", open_to_questions=True)
        store.runs.delete("eve", run)
        with pytest.raises(UnpaddedError):
            store.runs.create_continuation("eve", run, RECIPE, 1.0)
    line = store.runs.get(waiting)
    assert (line.state, line.name, line.open_to_questions) == (RunState.QUEUED, "mine", False)
    assert store.attempts.is_stop_requested(running, claim.attempt) is False


def test_a_queued_run_is_cancelled_and_a_running_one_is_asked_to_stop(store: Store):
    waiting, running, done = create_queued(store), create_queued(store), create_finished(store)
    claim = store.attempts.claim(running, "worker")
    for run in (waiting, running, done):
        store.runs.stop("ada", run)
    assert store.runs.get(waiting).state is RunState.STOPPED
    assert store.runs.get(running).state is RunState.RUNNING
    assert store.attempts.is_stop_requested(running, claim.attempt)
    assert store.runs.get(done).state is RunState.FINISHED
    assert not store.runs.get(done).stopping


@pytest.mark.parametrize("end", ["kill", "delete"])
def test_a_worker_cannot_write_to_a_killed_or_deleted_run(store: Store, end: str):
    run = create_queued(store)
    claim = store.attempts.claim(run, "worker")
    getattr(store.runs, end)("ada", run)
    assert store.attempts.is_stop_requested(run, claim.attempt) is None
    store.attempts.report_progress(run, claim.attempt, make_progress(3), 0)
    store.attempts.save_checkpoint(run, claim.attempt, b"late")
    assert not store.attempts.end(run, claim.attempt, ENDED)
    assert store.runs.read_history(run) == []
    assert store.runs.read_artifact(run, "checkpoint") is None


def test_a_continuation_starts_from_the_end_of_a_run(store: Store):
    old = create_finished(store)
    new = store.runs.create_continuation("ada", old, RECIPE, 1.0)
    line = store.runs.get(new)
    assert (line.state, line.data, line.can_continue) == (RunState.QUEUED, PACKED.digest, True)
    assert not line.has_model
    assert store.runs.read_history(new) == make_history(5)
    assert store.attempts.claim(new, "worker").checkpoint == ENDED.checkpoint
    store.runs.delete("ada", old)
    assert store.runs.read_history(new) == make_history(5)  # its own now


@pytest.mark.slow
def test_a_run_without_a_checkpoint_cannot_be_continued(store: Store):
    run = create_queued(store)
    store.runs.stop("ada", run)
    with pytest.raises(UnpaddedError, match="cannot be continued"):
        store.runs.create_continuation("ada", run, RECIPE, 1.0)


def test_ended_runs_keep_some_losses_for_a_sparkline(store: Store):
    assert store.runs.get(create_finished(store)).spark == (1.0, 0.5, 0.3333, 0.25, 0.2)


def test_the_sparkline_of_an_ensemble_is_the_mean_of_its_members(store: Store):
    history = {"loss": [4.0, 2.0, 6.0, 4.0], "member": [1.0, 1.0, 2.0, 2.0]}
    run = create_queued(store)
    claim = store.attempts.claim(run, "worker")
    store.attempts.end(run, claim.attempt, replace(ENDED, history=history))
    assert store.runs.get(run).spark == (5.0, 3.0)


def test_limits_name_their_value_and_a_remedy(new_store):
    store = new_store(waiting_runs=2, runs=3)
    store.visitors.record_visit("ada", lasting=False)
    store.visitors.record_visit("bob", lasting=False)
    first = create_queued(store)
    create_queued(store)
    with pytest.raises(UnpaddedError, match="2 of your runs are waiting"):
        create_queued(store)
    create_queued(store, "bob")  # another's limit is his own
    store.attempts.claim(first, "worker")
    create_queued(store)
    with pytest.raises(UnpaddedError, match="You have 3 runs"):
        create_queued(store)


def test_models_count_towards_the_bytes_a_visitor_may_have(new_store):
    store = new_store(megabytes=1)
    store.visitors.record_visit("ada", lasting=False)
    run = create_queued(store)
    claim = store.attempts.claim(run, "worker")
    store.attempts.save_checkpoint(run, claim.attempt, b"x" * 1_500_000)
    with pytest.raises(UnpaddedError, match="take 2 MB"):
        store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, reserved=10)


def test_reserved_bytes_of_waiting_runs_count(new_store):
    store = new_store(megabytes=1)
    store.visitors.record_visit("ada", lasting=False)
    first = store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, reserved=700_000)
    with pytest.raises(UnpaddedError, match="This would add 1 MB"):
        store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, reserved=700_000)
    store.runs.stop("ada", first)  # it left nothing
    store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, reserved=700_000)


def test_data_of_runs_counts_after_its_data_set_was_deleted(new_store):
    store = new_store(megabytes=1)
    store.visitors.record_visit("ada", lasting=False)
    for number in range(2):
        large = Content.from_bytes(bytes([number]) * 600_000)
        if number:
            with pytest.raises(UnpaddedError, match="1 MB"):
                store.data_sets.save("ada", replace(SET, data=large.digest), large, FILE)
        else:
            data_set = store.data_sets.save("ada", replace(SET, data=large.digest), large, FILE)
            store.runs.create("ada", "", RECIPE, large.digest, {}, 1.0)
            store.data_sets.delete("ada", data_set.id)
    assert 600_000 <= store.visitors.read_usage("ada").bytes < 700_000


def test_a_continuation_counts_earlier_training_separately(store: Store):
    new = store.runs.create_continuation("ada", create_finished(store), RECIPE, 1.0)
    assert store.attempts.claim(new, "worker").seconds_before == ENDED.progress.seconds


def test_a_run_of_another_version_is_not_shown_and_does_not_hide_the_others(store, url):
    runs = [create_queued(store), create_queued(store)]
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        change = 'UPDATE runs SET recipe = \'{"task": "a new one"}\' WHERE id = :id'
        connection.execute(sqlalchemy.text(change), {"id": runs[0]})
    engine.dispose()
    assert store.runs.get(runs[0]) is None
    assert [line.id for line in store.runs.list("ada")] == [runs[1]]
