"""What the thread beside a training does without waiting for it."""

from dataclasses import replace
from pathlib import Path

import pytest

from runs.keeper import Keeper
from runs.limits import Limits
from runs.store import Store
from tests.runs.store.conftest import queued
from tests.runs.store.test_work import progress

HOUR = 3600.0


@pytest.mark.parametrize(
    ("before", "seconds", "out_of_time"),
    [(0.0, HOUR - 1, False), (0.0, HOUR + 1, True), (5 * HOUR, 6 * HOUR - 1, False)],
)
def test_a_run_that_goes_on_has_a_time_of_its_own(
    tmp_path: Path, before: float, seconds: float, out_of_time: bool
):
    """Continue ended at once, with the note that promised it would go on."""
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}", Limits(run_hours=1))
    run = queued(store)
    claim = replace(store.work.claim(run, "worker"), before=before)
    keeper = Keeper(store, run, claim, None, None)
    keeper.progress(replace(progress(3), seconds=seconds))
    assert keeper.timed_out is out_of_time
    assert keeper.should_stop() is out_of_time
    keeper.close()
    store.close()
