"""Random recurrent networks against stock Keras layers on each unpadded sequence alone.

Values and gradients: of the stock network on a padded batch, and of the compiled one.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from core import GRU, LSTM, Recipe, Sequences
from core.data.padding import pad
from core.engine.compiled import Engine
from core.engine.spec import EngineSpec
from core.families.registry import get_family
from core.network.keras_network import build_network
from core.recipe.network_shape import NetworkShape
from core.recipe.pooling import POOLS, STD_EPSILON

pytestmark = pytest.mark.slow  # it builds a network for each case

FEATURES = 2
GARBAGE = [0.0, -1.0, 1e6]

layers = st.builds(
    lambda kind, *values: kind(*values),
    st.sampled_from([LSTM, GRU]),
    st.integers(1, 5),
    st.booleans(),
    st.just(0.0),
    st.booleans(),
)
recipes = st.builds(
    Recipe,
    layers=st.lists(layers, min_size=1, max_size=2).map(tuple),
    pooling=st.lists(st.sampled_from(list(POOLS)), min_size=1, unique=True).map(tuple),
    dense=st.lists(st.integers(1, 4), max_size=1).map(tuple),
    patch_size=st.just(1) | st.integers(2, 9),
)
batches = st.lists(st.integers(1, 7), min_size=1, max_size=4)


class Network:
    """A compiled network with random weights, and its computation in three ways."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe, self.rng = recipe, np.random.default_rng(0)
        self.engine = Engine(EngineSpec.from_recipe(recipe, FEATURES, 1, 1))
        self.stock = self.engine.network
        self.stock.set_weights([self.draw(*each.shape) for each in self.stock.get_weights()])

    def draw(self, *shape):
        return self.rng.normal(0, 0.7, shape).astype("f4")

    def compute_alone(self, row):
        """Compute the output of one unpadded sequence, (steps, features), without any mask."""
        patch_size = self.recipe.patch_size
        filled = tf.pad(row, [[0, -row.shape[0] % patch_size], [0, 0]])
        x = states = tf.reshape(filled, [1, -1, patch_size * FEATURES])
        for layer in self.stock.layers:
            if isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional):
                x = states = layer(x)
            if isinstance(layer, keras.layers.LayerNormalization):
                x = layer(states)
        if len(x.shape) == 3:
            pools = self.recipe.pools
            x = tf.concat([self.pool_alone(pool, x, states) for pool in pools], -1)
        for layer in self.stock.layers:
            if isinstance(layer, keras.layers.Dense) and layer.name != "attention":
                x = layer(x)
        return x[0]

    def pool_alone(self, pool, x, states):
        if pool == "last":
            final = self.recipe.layers[-1]
            forward, *backward = tf.split(states, final.directions, axis=-1)
            last = tf.concat([forward[:, -1], *(each[:, 0] for each in backward)], -1)
            if final.layer_normalization:
                last = self.stock.get_layer(f"layer_{len(self.recipe.layers)}_normalization")(last)
            return last
        if pool == "mean":
            return keras.layers.GlobalAveragePooling1D()(x)
        if pool == "max":
            return keras.layers.GlobalMaxPooling1D()(x)
        if pool == "std":
            return tf.sqrt(tf.math.reduce_variance(x, axis=1) + STD_EPSILON)
        shares = tf.nn.softmax(self.stock.get_layer("attention")(x), axis=1)
        return keras.layers.Dot(axes=1)([shares, x])[:, 0]

    def compute_stock(self, rows, width, side, garbage):
        """Compute the outputs of the stock network on a padded batch, (rows, 1)."""
        data = Sequences.from_lists([np.zeros((each.shape[0], FEATURES)) for each in rows])
        mask = pad(data, width, side).mask
        values = tf.constant(np.full((*mask.shape, FEATURES), garbage, "f4"))
        places = tf.constant(np.argwhere(mask))
        values = tf.tensor_scatter_nd_update(values, places, tf.concat(rows, 0))
        return self.stock([values, tf.constant(mask)], training=False)

    def compute_fast(self, rows, width, garbage):
        """Compute the outputs of the compiled network on a padded batch, (rows, 1)."""
        fillers = [tf.fill([width - each.shape[0], FEATURES], garbage) for each in rows]
        padded = [tf.concat(each, 0) for each in zip(rows, fillers, strict=True)]
        lengths = tf.constant([each.shape[0] for each in rows], tf.int64)
        return self.engine.compute_outputs(tf.stack(padded, 1), lengths)

    def measure(self, compute, rows):
        """Return values, and gradients by inputs and weights."""
        rows = [tf.constant(each) for each in rows]
        weighting = np.random.default_rng(1).normal(size=(len(rows), 1)).astype("f4")

        @tf.function(autograph=False)
        def run(*rows):
            with tf.GradientTape() as tape:
                tape.watch(rows)
                outputs = compute(rows)
                loss = tf.reduce_sum(outputs * weighting)
            variables = [each.value for each in self.stock.trainable_variables]
            return outputs, *tape.gradient(loss, [*rows, *variables])

        return [np.asarray(tf.convert_to_tensor(each)) for each in run(*rows)]


# Each case compiles three functions; to look for a smaller one would take minutes.
@settings(deadline=None, max_examples=12, derandomize=True, phases=[Phase.generate])
@given(
    recipes, batches, st.integers(0, 7), st.sampled_from(["pre", "post"]), st.sampled_from(GARBAGE)
)
def test_a_padded_batch_equals_each_sequence_alone(recipe, lengths, extra, side, garbage):
    network = Network(recipe)
    rows = [network.draw(length, FEATURES) for length in lengths]
    width = max(lengths) + extra

    def compute_alone(rows):
        return tf.stack([network.compute_alone(row) for row in rows])

    expected = network.measure(compute_alone, rows)
    stock = network.measure(lambda rows: network.compute_stock(rows, width, side, garbage), rows)
    fast = network.measure(lambda rows: network.compute_fast(rows, width, garbage), rows)
    check_equal(stock, expected)
    check_equal(fast, expected)
    outputs = network.compute_stock(rows, width, side, np.nan).numpy()
    np.testing.assert_allclose(outputs, expected[0], atol=1e-5)


@settings(deadline=None, max_examples=10, derandomize=True, phases=[Phase.generate])
@given(recipes)
def test_weights_are_counted_as_keras_counts_them(recipe):
    counted = get_family(recipe).count_weights(recipe, NetworkShape(FEATURES, 1, 5, 3))
    assert counted == build_network(recipe, FEATURES, 1).count_params()


def check_equal(actual, expected):
    for each, other in zip(actual, expected, strict=True):
        scale = max(1.0, float(np.abs(other).max()))
        np.testing.assert_allclose(each / scale, other / scale, atol=1e-5)
