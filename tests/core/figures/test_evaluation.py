"""Figures of an evaluation: points, residuals, confusion matrix and calibration."""

import numpy as np
import pytest

from core.figures import (
    plot_calibration,
    plot_confusion_matrix,
    plot_early_prediction,
    plot_predictions,
    plot_residuals,
)
from tests.support.figures import LIMIT, NASTY

RNG = np.random.default_rng(0)
POINTS = [[length, truth, truth + 0.5] for length, truth in enumerate(RNG.normal(size=1000), 1)]


@pytest.mark.parametrize("dark", [False, True])
def test_evaluation_figures_are_small_and_escape_names(dark):
    names = [f"{NASTY}{number}" for number in range(20)]
    counts = RNG.integers(0, 999, (20, 20)).tolist()
    for figure in (
        plot_predictions(POINTS, dark=dark),
        plot_residuals(POINTS, dark=dark),
        plot_confusion_matrix(names, counts, dark=dark),
        plot_calibration([[0.95, 0.9, 12], [0.5, 0.4, 3]], dark=dark),
        plot_early_prediction(
            [0.5, 1],
            [(0.8, 0.7, 0.9), (0.9, 0.85, 0.95)],
            label="Accuracy",
            percent=True,
            sufficient_share=0.5,
            dark=dark,
        ),
    ):
        json_text = figure.to_json()
        assert len(json_text) < LIMIT
        assert "<i" not in json_text.replace("\\u003c", "<")


def test_predictions_are_plotted_over_targets_and_residuals_over_lengths():
    _, points = plot_predictions(POINTS).data
    np.testing.assert_allclose(points.y - points.x, 0.5, atol=1e-6)
    _, errors = plot_residuals(POINTS).data
    np.testing.assert_array_equal(errors.x, np.arange(1, 1001))
    np.testing.assert_allclose(errors.y, 0.5, atol=1e-6)


def test_a_row_of_the_confusion_matrix_is_a_true_class():
    [cells] = plot_confusion_matrix(["a", "b"], [[3, 1], [0, 0]]).data
    np.testing.assert_array_equal(cells.z, [[0.75, 0.25], [0, 0]])
    assert cells.text[0] == ("3", "1") or list(cells.text[0]) == ["3", "1"]


def test_a_calibration_point_grows_with_its_count():
    _, points = plot_calibration([[0.95, 0.9, 400], [0.5, 0.4, 4]]).data
    assert points.marker.size[0] > 2 * points.marker.size[1]
