"""Values and gradients of the fast layers against the stock Keras layer.

Of the stock layer once on a padded batch with an explicit mask, once on each sequence without
padding.
"""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from core import GRU, LSTM
from core.layers.lstm import fast_lstm
from core.layers.recurrent import fast_layer
from core.layers.recurrent.network import run_stock_layer
from core.layers.registry import RECURRENT, get_network
from tests.core.layers.recurrent.gradients import (
    compute_gradients,
    draw_normal,
    relative_error,
    run_with_gradients,
)

SMALLEST_WIDE = {"fused": 10**9, "wide": 1, "stepwise": 1}
IMPLEMENTATIONS = [(LSTM, "fused"), (LSTM, "wide"), (GRU, "stepwise")]
LENGTHS = [
    ([5, 2, 9, 1], 3, 8),
    ([4, 7, 3], 5, 7),  # odd units and odd rows
    *(
        pytest.param(*case, marks=pytest.mark.slow)
        for case in (
            ([1], 1, 1),
            ([1, 1, 1], 2, 5),
            ([20, 3, 11, 1, 20, 6], 4, 64),  # 64: the wide implementation adds alignment padding
            ([6, 0, 3], 3, 6),
        )
    ),
]


def test_every_fast_kind_is_tested():
    assert {kind for kind, _ in IMPLEMENTATIONS} == {
        kind for kind in RECURRENT.values() if kind.is_fast
    }


def build_layer(kind, features, units, sequences, bidirectional):
    """Build the stock layer with random weights, biases included."""
    layer = get_network(kind(units)).build(kind(units, bidirectional), sequences, itertools.count())
    layer.build((None, None, features))
    weights = layer.get_weights()
    layer.set_weights([draw_normal(*weight.shape, scale=0.25) for weight in weights])
    return layer


def draw_padded(lengths, features):
    """Draw x (steps, rows, features) with garbage after the real steps."""
    x = draw_normal(max(lengths), len(lengths), features)
    x[~is_real(lengths)[..., 0]] = 1e3
    return x


def is_real(lengths):
    """Return True at real steps, (steps, rows, 1); outputs after them are undefined."""
    return np.arange(max(lengths))[:, None, None] < np.array(lengths)[:, None]


def make_runs(kind, layer, lengths, sequences, units):
    """Return the fast layer, and the stock layer on the padded batch, as functions of x."""
    rows = tf.constant(lengths, tf.int64)

    def select_real(outputs):
        outputs = fast_layer.strip_alignment(outputs, units)
        return tf.where(is_real(lengths), outputs, 0.0) if sequences else outputs

    def run_fast(x):
        return select_real(get_network(kind(1)).run(layer, x, rows, sequences))

    def run_stock(x):
        return select_real(run_stock_layer(layer, x, rows, sequences))

    return run_fast, run_stock


def make_unpadded_run(layer, lengths, sequences):
    """Return the stock layer on each sequence by itself, without a mask, as a function of x."""

    def run(x):
        alone = [layer(x[None, :length, row]) for row, length in enumerate(lengths)]
        if not sequences:
            return tf.concat(alone, 0)
        missing = max(lengths) - np.array(lengths)
        padded = [tf.pad(one[0], [[0, n], [0, 0]]) for one, n in zip(alone, missing, strict=True)]
        return tf.stack(padded, 1)

    return run


def assert_same(actual, expected):
    for one, other in zip(actual, expected, strict=True):
        assert one.shape == other.shape
        assert relative_error(one, other) <= 1e-5


@pytest.mark.parametrize(("kind", "implementation"), IMPLEMENTATIONS)
@pytest.mark.parametrize(
    ("bidirectional", "sequences"),
    [(False, False), (True, True)],
    ids=["one way, last step", "both ways, sequences"],
)
@pytest.mark.parametrize(("lengths", "features", "units"), LENGTHS, ids=str)
def test_values_and_gradients_equal_those_of_stock_keras(
    monkeypatch, kind, implementation, bidirectional, sequences, lengths, features, units
):
    monkeypatch.setattr(fast_lstm, "MIN_WIDE_SIZE", SMALLEST_WIDE[implementation])
    assert get_network(kind(1)).choose_implementation(features, units) == implementation
    layer = build_layer(kind, features, units, sequences, bidirectional)
    x, variables = draw_padded(lengths, features), layer.trainable_variables
    outputs = (1 + bidirectional) * units
    run_fast, run_stock = make_runs(kind, layer, lengths, sequences, outputs)
    values = [each.value for each in variables]
    fast = run_with_gradients(run_fast, x, variables=values)
    assert_same(fast, compute_gradients(run_stock, x, variables=values))


@pytest.mark.slow
@given(
    implementation=st.sampled_from(IMPLEMENTATIONS),
    lengths=st.lists(st.integers(1, 12), min_size=1, max_size=5),
    features=st.integers(1, 4),
    units=st.integers(1, 9),
    bidirectional=st.booleans(),
    sequences=st.booleans(),
)
@settings(max_examples=20, deadline=None)
def test_values_and_gradients_equal_those_of_each_sequence_without_padding(
    implementation, lengths, features, units, bidirectional, sequences
):
    kind, name = implementation
    layer = build_layer(kind, features, units, sequences, bidirectional)
    x, variables = draw_padded(lengths, features), layer.trainable_variables
    outputs = (1 + bidirectional) * units
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast_lstm, "MIN_WIDE_SIZE", SMALLEST_WIDE[name])
        run_fast, _ = make_runs(kind, layer, lengths, sequences, outputs)
        values = [each.value for each in variables]
        fast = compute_gradients(run_fast, x, variables=values)
        run_unpadded = make_unpadded_run(layer, lengths, sequences)
        assert_same(fast, compute_gradients(run_unpadded, x, variables=values))


@pytest.mark.slow
@pytest.mark.parametrize("first", [LSTM, GRU])
@pytest.mark.parametrize("second", [LSTM, GRU])
def test_a_layer_consumes_the_alignment_padding_of_the_previous_one(monkeypatch, first, second):
    monkeypatch.setattr(fast_lstm, "MIN_WIDE_SIZE", 5 * 64)  # the second layer is not wide
    lengths = [6, 2, 5]
    rows, x = tf.constant(lengths, tf.int64), draw_padded(lengths, 5)
    lower = build_layer(first, 5, 64, True, False)
    upper = build_layer(second, 64, 2, False, False)

    def run_fast(x):
        hidden = get_network(first(1)).run(lower, x, rows, True)
        assert (hidden.shape[-1] > 64) == (first is LSTM)
        return get_network(second(1)).run(upper, hidden, rows, False)

    def run_stock(x):
        return run_stock_layer(upper, run_stock_layer(lower, x, rows, True), rows, False)

    values = [each.value for each in (*lower.trainable_variables, *upper.trainable_variables)]
    assert_same(
        run_with_gradients(run_fast, x, variables=values),
        compute_gradients(run_stock, x, variables=values),
    )


def test_each_row_is_reversed_by_its_own_length_and_reversing_twice_changes_nothing():
    lengths = tf.constant([3, 1, 4, 0], tf.int64)
    x = tf.reshape(tf.range(4.0 * 4 * 2), [4, 4, 2])
    indices = fast_layer.compute_reversal(lengths, tf.constant(4, tf.int64))
    expected = tf.reverse_sequence(x, lengths, seq_axis=0, batch_axis=1)
    np.testing.assert_array_equal(fast_layer.reverse(x, indices), expected)
    np.testing.assert_array_equal(fast_layer.reverse(fast_layer.reverse(x, indices), indices), x)
