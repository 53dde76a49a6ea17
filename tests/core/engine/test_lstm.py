"""Values and gradients of the fast LSTM against the stock Keras layer with an explicit mask."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.engine import lstm

RNG = np.random.default_rng(0)
WAYS = {"fused": 10**9, "wide": 1}  # the size from which a layer is wide


def normal(*shape, scale=1.0):
    return RNG.normal(0, scale, shape).astype("f4")


def relative(found, expected) -> float:
    """The largest difference, in parts of the largest expected value where that is not 0."""
    return float(np.abs(found - expected).max() / (np.abs(expected).max() or 1))


def with_gradients(run, *given):
    """One compiled call: the outputs, and the gradients of a weighted sum of them."""

    @tf.function
    def both(given, weighting):
        with tf.GradientTape() as tape:
            tape.watch(given)
            outputs = run(*given)
            loss = tf.reduce_sum(outputs * weighting)
        return outputs, tape.gradient(loss, given)

    given = [tf.constant(each) for each in given]
    shape = run(*given).shape
    weighting = np.random.default_rng(1).normal(size=shape).astype("f4")
    outputs, gradients = both(given, tf.constant(weighting))
    return [outputs.numpy(), *(np.asarray(tf.convert_to_tensor(each)) for each in gradients)]


def stock_run(features, units, lengths, sequences):
    """The stock layer as a function of x, time-major, and of its weights."""
    layer = keras.layers.LSTM(units, return_sequences=sequences)
    layer.build((None, None, features))
    others = layer.non_trainable_variables
    mask = tf.sequence_mask(lengths, max(lengths))

    def run(x, *weights):
        made, _ = layer.stateless_call(weights, others, tf.transpose(x, [1, 0, 2]), mask=mask)
        return tf.transpose(made, [1, 0, 2]) * real(lengths) if sequences else made

    return run


def real(lengths):
    """(steps, rows, 1): 1 at real steps. What an output is behind them is nobody's business."""
    return tf.transpose(tf.sequence_mask(lengths, max(lengths), tf.float32))[:, :, None]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sequences", [False, True], ids=["last step", "sequences"])
@pytest.mark.parametrize(
    ("lengths", "features", "units"),
    [
        ([1], 1, 1),
        ([1, 1, 1], 2, 5),
        ([5, 2, 9, 1], 3, 8),
        ([4, 7, 3], 5, 7),  # odd units and odd rows
        ([20, 3, 11, 1, 20, 6], 4, 64),  # 64: the wide way makes room beside the units
        ([6, 0, 3], 3, 6),
    ],
    ids=str,
)
def test_values_and_gradients_are_those_of_stock_keras(
    monkeypatch, way, sequences, lengths, features, units
):
    monkeypatch.setattr(lstm, "WIDE", WAYS[way])
    given = (
        normal(max(lengths), len(lengths), features),
        normal(features, 4 * units, scale=0.5),
        normal(units, 4 * units, scale=0.5),
        normal(4 * units),
    )
    # Garbage behind the real steps: whatever it is, only the gradient at real steps may be felt.
    given[0][~tf.transpose(tf.sequence_mask(lengths, max(lengths))).numpy()] = 1e3

    def fast(x, *weights):
        hidden = lstm.without_room(lstm.lstm(x, *weights), units)
        where = tf.constant(lengths, tf.int64)
        return hidden * real(lengths) if sequences else lstm.last_steps(hidden, where)

    expected = with_gradients(stock_run(features, units, lengths, sequences), *given)
    for found, right in zip(with_gradients(fast, *given), expected, strict=True):
        assert found.shape == right.shape
        assert relative(found, right) <= 1e-5


@pytest.mark.parametrize("way", WAYS)
def test_the_gradient_is_not_the_one_tensorflow_registers_for_the_fused_operation(monkeypatch, way):
    """The registered gradient of BlockLSTMV2 takes its gates in the order of V1. It must differ
    from ours, and ours agrees with Keras (above): whoever removes ours fails here."""
    monkeypatch.setattr(lstm, "WIDE", WAYS[way])
    weights = (normal(3, 32), normal(8, 32), normal(32))

    def registered(x, kernel, recurrent, bias):
        return lstm._forward(x, tf.concat([kernel, recurrent], 0), bias)["h"]

    given = (normal(5, 4, 3), *weights)
    ours, theirs = with_gradients(lstm.lstm, *given), with_gradients(registered, *given)
    np.testing.assert_allclose(ours[0], theirs[0], atol=1e-6)  # the values are the same
    assert relative(theirs[2], ours[2]) > 0.1


def test_a_layer_takes_the_room_of_the_one_before(monkeypatch):
    monkeypatch.setattr(lstm, "WIDE", 5 * 64)  # the second layer is not
    x, first = normal(6, 3, 5), (normal(5, 256), normal(64, 256, scale=0.2), normal(256))
    second = (normal(64, 8), normal(2, 8), normal(8))

    def stacked(cut, x, *weights):
        hidden = lstm.lstm(x, *weights[:3])
        assert hidden.shape[-1] > 64
        assert (lstm.way(5, 64), lstm.way(64, 2)) == ("wide", "fused")
        return lstm.lstm(lstm.without_room(hidden, 64) if cut else hidden, *weights[3:])

    with_it, without_it = (
        with_gradients(partial(stacked, cut), x, *first, *second) for cut in (False, True)
    )
    for one, other in zip(with_it, without_it, strict=True):
        assert relative(one, other) <= 1e-5


def test_each_row_is_reversed_by_its_own_length_and_twice_is_never():
    lengths = tf.constant([3, 1, 4, 0], tf.int64)
    x = tf.reshape(tf.range(4.0 * 4 * 2), [4, 4, 2])
    where = lstm.reversal(lengths, tf.constant(4, tf.int64))
    expected = tf.reverse_sequence(x, lengths, seq_axis=0, batch_axis=1)
    np.testing.assert_array_equal(lstm.reverse(x, where), expected)
    np.testing.assert_array_equal(lstm.reverse(lstm.reverse(x, where), where), x)


def test_the_way_is_a_function_of_the_size_alone():
    sizes = [(1, 1), (8, 112), (8, 128), (80, 80), (96, 96), (1024, 1024)]
    ways = ["fused", "fused", "wide", "fused", "wide", "wide"]
    assert [lstm.way(*size) for size in sizes] == ways
