"""``Runs`` on a real cluster: from a click to a model, and every way in which a run can end."""

import contextlib
import io
import sys
import time
from dataclasses import replace

import numpy as np
import psutil
import pytest

from core import LSTM, Recipe, Sequences
from core.errors import UnpaddedError
from runs import Runs, RunState
from runs.scheduling import worker_retirement
from runs.store import tables
from runs.store.visitors import DAY
from tests.support.cluster_runs import (
    ENDLESS,
    OWNER,
    QUICK,
    make_noise,
    wait_for,
    wait_until_ended,
    wait_until_training,
)


def test_the_reference_example_trains_and_predicts(runs: Runs, example: Sequences):
    run_id = runs.train(OWNER, example, Recipe.example(), "Three sequences")
    run = wait_until_ended(runs, run_id)
    assert run.state is RunState.FINISHED
    assert run.name == "Three sequences"
    assert run.created <= run.started <= run.ended
    assert len(run.history["loss"]) == 100
    assert run.metrics["training"]["mse"] < 0.5

    measured = runs.read_predictions(run_id)
    assert measured.part == "training"
    assert (measured.ids.tolist(), measured.targets.tolist()) == (["1", "2", "3"], [2, 4, 6])
    np.testing.assert_allclose(measured.values, [2, 4, 6], atol=1)

    prediction = runs.predict(runs.get(run_id), example)
    assert prediction.wait(30)
    assert prediction.error is None
    assert prediction.result.metrics["all"]["mse"].value < 0.5
    np.testing.assert_allclose(prediction.result.values, [2, 4, 6], atol=1)
    assert prediction.result.ids.tolist() == ["1", "2", "3"]


def test_a_saved_run_is_a_model_for_every_use(runs: Runs, example: Sequences):
    run = wait_until_ended(runs, runs.train(OWNER, example, QUICK))
    prediction = runs.predict(run, example)
    assert prediction.wait(30)
    from core import load

    values = load(io.BytesIO(runs.read_model(run.id))).predict(example)
    np.testing.assert_allclose(values, prediction.result.values, atol=1e-5)


@pytest.mark.parametrize(
    "recipe",
    [
        replace(QUICK, layers=(LSTM(1024),) * 8),  # as an address with a recipe may ask for
        replace(QUICK, mask="none", maxlen=100_000),
    ],
)
def test_a_run_that_is_too_large_is_refused_before_it_is_queued(runs: Runs, recipe: Recipe):
    before = {run.id for run in runs.store.runs.list(OWNER)}
    with pytest.raises(UnpaddedError, match=r"[Tt]he limit is"):
        runs.train(OWNER, make_noise(100), recipe)
    assert {run.id for run in runs.store.runs.list(OWNER)} == before


def test_a_large_prediction_reports_its_progress(runs: Runs, example: Sequences):
    run = wait_until_ended(runs, runs.train(OWNER, example, replace(QUICK, layers=(LSTM(64),))))
    many = Sequences(np.ones((2_000_000, 1)), np.full(50_000, 40))
    prediction = runs.predict(run, many)
    wait_for(lambda: prediction.share > 0 or prediction.done, "news of the prediction")
    assert 0 < prediction.share < 1, prediction.error
    assert prediction.wait(120)
    assert prediction.error is None
    assert np.ptp(prediction.result.values) < 1e-5


def test_a_run_finishes_although_its_test_rows_hold_unseen_classes(runs: Runs):
    data = Sequences.from_lists(
        [[1], [2], [3, 1], [4, 1]] * 3,
        targets=["a", "b", "c", "c"] * 3,
        split=["train", "train", "test", "test"] * 3,
    )
    run = wait_until_ended(
        runs, runs.train(OWNER, data, replace(QUICK, task="classification", loss=""))
    )
    assert run.state is RunState.FINISHED
    assert run.has_model
    assert run.metrics == {}
    assert run.notes


def test_classes_and_test_rows(runs: Runs):
    rng = np.random.default_rng(2)
    names = np.array(["falling", "rising"])[np.arange(60) % 2]
    data = Sequences.from_lists(
        [
            rng.normal([1.0 if name == "rising" else -1.0], 0.3, (rng.integers(1, 9), 1))
            for name in names
        ],
        targets=names,
        split=["test" if i % 3 == 0 else "train" for i in range(60)],
    )
    recipe = replace(QUICK, task="classification", loss="", epochs=30, learning_rate=0.05)
    recipe = replace(recipe, validation_split=0.2)
    run = wait_until_ended(runs, runs.train(OWNER, data, recipe))
    assert run.state is RunState.FINISHED
    assert set(run.metrics) == {"test"}  # the most informative of three parts
    assert run.metrics["test"]["accuracy"] > 0.9
    measured = runs.read_predictions(run.id)
    assert measured.ids.tolist() == data.ids[data.split == "test"].tolist()
    assert measured.probabilities.shape == (len(measured.ids), len(measured.classes))
    assert (measured.values == measured.targets).mean() == run.metrics["test"]["accuracy"]

    prediction = runs.predict(run, data[:4])  # its rows: test, train, train, test
    assert prediction.wait(30)
    answer = prediction.result
    assert list(answer.metrics) == ["test", "train"]  # never mixed
    for part, figures in answer.metrics.items():
        right = (answer.values == names[:4])[data.split[:4] == part]
        assert figures["accuracy"].value == right.mean()
        assert figures["accuracy"].low <= right.mean() <= figures["accuracy"].high
    assert answer.classes.tolist() == ["falling", "rising"]
    assert answer.probabilities.shape == (4, 2)
    assert answer.values.tolist() == answer.classes[answer.probabilities.argmax(axis=1)].tolist()


def test_stop_ends_soon_and_keeps_a_model(runs: Runs):
    run_id = runs.train(OWNER, make_noise(), ENDLESS)
    reported = wait_until_training(runs, run_id).history["loss"]
    runs.stop(OWNER, run_id)
    assert runs.get(run_id).stopping
    wait_for(lambda: runs.get(run_id).state is RunState.STOPPED, "Stop to be obeyed", 4)
    run = runs.get(run_id)
    assert not run.stopping
    assert 1 <= len(run.history["loss"]) < ENDLESS.epochs
    assert (
        run.history["loss"][: len(reported)] == reported
    )  # reported during the training, and kept
    prediction = runs.predict(runs.get(run_id), make_noise(3))
    assert prediction.wait(30)
    assert np.isfinite(prediction.result.values).all()
    runs.stop(OWNER, run_id)  # an ended run stays as it is
    assert runs.get(run_id) == run


def test_predictions_do_not_wait_for_trainings_and_queued_runs_can_be_cancelled(
    runs: Runs, example: Sequences
):
    trained = wait_until_ended(runs, runs.train(OWNER, example, QUICK))
    busy = [runs.train(OWNER, make_noise(), ENDLESS) for _ in range(2)]
    for run_id in busy:
        wait_until_training(runs, run_id)
    queued = runs.train(OWNER, example, QUICK)
    # Several at once, so that the worker that did not train it loads its ZIP as well.
    predictions = [runs.predict(trained, example) for _ in range(4)]
    for prediction in predictions:
        assert prediction.wait(30)
        np.testing.assert_array_equal(prediction.result.values, predictions[0].result.values)
    assert all(runs.get(run_id).state is RunState.RUNNING for run_id in busy)
    assert runs.get(queued).state is RunState.QUEUED  # a training does wait
    runs.stop(OWNER, queued)
    assert runs.get(queued).state is RunState.STOPPED
    assert not runs.get(queued).has_model
    for run_id in busy:
        runs.stop(OWNER, run_id)
        wait_until_ended(runs, run_id)


def test_parallel_runs_are_not_mixed_up(runs: Runs):
    """Each run learns its own constant; more runs than workers, so that some queue."""
    recipe = replace(QUICK, standardize=False, epochs=150, learning_rate=0.05, batch_size=4)
    wanted = [-20.0, 0.0, 20.0]
    ids = [
        runs.train(
            OWNER, Sequences.from_lists([[1], [1, 1]] * 2, targets=[value] * 4), recipe, str(value)
        )
        for value in wanted
    ]
    for run_id, value in zip(ids, wanted, strict=True):
        run = wait_until_ended(runs, run_id)
        assert (run.state, run.name) == (RunState.FINISHED, str(value))
        prediction = runs.predict(runs.get(run_id), Sequences.from_lists([[1]]))
        assert prediction.wait(30)
        assert abs(prediction.result.values[0] - value) < 9


def constant(value: float) -> Sequences:
    return Sequences.from_lists([[1], [1, 1]] * 2, targets=[value] * 4)


def test_an_inspection_compares_with_and_without_the_mask(runs: Runs, example: Sequences):
    run = wait_until_ended(runs, runs.train(OWNER, example, QUICK))
    request = runs.inspect(run, example[[1]])
    assert request.wait(60)
    assert request.error is None, request.error
    masked, fed = request.result.sides
    assert (masked.masked, fed.masked) == (True, False)
    prediction = runs.predict(run, example[[1]])
    assert prediction.wait(30)
    assert masked.predictions[-1, 0] == pytest.approx(prediction.result.values[0], abs=1e-4)
    assert (masked.attributions[~request.result.real] == 0).all()

    unmasked = wait_until_ended(runs, runs.train(OWNER, example, replace(QUICK, mask="none")))
    request = runs.inspect(unmasked, example[[1]])
    assert request.wait(60)
    [side] = request.result.sides
    assert not side.masked
    request = runs.inspect(run, example)  # one at a time
    assert request.wait(30)
    assert "One sequence is traced" in str(request.error)


def test_early_evaluation_uses_the_measured_rows_or_other_sequences(runs: Runs):
    lists = [[i % 3, 1.0, i] for i in range(20)]
    data = Sequences.from_lists(lists, targets=np.arange(20.0), split=["train"] * 12 + ["test"] * 8)
    run = wait_until_ended(runs, runs.train(OWNER, data, QUICK))
    own, other = runs.evaluate_early(run, None), runs.evaluate_early(run, data[:5])
    assert own.wait(60)
    assert other.wait(60)
    assert (own.result.sequences, other.result.sequences) == (8, 5)
    assert own.result.figures[-1].value == pytest.approx(run.metrics["test"]["rmse"], rel=1e-4)
    refused = runs.evaluate_early(run, data.with_targets(None))
    assert refused.wait(30)
    assert "no targets" in str(refused.error)


def test_a_data_error_is_returned_with_its_values(runs: Runs, example: Sequences):
    words = Sequences.from_lists([[1], [2]], targets=["yes", "no"])
    run = wait_until_ended(runs, runs.train(OWNER, words, QUICK))
    assert run.state is RunState.FAILED
    assert run.error.values == {"found": "yes"}
    assert not run.has_model
    assert runs.predict(run, example).error is not None  # at once: there is no model

    trained = wait_until_ended(runs, runs.train(OWNER, example, QUICK))
    prediction = runs.predict(trained, Sequences.from_lists([[[1, 2], [3, 4]]]))
    assert prediction.wait(30)
    assert (prediction.error.values["expected"], prediction.error.values["found"]) == (1, 2)
    assert prediction.result is None


def test_unknown_runs(runs: Runs):
    assert runs.get("no such run") is None
    assert runs.get_queue_position("no such run") is None
    runs.stop(OWNER, "no such run")
    runs.kill(OWNER, "no such run")


def test_unsuitable_targets_do_not_prevent_predictions(runs: Runs, example: Sequences):
    run = wait_until_ended(runs, runs.train(OWNER, example, QUICK))
    prediction = runs.predict(run, Sequences.from_lists([[1]], targets=["a word"]))
    assert prediction.wait(30)
    assert len(prediction.result.values) == 1
    assert prediction.result.metrics == {}
    assert prediction.result.notes[0].values == {"found": "a word"}


def test_unseen_classes_give_a_note_instead_of_a_score(runs: Runs):
    data = Sequences.from_lists([[1], [2]] * 4, targets=["a", "b"] * 4)
    recipe = replace(QUICK, task="classification", loss="")
    run = wait_until_ended(runs, runs.train(OWNER, data, recipe))
    new = Sequences.from_lists(
        [[1], [2], [1]], targets=["north", "south", "a"], split=["train", "train", "test"]
    )
    prediction = runs.predict(run, new)
    assert prediction.wait(30)
    assert list(prediction.result.metrics) == ["test"]
    assert [note.values["found"] for note in prediction.result.notes] == ["north"]


def test_idle_workers_are_replaced_after_many_runs(
    runs: Runs, example: Sequences, monkeypatch: pytest.MonkeyPatch
):
    """TensorFlow keeps some memory of every training, which a server that runs for weeks cannot."""
    run = wait_until_ended(runs, runs.train(OWNER, example, QUICK))
    counts = runs.dispatcher.retirement.run_counts
    monkeypatch.setattr(worker_retirement, "MAX_RUNS_PER_WORKER", counts[run.worker])
    wait_for(lambda: run.worker not in runs.workers, "the worker to be retired")
    monkeypatch.undo()
    prediction = runs.predict(run, example)  # by another worker, from the saved ZIP
    assert prediction.wait(60)
    assert len(prediction.result.values) == 3


def test_visitors_who_were_away_for_long_are_removed(runs: Runs, example: Sequences):
    run = wait_until_ended(runs, runs.train("long ago", example, QUICK))
    visitors = tables.visitors
    with runs.store.database.writing() as connection:
        connection.execute(
            visitors.update().where(visitors.c.id == "long ago").values(seen=time.time() - 31 * DAY)
        )
    runs.dispatcher.clean_up_at = 0.0  # an hour has passed
    wait_for(lambda: runs.get(run.id) is None, "the visitor to be removed")


def test_dask_is_reachable_from_this_machine_only(runs: Runs):
    """A Dask connection is code execution, and Dask listens on every address by default."""
    child = psutil.Process(runs.dispatcher.cluster.child.pid)
    listening = []
    for process in [child, *child.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):  # a worker that is being replaced
            connections = process.net_connections()
            listening += [each.laddr for each in connections if each.status == psutil.CONN_LISTEN]
    assert len(listening) >= 3  # the scheduler and two workers
    assert {address.ip for address in listening} == {"127.0.0.1"}
    assert 8787 not in {address.port for address in listening}  # Dask's usual dashboard


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no niceness")
def test_workers_have_a_lower_priority_than_the_server(runs: Runs):
    ours = psutil.Process().nice()
    wait_for(lambda: len(runs.workers) == 2, "every worker, also those that replace others")
    assert all(process.nice() > ours for process in list_worker_processes(runs))


def list_worker_processes(runs: Runs) -> list[psutil.Process]:
    children = psutil.Process(runs.dispatcher.cluster.child.pid).children()
    return [child for child in children if "resource_tracker" not in " ".join(child.cmdline())]
