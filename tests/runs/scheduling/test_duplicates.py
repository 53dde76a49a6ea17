"""What is the same is trained once, and everybody has a result of their own."""

from dataclasses import replace

import pytest

from core import LSTM, Sequences
from core.data.serialization import pack
from runs import Run, Runs, RunState
from runs.jobs.export import export_of
from runs.scheduling.duplicates import following
from runs.store import Content, Held, Twin, Waiting
from tests.runs.conftest import ENDLESS, OWNER, QUICK, ended, noise, training, wait_for
from tests.runs.store.conftest import together


def waiting(run: str, interrupted: bool = False, paused: bool = False) -> Waiting:
    return Waiting(run, "ada", "net", 0.0, interrupted, paused, stopping=False, left=1.0)


def test_all_but_the_oldest_wait_for_its_result_or_for_that_of_the_one_that_runs():
    twins = {run: Twin("same", False) for run in "abc"} | {"d": Twin("other", False)}
    twins["e"] = Twin("same", alone=True)
    made = [waiting(run) for run in "badce"]
    assert following(made, [], twins) == {"a": "b", "c": "b"}
    held = [Held("e", "ada", "net", 0.0, "worker", 1, 0, 1.0)]
    assert following(made[:4], held, twins) == {"a": "e", "b": "e", "c": "e"}
    assert following([waiting("a", interrupted=True), *made[:1]], held, twins) == {"b": "e"}
    assert following(made, held, {}) == {}
    begun = [*made[:1], waiting("c", paused=True)]
    assert following(begun, [], twins) == {"b": "c"}


@pytest.fixture
def sample(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> Sequences:
    """Data that everybody has."""
    data = noise(40)
    monkeypatch.setattr(runs, "_samples", lambda: {Content.of(pack(data)).digest})
    return data


def test_eight_presses_at_two_servers_are_one_training(
    runs: Runs, sample: Sequences, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("UNPADDED_WORKERS", "1")
    other = Runs(runs._samples)
    try:
        servers, ids = (runs, other), []

        def press(number: int) -> None:
            given = (f"visitor {number}", sample, replace(QUICK, epochs=40), f"mine {number}")
            ids.append(servers[number % 2].train(*given, reuse=True))

        together(press, 8)
        done = [ended(runs, run_id) for run_id in ids]
    finally:
        other.close()
    assert {run.state for run in done} == {RunState.FINISHED}
    assert sum(run.attempt for run in done) == 1
    assert sum(run.reused for run in done) == 7
    assert {run.name for run in done} == {f"mine {number}" for number in range(8)}
    assert len({runs.model(run.id) for run in done}) == 1
    assert all(run.history == done[0].history and len(run.history["loss"]) == 40 for run in done)
    again = runs.train("late", sample, replace(QUICK, epochs=40), reuse=True)
    assert runs.get(again).state is RunState.FINISHED  # at once
    answers = [runs.predict(runs.get(each), sample) for each in (ids[0], again)]
    assert all(each.wait(30) for each in answers)
    assert answers[0].result.values.tolist() == answers[1].result.values.tolist()


def test_ones_own_data_is_shared_with_nobody(runs: Runs):
    data = noise(30)
    first = ended(runs, runs.train(OWNER, data, QUICK, reuse=True))
    mine, theirs = (runs.train(owner, data, QUICK, reuse=True) for owner in (OWNER, "bob"))
    assert runs.get(mine).reused
    assert not runs.get(theirs).reused
    assert ended(runs, theirs).attempt == 1
    assert runs.get(mine).progress == first.progress


def test_a_run_is_trained_anyway_when_its_owner_wants_it(runs: Runs):
    data = noise(31)
    first = ended(runs, runs.train(OWNER, data, QUICK, reuse=True))
    run = runs.get(runs.train(OWNER, data, QUICK, reuse=True))
    assert run.reused
    alone = ended(runs, runs.train_alone(OWNER, run.id))
    assert (alone.attempt, alone.reused) == (1, False)
    assert alone.history["loss"] == first.history["loss"]


def followed(runs: Runs, recipe=ENDLESS) -> tuple[str, str, str]:
    """A run that is trained, and two that wait for its result."""
    leader = runs.train(OWNER, noise(33), recipe, reuse=True)
    training(runs, leader)
    waiting = [runs.train(OWNER, noise(33), recipe, reuse=True) for _ in range(2)]
    wait_for(lambda: all(runs.get(run).follows for run in waiting), "two that wait")
    return leader, *waiting


def running(run: Run | None) -> bool:
    return run is not None and run.state is RunState.RUNNING


@pytest.mark.parametrize("end", ["stop", "kill", "delete"])
def test_who_waits_for_a_result_that_never_comes_is_trained(runs: Runs, end: str):
    recipe = replace(ENDLESS, seed=len(end))
    leader, first, second = followed(runs, recipe)
    assert runs.get(first).progress.epoch >= 0  # of the one ahead
    assert runs.get(first).history["loss"]
    assert runs.place(first) is None
    if end == "delete":
        runs.store.runs.delete(OWNER, leader)
    else:
        getattr(runs, end)(OWNER, leader)
    wait_for(lambda: running(runs.get(first)) or running(runs.get(second)), "a new leader")
    wait_for(lambda: runs.get(first).follows or runs.get(second).follows, "the other one to wait")
    alone = first if runs.get(first).follows else second
    assert runs.train_alone(OWNER, alone) == alone
    wait_for(lambda: running(runs.get(alone)), "the other one, trained anyway")
    assert runs.train_alone(OWNER, alone) == alone  # pressed twice
    for run_id in (first, second):
        runs.stop(OWNER, run_id)
        assert ended(runs, run_id).state is RunState.STOPPED


def test_a_model_is_proved_judged_and_exported_once(runs: Runs, sample: Sequences):
    recipe = replace(QUICK, layers=(LSTM(3),), validation_split=0.2)
    first = ended(runs, runs.train("ada", sample, recipe, "vowels", reuse=True))
    second, renamed = (
        runs.get(runs.train("bob", sample, recipe, name, reuse=True))
        for name in ("vowels", "secret")
    )
    for asked in (runs.proof, runs.evaluation):
        assert asked(second) is asked(first)
        assert asked(second).wait(120)
        assert asked(first).error is None
    exports = []
    for run in (first, second, renamed):
        exports.append(runs.export(run))
        assert exports[-1].wait(120)
        assert exports[-1].error is None
    assert exports[0].result == exports[1].result == export_of(runs.store, second.id)
    assert runs.model(first.id) == runs.model(second.id)  # to the byte: put together once
    assert exports[2].result.title != exports[0].result.title  # under another name
