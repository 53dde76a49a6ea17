"""A shorter form of each soak; ``python -m benchmarks soak`` runs the full counts."""

import shutil

import pytest

from benchmarks import postgres
from benchmarks.soak.crowd import crowd
from benchmarks.soak.kills import kill_servers, kill_workers
from benchmarks.soak.many import many_runs
from benchmarks.soak.scheduler import two_workers_elsewhere


def test_a_killed_worker_costs_a_run_nothing():
    report = kill_workers(1)
    assert report["finished and bit-identical"] == 1, report


def test_a_server_that_is_shut_down_costs_nobody_anything():
    report = kill_servers(1, terminate=True)
    assert report["reached"], report


def test_visitors_at_the_same_time_have_their_own_results():
    report = crowd(visitors=4, rounds=1, pause=0.2)
    assert report["results that were not one's own, or errors"] == []


@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium on this machine")
def test_a_long_history_is_listed_whole():
    assert many_runs(100)["seconds until the table stands in Chromium"] > 0


@pytest.mark.skipif(not postgres.is_there(), reason=postgres.MISSING)
def test_a_cluster_elsewhere_survives_the_loss_of_a_worker():
    report = two_workers_elsewhere(4)
    assert report["reached"], report
