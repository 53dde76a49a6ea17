import numpy as np
import pytest

from core import DataError
from core.evaluation.metrics import classification_metrics, regression_metrics

PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.6, 0.3, 0.1], [0.2, 0.2, 0.6]])


def test_regression_figures_by_hand():
    figures = regression_metrics(np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 2.0]))
    assert figures["mse"] == pytest.approx(5 / 3)
    assert figures["rmse"] == pytest.approx((5 / 3) ** 0.5)
    assert figures["mae"] == pytest.approx(1.0)
    assert figures["r2"] == pytest.approx(1 - 5 / (14 / 3))


def test_one_sequence_has_no_r2():
    assert "r2" not in regression_metrics(np.array([1.0]), np.array([2.0]))


@pytest.mark.parametrize("classes", [np.array([2, 10, 30]), np.array(["x", "y", "z"], object)])
def test_classification_figures_by_hand_whatever_the_labels_are(classes):
    truth = classes[[0, 1, 1, 2]]
    figures = classification_metrics(truth, PROBABILITIES, classes)
    assert figures["accuracy"] == 0.75
    assert figures["balanced_accuracy"] == pytest.approx((1 + 0.5 + 1) / 3)
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert figures["log_loss"] == pytest.approx(-np.log([0.7, 0.8, 0.3, 0.6]).mean())


def test_a_class_never_seen_counts_as_wrong_and_leaves_log_loss_out():
    figures = classification_metrics(
        np.array(["x", "new"], object), PROBABILITIES[:2], np.array(["x", "y", "z"], object)
    )
    assert figures["accuracy"] == 0.5
    assert "log_loss" not in figures


@pytest.mark.parametrize(
    ("truth", "classes"),
    [
        (np.array([1.0, 2.0, 2.0, 3.0]), np.array([1, 2, 3])),
        (np.array(["1.0", "2", "2.0", "3e0"], object), np.array([1, 2, 3])),
        (np.array([1, 2, 2, 3]), np.array(["1.0", "2.0", "3.0"], object)),
    ],
)
def test_a_number_is_the_same_class_however_it_is_written(truth, classes):
    figures = classification_metrics(truth, PROBABILITIES, classes)
    assert figures["accuracy"] == 0.75
    assert figures["log_loss"] == pytest.approx(-np.log([0.7, 0.8, 0.3, 0.6]).mean())


def test_labels_the_model_knows_none_of_are_refused_instead_of_counted_as_wrong():
    with pytest.raises(DataError, match=r"such as 'north'.* a, b, c") as caught:
        classification_metrics(
            np.array(["north", "south"], object), PROBABILITIES[:2], np.array(["a", "b", "c"])
        )
    assert caught.value.values["found"] == "north"
