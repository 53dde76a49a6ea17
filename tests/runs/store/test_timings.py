"""Durations of trainings that finished in one piece measure the speed of the server."""

import time

import pytest

from runs.store import Store
from runs.types import RunState
from tests.support.stores import ENDED, PACKED, RECIPE


@pytest.fixture
def store(tmp_path) -> Store:
    store = Store(f"sqlite:///{tmp_path}/runs.db")
    store.visitors.record_visit("ada", lasting=False)
    return store


def train(store: Store, modelled: float) -> str:
    run = store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, modelled=modelled)
    store.attempts.claim(run, "worker")
    time.sleep(0.05)
    assert store.attempts.end(run, 1, ENDED)
    return run


def test_a_finished_training_measures_the_speed_of_its_family(store):
    assert store.runs.measure_speeds() == {}
    run = train(store, modelled=0.01)
    [(family, factor)] = store.runs.measure_speeds().items()
    assert (family, store.runs.get(run).state) == ("recurrent", RunState.FINISHED)
    assert 5 <= factor <= 50


def test_runs_without_an_estimate_or_that_were_deleted_measure_nothing(store):
    train(store, modelled=0.0)
    assert store.runs.measure_speeds() == {}
    run = train(store, modelled=0.01)
    store.runs.delete("ada", run)
    assert store.runs.measure_speeds() == {}


def test_an_interrupted_training_does_not_measure_the_speed(store):
    run = store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, modelled=0.01)
    store.attempts.claim(run, "worker")
    store.attempts.interrupt(run, 1)
    store.attempts.claim(run, "worker")
    assert store.attempts.end(run, 2, ENDED)
    assert store.runs.measure_speeds() == {}
