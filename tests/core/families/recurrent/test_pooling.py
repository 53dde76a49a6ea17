"""Networks with several pools from training to the saved model, and pools that leak."""

import io
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from core import GRU, LSTM, Recipe, load, train
from core.engine import compiled
from core.network import keras_network
from core.network.keras_network import build_network
from core.recipe.pooling import POOLS
from tests.support.matrix import sample

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

RECIPE = Recipe(
    layers=(LSTM(6), GRU(5, bidirectional=True, dropout=0.2)),
    pooling=("attention", "last", "std", "max"),
    epochs=4,
    batch_size=4,
    validation_split=0.0,
)


@pytest.fixture(scope="module")
def model(data):
    return train(data, RECIPE)


def test_a_network_is_saved_with_its_attention_as_stock_layers(model, data, tmp_path):
    content = io.BytesIO()
    model.save(content)
    content.seek(0)
    loaded = load(content)
    assert loaded.recipe.pooling == RECIPE.pooling
    np.testing.assert_array_equal(loaded.predict(data), model.predict(data))
    model.network.save(tmp_path / "model.keras")
    network = keras.models.load_model(tmp_path / "model.keras", compile=False, safe_mode=True)
    assert all(type(layer).__module__.startswith("keras.") for layer in network.layers)
    inputs = [np.ones((1, 7, 2), np.float32), np.ones((1, 7), bool)]
    np.testing.assert_array_equal(network(inputs), model.network(inputs))


def test_attention_is_learned_and_starts_from_the_seed(model):
    def build_attention(seed):
        network = build_network(replace(RECIPE, seed=seed), 2, 1)
        return network.get_layer("attention").get_weights()[0]

    before = build_attention(0)
    assert before.shape == (10, 1)
    np.testing.assert_array_equal(before, build_attention(0))
    assert not np.array_equal(before, build_attention(1))
    assert np.abs(model.network.get_layer("attention").get_weights()[0] - before).max() > 1e-4


def test_a_resumed_training_ends_bit_identical(model, data):
    checkpoints = []
    train(data, replace(RECIPE, epochs=2), on_checkpoint=checkpoints.append)
    checkpoint = type(checkpoints[-1]).from_bytes(checkpoints[-1].to_bytes())
    resumed = train(data, RECIPE, resume=checkpoint).network.get_weights()
    for one, other in zip(model.network.get_weights(), resumed, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("pool", sample(POOLS, 3))
def test_a_pool_that_reads_padding_is_caught(data, monkeypatch, pool):
    # Keras holds a state over padding, so that the last of one direction is right anywhere.
    pooling = (pool, "max" if pool == "mean" else "mean")
    recipe = replace(RECIPE, layers=(LSTM(5, bidirectional=True),), pooling=pooling, epochs=1)
    model = train(data, recipe)
    assert model.prove(data).passed
    pool_steps, read_last_steps = keras_network.pool_steps, keras_network.read_last_steps

    def leak_last(x, real, directions):
        return read_last_steps(x, keras.ops.ones_like(real), directions)

    def leak(pools, x, real, *arguments):
        parts = [
            pool_steps((each,), x, keras.ops.ones_like(real) if each == pool else real, *arguments)
            for each in pools
        ]
        return keras.layers.Concatenate()(parts)

    monkeypatch.setattr(keras_network, "pool_steps", leak)
    if pool == "last":
        monkeypatch.setattr(keras_network, "read_last_steps", leak_last)
    network = build_network(recipe, 2, 1)
    network.set_weights(model.network.get_weights())
    proof = replace(model, network=network).prove(data)
    assert "keras" in {check.network for check in proof.checks if check.verdict == "leaks"}


@pytest.mark.parametrize("pool", POOLS)
def test_an_engine_whose_pool_reads_padding_is_caught(data, monkeypatch, pool):
    pool_padded, read_directions = compiled.pool_padded, compiled.read_directions

    def count_all(hidden, lengths):
        return tf.zeros_like(lengths) + tf.shape(hidden, lengths.dtype)[0]

    def leak_last(hidden, lengths, directions):
        return read_directions(hidden, count_all(hidden, lengths), directions)

    def leak(pools, hidden, lengths, *arguments):
        every_step = count_all(hidden, lengths)
        parts = [
            pool_padded((each,), hidden, every_step if each == pool else lengths, *arguments)
            for each in pools
        ]
        return tf.concat(parts, -1)

    pooling = (pool, "max" if pool == "mean" else "mean")
    model = train(data, replace(RECIPE, layers=(LSTM(5),), pooling=pooling, epochs=1))
    monkeypatch.setattr(compiled, "pool_padded", leak)
    if pool == "last":
        monkeypatch.setattr(compiled, "read_directions", leak_last)
    compiled.clear_idle_engines()
    proof = model.prove(data)
    compiled.clear_idle_engines()
    assert "engine" in {check.network for check in proof.checks if check.verdict == "leaks"}
