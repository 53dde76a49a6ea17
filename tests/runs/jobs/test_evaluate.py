"""Every measured model is judged beside simple ones, once, and what was found is kept."""

import numpy as np
import pytest

from core import Recipe, Sequences
from runs import Runs
from runs.jobs.evaluate import evaluation_of, judge_run
from runs.scheduling.once_per_run import Afterwards
from runs.scheduling.requests import Questions
from tests.runs.conftest import OWNER, QUICK, ended, wait_for


@pytest.fixture(scope="module")
def means() -> Sequences:
    rng = np.random.default_rng(2)
    steps = [rng.normal(size=length) for length in rng.integers(1, 9, 60)]
    split = np.where(np.arange(60) < 40, "train", "test").astype(object)
    return Sequences.from_lists(steps, [float(each.mean()) for each in steps], split=split)


@pytest.mark.afterwards
def test_a_measured_model_is_judged_without_being_asked(runs: Runs, means: Sequences):
    run_id = runs.train(OWNER, means, Recipe(epochs=2, batch_size=8))
    kept = runs.store.runs
    wait_for(lambda: kept.artifact(run_id, "evaluation") is not None, "a judgement")
    asked = runs.evaluation(ended(runs, run_id))
    assert asked.wait(60)
    found = asked.result
    assert (found.part, found.sequences) == ("test", 20)
    metrics = runs.get(run_id).metrics["test"]
    assert {n: f.value for n, f in found.figures.items()} == pytest.approx(metrics, rel=1e-5)
    assert [rival.name for rival in found.rivals] == ["constant", "length", "last", "linear"]
    assert len(found.pictures["points"]) == 20
    again = Afterwards(Questions(wake=lambda: None), runs.store, judge_run, evaluation_of)
    assert again.of(run_id).result == found  # for the next server; nobody answers these


def test_what_another_version_kept_is_found_out_again(runs: Runs, means: Sequences):
    run = ended(runs, runs.train(OWNER, means, Recipe(epochs=1, batch_size=8)))
    assert runs.evaluation(run).wait(60)
    runs.store.attempts.keep_evaluation(run.id, b'{"figures": 3}')
    assert evaluation_of(runs.store, run.id) is None


def test_of_three_sequences_there_is_nothing_to_compare(runs: Runs, example: Sequences):
    asked = runs.evaluation(ended(runs, runs.train(OWNER, example, QUICK)))
    assert asked.wait(60)
    assert asked.error is None, asked.error
    assert asked.result.part == "training"
    assert asked.result.rivals == ()
