"""Intervals have the nominal coverage, and weighted metrics match scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from core.evaluation import bootstrap as bootstrap_module
from core.evaluation.bootstrap import (
    Estimate,
    bootstrap,
    classification_statistic,
    estimate_metric,
    regression_statistic,
)
from core.evaluation.metrics import classification_metrics, regression_metrics

seeds = st.integers(0, 2**31)


@given(seeds, st.integers(2, 40))
def test_weighted_regression_metrics_match_scikit_learn(seed, rows):
    rng = np.random.default_rng(seed)
    truth, predicted = rng.normal(50, 10, (2, rows))
    weights = rng.integers(0, 4, rows).astype(float)
    weights[:2] = 1  # r2 needs two rows
    values = regression_statistic(truth, predicted)(weights)
    mse = metrics.mean_squared_error(truth, predicted, sample_weight=weights)
    assert values["mse"] == pytest.approx(mse)
    assert values["rmse"] == pytest.approx(mse**0.5)
    assert values["mae"] == pytest.approx(
        metrics.mean_absolute_error(truth, predicted, sample_weight=weights)
    )
    assert values["r2"] == pytest.approx(
        metrics.r2_score(truth, predicted, sample_weight=weights), abs=1e-6
    )


@given(seeds, st.integers(1, 40), st.integers(2, 6))
def test_weighted_classification_metrics_match_scikit_learn(seed, rows, classes):
    rng = np.random.default_rng(seed)
    names = np.array([f"c{number}" for number in rng.permutation(classes)], object)
    truth = names[rng.integers(classes, size=rows)]
    probabilities = rng.random((rows, classes)) ** 3 + 1e-3
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    weights = rng.integers(0, 4, rows).astype(float)
    weights[0] = 1
    values = classification_statistic(truth, probabilities, names)(weights)
    used = weights > 0  # scikit-learn counts classes with weight 0 as classes
    truth, probabilities, weights = truth[used].astype(str), probabilities[used], weights[used]
    predicted = names[probabilities.argmax(axis=1)].astype(str)
    weighted = {"sample_weight": weights}
    assert values["accuracy"] == pytest.approx(metrics.accuracy_score(truth, predicted, **weighted))
    assert values["balanced_accuracy"] == pytest.approx(
        metrics.recall_score(truth, predicted, labels=np.unique(truth), average="macro", **weighted)
    )
    assert values["macro_f1"] == pytest.approx(
        metrics.f1_score(truth, predicted, average="macro", zero_division=0.0, **weighted)
    )
    order = np.argsort(names)
    assert values["log_loss"] == pytest.approx(
        metrics.log_loss(
            truth, probabilities[:, order], labels=names[order].astype(str), **weighted
        )
    )


@given(seeds)
def test_equal_weights_give_the_unweighted_metrics(seed):
    rng = np.random.default_rng(seed)
    truth, predicted = rng.normal(size=(2, 9))
    ours = regression_statistic(truth, predicted)(np.ones(9))
    assert ours == pytest.approx(regression_metrics(truth, predicted))
    labels, probabilities = np.array(["a", "b", "c"], object), rng.dirichlet(np.ones(3), 9)
    truth = labels[rng.integers(3, size=9)]
    ours = classification_statistic(truth, probabilities, labels)(np.ones(9))
    assert ours == pytest.approx(classification_metrics(truth, probabilities, labels))


def test_an_unknown_class_counts_as_wrong_and_removes_log_loss():
    labels = np.array(["a", "b"], object)
    values = classification_statistic(
        np.array(["a", "new"], object), np.array([[0.9, 0.1], [0.4, 0.6]]), labels
    )(np.ones(2))
    assert values["accuracy"] == 0.5
    assert "log_loss" not in values


def measure_coverage(rows: int, draw, true: float, name: str, clusters=None) -> float:
    """Measure the share of 120 intervals that contain the true value."""
    hits = 0
    for seed in range(120):
        statistic = draw(np.random.default_rng(seed))
        units = np.arange(rows) if clusters is None else clusters
        draws = bootstrap(statistic, units, seed)[name]
        estimate = estimate_metric(0.0, draws, int(units.max()) + 1)
        hits += estimate.low <= true <= estimate.high
    return hits / 120


@pytest.fixture
def fewer_draws(monkeypatch):
    monkeypatch.setattr(bootstrap_module, "DRAWS", 300)


# At 95 % coverage, 90 to 99 % of 120 intervals contain the true value in 99 of 100 such tests.
@pytest.mark.parametrize("rows", [20, 60])
def test_intervals_of_the_mean_absolute_error_have_nominal_coverage(rows, fewer_draws):
    def draw(rng):
        return regression_statistic(np.zeros(rows), rng.normal(size=rows))

    assert 0.9 <= measure_coverage(rows, draw, np.sqrt(2 / np.pi), "mae") <= 0.99


@pytest.mark.slow
def test_intervals_of_the_accuracy_have_nominal_coverage(fewer_draws):
    labels = np.array([0, 1])

    def draw(rng):
        truth = rng.integers(2, size=80)
        predicted = np.where(rng.random(80) < 0.8, truth, 1 - truth)
        return classification_statistic(truth, np.eye(2)[predicted] * 0.8 + 0.1, labels)

    assert 0.9 <= measure_coverage(80, draw, 0.8, "accuracy") <= 0.99


@pytest.mark.slow
def test_intervals_over_groups_have_nominal_coverage(fewer_draws):
    groups = np.repeat(np.arange(25), 8)

    def draw(rng):
        return regression_statistic(np.zeros(200), rng.normal(size=25)[groups])

    assert 0.9 <= measure_coverage(200, draw, np.sqrt(2 / np.pi), "mae", groups) <= 0.99
    # treated as 200 independent rows, the intervals would be far too narrow
    assert measure_coverage(200, draw, np.sqrt(2 / np.pi), "mae", np.arange(200)) < 0.7


def test_one_sequence_has_no_interval():
    statistic = regression_statistic(np.array([1.0]), np.array([2.0]))
    estimate = estimate_metric(1.0, bootstrap(statistic, np.zeros(1, int))["mae"], 1)
    assert estimate == Estimate(1.0)
    assert not estimate.excludes_zero


def test_the_same_seed_draws_the_same_resamples_for_every_model():
    one = regression_statistic(np.zeros(9), np.arange(9.0))
    other = regression_statistic(np.zeros(9), np.arange(9.0) + 1)
    clusters = np.arange(9)
    differences = bootstrap(other, clusters)["mae"] - bootstrap(one, clusters)["mae"]
    np.testing.assert_allclose(differences, 1)
