"""Pooled states after each step, as if the sequence ended there."""

import numpy as np
import pytest

from core.inspection.trace import pool_prefixes

HIDDEN = np.array([[9.0, 9], [1, -1], [3, -5], [9, 9], [2, -2]], np.float32)
COUNTS = np.array([False, True, True, False, True])


@pytest.mark.parametrize(
    ("pooling", "pooled"),
    [
        ("last", [[1, -1], [3, -5], [2, -2]]),
        ("max", [[1, -1], [3, -1], [3, -1]]),
        ("mean", [[1, -1], [2, -3], [2, -8 / 3]]),
    ],
)
def test_only_steps_that_count_are_pooled(pooling: str, pooled: list[list[float]]):
    np.testing.assert_allclose(pool_prefixes(pooling, HIDDEN, COUNTS)[COUNTS], pooled, rtol=1e-6)
