"""Layer normalization in training and saving, and variants that leak."""

import io
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from core import GRU, LSTM, Recipe, load, pad, train
from core.engine import compiled
from core.network import keras_network
from core.network.keras_network import build_network

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

RECIPE = Recipe(
    layers=(LSTM(6, layer_normalization=True), GRU(5, layer_normalization=True)),
    pooling=("last", "max"),
    epochs=2,
    batch_size=4,
    validation_split=0.0,
)


@pytest.fixture(scope="module")
def model(data):
    return train(data, RECIPE)


def test_a_network_learns_the_scale_and_offset_of_stock_layers_and_is_saved(model, data):
    for number, units in ((1, 6), (2, 5)):
        normalization = model.network.get_layer(f"layer_{number}_normalization")
        assert type(normalization) is keras.layers.LayerNormalization
        scale, offset = normalization.get_weights()
        assert scale.shape == (units,)
        assert np.abs(scale - 1).max() > 1e-4
        assert np.abs(offset).max() > 1e-4
    content = io.BytesIO()
    model.save(content)
    content.seek(0)
    loaded = load(content)
    assert loaded.recipe == RECIPE
    np.testing.assert_array_equal(loaded.predict(data), model.predict(data))


def test_an_output_below_every_state_can_be_the_maximum(model, data):
    network = build_network(RECIPE, 2, 1)
    network.get_layer("layer_2_normalization").set_weights([np.ones(5), np.full(5, -100.0)])
    padded = pad(model.preprocessing.prepare(data).sequences)
    expected = network([padded.values, padded.mask]).numpy()
    assert np.abs(expected).max() < 1e6
    outputs = replace(model, network=network).compute_outputs(model.preprocessing.prepare(data))
    np.testing.assert_allclose(outputs, expected, rtol=1e-5)


def test_a_network_that_normalizes_over_padding_is_caught(model, data, monkeypatch):
    build = keras_network.build_normalization

    def leak(layer, number):
        normalization = build(layer, number)

        def normalize(x):
            over_steps = keras.ops.mean(x, axis=1, keepdims=True) if len(x.shape) == 3 else 0.0
            return normalization(x - over_steps)

        return normalize

    assert model.prove(data).passed
    monkeypatch.setattr(keras_network, "build_normalization", leak)
    network = build_network(RECIPE, 2, 1)
    network.set_weights(model.network.get_weights())
    proof = replace(model, network=network).prove(data)
    assert "keras" in {check.network for check in proof.checks if check.verdict == "leaks"}


def test_an_engine_that_normalizes_over_padding_is_caught(model, data, monkeypatch):
    get_normalization = compiled.Engine.get_normalization

    def leak(engine, *arguments):
        normalize = get_normalization(engine, *arguments)
        return lambda x: normalize(x * tf.reduce_mean(x**2, 0, keepdims=True))

    monkeypatch.setattr(compiled.Engine, "get_normalization", leak)
    compiled.clear_idle_engines()
    proof = model.prove(data)
    compiled.clear_idle_engines()
    assert "engine" in {check.network for check in proof.checks if check.verdict == "leaks"}
