"""The table of a comparison, and its numbers over the seeds."""

import numpy as np
import pytest

from core import Sequences
from core.evaluation.evaluation_set import EvaluationSet
from core.experiments.compare import Comparison, Outcome, compare_outcomes

TARGETS = np.arange(6.0)


def make_comparison(errors: dict[str, list[float]]) -> Comparison:
    """Compare recipes whose predictions are off by a constant per seed."""
    data = Sequences.from_lists([[1]] * len(TARGETS), TARGETS)
    outcomes = {
        name: [
            Outcome(
                EvaluationSet("test", data.ids, data.lengths, TARGETS, TARGETS + error, None),
                curve=np.array([error, error / 2]),
                seconds=3.0,
                steps=70,
            )
            for error in per_seed
        ]
        for name, per_seed in errors.items()
    }
    return compare_outcomes(outcomes, tuple(range(len(errors["masked"]))))


def test_a_row_has_mean_and_spread_over_the_seeds_and_the_difference_from_the_first():
    table = make_comparison({"masked": [1.0, 2.0], "unmasked": [3.0, 5.0]}).table
    assert table["recipe"].tolist() == ["masked", "unmasked"]
    assert table["rmse"].tolist() == pytest.approx([1.5, 4.0])
    assert table["rmse sd"].tolist() == pytest.approx([0.5**0.5, 2**0.5])
    assert np.isnan(table["difference"][0])
    assert table["difference"][1] == pytest.approx(2.5)
    assert table[["seconds", "steps"]].values.tolist() == [[3.0, 70.0]] * 2


def test_one_seed_has_no_spread():
    assert make_comparison({"masked": [1.0], "unmasked": [2.0]}).table["rmse sd"].isna().all()
