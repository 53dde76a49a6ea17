from datetime import UTC, datetime

import pytest

from core import Recipe
from runs import RunState, RunSummary
from ui.results.file_names import name_file


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gestures", "gestures-2026-11-29-predictions"),
        ("../a/b\\c: LSTM(64)", "a-b-c-LSTM-64-2026-11-29-predictions"),
        ("手势 1", "手势-1-2026-11-29-predictions"),
        ("visits.csv", "visits-2026-11-29-predictions"),
        ("version 1.2", "version-1.2-2026-11-29-predictions"),
        ("…", "run-2026-11-29-predictions"),
        ("x" * 200, "x" * 60 + "-2026-11-29-predictions"),
    ],
)
def test_a_file_is_named_after_run_and_date(name, expected):
    created = datetime(2026, 11, 29, 23, tzinfo=UTC)
    run = RunSummary("id", "me", name, Recipe(), "data", {}, RunState.FINISHED, created)
    assert name_file(run, "predictions") == expected
