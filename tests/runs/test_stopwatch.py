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


def test_read_time_counts_and_gaps_hardly(clock: list[float]):
    watch = Stopwatch()
    for clock[0] in range(1, 11):
        watch.read()
    assert watch.seconds == 10
    clock[0] += 8 * 3600
    assert watch.read() == 10 + MAX_STEP_SECONDS
    watch.restart()
    assert watch.read() == 0


def test_the_clock_is_the_real_one():
    watch = Stopwatch()
    time.sleep(0.05)
    assert 0.04 < watch.read() < MAX_STEP_SECONDS
