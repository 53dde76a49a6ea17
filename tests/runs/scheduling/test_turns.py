"""Nobody starves: turns on a real cluster."""

import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import psutil
import pytest

from core import LSTM, Sequences
from runs import Run, Runs, RunState
from runs.cluster import client
from runs.jobs import heartbeat
from runs.types import Question
from tests.runs.conftest import ENDLESS, OWNER, QUICK, ended, noise, training, wait_for
from tests.runs.test_durability import LONG, pid_of, same_training

TURN = 1.5
# One batch takes longer than a test, and nothing can interrupt it.
SLOW = Sequences(np.ones((20_000, 2), np.float32), np.array([20_000]), targets=[1.0])
SLOW_RECIPE = replace(QUICK, layers=(LSTM(512),))


@pytest.fixture(autouse=True)
def _short_turns(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs._dispatcher._turns, "seconds", TURN)


@pytest.fixture
def crowd(runs: Runs) -> Iterator[list[str]]:
    """Owners whose runs are stopped in the end."""
    owners: list[str] = []
    yield owners
    for owner in owners:
        for run in runs.store.runs.list(owner):
            runs.kill(owner, run.id)
    wait_for(lambda: not runs.store.attempts.held(), "the workers to be free")


def busy(runs: Runs, crowd: list[str], owner: str, count: int, network: str | None = None) -> list:
    crowd.append(owner)
    runs.store.visitors.welcome(owner, lasting=False, network=network)
    return [runs.train(owner, noise(), ENDLESS) for _ in range(count)]


def newcomer(runs: Runs, owner: str, network: str | None = None) -> tuple[Run, float]:
    """A short training, and how many seconds it waited."""
    runs.store.visitors.welcome(owner, lasting=False, network=network)
    run = ended(runs, runs.train(owner, noise(), QUICK))
    assert run.state is RunState.FINISHED
    return run, (run.started - run.created).total_seconds()


def test_a_newcomer_begins_within_a_turn_and_the_others_end_as_if_alone(
    runs: Runs, crowd: list[str]
):
    recipe = replace(LONG, epochs=500)
    alone = ended(runs, runs.train(OWNER, noise(), recipe))
    disturbed = runs.train(OWNER, noise(), recipe)
    busy(runs, crowd, OWNER, 8)
    training(runs, disturbed)
    for number in range(20):
        _run, waited = newcomer(runs, f"newcomer {number}")
        assert waited < 10 * TURN  # for broken code, not for slow machines
        if runs.get(disturbed).attempt > 1:
            break
    same_training(runs, ended(runs, disturbed), alone)
    assert runs.get(disturbed).attempt > 1
    line = runs.store.runs.line(disturbed)
    assert not line.paused


def test_cookies_of_one_address_share_the_turns_of_one_visitor(runs: Runs, crowd: list[str]):
    for number in range(12):
        busy(runs, crowd, f"cookie {number}", 1, "192.0.2.7")
    wait_for(lambda: len(runs.store.attempts.held()) == 2, "both workers to be taken")
    for number in range(3):
        _run, waited = newcomer(runs, f"elsewhere {number}", "192.0.2.8")
        assert waited < 10 * TURN


def test_nothing_is_paused_when_nobody_else_waits(runs: Runs, crowd: list[str]):
    ids = busy(runs, crowd, OWNER, 4)
    for run_id in ids[:2]:
        training(runs, run_id)
    time.sleep(2 * TURN)
    assert [runs.get(run_id).attempt for run_id in ids] == [1, 1, 0, 0]


def test_a_paused_run_says_so_and_when_it_continues(runs: Runs, crowd: list[str]):
    mine = [*busy(runs, crowd, OWNER, 1), *busy(runs, crowd, "bob", 1)]
    for run_id in mine:
        training(runs, run_id)
    busy(runs, crowd, "eve", 1)
    wait_for(lambda: any(runs.get(run_id).paused for run_id in mine), "a pause")
    [paused] = [run_id for run_id in mine if runs.get(run_id).paused]
    before = runs.get(paused)
    assert before.progress.epoch == len(before.history["loss"]) > 0
    wait_for(lambda: runs.place(paused) or not runs.get(paused).paused, "a place in the queue")
    wait_for(lambda: runs.get(paused).attempt == 2, "its next turn")
    wait_for(lambda: len(runs.get(paused).history["loss"]) > before.progress.epoch, "an epoch")
    after = runs.get(paused)
    assert after.history["loss"][: before.progress.epoch] == before.history["loss"]
    assert after.progress.seconds > before.progress.seconds


def test_a_batch_of_minutes_does_not_hold_up_others(
    runs: Runs, crowd: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(runs._dispatcher._turns, "seconds", 12.0)  # it computes for as long
    crowd.append(OWNER)
    slow = [runs.train(OWNER, SLOW, SLOW_RECIPE) for _ in range(2)]
    for run_id in slow:
        wait_for(lambda run_id=run_id: runs.get(run_id).state is RunState.RUNNING, "its begin")
    _run, waited = newcomer(runs, "newcomer")
    assert waited < 12 + heartbeat.MAX_YIELD_GRACE_SECONDS + 60  # a new process imports TensorFlow
    # Nor is the second one ended while a new worker takes the place of the first one's.
    assert sum(runs.get(run_id).paused or runs.get(run_id).attempt > 1 for run_id in slow) == 1
    wait_for(lambda: any(runs.get(run_id).attempt == 2 for run_id in slow), "another try")
    wait_for(lambda: len(runs.workers) == 2, "the worker's successor")
    deaths = [run.deaths for run in _rows(runs) if run.id in slow]
    assert deaths == [0, 0]


def _rows(runs: Runs) -> list:
    from runs.store import tables

    with runs.store._database.reading() as connection:
        return connection.execute(tables.runs.select()).all()


def test_five_hundred_questions_of_one_visitor_do_not_delay_anothers(
    runs: Runs, example: Sequences
):
    run = ended(runs, runs.train(OWNER, example, QUICK))
    many = [runs.predict(run, example, "greedy") for _ in range(500)]
    one = runs.predict(run, example, "modest")
    assert one.wait(60)
    assert one.error is None
    assert sum(question.done for question in many) < 100
    for question in many:
        runs.forget(question)


def test_whoever_fills_the_servers_memory_with_questions_is_refused(
    runs: Runs, example: Sequences, monkeypatch: pytest.MonkeyPatch
):
    run = ended(runs, runs.train(OWNER, example, QUICK))
    limits = replace(runs.store.limits, request_megabytes=8, all_request_megabytes=12)
    monkeypatch.setattr(runs._dispatcher.questions, "_limits", limits)
    large = Sequences(np.ones((1_000_000, 1), np.float32), np.full(10_000, 100))  # 4 MB
    greedy = [runs.predict(run, large, "greedy") for _ in range(10)]
    refused = [question for question in greedy if question.error is not None]
    assert len(refused) >= 6
    assert "8 MB" in str(refused[0].error) or "12 MB" in str(refused[0].error)
    others = [runs.predict(run, large, f"other {number}") for number in range(2)]
    modest = runs.predict(run, example, "modest")
    assert modest.wait(60)
    assert modest.error is None
    for question in [*greedy, *others]:
        runs.forget(question)


def test_a_question_that_takes_longer_than_it_may_is_ended_with_a_sentence(
    runs: Runs, example: Sequences, monkeypatch: pytest.MonkeyPatch
):
    run = ended(runs, runs.train(OWNER, example, replace(QUICK, layers=(LSTM(256),))))
    limits = replace(runs.store.limits, request_minutes=0.02)
    monkeypatch.setattr(runs._dispatcher.questions, "_limits", limits)
    question = runs.predict(run, Sequences(np.ones((4_000_000, 1)), np.full(4_000, 1_000)))
    assert question.wait(60)
    assert "more than 0.02 minutes" in str(question.error)
    wait_for(lambda: len(runs.workers) == 2, "the worker's successor")


@pytest.fixture
def soon_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "STILL_SECONDS", 4.0)
    monkeypatch.setattr(client, "QUIET_SECONDS", 3.0)


def suspended(runs: Runs, *workers: str) -> list[psutil.Process]:
    processes = [psutil.Process(pid_of(runs, worker)) for worker in workers]
    for process in processes:
        process.suspend()
    return processes


@pytest.mark.usefixtures("soon_still")
def test_a_worker_that_stands_still_is_replaced_and_its_run_continues(runs: Runs, crowd: list[str]):
    [run_id] = busy(runs, crowd, OWNER, 1)
    wait_for(lambda: runs.get(run_id).can_go_on, "a checkpoint")
    [process] = suspended(runs, runs.get(run_id).worker)
    wait_for(lambda: runs.get(run_id).attempt == 2, "the run to continue elsewhere", 120)
    wait_for(lambda: not process.is_running(), "the worker's end")
    wait_for(lambda: len(runs.workers) == 2, "its successor")


@pytest.mark.usefixtures("soon_still")
def test_idle_workers_that_stand_still_are_replaced_and_questions_are_answered(
    runs: Runs, example: Sequences
):
    run = ended(runs, runs.train(OWNER, example, QUICK))
    wait_for(lambda: len(runs.workers) == 2, "two workers")
    stopped = suspended(runs, *runs.workers)
    asked: Question = runs.predict(run, example)
    assert asked.wait(120)
    assert asked.error is None, asked.error
    for process in stopped:
        wait_for(lambda process=process: not process.is_running(), "the worker's end")
    wait_for(lambda: len(runs.workers) == 2, "their successors")


@pytest.mark.usefixtures("soon_still")
def test_a_cluster_that_stands_still_is_replaced(runs: Runs, crowd: list[str]):
    [run_id] = busy(runs, crowd, OWNER, 1)
    wait_for(lambda: runs.get(run_id).can_go_on, "a checkpoint")
    child = psutil.Process(runs._dispatcher._cluster._child.pid)
    child.suspend()
    wait_for(lambda: not child.is_running(), "the cluster's end", 120)
    wait_for(lambda: runs.get(run_id).attempt == 2, "the run to continue")
    wait_for(lambda: len(runs.workers) == 2, "two workers")
