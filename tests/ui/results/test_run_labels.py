"""One-line descriptions of a run."""

from datetime import UTC, datetime, timedelta

import pytest

from core import Recipe
from core.engine.progress import Progress
from runs import RunState, RunSummary
from ui.results.run_labels import format_run_time

START = datetime(2026, 1, 31, tzinfo=UTC)


def make_summary(seconds: float | None, **values) -> RunSummary:
    progress = None if seconds is None else Progress(3, 3, 0, 1, 8, {}, seconds)
    fields = {"started": START, "ended": START + timedelta(seconds=17), **values}
    state = RunState.FINISHED
    return RunSummary("r", "o", "", Recipe(), "", {}, state, START, progress=progress, **fields)


@pytest.mark.parametrize(
    ("seconds", "values", "text"),
    [
        (14.0, {}, "14 s"),  # as on Train
        (None, {}, "17 s"),
        (0.0, {}, "17 s"),
        (14.0, {"ended": None}, ""),
        (14.0, {"reused": True}, ""),
    ],
)
def test_the_time_of_an_ended_run_is_that_of_its_training(seconds, values, text):
    assert format_run_time(make_summary(seconds, **values)) == text
