import numpy as np
import pytest

from core.errors import Note
from core.evaluation.estimate import Estimate
from core.experiments.compare import Comparison, Entry
from ui.runs.comparison_group import _mark

WORSE, BETTER, UNKNOWN = Estimate(-2, -3, -1), Estimate(2, 1, 3), Estimate(1, -1, 3)


def mark_all(main: str, *differences: Estimate, part: str = "test") -> list[str]:
    """Mark the first recipe and those with these differences from it."""
    entries = tuple(
        Entry(str(number), {}, np.zeros((1, 1)), difference, 1.0, 1.0)
        for number, difference in enumerate([None, *differences])
    )
    comparison = Comparison(part, main, (0, 1), "same", entries, Note("…"))
    return [_mark(entry, comparison) for entry in entries]


@pytest.mark.parametrize(
    ("main", "differences", "marked"),
    [
        ("accuracy", [WORSE, WORSE], {0: "best"}),
        ("accuracy", [WORSE, UNKNOWN], {}),
        ("accuracy", [BETTER], {1: "best"}),
        ("rmse", [WORSE], {1: "best"}),
        ("rmse", [BETTER], {0: "best"}),
        ("accuracy", [UNKNOWN], {}),
        # which of the two is best was not compared
        ("accuracy", [BETTER, BETTER], {1: "better than 0", 2: "better than 0"}),
    ],
)
def test_a_recipe_is_marked_only_as_far_as_the_comparison_is_conclusive(main, differences, marked):
    marks = mark_all(main, *differences)
    assert {i: m[len(":green-badge[") : -1] for i, m in enumerate(marks) if m} == marked


def test_scores_on_training_rows_mark_no_recipe():
    assert mark_all("accuracy", BETTER, part="training") == ["", ""]
