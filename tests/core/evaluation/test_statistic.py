"""Metrics match scikit-learn, and leaving units out matches computing without them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.metrics import classification_metrics, regression_metrics
from core.evaluation.statistic import ClassificationStatistic, RegressionStatistic

seeds = st.integers(0, 2**31)


def draw_labels(rng, rows: int, classes: int):
    """Draw labels, and probabilities that are sometimes right."""
    names = np.array([f"c{number}" for number in rng.permutation(classes)], object)
    probabilities = rng.random((rows, classes)) ** 3 + 1e-3
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return names[rng.integers(classes, size=rows)], probabilities, names


@given(seeds, st.integers(2, 40))
def test_regression_metrics_match_scikit_learn(seed, rows):
    truth, predicted = np.random.default_rng(seed).normal(50, 10, (2, rows))
    ours = RegressionStatistic(truth, predicted).compute()
    assert ours == pytest.approx(regression_metrics(truth, predicted))


@given(seeds, st.integers(1, 40), st.integers(2, 6))
def test_classification_metrics_match_scikit_learn(seed, rows, classes):
    truth, probabilities, names = draw_labels(np.random.default_rng(seed), rows, classes)
    order = np.argsort(names)
    ours = ClassificationStatistic(truth, probabilities, names).compute()
    theirs = classification_metrics(truth, probabilities[:, order], names[order])
    assert ours == pytest.approx(theirs)


def test_an_unknown_class_counts_as_wrong_and_removes_log_loss():
    labels = np.array(["a", "b"], object)
    values = ClassificationStatistic(
        np.array(["a", "new"], object), np.array([[0.9, 0.1], [0.4, 0.6]]), labels
    ).compute()
    assert values["accuracy"] == 0.5
    assert "log_loss" not in values


@given(seeds, st.integers(3, 30), st.integers(2, 5))
def test_leaving_out_a_unit_computes_the_metrics_of_the_others(seed, rows, units):
    rng = np.random.default_rng(seed)
    clusters = np.concatenate([np.arange(units), rng.integers(units, size=rows)])
    truth, predicted = rng.normal(50, 10, (2, len(clusters)))
    labels, probabilities, names = draw_labels(rng, len(clusters), 3)
    regression = RegressionStatistic(truth, predicted).leave_out(clusters)
    classification = ClassificationStatistic(labels, probabilities, names).leave_out(clusters)
    for unit in range(units):
        rest = clusters != unit
        expected = RegressionStatistic(truth[rest], predicted[rest]).compute()
        if rest.sum() > 2:
            assert {name: regression[name][unit] for name in expected} == pytest.approx(
                expected, rel=1e-6
            )
        values = ClassificationStatistic(labels[rest], probabilities[rest], names).compute()
        for name in ("accuracy", "log_loss"):
            assert classification[name][unit] == pytest.approx(values[name])


def test_equal_targets_have_no_r2():
    assert "r2" not in RegressionStatistic(np.full(9, 0.1), np.arange(9.0)).compute()


@given(seeds, st.integers(2, 4))
def test_the_variance_of_shares_is_that_of_the_smoothed_multinomial(seed, classes):
    """By numeric derivatives of the metric to the counts of the confusion matrix."""
    rng = np.random.default_rng(seed)
    truth, probabilities, names = draw_labels(rng, 60, classes)
    statistic = ClassificationStatistic(truth, probabilities, names)
    counts = np.zeros((classes, classes))
    np.add.at(counts, (statistic.true, statistic.predicted), 1)
    counts += (counts.sum(axis=1, keepdims=True) > 0) / (2 * classes)
    shares = statistic.compute_shares(np.arange(60))

    def compute(counts):
        support, hits = counts.sum(axis=1), np.diag(counts)
        occurs = support + counts.sum(axis=0) > 0
        f1 = 2 * hits[occurs] / (support + counts.sum(axis=0))[occurs]
        return {"balanced_accuracy": (hits / support)[support > 0].mean(), "macro_f1": f1.mean()}

    for name in ("balanced_accuracy", "macro_f1"):
        variance = 0.0
        for cell in np.argwhere(counts > 0):
            step = np.zeros_like(counts)
            step[tuple(cell)] = 1e-5
            slope = (compute(counts + step)[name] - compute(counts - step)[name]) / 2e-5
            variance += counts[tuple(cell)] * slope**2
        assert shares[name].variance == pytest.approx(variance, rel=1e-4)
