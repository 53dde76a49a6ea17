"""Values and gradients of the fast LSTM against the stock Keras layer with an explicit mask."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.layers.lstm import fast_lstm

RNG = np.random.default_rng(0)
IMPLEMENTATIONS = {"fused": 10**9, "wide": 1}  # the smallest wide layer


def draw_normal(*shape, scale=1.0):
    return RNG.normal(0, scale, shape).astype("f4")


def relative_error(actual, expected) -> float:
    """Return the largest difference, relative to the largest expected value unless that is 0."""
    return float(np.abs(actual - expected).max() / (np.abs(expected).max() or 1))


def run_with_gradients(run, *inputs):
    """Return the outputs, and the gradients of a weighted sum of them, from one compiled call."""

    @tf.function
    def compute(inputs, weighting):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = run(*inputs)
            loss = tf.reduce_sum(outputs * weighting)
        return outputs, tape.gradient(loss, inputs)

    inputs = [tf.constant(each) for each in inputs]
    shape = run(*inputs).shape
    weighting = np.random.default_rng(1).normal(size=shape).astype("f4")
    outputs, gradients = compute(inputs, tf.constant(weighting))
    return [outputs.numpy(), *(np.asarray(tf.convert_to_tensor(each)) for each in gradients)]


def make_stock_run(features, units, lengths, sequences):
    """Return the stock layer as a function of x (steps, rows, features) and of its weights."""
    layer = keras.layers.LSTM(units, return_sequences=sequences)
    layer.build((None, None, features))
    others = layer.non_trainable_variables
    mask = tf.sequence_mask(lengths, max(lengths))

    def run(x, *weights):
        outputs, _ = layer.stateless_call(weights, others, tf.transpose(x, [1, 0, 2]), mask=mask)
        return tf.transpose(outputs, [1, 0, 2]) * real_mask(lengths) if sequences else outputs

    return run


def real_mask(lengths):
    """Return 1 at real steps, (steps, rows, 1); outputs after them are undefined."""
    return tf.transpose(tf.sequence_mask(lengths, max(lengths), tf.float32))[:, :, None]


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
@pytest.mark.parametrize("sequences", [False, True], ids=["last step", "sequences"])
@pytest.mark.parametrize(
    ("lengths", "features", "units"),
    [
        ([1], 1, 1),
        ([1, 1, 1], 2, 5),
        ([5, 2, 9, 1], 3, 8),
        ([4, 7, 3], 5, 7),  # odd units and odd rows
        ([20, 3, 11, 1, 20, 6], 4, 64),  # 64: the wide implementation adds alignment padding
        ([6, 0, 3], 3, 6),
    ],
    ids=str,
)
def test_values_and_gradients_equal_those_of_stock_keras(
    monkeypatch, implementation, sequences, lengths, features, units
):
    monkeypatch.setattr(fast_lstm, "MIN_WIDE_SIZE", IMPLEMENTATIONS[implementation])
    inputs = (
        draw_normal(max(lengths), len(lengths), features),
        draw_normal(features, 4 * units, scale=0.5),
        draw_normal(units, 4 * units, scale=0.5),
        draw_normal(4 * units),
    )
    # Garbage after the real steps must not affect the gradient at real steps.
    inputs[0][~tf.transpose(tf.sequence_mask(lengths, max(lengths))).numpy()] = 1e3

    def run_fast(x, *weights):
        hidden = fast_lstm.strip_alignment(fast_lstm.lstm(x, *weights), units)
        indices = tf.constant(lengths, tf.int64)
        return (
            hidden * real_mask(lengths) if sequences else fast_lstm.read_last_steps(hidden, indices)
        )

    expected = run_with_gradients(make_stock_run(features, units, lengths, sequences), *inputs)
    for actual, expected_part in zip(run_with_gradients(run_fast, *inputs), expected, strict=True):
        assert actual.shape == expected_part.shape
        assert relative_error(actual, expected_part) <= 1e-5


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_the_gradient_is_not_the_one_tensorflow_registers_for_the_fused_operation(
    monkeypatch, implementation
):
    """The registered gradient of BlockLSTMV2 expects the gate order of V1.

    It must differ from ours, and ours agrees with Keras (above): removing ours fails here.
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


def test_a_layer_consumes_the_alignment_padding_of_the_previous_one(monkeypatch):
    monkeypatch.setattr(fast_lstm, "MIN_WIDE_SIZE", 5 * 64)  # the second layer is not
    x = draw_normal(6, 3, 5)
    first = (draw_normal(5, 256), draw_normal(64, 256, scale=0.2), draw_normal(256))
    second = (draw_normal(64, 8), draw_normal(2, 8), draw_normal(8))

    def run_stacked(cut, x, *weights):
        hidden = fast_lstm.lstm(x, *weights[:3])
        assert hidden.shape[-1] > 64
        chosen = (fast_lstm.choose_implementation(5, 64), fast_lstm.choose_implementation(64, 2))
        assert chosen == ("wide", "fused")
        return fast_lstm.lstm(
            fast_lstm.strip_alignment(hidden, 64) if cut else hidden, *weights[3:]
        )

    aligned, stripped = (
        run_with_gradients(partial(run_stacked, cut), x, *first, *second) for cut in (False, True)
    )
    for one, other in zip(aligned, stripped, strict=True):
        assert relative_error(one, other) <= 1e-5


def test_each_row_is_reversed_by_its_own_length_and_reversing_twice_changes_nothing():
    lengths = tf.constant([3, 1, 4, 0], tf.int64)
    x = tf.reshape(tf.range(4.0 * 4 * 2), [4, 4, 2])
    indices = fast_lstm.compute_reversal(lengths, tf.constant(4, tf.int64))
    expected = tf.reverse_sequence(x, lengths, seq_axis=0, batch_axis=1)
    np.testing.assert_array_equal(fast_lstm.reverse(x, indices), expected)
    np.testing.assert_array_equal(fast_lstm.reverse(fast_lstm.reverse(x, indices), indices), x)


def test_the_implementation_is_a_function_of_the_size_alone():
    sizes = [(1, 1), (8, 112), (8, 128), (80, 80), (96, 96), (1024, 1024)]
    implementations = ["fused", "fused", "wide", "fused", "wide", "wide"]
    assert [fast_lstm.choose_implementation(*size) for size in sizes] == implementations
