"""Balanced class weights against those of scikit-learn."""

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

from core.engine.class_weights import compute_class_weights


def test_balanced_weights_equal_those_of_scikit_learn():
    targets = np.random.default_rng(0).choice(4, size=200, p=[0.6, 0.25, 0.1, 0.05])
    expected = compute_class_weight("balanced", classes=np.arange(4), y=targets)
    np.testing.assert_allclose(compute_class_weights(targets, 4), expected)


def test_missing_targets_do_not_count_and_a_class_without_targets_weighs_nothing():
    weights = compute_class_weights(np.array([0, -1, 2, 0, 0, -1]), 3)
    np.testing.assert_allclose(weights, [4 / (3 * 3), 0, 4 / (3 * 1)])
