"""Derived features depend on real steps only, and follow the rules to the last digits."""

import functools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from core import Recipe
from core.families.recurrent.keras_network import build_with_features, get_features
from core.network.derived_features import MAX_FLOAT32
from core.recipe.derived_features import DerivedFeatures
from core.recipe.network_shape import NetworkShape

INPUTS, CODED = 3, (1,)
SCALING = ((0.25, 2.0), (-0.5, 0.5))
SETTINGS = [(n, d) for n in ("data_set", "sequence", "both") for d in (False, True)][1:]
settings = st.sampled_from(SETTINGS)
steps = st.lists(st.tuples(*[st.floats(-1e3, 1e3, width=32)] * INPUTS), min_size=1, max_size=9)


@functools.cache
def build_features(normalization: str, differences: bool):
    recipe = Recipe(normalization=normalization, differences=differences)
    shape = NetworkShape(INPUTS, 1, 5, 9, CODED, SCALING)
    model = get_features(build_with_features(recipe, shape))
    return DerivedFeatures.from_recipe(recipe, shape), model


def derive(model, values, mask) -> np.ndarray:
    return model([np.asarray(values, np.float32), np.asarray(mask)])[0].numpy()


def derive_alone(model, sequence) -> np.ndarray:
    """Return the features of one sequence without padding, (steps, features)."""
    values = np.array(sequence, np.float32)[None]
    return derive(model, values, np.ones(values.shape[:2], bool))[0]


def compute_expected(rules: DerivedFeatures, sequence) -> np.ndarray:
    """Compute the features by their definition, in float64."""
    x = np.array(sequence, np.float32).astype(np.float64)
    numeric = x[:, [0, 2]]
    over_data_set, series = [x], [numeric]
    if rules.differences:
        differences = np.diff(numeric, axis=0, prepend=numeric[:1])
        series.append(differences)
        over_data_set.append((differences - [0.25, -0.5]) / [2.0, 0.5])
    if rules.normalization == "data_set":
        return np.concatenate(over_data_set, axis=1)
    series = np.concatenate(series, axis=1)
    mean, deviation = series.mean(axis=0), series.std(axis=0)
    varies = deviation > 1e-7 * np.maximum(np.abs(mean), 1)
    normalized = np.where(varies, (series - mean) / np.where(varies, deviation, 1), 0)
    first = [x[:, [1]]] if rules.normalization == "sequence" else over_data_set
    return np.concatenate([*first, normalized], axis=1)


@pytest.mark.slow
@given(settings, steps)
def test_features_are_what_their_definition_says(setting, sequence):
    rules, model = build_features(*setting)
    expected = compute_expected(rules, sequence)
    actual = derive_alone(model, sequence)
    assert actual.shape == (len(sequence), len(rules.origins))
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.slow
@given(settings, st.lists(steps, min_size=1, max_size=4), st.data())
def test_padding_and_erased_steps_change_no_bit(setting, sequences, data):
    """Any amount on any side, and steps erased in between, filled with NaN and large numbers."""
    _, model = build_features(*setting)
    longest = max(map(len, sequences))
    width = longest + data.draw(st.integers(0, 20))
    fill = data.draw(st.sampled_from([np.nan, np.inf, -1.0, 1e30]))
    values = np.full((len(sequences), width, INPUTS), fill, np.float32)
    mask = np.zeros((len(sequences), width), bool)
    for row, sequence in enumerate(sequences):
        places = data.draw(st.permutations(range(width)))[: len(sequence)]
        values[row, sorted(places)], mask[row, sorted(places)] = sequence, True
    features = derive(model, values, mask)
    for row, sequence in enumerate(sequences):
        alone = derive_alone(model, sequence)
        np.testing.assert_array_equal(features[row, : len(sequence)], alone)
        assert not features[row, len(sequence) :].any()


@pytest.mark.parametrize("setting", SETTINGS)
def test_gradients_are_those_of_the_sequence_alone_and_padding_has_none(setting):
    _, model = build_features(*setting)
    rng = np.random.default_rng(0)
    sequence = rng.normal(size=(6, INPUTS)).astype(np.float32)
    sequence[:, 2] = 1.5  # constant: its deviation has no gradient
    padded = np.full((1, 11, INPUTS), np.nan, np.float32)
    mask = np.zeros((1, 11), bool)
    places = [2, 3, 5, 6, 7, 9]
    padded[0, places], mask[0, places] = sequence, True
    gradients = []
    for values, real in ((padded, mask), (sequence[None], np.ones((1, 6), bool))):
        x = tf.constant(values)
        with tf.GradientTape() as tape:
            tape.watch(x)
            features = model([x, tf.constant(real)])[0]
            weights = tf.range(6 * features.shape[-1], dtype=tf.float32)
            total = tf.reduce_sum(tf.reshape(features[:, :6], [-1]) * weights)
        gradients.append(tape.gradient(total, x).numpy()[0])
    np.testing.assert_array_equal(gradients[0][~mask[0]], 0)
    assert np.isfinite(gradients[1]).all()
    np.testing.assert_allclose(gradients[0][places], gradients[1], rtol=1e-5)


@pytest.mark.parametrize("differences", [False, True])
def test_a_constant_feature_and_a_single_step_become_0(differences):
    _, model = build_features("sequence", differences)
    constant = derive_alone(model, [[1e6, 1, -0.1]] * 7)
    single = derive_alone(model, [[5e5, 0, 3]])
    for features in (constant, single):
        assert not features[:, 1:].any()
    assert (constant[:, 0] == 1).all()  # a word stays


def test_a_small_signal_on_a_large_offset_is_kept():
    """Numbers in float32 around 1e6 are multiples of 1/16."""
    _, model = build_features("sequence", False)
    signal = np.round(16 * np.sin(np.arange(500))) / 16
    sequence = np.zeros((500, INPUTS))
    sequence[:, 0] = 1e6 + signal
    normalized = derive_alone(model, sequence)[:, 1]
    np.testing.assert_allclose(normalized, (signal - signal.mean()) / signal.std(), atol=1e-5)


def test_what_float32_cannot_hold_becomes_its_largest_number():
    _, model = build_features("data_set", True)
    features = derive_alone(model, [[-MAX_FLOAT32, 0, MAX_FLOAT32], [MAX_FLOAT32, 0, 0]])
    assert np.isfinite(features).all()
    assert features[1, 3] == np.float32(MAX_FLOAT32)
