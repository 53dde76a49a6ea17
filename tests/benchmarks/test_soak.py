"""A shorter form of the soaks; ``python -m benchmarks soak`` runs the full counts. What kills cost
a run is tested in tests/runs/test_durability.py."""

import pytest

from benchmarks.soak.classroom import classroom
from benchmarks.soak.crowd import crowd
from benchmarks.soak.fuzz import fuzz
from benchmarks.soak.many import many_runs
from benchmarks.soak.scheduler import two_workers_elsewhere
from benchmarks.soak.server import start_server
from tests.support import postgres
from tests.support.chromium import executable


@pytest.fixture(scope="module")
def server():
    with start_server() as server:
        yield server


def test_hostile_files_are_read_or_refused():
    report = fuzz(2, inputs=50)
    assert report["reached"], report
    assert report["inputs"] >= 100 > report["of them read"] > 0


def test_visitors_at_the_same_time_have_their_own_results(server):
    report = crowd(visitors=4, rounds=1, pause=0.2, server=server)
    assert report["results that were not one's own, or errors"] == []


def test_a_class_that_presses_one_button_needs_one_training(server):
    report = classroom(8, server)
    # The other one is the network without a mask, of the picture on Home.
    assert (report["errors"], report["trainings"]) == ([], 2)


@pytest.mark.skipif(executable() is None, reason="no Chromium on this machine")
def test_a_long_history_is_listed_whole():
    assert many_runs(100, rounds=1)["seconds until the list is drawn in Chromium"] > 0


@pytest.mark.further
@pytest.mark.skipif(not postgres.is_there(), reason=postgres.MISSING)
def test_a_cluster_elsewhere_survives_the_loss_of_a_worker():
    report = two_workers_elsewhere(4)
    assert report["reached"], report
