"""Intervals have the nominal coverage, and never a width of zero.

``python -m benchmarks coverage`` measures many more settings.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.evaluation.estimate import Estimate, spread_estimates
from core.evaluation.intervals import (
    estimate_difference,
    estimate_metrics,
    find_difference_limits,
)
from core.evaluation.statistic import ClassificationStatistic, RegressionStatistic

LABELS = np.array(["no", "yes"])
seeds = st.integers(0, 2**31)


def answer(right: np.ndarray) -> ClassificationStatistic:
    """Make answers that are right where ``right`` is True; the truth is "yes" everywhere."""
    probabilities = np.where(right[:, None], [0.1, 0.9], [0.9, 0.1])
    return ClassificationStatistic(np.repeat("yes", len(right)), probabilities, LABELS)


def measure_coverage(draw, true: float, name: str, simulations: int = 300) -> float:
    """Measure the share of intervals that contain the true value."""
    rng = np.random.default_rng(0)
    covered = []
    for _ in range(simulations):
        estimate = estimate_metrics(*draw(rng))[name]
        covered.append(estimate.low <= true <= estimate.high)
    return float(np.mean(covered))


@pytest.mark.parametrize("n", [10, 37, 120])
def test_the_interval_of_the_accuracy_has_at_least_its_coverage_exactly(n):
    limits = []
    for right in range(n + 1):
        estimate = estimate_metrics(answer(np.arange(n) < right), np.arange(n))["accuracy"]
        test = stats.binomtest(right, n).proportion_ci(0.95, "exact")
        assert estimate.limits == pytest.approx((test.low, test.high))
        limits.append(estimate.limits)
    low, high = np.array(limits).T
    for share in np.linspace(0.5, 0.98, 25):
        chance = stats.binom.pmf(np.arange(n + 1), n, share)
        assert chance[(low <= share) & (share <= high)].sum() >= 0.95


# At 95 % coverage, 91 to 99 % of 300 intervals contain the true value in 99 of 100 such tests.
@pytest.mark.parametrize(
    ("metric", "true"), [("mae", np.sqrt(2 / np.pi)), ("rmse", 1), ("r2", 0.8)]
)
def test_intervals_of_normal_errors_have_nominal_coverage(metric, true):
    def draw(rng):
        predicted = 2 * rng.normal(size=20)
        return RegressionStatistic(predicted + rng.normal(size=20), predicted), np.arange(20)

    assert 0.91 <= measure_coverage(draw, true, metric) <= 0.99


def test_intervals_over_groups_have_nominal_coverage():
    groups = np.repeat(np.arange(25), 8)

    def draw(rng):
        return RegressionStatistic(rng.normal(size=25)[groups], np.zeros(200)), groups

    def draw_without_groups(rng):
        return draw(rng)[0], np.arange(200)

    assert 0.9 <= measure_coverage(draw, np.sqrt(2 / np.pi), "mae") <= 0.99
    assert measure_coverage(draw_without_groups, np.sqrt(2 / np.pi), "mae") < 0.7


def test_intervals_of_shares_over_groups_have_nominal_coverage():
    groups = np.repeat(np.arange(20), 6)

    def draw(rng):
        return answer(rng.random(120) < rng.beta(2, 0.5, 20)[groups]), groups

    assert measure_coverage(draw, 0.8, "accuracy") >= 0.92


@given(seeds, st.integers(2, 25), st.sampled_from([1, 2, 5]), st.booleans())
def test_no_interval_has_a_width_of_zero_or_lacks_its_value(seed, units, rows, is_perfect):
    rng = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(units), rows)
    error = np.zeros(len(clusters)) if is_perfect else rng.integers(-1, 2, len(clusters))
    truth = rng.integers(3, size=len(clusters)).astype(float)
    regression = RegressionStatistic(truth, truth + error)
    classification = answer(error == 0)
    for statistic in (regression, classification):
        for name, estimate in estimate_metrics(statistic, clusters).items():
            assert estimate.low <= estimate.value <= estimate.high, name
            assert estimate.low < estimate.high, name
            assert np.isfinite(estimate.limits).all(), name


def test_ten_right_answers_of_ten_do_not_promise_all():
    estimate = estimate_metrics(answer(np.full(10, True)), np.arange(10))["accuracy"]
    assert estimate.limits == pytest.approx((0.025**0.1, 1.0))


def test_ten_right_sequences_of_one_group_each_count_as_much_as_their_steps():
    steps = estimate_metrics(answer(np.full(500, True)), np.repeat(np.arange(10), 50))
    sequences = estimate_metrics(answer(np.full(10, True)), np.arange(10))
    assert steps["accuracy"].low <= sequences["accuracy"].low + 0.01


@pytest.mark.parametrize(
    ("statistic", "clusters", "metric", "reason"),
    [
        (RegressionStatistic(np.zeros(50), np.eye(50)[0] + 0.01), None, "rmse", "tails"),
        (RegressionStatistic(np.zeros(50), np.eye(50)[0] + 0.01), None, "mae", "tails"),
        (RegressionStatistic(np.arange(9.0), np.arange(9.0) + 2), None, "rmse", "equal"),
        (RegressionStatistic(np.arange(9.0), np.arange(9.0)), None, "r2", "equal"),
        (RegressionStatistic(np.zeros(40), np.arange(40.0)), np.arange(40) // 4, "mae", "groups"),
        (answer(np.arange(9) < 5), None, "macro_f1", "rare"),
        (answer(np.arange(50) < 5), None, "accuracy", ""),
        (RegressionStatistic(np.zeros(50), np.linspace(-1, 2, 50)), None, "rmse", ""),
    ],
)
def test_an_interval_that_may_not_cover_is_marked_with_the_reason(
    statistic, clusters, metric, reason
):
    rows = len(getattr(statistic, "error", getattr(statistic, "true", ())))
    clusters = np.arange(rows) if clusters is None else clusters
    assert estimate_metrics(statistic, clusters)[metric].approximate == reason


def test_one_sequence_has_no_interval():
    statistic = RegressionStatistic(np.array([1.0]), np.array([2.0]))
    estimate = estimate_metrics(statistic, np.zeros(1, int))["mae"]
    assert estimate == Estimate(1.0)
    assert not estimate.excludes_zero


def test_a_table_says_why_an_interval_is_approximate():
    columns = spread_estimates({"rmse": replace(Estimate(2.0, 1.0, 3.0), approximate="tails")})
    assert columns["rmse approximate"] == "a few large errors dominate the metric"


def test_models_that_agree_on_all_rows_may_still_differ_on_others():
    right = np.arange(20) < 15
    difference = estimate_difference(answer(right), answer(right), np.arange(20), "accuracy")
    assert difference.low < 0 == difference.value < difference.high


def test_the_interval_of_a_difference_of_means_is_the_paired_t_interval():
    ours, theirs = np.random.default_rng(0).normal(size=(2, 30)) ** 2
    zeros, clusters = np.zeros(30), np.arange(30)
    difference = estimate_difference(
        RegressionStatistic(zeros, ours), RegressionStatistic(zeros, theirs), clusters, "mae"
    )
    expected = stats.ttest_rel(ours, theirs).confidence_interval(0.95)
    assert difference.limits == pytest.approx((expected.low, expected.high))


@pytest.mark.slow
def test_intervals_of_equal_recipes_contain_zero_together():
    """One by one, 5 % of 95 % intervals do not; of ten recipes, the worst would be in a third."""
    rng, missed = np.random.default_rng(0), {"one by one": 0, "together": 0}
    for _ in range(300):
        errors = np.abs(rng.normal(size=(11, 40)) + rng.normal(size=40))
        without = (errors.sum(axis=1, keepdims=True) - errors) / 39
        values, left_out = errors[1:].mean(axis=1) - errors[0].mean(), without[1:] - without[0]
        low, high = find_difference_limits(values, left_out, is_share=False)
        missed["together"] += ((low > 0) | (high < 0)).any()
        pairs = [find_difference_limits(values[[k]], left_out[[k]], False) for k in range(10)]
        missed["one by one"] += any(low[0] > 0 or high[0] < 0 for low, high in pairs)
    assert missed["together"] <= 27  # 5 % are 15
    assert missed["one by one"] > 45
