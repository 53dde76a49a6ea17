"""Names of the target and of the time, on screen and in exports."""

from datetime import UTC, datetime

import pytest

from core import Recipe
from core.data.schema import Schema
from core.reading.new_data import Reading
from runs import RunState, RunSummary
from ui.shell.target_name import TargetName, get_run_time_name, get_target_name


@pytest.mark.parametrize(
    ("schema", "task", "label", "column"),
    [
        (Schema("wide", target="Max strain (%)"), "regression", "Max strain (%)", "Max strain (%)"),
        (Schema("wide", target="1"), "classification", "class", "target"),  # without a header
        (Schema("wide", target="1"), "regression", None, "target"),
        (Schema("long", remaining_steps=125), "regression", "remaining steps", "target"),
        (Schema("wide"), "regression", None, "target"),
        (None, "regression", None, "target"),
    ],
)
def test_the_target_is_called_as_its_owner_calls_it(schema, task, label, column):
    assert get_target_name(schema, Recipe(task=task)) == TargetName(label, column)


@pytest.mark.parametrize(
    ("schema", "name"),
    [
        (Schema("long", time="cycle"), "cycle"),
        (Schema("long", time=("date", "clock")), "date clock"),
        (Schema("long", time="2"), None),  # without a header
        (Schema("wide"), None),
        (None, None),
    ],
)
def test_the_time_is_called_as_its_owner_calls_it(schema, name):
    reading = Reading(1, schema).to_dict()
    created = datetime(2026, 11, 29, tzinfo=UTC)
    run = RunSummary("id", "me", "x", Recipe(), "data", reading, RunState.FINISHED, created)
    assert get_run_time_name(run) == name
