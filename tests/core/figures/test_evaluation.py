"""Figures of an evaluation: points, residuals and early prediction."""

import numpy as np
import pytest

from core.figures import plot_early_prediction, plot_predictions, plot_residuals
from tests.support.figures import LIMIT

RNG = np.random.default_rng(0)
POINTS = [[length, truth, truth + 0.5] for length, truth in enumerate(RNG.normal(size=1000), 1)]


@pytest.mark.parametrize("dark", [False, True])
def test_evaluation_figures_are_small(dark):
    for figure in (
        plot_predictions(POINTS, dark=dark),
        plot_residuals(POINTS, dark=dark),
        plot_early_prediction(
            [0.5, 1],
            [(0.8, 0.7, 0.9), (0.9, 0.85, 0.95)],
            label="Accuracy",
            percent=True,
            sufficient_share=0.5,
            dark=dark,
        ),
    ):
        assert len(figure.to_json()) < LIMIT


def test_predictions_are_plotted_over_targets_and_residuals_over_lengths():
    _, points = plot_predictions(POINTS).data
    np.testing.assert_allclose(points.y - points.x, 0.5, atol=1e-6)
    _, errors = plot_residuals(POINTS).data
    np.testing.assert_array_equal(errors.x, np.arange(1, 1001))
    np.testing.assert_allclose(errors.y, 0.5, atol=1e-6)
