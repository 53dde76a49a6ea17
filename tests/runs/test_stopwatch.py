"""A machine that slept does not take others for dead."""

import time

import pytest

from runs import stopwatch
from runs.stopwatch import MAX_STEP_SECONDS, Stopwatch


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(stopwatch.time, "monotonic", lambda: now[0])
    return now


def test_time_that_was_looked_at_counts_and_a_gap_hardly(clock: list[float]):
    watch = Stopwatch()
    for clock[0] in range(1, 11):
        watch.look()
    assert watch.seconds == 10
    clock[0] += 8 * 3600
    assert watch.look() == 10 + MAX_STEP_SECONDS
    watch.restart()
    assert watch.look() == 0


def test_the_clock_is_the_real_one():
    watch = Stopwatch()
    time.sleep(0.05)
    assert 0.04 < watch.look() < MAX_STEP_SECONDS
