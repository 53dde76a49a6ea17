"""Every measured model is evaluated beside baselines once, and the result is stored."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import delete, update

from core import Recipe, Sequences
from runs import Runs
from runs.jobs.evaluate import evaluate_run, read_evaluation
from runs.scheduling.once_per_run import OncePerRun
from runs.scheduling.requests import RequestQueue
from runs.store.tables import artifacts
from runs.store.tables import runs as table
from tests.support.cluster_runs import ENDLESS, OWNER, QUICK, wait_for, wait_until_ended


@pytest.fixture(scope="module")
def means() -> Sequences:
    rng = np.random.default_rng(2)
    steps = [rng.normal(size=length) for length in rng.integers(1, 9, 60)]
    split = np.where(np.arange(60) < 40, "train", "test").astype(object)
    return Sequences.from_lists(steps, [float(each.mean()) for each in steps], split=split)


@pytest.mark.usefixtures("automatic_analyses")
def test_a_measured_model_is_evaluated_automatically(runs: Runs, means: Sequences):
    run_id = runs.train(OWNER, means, Recipe(epochs=2, batch_size=8))
    records = runs.store.runs
    wait_for(lambda: records.read_artifact(run_id, "evaluation") is not None, "an evaluation")
    request = runs.evaluate(wait_until_ended(runs, run_id))
    assert request.wait(60)
    evaluation = request.result
    assert (evaluation.part, evaluation.sequences) == ("test", 20)
    metrics = runs.get(run_id).metrics["test"]
    assert {n: f.value for n, f in evaluation.figures.items()} == pytest.approx(metrics, rel=1e-5)
    assert [baseline.name for baseline in evaluation.rivals] == [
        "constant",
        "length",
        "last",
        "linear",
        "trees",
    ]
    assert len(evaluation.pictures["points"]) == 20
    again = OncePerRun(RequestQueue(wake=lambda: None), runs.store, evaluate_run, read_evaluation)
    assert again.request(run_id).result == evaluation  # stored; there are no workers


def test_an_evaluation_of_another_version_is_repeated(runs: Runs, means: Sequences):
    run = wait_until_ended(runs, runs.train(OWNER, means, Recipe(epochs=1, batch_size=8)))
    assert runs.evaluate(run).wait(60)
    runs.store.attempts.save_evaluation(run.id, b'{"figures": 3}')
    assert read_evaluation(runs.store, run.id) is None


def test_a_run_stopped_before_it_was_measured_is_evaluated(runs: Runs, means: Sequences):
    run_id = runs.train(OWNER, means, replace(ENDLESS, validation_split=0.0))
    wait_for(lambda: runs.get(run_id).can_continue, "a checkpoint")
    runs.stop(OWNER, run_id)
    run = wait_until_ended(runs, run_id)
    with runs.store.database.writing() as connection:  # as if a batch had had to be cut off
        kinds = (artifacts.c.run == run_id, artifacts.c.kind.in_(["measured", "evaluation"]))
        connection.execute(delete(artifacts).where(*kinds))
        connection.execute(update(table).where(table.c.id == run_id).values(metrics={}))
    run = runs.get(run_id)
    assert (run.metrics, run.has_predictions, run.can_be_evaluated) == ({}, False, True)
    request = runs.evaluate(run)
    assert request.wait(60)
    figures = {name: figure.value for name, figure in request.result.figures.items()}
    run = runs.get(run_id)
    assert run.has_predictions
    assert run.metrics == {"test": pytest.approx(figures, rel=1e-5)}
    measured, rows = runs.read_predictions(run_id), means[means.split == "test"]
    again = runs.predict(run, rows)
    assert again.wait(60)
    np.testing.assert_allclose(measured.predictions, again.result.values, rtol=1e-6)
    assert measured.ids.tolist() == rows.ids.tolist()


def test_three_sequences_have_no_baselines(runs: Runs, example: Sequences):
    request = runs.evaluate(wait_until_ended(runs, runs.train(OWNER, example, QUICK)))
    assert request.wait(60)
    assert request.error is None, request.error
    assert request.result.part == "training"
    assert request.result.rivals == ()
