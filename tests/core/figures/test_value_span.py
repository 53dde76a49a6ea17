"""The range of a colour scale, with and without outliers."""

import numpy as np
import pytest

from core import Sequences
from core.figures import compute_value_span

RNG = np.random.default_rng(0)


def span(values) -> tuple[float, float]:
    return compute_value_span(Sequences.from_lists([np.asarray(values, np.float32)]))


@pytest.mark.parametrize("values", [RNG.normal(size=10_000), RNG.uniform(size=500), [1, 2, 9]])
def test_without_outliers_it_is_the_whole_range(values):
    values = np.asarray(values, np.float32)
    assert span(values) == (values.min(), values.max())


def test_outliers_do_not_widen_it():
    values = np.append(RNG.normal(size=10_000), [1e6, -1e6])
    low, high = span(values)
    assert -3 < low < -2
    assert 2 < high < 3


def test_mostly_one_value_keeps_the_whole_range():
    assert span([*[0.0] * 1000, 5.0]) == (0, 5)


def test_missing_values_do_not_count():
    data = Sequences.from_lists([[1, np.nan, 3]], missing="forward")
    assert compute_value_span(data) == (1, 3)


def test_many_values_are_sampled():
    values = RNG.normal(size=3_000_001).astype(np.float32)
    values[::100_000] = 1e9
    low, high = span(values)
    assert -3 < low < -2 < 2 < high < 3
