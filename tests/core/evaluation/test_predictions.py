"""What a model answered comes back from the store as it was."""

import numpy as np
import pytest

from core.evaluation.predictions import Measured

NUMBERS = Measured(
    "test",
    np.array(["a", "b"], object),
    np.array([1, 3]),
    np.array([2.0, 4.5]),
    np.array([2.25, 4.0], np.float32),
)
CLASSES = Measured(
    "validation",
    np.array(["a", "b"], object),
    np.array([1, 3]),
    np.array(["up", "down ✓"], object),
    np.array(["up", "up"], object),
    np.array(["down ✓", "up"], object),
    np.array([[0.25, 0.75], [0.5, 0.5]], np.float32),
)


@pytest.mark.parametrize("measured", [NUMBERS, CLASSES])
def test_it_comes_back_as_it_was(measured: Measured):
    back = Measured.from_bytes(measured.to_bytes())
    for name, value in vars(measured).items():
        np.testing.assert_array_equal(getattr(back, name), value)
