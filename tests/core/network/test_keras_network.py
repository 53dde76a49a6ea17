"""Padding does not change the output of the Keras network.

The network itself gets padded arrays and masks: going through ``predict``, which strips padding,
would prove nothing.
"""

from functools import cache

import numpy as np
import pytest
import tensorflow as tf

from core import GRU, LSTM, Recipe, Sequences, pad
from core.network.keras_network import build_network

RECIPES = {
    "one layer": {"layers": (LSTM(7),)},
    "stacked": {"layers": (LSTM(8), LSTM(5))},
    "bidirectional": {"layers": (LSTM(6, bidirectional=True),)},
    "stacked bidirectional with dropout": {
        "layers": (LSTM(6, bidirectional=True, dropout=0.3), LSTM(5, bidirectional=True))
    },
    "gru": {"layers": (GRU(6), GRU(4, bidirectional=True))},
    "mean": {"layers": (LSTM(6, dropout=0.3), LSTM(5)), "pooling": "mean"},
    "mean of both directions": {"layers": (GRU(7, bidirectional=True),), "pooling": "mean"},
    "max of both directions": {"layers": (LSTM(5, bidirectional=True),), "pooling": "max"},
    "all pools": {
        "layers": (GRU(5, bidirectional=True),),
        "pooling": ("attention", "last", "std", "mean", "max"),
    },
}
FEATURES = 3


@cache
def build_lively_network(name, task="regression"):
    """Build a network with random weights so large that a wrong step shows in the output."""
    network = build_network(Recipe(task=task, dense=(4,), **RECIPES[name]), FEATURES, 2)
    rng = np.random.default_rng(7)
    network.set_weights([rng.normal(0, 0.5, w.shape).astype("f4") for w in network.get_weights()])
    return network


def draw_sequences(rng, lengths=(1, 2, 5, 9, 17, 4)):
    return Sequences.from_lists([rng.normal(size=(n, FEATURES)) for n in lengths])


def run(network, values, mask):
    """Run the network as one graph: eager recurrent layers take seconds per call."""
    signature = [
        tf.TensorSpec((None, None, FEATURES), tf.float32),
        tf.TensorSpec((None, None), tf.bool),
    ]
    if not hasattr(network, "graph"):
        network.graph = tf.function(lambda v, m: network([v, m], training=False), signature)
    return network.graph(values, mask).numpy()


def fill_padding(padded, garbage):
    """Fill the padding with garbage."""
    values = padded.values.copy()
    values[~padded.mask] = garbage(values[~padded.mask].shape)
    return values


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("maxlen", [17, 18, 40])
def test_padding_of_any_side_amount_and_content_changes_nothing(name, padding, maxlen):
    network, rng = build_lively_network(name), np.random.default_rng(3)
    data = draw_sequences(rng)
    alone = np.concatenate(
        [run(network, data[i][None], np.ones((1, len(data[i])), bool)) for i in range(len(data))]
    )
    assert np.ptp(alone) > 0.1  # the outputs differ, so equality below means something
    padded = pad(data, maxlen, padding)
    for garbage in (
        np.zeros,
        lambda s: np.full(s, -1.0),
        lambda s: np.full(s, np.nan),
        lambda s: rng.normal(0, 1e6, s),
    ):
        batched = run(network, fill_padding(padded, garbage), padded.mask)
        np.testing.assert_allclose(batched, alone, atol=1e-5)


@pytest.mark.parametrize("name", RECIPES)
def test_a_masked_step_equals_a_deleted_step_even_inside_a_sequence(name):
    network, rng = build_lively_network(name), np.random.default_rng(5)
    values = rng.normal(size=(6, 14, FEATURES)).astype("f4")
    mask = rng.random((6, 14)) < 0.6
    mask[:, 0] |= ~mask.any(axis=1)
    assert (~mask[:, 1:-1]).any()
    masked = run(network, values, mask)
    deleted = np.concatenate(
        [
            run(network, row[keep][None], np.ones((1, keep.sum()), bool))
            for row, keep in zip(values, mask, strict=True)
        ]
    )
    np.testing.assert_allclose(masked, deleted, atol=1e-5)
    unmasked = run(network, values, np.ones_like(mask))
    assert np.abs(unmasked - masked).max() > 1e-2


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_the_explicit_mask_needs_no_implicit_one(name, monkeypatch):
    """Strip all implicit masks, as Keras after 3.15 does in recurrent layers."""
    from keras.src import backend

    network, data = build_lively_network(name), draw_sequences(np.random.default_rng(1))
    padded = pad(data, 20)
    before = run(network, padded.values, padded.mask)
    monkeypatch.setattr(backend, "set_keras_mask", lambda x, mask=None: None)
    monkeypatch.setattr(backend, "get_keras_mask", lambda x: None)
    stripped = build_lively_network.__wrapped__(name)
    np.testing.assert_allclose(run(stripped, padded.values, padded.mask), before, atol=1e-6)


def test_initial_weights_are_a_function_of_the_seed_and_differ_between_directions():
    def weights(seed):
        recipe = Recipe(layers=(LSTM(6, bidirectional=True),), seed=seed)
        return build_network(recipe, FEATURES, 1).get_weights()

    for one, again in zip(weights(4), weights(4), strict=True):
        np.testing.assert_array_equal(one, again)
    assert not np.array_equal(weights(4)[0], weights(5)[0])
    forward, backward = (w for w in weights(4) if w.shape == (FEATURES, 24))
    assert not np.array_equal(forward, backward)


def test_a_classifier_gives_probabilities():
    network = build_lively_network("one layer", task="classification")
    padded = pad(draw_sequences(np.random.default_rng(0)), 20)
    outputs = run(network, padded.values, padded.mask)
    assert (outputs >= 0).all()
    np.testing.assert_allclose(outputs.sum(axis=1), 1, atol=1e-6)
