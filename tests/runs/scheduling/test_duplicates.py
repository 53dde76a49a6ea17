"""Identical runs are trained once, and each has a result of its own."""

from dataclasses import replace

import pytest

from core import LSTM, Sequences
from core.data.serialization import pack
from runs import Run, Runs, RunState
from runs.jobs.export import read_export
from runs.scheduling.duplicates import match_duplicates
from runs.store import Content, DuplicateKey, RunningRun, WaitingRun
from tests.support.cluster_runs import (
    ENDLESS,
    OWNER,
    QUICK,
    make_noise,
    wait_for,
    wait_until_ended,
    wait_until_training,
)
from tests.support.stores import call_in_parallel


def make_waiting(run: str, interrupted: bool = False, paused: bool = False) -> WaitingRun:
    return WaitingRun(run, "ada", "net", 0.0, interrupted, paused, stopping=False, seconds_left=1.0)


def test_duplicates_wait_for_the_running_or_the_oldest_run():
    keys = {run: DuplicateKey("same", False) for run in "abc"} | {"d": DuplicateKey("other", False)}
    keys["e"] = DuplicateKey("same", alone=True)
    waiting = [make_waiting(run) for run in "badce"]
    assert match_duplicates(waiting, [], keys) == {"a": "b", "c": "b"}
    held = [RunningRun("e", "ada", "net", 0.0, "worker", 1, 0, 1.0)]
    assert match_duplicates(waiting[:4], held, keys) == {"a": "e", "b": "e", "c": "e"}
    assert match_duplicates([make_waiting("a", interrupted=True), *waiting[:1]], held, keys) == {
        "b": "e"
    }
    assert match_duplicates(waiting, held, {}) == {}
    started = [*waiting[:1], make_waiting("c", paused=True)]
    assert match_duplicates(started, [], keys) == {"b": "c"}


@pytest.fixture
def sample(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> Sequences:
    """Data that everybody has."""
    data = make_noise(40)
    monkeypatch.setattr(runs, "samples", lambda: {Content.from_bytes(pack(data)).digest})
    return data


def test_eight_clicks_on_two_servers_are_one_training(
    runs: Runs, sample: Sequences, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("UNPADDED_WORKERS", "1")
    other = Runs(runs.samples, analyzes_ended_runs=False)
    try:
        servers, ids = (runs, other), []

        def click(number: int) -> None:
            given = (f"visitor {number}", sample, replace(QUICK, epochs=40), f"mine {number}")
            ids.append(servers[number % 2].train(*given, reuse=True))

        call_in_parallel(click, 8)
        done = [wait_until_ended(runs, run_id) for run_id in ids]
    finally:
        other.close()
    assert {run.state for run in done} == {RunState.FINISHED}
    assert sum(run.attempt for run in done) == 1
    assert sum(run.reused for run in done) == 7
    assert {run.name for run in done} == {f"mine {number}" for number in range(8)}
    assert len({runs.read_model(run.id) for run in done}) == 1
    assert all(run.history == done[0].history and len(run.history["loss"]) == 40 for run in done)
    again = runs.train("late", sample, replace(QUICK, epochs=40), reuse=True)
    assert runs.get(again).state is RunState.FINISHED  # at once
    answers = [runs.predict(runs.get(each), sample) for each in (ids[0], again)]
    assert all(each.wait(30) for each in answers)
    assert answers[0].result.values.tolist() == answers[1].result.values.tolist()


def test_results_on_private_data_are_not_shared(runs: Runs):
    data = make_noise(30)
    first = wait_until_ended(runs, runs.train(OWNER, data, QUICK, reuse=True))
    mine, theirs = (runs.train(owner, data, QUICK, reuse=True) for owner in (OWNER, "bob"))
    assert runs.get(mine).reused
    assert not runs.get(theirs).reused
    assert wait_until_ended(runs, theirs).attempt == 1
    assert runs.get(mine).progress == first.progress


def test_an_owner_can_have_a_duplicate_trained_alone(runs: Runs):
    data = make_noise(31)
    first = wait_until_ended(runs, runs.train(OWNER, data, QUICK, reuse=True))
    run = runs.get(runs.train(OWNER, data, QUICK, reuse=True))
    assert run.reused
    alone = wait_until_ended(runs, runs.train_alone(OWNER, run.id))
    assert (alone.attempt, alone.reused) == (1, False)
    assert alone.history["loss"] == first.history["loss"]


def start_duplicates(runs: Runs, recipe=ENDLESS) -> tuple[str, str, str]:
    """Start a run that is trained, and two that wait for its result."""
    primary = runs.train(OWNER, make_noise(33), recipe, reuse=True)
    wait_until_training(runs, primary)
    waiting = [runs.train(OWNER, make_noise(33), recipe, reuse=True) for _ in range(2)]
    wait_for(lambda: all(runs.get(run).waits_for_duplicate for run in waiting), "two that wait")
    return primary, *waiting


def is_running(run: Run | None) -> bool:
    return run is not None and run.state is RunState.RUNNING


@pytest.mark.parametrize("end", ["stop", "kill", "delete"])
def test_a_duplicate_is_trained_if_the_result_never_comes(runs: Runs, end: str):
    recipe = replace(ENDLESS, seed=len(end))
    primary, first, second = start_duplicates(runs, recipe)
    assert runs.get(first).progress.epoch >= 0  # of the run that is trained
    assert runs.get(first).history["loss"]
    assert runs.get_queue_position(first) is None
    if end == "delete":
        runs.store.runs.delete(OWNER, primary)
    else:
        getattr(runs, end)(OWNER, primary)
    wait_for(lambda: is_running(runs.get(first)) or is_running(runs.get(second)), "a new primary")
    wait_for(
        lambda: runs.get(first).waits_for_duplicate or runs.get(second).waits_for_duplicate,
        "the other one to wait",
    )
    alone = first if runs.get(first).waits_for_duplicate else second
    assert runs.train_alone(OWNER, alone) == alone
    wait_for(lambda: is_running(runs.get(alone)), "the other one, trained anyway")
    assert runs.train_alone(OWNER, alone) == alone  # clicked twice
    for run_id in (first, second):
        runs.stop(OWNER, run_id)
        assert wait_until_ended(runs, run_id).state is RunState.STOPPED


def test_a_model_is_checked_evaluated_and_exported_once(runs: Runs, sample: Sequences):
    recipe = replace(QUICK, layers=(LSTM(3),), validation_split=0.2)
    first = wait_until_ended(runs, runs.train("ada", sample, recipe, "vowels", reuse=True))
    second, renamed = (
        runs.get(runs.train("bob", sample, recipe, name, reuse=True))
        for name in ("vowels", "secret")
    )
    for submit in (runs.check_invariance, runs.evaluate):
        assert submit(second) is submit(first)
        assert submit(second).wait(120)
        assert submit(first).error is None
    exports = []
    for run in (first, second, renamed):
        exports.append(runs.export(run))
        assert exports[-1].wait(120)
        assert exports[-1].error is None
    assert exports[0].result == exports[1].result == read_export(runs.store, second.id)
    assert runs.read_model(first.id) == runs.read_model(
        second.id
    )  # byte-identical, because it was exported once
    assert exports[2].result.title != exports[0].result.title  # under another name
