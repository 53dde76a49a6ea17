"""Runs in memory: moves, and what is forgotten."""

import pytest

from core import Recipe
from runs import store as store_module
from runs.run import MOVES, RunState
from runs.store import Store

RECIPE = Recipe.example()


def finished(store: Store, model: bytes = b"zip") -> str:
    run = store.create("", RECIPE)
    assert store.change(run.id, RunState.QUEUED, to=RunState.RUNNING)
    assert store.change(run.id, RunState.RUNNING, to=RunState.FINISHED, model=model)
    return run.id


def test_a_change_needs_the_state_it_was_made_for():
    store = Store()
    run = store.create("name", RECIPE)
    assert store.change(run.id, RunState.QUEUED, to=RunState.STOPPED)
    assert not store.change(run.id, RunState.QUEUED, to=RunState.RUNNING)  # cancelled before
    assert store.get(run.id).state is RunState.STOPPED
    assert run.state is RunState.QUEUED  # a snapshot stays as it was
    assert not store.change("unknown", RunState.QUEUED, to=RunState.RUNNING)


@pytest.mark.parametrize("now", RunState)
@pytest.mark.parametrize("to", RunState)
def test_moves_outside_the_table_are_refused(now: RunState, to: RunState):
    if to not in MOVES[now]:
        with pytest.raises(ValueError, match=f"from {now.value} to {to.value}"):
            Store().change("any", now, to=to)


def test_times_and_stopping_follow_the_state():
    store = Store()
    run = store.create("", RECIPE)
    store.change(run.id, RunState.QUEUED, to=RunState.RUNNING)
    store.change(run.id, RunState.RUNNING, stopping=True)
    assert store.get(run.id).started
    assert store.get(run.id).stopping
    store.change(run.id, RunState.RUNNING, to=RunState.STOPPED)
    assert store.get(run.id).ended
    assert not store.get(run.id).stopping


def test_the_runs_that_ended_first_are_forgotten(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store_module, "MAX_ENDED_RUNS", 2)
    store = Store()
    queued = store.create("", RECIPE)
    ids = [finished(store) for _ in range(3)]
    assert [store.get(run_id) is None for run_id in ids] == [True, False, False]
    assert store.get(queued.id) is not None


def test_models_are_bounded_by_their_bytes_and_the_last_one_is_kept(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(store_module, "MAX_MODEL_BYTES", 10)
    store = Store()
    first, second = finished(store, b"x" * 6), finished(store, b"x" * 6)
    assert store.get(first) is None
    assert store.get(finished(store, b"x" * 20)) is not None
    assert store.get(second) is None


def test_ids_are_long_and_random():
    store = Store()
    ids = {store.create("", RECIPE).id for _ in range(100)}
    assert len(ids) == 100
    assert all(len(run_id) >= 22 for run_id in ids)
