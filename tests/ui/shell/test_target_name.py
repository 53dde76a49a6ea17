"""Names of the target on screen and in exports."""

import pytest

from core import Recipe
from core.data.schema import Schema
from ui.shell.target_name import TargetName, get_target_name


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
