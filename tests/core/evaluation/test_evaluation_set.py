"""Serialization preserves evaluation sets."""

import numpy as np
import pytest

from core.evaluation.evaluation_set import EvaluationSet

NUMBERS = EvaluationSet(
    "test",
    np.array(["a", "b"], object),
    np.array([1, 3]),
    np.array([2.0, 4.5]),
    np.array([2.25, 4.0], np.float32),
)
CLASSES = EvaluationSet(
    "validation",
    np.array(["a", "b"], object),
    np.array([1, 3]),
    np.array(["up", "down ✓"], object),
    np.array(["up", "up"], object),
    np.array(["down ✓", "up"], object),
    np.array([[0.25, 0.75], [0.5, 0.5]], np.float32),
)


@pytest.mark.parametrize("evaluation_set", [NUMBERS, CLASSES])
def test_serialization_preserves_an_evaluation_set(evaluation_set: EvaluationSet):
    restored = EvaluationSet.from_bytes(evaluation_set.to_bytes())
    for name, value in vars(evaluation_set).items():
        np.testing.assert_array_equal(getattr(restored, name), value)
