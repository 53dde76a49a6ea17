"""Each change of a run's state is told once, when it is done, without what visitors have."""

import contextlib
import logging
from collections.abc import Callable

import pytest

from core import DataError
from runs.json_log import digest
from runs.store import Result, Store
from runs.store.database import Database
from runs.store.runs import move
from runs.types import RunState
from tests.runs.store.conftest import queued

FINISHED = Result(RunState.FINISHED)


@pytest.fixture
def events(caplog: pytest.LogCaptureFixture) -> Callable[[str], list[str]]:
    caplog.set_level(logging.INFO, "unpadded")

    def of(run: str) -> list[str]:
        """All that was told since it was last asked; of this run alone."""
        told = [record for record in caplog.records if record.name == "unpadded"]
        assert {record.facts["run"] for record in told} == {digest(run)}
        caplog.clear()
        return [" ".join((record.getMessage(), record.facts.get("why", ""))) for record in told]

    return of


def test_from_the_queue_over_an_interruption_to_the_end(store: Store, events):
    run = queued(store, name="Anna Lee")
    store.work.claim(run, "worker")
    store.work.interrupt(run, 1, why="on purpose")
    store.work.claim(run, "another")
    store.work.end(run, 1, FINISHED)  # the first one came back, too late
    store.work.end(run, 2, FINISHED)
    store.runs.stop("ada", run)  # it has ended
    assert events(run) == [
        "run queued ",
        "run started ",
        "run interrupted on purpose",
        "run started ",
        "run finished ",
    ]


def test_a_stop(store: Store, events):
    run = queued(store)
    store.runs.stop("ada", run)
    assert events(run) == ["run queued ", "run stopped "]


def test_a_failure_without_the_values_in_its_sentence(store: Store, events):
    run = queued(store)
    store.work.claim(run, "worker")
    store.work.fail(run, 1, DataError("Row {row} is not right.", row="Anna Lee"))
    assert events(run)[-1] == "run failed Row {row} is not right."


def test_not_what_was_undone(store: Store, url: str, events):
    run = queued(store)
    database = Database(url)
    with contextlib.suppress(ZeroDivisionError), database.writing() as connection:
        assert move(connection, run, RunState.QUEUED, RunState.STOPPED)
        raise ZeroDivisionError
    database.close()
    assert store.runs.line(run).state is RunState.QUEUED
    assert events(run) == ["run queued "]
