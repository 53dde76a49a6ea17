"""Metrics match hand computation, for any kind of label."""

import numpy as np
import pytest

from core import DataError
from core.evaluation.metrics import classification_metrics, regression_metrics

PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.6, 0.3, 0.1], [0.2, 0.2, 0.6]])


def test_regression_metrics_by_hand():
    values = regression_metrics(np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 2.0]))
    assert values["mse"] == pytest.approx(5 / 3)
    assert values["rmse"] == pytest.approx((5 / 3) ** 0.5)
    assert values["mae"] == pytest.approx(1.0)
    assert values["r2"] == pytest.approx(1 - 5 / (14 / 3))


def test_one_sequence_has_no_r2():
    assert "r2" not in regression_metrics(np.array([1.0]), np.array([2.0]))


@pytest.mark.parametrize("classes", [np.array([2, 10, 30]), np.array(["x", "y", "z"], object)])
def test_classification_metrics_by_hand_for_any_labels(classes):
    truth = classes[[0, 1, 1, 2]]
    values = classification_metrics(truth, PROBABILITIES, classes)
    assert values["accuracy"] == 0.75
    assert values["balanced_accuracy"] == pytest.approx((1 + 0.5 + 1) / 3)
    assert values["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert values["log_loss"] == pytest.approx(-np.log([0.7, 0.8, 0.3, 0.6]).mean())


def test_an_unknown_class_counts_as_wrong_and_removes_log_loss():
    values = classification_metrics(
        np.array(["x", "new"], object), PROBABILITIES[:2], np.array(["x", "y", "z"], object)
    )
    assert values["accuracy"] == 0.5
    assert "log_loss" not in values


@pytest.mark.parametrize(
    ("truth", "classes"),
    [
        (np.array([1.0, 2.0, 2.0, 3.0]), np.array([1, 2, 3])),
        (np.array(["1.0", "2", "2.0", "3e0"], object), np.array([1, 2, 3])),
        (np.array([1, 2, 2, 3]), np.array(["1.0", "2.0", "3.0"], object)),
    ],
)
def test_numbers_match_classes_in_any_notation(truth, classes):
    values = classification_metrics(truth, PROBABILITIES, classes)
    assert values["accuracy"] == 0.75
    assert values["log_loss"] == pytest.approx(-np.log([0.7, 0.8, 0.3, 0.6]).mean())


def test_only_unknown_labels_are_refused():
    with pytest.raises(DataError, match=r"such as 'north'.* a, b, c") as caught:
        classification_metrics(
            np.array(["north", "south"], object), PROBABILITIES[:2], np.array(["a", "b", "c"])
        )
    assert caught.value.values["found"] == "north"
