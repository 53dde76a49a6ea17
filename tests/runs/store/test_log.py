"""Each change of a run's state is logged once, when it is committed, without data of visitors."""

import contextlib
import logging
from collections.abc import Callable

import pytest

from core import DataError
from runs.json_log import hash_run_id
from runs.store import Result, Store
from runs.store.database import Database
from runs.store.transitions import move
from runs.types import RunState
from tests.support.stores import create_queued

FINISHED = Result(RunState.FINISHED)


@pytest.fixture
def events(caplog: pytest.LogCaptureFixture) -> Callable[[str], list[str]]:
    caplog.set_level(logging.INFO, "unpadded")

    def read_events(run: str) -> list[str]:
        """All that was raised since it was last asked; of this run alone."""
        records = [record for record in caplog.records if record.name == "unpadded"]
        assert {record.facts["run"] for record in records} == {hash_run_id(run)}
        caplog.clear()
        return [" ".join((record.getMessage(), record.facts.get("why", ""))) for record in records]

    return read_events


def test_an_interrupted_run_is_logged_until_its_end(store: Store, events):
    run = create_queued(store, name="Anna Lee")
    store.attempts.claim(run, "worker")
    store.attempts.interrupt(run, 1, why="on purpose")
    store.attempts.claim(run, "another")
    store.attempts.end(run, 1, FINISHED)  # the first one came back, too late
    store.attempts.end(run, 2, FINISHED)
    store.runs.stop("ada", run)  # it has ended
    assert events(run) == [
        "run queued ",
        "run started ",
        "run interrupted on purpose",
        "run started ",
        "run finished ",
    ]


def test_a_stop_is_logged(store: Store, events):
    run = create_queued(store)
    store.runs.stop("ada", run)
    assert events(run) == ["run queued ", "run stopped "]


def test_a_failure_is_logged_without_the_values_of_its_message(store: Store, events):
    run = create_queued(store)
    store.attempts.claim(run, "worker")
    store.attempts.fail(run, 1, DataError("Row {row} is not right.", row="Anna Lee"))
    assert events(run)[-1] == "run failed Row {row} is not right."


def test_a_rolled_back_change_is_not_logged(store: Store, url: str, events):
    run = create_queued(store)
    database = Database(url)
    with contextlib.suppress(ZeroDivisionError), database.writing() as connection:
        assert move(connection, run, RunState.QUEUED, RunState.STOPPED)
        raise ZeroDivisionError
    database.close()
    assert store.runs.get(run).state is RunState.QUEUED
    assert events(run) == ["run queued "]
