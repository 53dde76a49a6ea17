"""Properties of the fast LSTM alone; see also ``tests/core/layers/recurrent/test_fast_layer``."""

import numpy as np
import pytest
import tensorflow as tf

from core.layers.lstm import fast_lstm
from tests.core.layers.recurrent.gradients import (
    draw_normal,
    relative_error,
    run_with_gradients,
)

IMPLEMENTATIONS = {"fused": 10**9, "wide": 1}  # the smallest wide layer


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_the_gradient_is_not_the_one_tensorflow_registers_for_the_fused_operation(
    monkeypatch, implementation
):
    """The registered gradient of BlockLSTMV2 expects the gate order of V1.

    It must differ from ours, and ours agrees with Keras: removing ours fails here.
    """
    monkeypatch.setattr(fast_lstm, "MIN_WIDE_SIZE", IMPLEMENTATIONS[implementation])
    weights = (draw_normal(3, 32), draw_normal(8, 32), draw_normal(32))

    def registered(x, kernel, recurrent, bias):
        return fast_lstm.run_forward(x, tf.concat([kernel, recurrent], 0), bias)["h"]

    inputs = (draw_normal(5, 4, 3), *weights)
    ours = run_with_gradients(fast_lstm.lstm, *inputs)
    theirs = run_with_gradients(registered, *inputs)
    np.testing.assert_allclose(ours[0], theirs[0], atol=1e-6)  # the values are the same
    assert relative_error(theirs[2], ours[2]) > 0.1


def test_the_implementation_is_a_function_of_the_size_alone():
    sizes = [(1, 1), (8, 112), (8, 128), (80, 80), (96, 96), (1024, 1024)]
    implementations = ["fused", "fused", "wide", "fused", "wide", "wide"]
    assert [fast_lstm.choose_implementation(*size) for size in sizes] == implementations
