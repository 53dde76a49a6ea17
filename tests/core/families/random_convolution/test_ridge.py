import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from core.families.random_convolution.ridge import RidgePath

PENALTIES = np.array([0.01, 1.0, 100.0])


def fit(rows: int, inputs: int, outputs: int = 2, seed: int = 0):
    rng = np.random.default_rng(seed)
    x = rng.normal(3, 2, (rows, inputs)).astype(np.float32)
    y = rng.normal(size=(rows, outputs)) + x[:, :1]
    return x, y, RidgePath.fit(x, y, PENALTIES)


@pytest.mark.parametrize(("rows", "inputs"), [(12, 40), (40, 12), (20, 20), (2, 5)])
def test_predictions_left_out_are_those_of_a_fit_without_the_row(rows, inputs):
    x, y, path = fit(rows, inputs)
    for penalty, left_out in zip(PENALTIES, path.left_out, strict=True):
        for row in range(min(rows, 5)):
            others = np.arange(rows) != row
            without = Ridge(penalty).fit(x[others].astype(float), y[others])
            expected = without.predict(x[[row]].astype(float))[0]
            np.testing.assert_allclose(left_out[row], expected, rtol=1e-6, atol=1e-6)


@given(st.integers(3, 30), st.integers(1, 30), st.integers(0, 10))
def test_weights_are_those_of_scikit_learn(rows, inputs, seed):
    x, y, path = fit(rows, inputs, seed=seed)
    for number, penalty in enumerate(PENALTIES):
        kernel, bias = path.compute_weights(number)
        expected = Ridge(penalty).fit(x.astype(float), y)
        np.testing.assert_allclose(x @ kernel + bias, expected.predict(x), rtol=1e-5, atol=1e-5)


def test_inputs_without_spread_are_predicted_by_the_mean():
    path = RidgePath.fit(np.ones((4, 6), np.float32), np.array([[1.0], [2], [3], [6]]), PENALTIES)
    kernel, bias = path.compute_weights(0)
    np.testing.assert_allclose(kernel, 0, atol=1e-9)
    np.testing.assert_allclose(bias, 3)
    np.testing.assert_allclose(path.left_out[0, :, 0], [11 / 3, 10 / 3, 3, 2])
