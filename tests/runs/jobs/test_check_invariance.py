"""Every model is proved, once, and the proof is kept with it."""

import io
from dataclasses import replace

import pytest

from core import LSTM, Recipe, Sequences
from core.invariance.report import Proof
from runs import Runs
from runs.jobs.check_invariance import proof_of, prove_run
from runs.scheduling.once_per_run import Afterwards
from runs.scheduling.requests import Questions
from tests.runs.conftest import OWNER, QUICK, ended, wait_for


def proved(runs: Runs, run_id: str) -> Proof:
    asked = runs.proof(ended(runs, run_id))
    assert asked.wait(120)
    assert asked.error is None, asked.error
    return asked.result


@pytest.mark.afterwards
def test_a_trained_model_is_proved_without_being_asked_and_takes_its_proof_away(
    runs: Runs, example: Sequences
):
    run_id = runs.train(OWNER, example, QUICK)
    kept = runs.store.runs
    wait_for(lambda: kept.artifact(run_id, "proof") is not None, "a proof nobody asked for")
    proof = proved(runs, run_id)
    assert proof.passed
    assert all(check.passed for check in proof.table)  # it was measured on the training data
    from core import load

    assert load(io.BytesIO(runs.model(run_id))).proof == proof


def test_a_proof_is_kept_for_the_next_server_and_measured_once(runs: Runs, example: Sequences):
    run_id = runs.train(OWNER, example, QUICK)
    proof = proved(runs, run_id)
    again = Afterwards(Questions(wake=lambda: None), runs.store, prove_run, proof_of).of(
        run_id
    )  # nobody answers these
    assert again.done
    assert again.result == proof
    assert runs.proof(runs.get(run_id)) is runs.proof(runs.get(run_id))


def test_without_a_mask_the_proof_says_by_how_much(runs: Runs, example: Sequences):
    recipe = Recipe(layers=(LSTM(8),), mask="none", epochs=20, validation_split=0.0)
    proof = proved(runs, runs.train(OWNER, example, recipe))
    assert not proof.passed
    assert proof.by_padding > 0.01


def test_the_proof_of_a_deleted_run_ends_with_a_reason_and_may_be_asked_for_again(
    runs: Runs, example: Sequences
):
    run = ended(runs, runs.train(OWNER, example, replace(QUICK, seed=3)))
    proved(runs, run.id)
    runs.store.runs.delete(OWNER, run.id)
    asked = Afterwards(runs._dispatcher.questions, runs.store, prove_run, proof_of)
    first = asked.of(run.id)
    assert first.wait(60)
    assert "no trained model" in str(first.error)
    assert asked.of(run.id) is not first
