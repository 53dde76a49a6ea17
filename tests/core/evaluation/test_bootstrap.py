"""Intervals hold what they promise, and weighted figures are scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from core.evaluation import bootstrap as intervals
from core.evaluation.bootstrap import (
    Figure,
    bootstrap,
    classification_statistic,
    figure,
    regression_statistic,
)
from core.evaluation.metrics import classification_metrics, regression_metrics

seeds = st.integers(0, 2**31)


@given(seeds, st.integers(2, 40))
def test_weighted_figures_of_numbers_are_those_of_scikit_learn(seed, rows):
    rng = np.random.default_rng(seed)
    truth, predicted = rng.normal(50, 10, (2, rows))
    weights = rng.integers(0, 4, rows).astype(float)
    weights[:2] = 1  # r2 needs two rows
    found = regression_statistic(truth, predicted)(weights)
    mse = metrics.mean_squared_error(truth, predicted, sample_weight=weights)
    assert found["mse"] == pytest.approx(mse)
    assert found["rmse"] == pytest.approx(mse**0.5)
    assert found["mae"] == pytest.approx(
        metrics.mean_absolute_error(truth, predicted, sample_weight=weights)
    )
    assert found["r2"] == pytest.approx(
        metrics.r2_score(truth, predicted, sample_weight=weights), abs=1e-6
    )


@given(seeds, st.integers(1, 40), st.integers(2, 6))
def test_weighted_figures_of_classes_are_those_of_scikit_learn(seed, rows, classes):
    rng = np.random.default_rng(seed)
    names = np.array([f"c{number}" for number in rng.permutation(classes)], object)
    truth = names[rng.integers(classes, size=rows)]
    odds = rng.random((rows, classes)) ** 3 + 1e-3
    odds /= odds.sum(axis=1, keepdims=True)
    weights = rng.integers(0, 4, rows).astype(float)
    weights[0] = 1
    found = classification_statistic(truth, odds, names)(weights)
    there = weights > 0  # scikit-learn counts classes of no weight as classes
    truth, odds, weights = truth[there].astype(str), odds[there], weights[there]
    answers = names[odds.argmax(axis=1)].astype(str)
    given = {"sample_weight": weights}
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, answers, **given))
    assert found["balanced_accuracy"] == pytest.approx(
        metrics.recall_score(truth, answers, labels=np.unique(truth), average="macro", **given)
    )
    assert found["macro_f1"] == pytest.approx(
        metrics.f1_score(truth, answers, average="macro", zero_division=0.0, **given)
    )
    order = np.argsort(names)
    assert found["log_loss"] == pytest.approx(
        metrics.log_loss(truth, odds[:, order], labels=names[order].astype(str), **given)
    )


@given(seeds)
def test_with_even_weights_they_are_the_figures_of_merit(seed):
    rng = np.random.default_rng(seed)
    truth, predicted = rng.normal(size=(2, 9))
    ours = regression_statistic(truth, predicted)(np.ones(9))
    assert ours == pytest.approx(regression_metrics(truth, predicted))
    labels, odds = np.array(["a", "b", "c"], object), rng.dirichlet(np.ones(3), 9)
    truth = labels[rng.integers(3, size=9)]
    ours = classification_statistic(truth, odds, labels)(np.ones(9))
    assert ours == pytest.approx(classification_metrics(truth, odds, labels))


def test_a_class_the_model_has_never_seen_counts_as_wrong_and_leaves_log_loss_out():
    labels = np.array(["a", "b"], object)
    found = classification_statistic(
        np.array(["a", "new"], object), np.array([[0.9, 0.1], [0.4, 0.6]]), labels
    )(np.ones(2))
    assert found["accuracy"] == 0.5
    assert "log_loss" not in found


def covered(rows: int, draw, true: float, name: str, clusters=None) -> float:
    """The share of 250 intervals that hold the true figure."""
    hits = 0
    for seed in range(120):
        statistic = draw(np.random.default_rng(seed))
        where = np.arange(rows) if clusters is None else clusters
        drawn = bootstrap(statistic, where, seed)[name]
        found = figure(0.0, drawn, int(where.max()) + 1)
        hits += found.low <= true <= found.high
    return hits / 120


@pytest.fixture
def fewer_draws(monkeypatch):
    monkeypatch.setattr(intervals, "DRAWS", 300)


# Of 120 intervals that cover 95 %, 90 to 99 % hold the true figure in 99 of 100 such tests.
@pytest.mark.parametrize("rows", [20, 60])
def test_intervals_of_the_mean_absolute_error_cover_as_promised(rows, fewer_draws):
    def draw(rng):
        return regression_statistic(np.zeros(rows), rng.normal(size=rows))

    assert 0.9 <= covered(rows, draw, np.sqrt(2 / np.pi), "mae") <= 0.99


def test_intervals_of_the_accuracy_cover_as_promised(fewer_draws):
    labels = np.array([0, 1])

    def draw(rng):
        truth = rng.integers(2, size=80)
        answers = np.where(rng.random(80) < 0.8, truth, 1 - truth)
        return classification_statistic(truth, np.eye(2)[answers] * 0.8 + 0.1, labels)

    assert 0.9 <= covered(80, draw, 0.8, "accuracy") <= 0.99


def test_rows_of_one_group_are_drawn_together_and_covered_too(fewer_draws):
    groups = np.repeat(np.arange(25), 8)

    def draw(rng):
        return regression_statistic(np.zeros(200), rng.normal(size=25)[groups])

    assert 0.9 <= covered(200, draw, np.sqrt(2 / np.pi), "mae", groups) <= 0.99
    # taken for 200 independent rows, they would promise much more than they hold
    assert covered(200, draw, np.sqrt(2 / np.pi), "mae", np.arange(200)) < 0.7


def test_one_sequence_has_no_interval():
    statistic = regression_statistic(np.array([1.0]), np.array([2.0]))
    found = figure(1.0, bootstrap(statistic, np.zeros(1, int))["mae"], 1)
    assert found == Figure(1.0)
    assert not found.leaves_zero_out


def test_the_same_seed_draws_the_same_for_every_model():
    one = regression_statistic(np.zeros(9), np.arange(9.0))
    other = regression_statistic(np.zeros(9), np.arange(9.0) + 1)
    clusters = np.arange(9)
    apart = bootstrap(other, clusters)["mae"] - bootstrap(one, clusters)["mae"]
    np.testing.assert_allclose(apart, 1)
