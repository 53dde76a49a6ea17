"""The time left of a comparison follows from its runs so far."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from core import Progress, Recipe
from runs import Run, RunState, RunSummary
from ui.compare.progress import estimate_seconds_left, list_losses, stack_curves

START = datetime(2026, 1, 1, tzinfo=UTC)
WAITING = RunSummary("r", "o", "", Recipe(), "", {}, RunState.QUEUED, START, estimate=10.0)
ENDED = replace(
    WAITING, state=RunState.FINISHED, started=START, ended=START + timedelta(seconds=20)
)


def make_running(epoch: int, seconds: float) -> RunSummary:
    progress = Progress(epoch, 10, 0, 1, 3, {}, seconds)
    return replace(WAITING, state=RunState.RUNNING, started=START, progress=progress)


def make_run(state: RunState, losses: list[float]) -> Run:
    return Run(**vars(replace(WAITING, state=state)), history={"loss": losses} if losses else {})


def test_without_a_measure_there_is_no_estimate():
    assert estimate_seconds_left([WAITING, WAITING], 1) is None


def test_runs_that_ended_scale_the_estimates_of_the_others():
    assert estimate_seconds_left([ENDED, WAITING, WAITING], 1) == pytest.approx(40)
    assert estimate_seconds_left([ENDED, WAITING, WAITING], 2) == pytest.approx(20)
    assert estimate_seconds_left([ENDED, WAITING], 2) == pytest.approx(20)  # one cannot be shared


def test_a_reused_run_measures_nothing():
    assert estimate_seconds_left([replace(ENDED, reused=True), WAITING], 1) is None


def test_the_first_running_run_is_a_measure():
    assert estimate_seconds_left([make_running(5, 4.0), WAITING], 1) == pytest.approx(4 + 8)


def test_shorter_curves_end_with_nan():
    stacked = stack_curves([np.array([1.0, 2.0]), np.array([3.0])])
    np.testing.assert_array_equal(stacked, [[1, 2], [3, np.nan]])


def test_a_run_that_goes_on_is_drawn_only_while_no_other_has_ended():
    first = make_run(RunState.FINISHED, [3.0, 2.0, 1.0])
    second = make_run(RunState.RUNNING, [3.0])
    waiting, failed = make_run(RunState.QUEUED, []), make_run(RunState.FAILED, [])
    assert [each.tolist() for each in list_losses([second, waiting, failed])] == [[3.0]]
    assert [each.tolist() for each in list_losses([first, second])] == [[3.0, 2.0, 1.0]]
    assert list_losses([waiting]) == []
