"""The lead over the best baseline, in words."""

import pytest

from core.evaluation.estimate import Estimate
from ui.results.verdict import format_lead


@pytest.mark.parametrize(
    ("ahead", "main", "words"),
    [
        (
            Estimate(0.043, 0.021, 0.065),
            "accuracy",
            "Difference: +4.3 percentage points (95% CI +2.1 to +6.5).",
        ),
        (
            Estimate(-0.01, -0.03, 0.0),
            "accuracy",
            "Difference: −1.0 percentage points (95% CI −3.0 to +0.0).",
        ),
        # A lower error is better, so a lead is a negative difference.
        (Estimate(1.5, -0.5, 3.0), "rmse", "Difference in RMSE: −1.5 (95% CI −3 to +0.5)."),
        (
            Estimate(3.1934, 1.0567, 5.33012),
            "rmse",
            "Difference in RMSE: −3.193 (95% CI −5.33 to −1.057).",
        ),
        (Estimate(0.5), "accuracy", ""),
    ],
)
def test_a_lead_is_stated_with_its_interval(ahead, main, words):
    assert format_lead(ahead, main) == words
