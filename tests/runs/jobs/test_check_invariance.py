"""Every model is checked once, and the proof is stored with it."""

import io
from dataclasses import replace

import pytest

from core import LSTM, Recipe, Sequences
from core.invariance.report import Proof
from runs import Runs
from runs.jobs.check_invariance import check_run_invariance, read_proof
from runs.scheduling import once_per_run
from runs.scheduling.once_per_run import OncePerRun
from runs.scheduling.requests import RequestQueue
from tests.support.cluster_runs import OWNER, QUICK, wait_for, wait_until_ended


def get_proof(runs: Runs, run_id: str) -> Proof:
    request = runs.check_invariance(wait_until_ended(runs, run_id))
    assert request.wait(120)
    assert request.error is None, request.error
    return request.result


@pytest.mark.usefixtures("automatic_analyses")
def test_a_trained_model_is_checked_automatically_and_exported_with_its_proof(
    runs: Runs, example: Sequences
):
    run_id = runs.train(OWNER, example, QUICK)
    records = runs.store.runs
    wait_for(lambda: records.read_artifact(run_id, "proof") is not None, "a proof nobody asked for")
    proof = get_proof(runs, run_id)
    assert proof.passed
    assert all(check.passed for check in proof.checks)  # measured on the training data
    from core import load

    assert load(io.BytesIO(runs.read_model(run_id))).proof == proof


def test_a_proof_is_stored_and_measured_once(runs: Runs, example: Sequences):
    run_id = runs.train(OWNER, example, QUICK)
    proof = get_proof(runs, run_id)
    again = OncePerRun(
        RequestQueue(wake=lambda: None), runs.store, check_run_invariance, read_proof
    ).request(run_id)  # without workers
    assert again.done
    assert again.result == proof
    assert runs.check_invariance(runs.get(run_id)) is runs.check_invariance(runs.get(run_id))


def test_without_a_mask_the_proof_reports_the_difference(runs: Runs, example: Sequences):
    recipe = Recipe(layers=(LSTM(8),), mask="none", epochs=20, validation_split=0.0)
    proof = get_proof(runs, runs.train(OWNER, example, recipe))
    assert proof.verdict == "leaks"
    assert proof.padding_effect > 0.01


def test_the_check_of_a_deleted_run_fails_and_can_be_requested_again(
    runs: Runs, example: Sequences, monkeypatch: pytest.MonkeyPatch
):
    run = wait_until_ended(runs, runs.train(OWNER, example, replace(QUICK, seed=3)))
    get_proof(runs, run.id)
    runs.store.runs.delete(OWNER, run.id)
    request = OncePerRun(runs.dispatcher.requests, runs.store, check_run_invariance, read_proof)
    first = request.request(run.id)
    assert first.wait(60)
    assert "no trained model" in str(first.error)
    monkeypatch.setattr(once_per_run, "RETRY_SECONDS", 0)
    assert request.request(run.id) is not first
