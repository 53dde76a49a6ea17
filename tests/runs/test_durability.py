"""Nothing is lost when a worker, the cluster or the server ends."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from core import GRU, LSTM, DataError, Recipe, Sequences
from runs import Runs, RunState
from runs.cluster.client import Cluster
from runs.settings import Settings
from tests.support.cluster_runs import (
    ENDLESS,
    LONG,
    OWNER,
    QUICK,
    assert_same_training,
    get_pid,
    make_noise,
    read_weights,
    wait_for,
    wait_until_ended,
    wait_until_training,
)

ROOT = Path(__file__).parents[2]


def test_a_run_whose_worker_is_killed_gives_the_same_result(runs: Runs):
    alone, killed = (runs.train(OWNER, make_noise(), LONG) for _ in range(2))
    wait_for(lambda: runs.get(killed).can_continue, "a checkpoint")
    psutil.Process(get_pid(runs, runs.get(killed).worker)).kill()
    wait_for(lambda: runs.get(killed).state is RunState.INTERRUPTED, "the loss to be noticed")
    assert_same_training(runs, wait_until_ended(runs, killed), wait_until_ended(runs, alone))
    assert runs.get(killed).attempt == 2
    wait_for(lambda: len(runs.workers) == 2, "the killed worker's successor")


def test_an_ensemble_that_is_killed_or_stopped_ends_as_if_it_had_not_been(runs: Runs):
    ensemble = replace(LONG, epochs=300, patience=None, members=2)
    alone, killed, stopped = (runs.train(OWNER, make_noise(), ensemble) for _ in range(3))

    def wait_for_second_member(run_id: str) -> None:
        wait_for(lambda: 2 in runs.get(run_id).history.get("member", ()), "the second member")

    wait_for_second_member(killed)
    psutil.Process(get_pid(runs, runs.get(killed).worker)).kill()
    wait_for_second_member(stopped)
    runs.stop(OWNER, stopped)
    run = wait_until_ended(runs, stopped)
    assert (run.state, run.has_model, run.can_continue) == (RunState.STOPPED, True, True)
    continued = runs.continue_run(OWNER, stopped, ensemble)
    whole = wait_until_ended(runs, alone)
    assert not whole.can_continue
    assert_same_training(runs, wait_until_ended(runs, killed), whole)
    assert_same_training(runs, wait_until_ended(runs, continued), whole)


def test_waiting_and_running_runs_survive_the_end_of_the_cluster(
    runs: Runs, both_training: list[str]
):
    queued = runs.train("bob", make_noise(), QUICK)
    psutil.Process(runs.dispatcher.cluster.child.pid).kill()
    for run_id in both_training:
        wait_for(lambda run_id=run_id: runs.get(run_id).attempt == 2, "the run to resume")
        assert runs.get(run_id).state is RunState.RUNNING
    runs.stop(OWNER, both_training[0])
    assert wait_until_ended(runs, queued).state is RunState.FINISHED


def test_a_stop_of_an_interrupted_run_keeps_what_was_learned_and_needs_no_free_worker(runs: Runs):
    run_id = runs.train(OWNER, make_noise(), ENDLESS)
    wait_for(lambda: runs.get(run_id).can_continue, "a checkpoint")
    psutil.Process(get_pid(runs, runs.get(run_id).worker)).kill()
    wait_for(lambda: runs.get(run_id).state is RunState.INTERRUPTED, "the interruption")
    others = [runs.train(f"other {number}", make_noise(), ENDLESS) for number in range(2)]
    runs.stop(OWNER, run_id)
    run = wait_until_ended(runs, run_id)
    assert (run.state, run.has_model) == (RunState.STOPPED, True)
    # On a busy machine the checkpoint may be within the first epoch.
    assert run.progress.epoch == len(run.history.get("loss", ()))
    for other in others:
        runs.stop(f"other {others.index(other)}", other)
        wait_until_ended(runs, other)


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.STOPPED])
def test_a_killed_run_can_be_continued_from_its_checkpoint(runs: Runs, state: RunState):
    recipe = replace(ENDLESS, epochs=2_000)
    run_id = runs.train(OWNER, make_noise(), recipe)
    wait_for(lambda: runs.get(run_id).can_continue, "a checkpoint")
    if state is RunState.STOPPED:
        runs.kill(OWNER, run_id)
    else:
        runs.store.attempts.fail(run_id, 1, DataError("on purpose"))
    assert runs.get(run_id).state is state
    assert not runs.get(run_id).has_model
    new = runs.continue_run(OWNER, run_id, recipe)
    wait_for(lambda: runs.get(new).progress, "news")
    progress = runs.get(new).progress
    # On a busy machine the checkpoint is one of the first epoch.
    assert (progress.epoch, progress.batch) > (0, 0)
    runs.stop(OWNER, new)
    assert wait_until_ended(runs, new).has_model


def test_a_stop_while_a_resumed_run_is_compiled_keeps_its_state(
    runs: Runs,
):
    """Its page failed permanently, because nothing was reported yet and nothing was stored."""
    layers = (GRU(9, bidirectional=True), LSTM(9, bidirectional=True), LSTM(7))
    run_id = runs.train(OWNER, make_noise(), replace(ENDLESS, layers=layers))
    wait_for(lambda: runs.get(run_id).can_continue, "a checkpoint")
    psutil.Process(get_pid(runs, runs.get(run_id).worker)).kill()
    wait_for(lambda: runs.get(run_id).attempt == 2, "the run to resume")
    runs.stop(OWNER, run_id)
    run = wait_until_ended(runs, run_id)
    assert (run.state, run.has_model) == (RunState.STOPPED, True)
    assert run.progress.epoch == len(run.history.get("loss", ()))
    # On a busy machine the checkpoint is one of the first epoch.
    assert (run.progress.epoch, run.progress.batch) > (0, 0)


def test_a_long_batch_does_not_delay_a_stop(runs: Runs):
    """One batch of these takes minutes and cannot be interrupted."""
    long = Sequences(np.ones((20_000, 2), np.float32), np.array([20_000]), targets=[1.0])
    recipe = Recipe(layers=(LSTM(512),), epochs=5, validation_split=0.0)
    run_id = runs.train(OWNER, long, recipe)
    wait_for(lambda: runs.get(run_id).state is RunState.RUNNING, "the run to begin")
    runs.stop(OWNER, run_id)
    wait_for(lambda: runs.get(run_id).state is RunState.STOPPED, "Stop to be obeyed", 5)
    assert wait_until_ended(runs, runs.train(OWNER, make_noise(), QUICK)).state is RunState.FINISHED
    wait_for(lambda: len(runs.workers) == 2, "the worker's successor")


def test_a_second_click_kills_an_unresponsive_worker(runs: Runs):
    run_id = runs.train(OWNER, make_noise(), ENDLESS)
    worker = wait_until_training(runs, run_id).worker
    process = psutil.Process(get_pid(runs, worker))
    process.suspend()
    runs.stop(OWNER, run_id)
    runs.kill(OWNER, run_id)
    assert runs.get(run_id).state is RunState.STOPPED
    wait_for(lambda: not process.is_running(), "the worker to be replaced", 60)
    wait_for(lambda: len(runs.workers) == 2, "its successor")


def test_a_deleted_run_frees_its_worker(runs: Runs, both_training: list[str]):
    queued = runs.train("bob", make_noise(), QUICK)
    extra = both_training[0]
    worker = runs.get(extra).worker
    runs.store.runs.delete(OWNER, extra)
    assert runs.get(extra) is None
    assert wait_until_ended(runs, queued).worker == worker
    both_training.remove(extra)


def test_a_continued_run_equals_one_with_more_epochs_from_the_start(runs: Runs):
    recipe = replace(QUICK, layers=(LSTM(6, dropout=0.3),), epochs=5)
    short = wait_until_ended(runs, runs.train(OWNER, make_noise(), recipe))
    more = replace(recipe, epochs=9)
    continued = wait_until_ended(runs, runs.continue_run(OWNER, short.id, more))
    at_once = wait_until_ended(runs, runs.train(OWNER, make_noise(), more))
    assert continued.history["loss"] == at_once.history["loss"]
    for ours, theirs in zip(
        read_weights(runs, continued), read_weights(runs, at_once), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    assert len(runs.get(short.id).history["loss"]) == 5  # as it was


def test_a_run_is_not_assigned_to_a_cluster_that_has_just_died(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
):
    cluster, child = runs.dispatcher.cluster, psutil.Process(runs.dispatcher.cluster.child.pid)

    def list_then_die() -> list[str]:
        places = Cluster.list_workers(cluster)
        if cluster.is_alive:
            child.kill()
            wait_for(lambda: not cluster.is_alive, "the cluster's end")
        return places

    monkeypatch.setattr(cluster, "list_workers", list_then_die)
    assert wait_until_ended(runs, runs.train(OWNER, make_noise(), QUICK)).state is RunState.FINISHED


SERVER = """
import sys, time
from runs import Runs
from tests.support.cluster_runs import LONG, OWNER, make_noise

if __name__ == "__main__":
    runs = Runs(analyzes_ended_runs=False)
    for _ in range(int(sys.argv[1])):
        print(runs.train(OWNER, make_noise(), LONG), flush=True)
    time.sleep(600)
"""


def test_a_restarted_server_resumes_its_runs(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    environment = {"UNPADDED_WORKERS": "1", "UNPADDED_DATA": str(tmp_path), "PYTHONPATH": str(ROOT)}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, "2"], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with server.stdout as lines:
        first, second = (lines.readline().strip() for _ in range(2))
    from runs.store import Store

    store = Store.from_settings(Settings.from_environment())
    wait_for(lambda: store.runs.get(first).can_continue, "a checkpoint")
    children = psutil.Process(server.pid).children(recursive=True)
    server.kill()
    server.wait(30)
    wait_for(lambda: not any(child.is_running() for child in children), "no orphan", 20)
    after = Runs(analyzes_ended_runs=False)
    try:
        done = [wait_until_ended(after, run_id) for run_id in (first, second)]
        assert done[0].ended < done[1].started  # the queue kept its order
        assert done[0].attempt == 2
        assert_same_training(after, *done)
    finally:
        after.close()
        store.close()
