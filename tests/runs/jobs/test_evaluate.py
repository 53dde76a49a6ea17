"""Every measured model is evaluated beside baselines once, and the result is stored."""

import numpy as np
import pytest

from core import Recipe, Sequences
from runs import Runs
from runs.jobs.evaluate import evaluate_run, read_evaluation
from runs.scheduling.once_per_run import OncePerRun
from runs.scheduling.requests import RequestQueue
from tests.support.cluster_runs import OWNER, QUICK, wait_for, wait_until_ended


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


def test_three_sequences_have_no_baselines(runs: Runs, example: Sequences):
    request = runs.evaluate(wait_until_ended(runs, runs.train(OWNER, example, QUICK)))
    assert request.wait(60)
    assert request.error is None, request.error
    assert request.result.part == "training"
    assert request.result.rivals == ()
