"""Requests to a model are sent once, and cancelled when another one replaces them."""

import numpy as np
import pytest

from core import Sequences
from runs import Runs, RunState
from tests.support.cluster_runs import QUICK, wait_until_ended
from ui.samples import load_example
from ui.session.requests import send_request


@pytest.fixture
def run(state, services):
    run_id = services.runs.train(state.owner.id, load_example(), QUICK)
    run = wait_until_ended(services.runs, run_id)
    assert run.state is RunState.FINISHED
    return run


def test_the_same_request_is_sent_once(state, services, run):
    sent, requests = state.places.typed.prediction, []
    for value in (1.5, 1.5, 2.5):
        data = Sequences.from_lists([[value]])
        requests.append(send_request(sent, state, services, Runs.predict, run, data))
    first, second, third = requests
    assert first is second
    assert third is not first
    assert third.wait(60)
    assert third.result.values.shape == (1,)


def test_a_replaced_request_that_still_waits_is_cancelled(state, services, run):
    long = Sequences.from_lists([np.ones(50)] * 20_000)
    blocking = services.runs.predict(run, long)
    sent, requests = state.places.typed.prediction, []
    for value in (1.0, 2.0):
        data = Sequences.from_lists([[value]])
        requests.append(send_request(sent, state, services, Runs.predict, run, data))
    replaced, last = requests
    assert last.wait(60)
    assert blocking.done
    assert not replaced.done
