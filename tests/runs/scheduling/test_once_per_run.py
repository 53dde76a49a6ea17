"""Analyses are requested once per run, for the runs that were looked at last."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import DataError
from runs.jobs.evaluate import evaluate_run, read_evaluation
from runs.limits import Limits
from runs.scheduling import once_per_run
from runs.scheduling.once_per_run import OncePerRun
from runs.scheduling.requests import RequestQueue
from runs.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite3'}", Limits())
    yield store
    store.close()


def test_runs_with_one_result_share_one_request(store: Store):
    queue = RequestQueue(wake=lambda: None)
    analysis = OncePerRun(queue, store, evaluate_run, read_evaluation, lambda run_id: run_id[0])
    assert analysis.request("a1") is analysis.request("a2")
    assert analysis.request("a1") is not analysis.request("b1")


def test_a_failed_request_is_repeated_after_a_while(store: Store, monkeypatch: pytest.MonkeyPatch):
    analysis = OncePerRun(
        RequestQueue(wake=lambda: None), store, evaluate_run, read_evaluation, lambda run_id: "key"
    )
    failed = analysis.request("a")
    failed.finish(DataError("It failed."))
    assert analysis.request("a") is failed  # as the page's next rerun asks, to show the error
    assert analysis.request("b") is failed  # an identical run
    monkeypatch.setattr(once_per_run, "RETRY_SECONDS", 0)
    again = analysis.request("a")
    assert again is not failed
    assert analysis.request("b") is again


def test_the_request_used_longest_ago_is_forgotten_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(once_per_run, "MAX_REQUESTS", 2)
    analysis = OncePerRun(RequestQueue(wake=lambda: None), store, evaluate_run, read_evaluation)
    first, second = analysis.request("first"), analysis.request("second")
    assert analysis.request("first") is first
    analysis.request("third")
    assert analysis.request("first") is first
    assert analysis.request("second") is not second
