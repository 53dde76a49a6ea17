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
        ("std", [[0.001, 0.001], [1, 2], [(2 / 3) ** 0.5, (26 / 9) ** 0.5]]),
        ("attention", [[1, -1], [2, -3], [2, -8 / 3]]),  # of equal scores
    ],
)
def test_only_steps_that_count_are_pooled(pooling: str, pooled: list[list[float]]):
    actual = pool_prefixes([pooling], HIDDEN, COUNTS, np.zeros((2, 1)))[COUNTS]
    np.testing.assert_allclose(actual, pooled, rtol=1e-6)


def test_several_pools_are_concatenated_in_their_order():
    pooled = pool_prefixes(["max", "last"], HIDDEN, COUNTS, None)
    assert pooled[2].tolist() == [3, -1, 3, -5]


def test_attention_weighs_steps_by_the_softmax_of_scores_however_large():
    hidden = np.array([[0.0], [1000], [1001]], np.float32)
    pooled = pool_prefixes(["attention"], hidden, np.ones(3, bool), np.ones((1, 1)))
    share = 1 / (1 + np.exp(-1))
    np.testing.assert_allclose(pooled[:, 0], [0, 1000, 1000 + share], rtol=1e-6)
