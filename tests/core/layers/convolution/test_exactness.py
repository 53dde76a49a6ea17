"""Random stacks of convolutional layers against stock Keras layers on each sequence alone.

Values, gradients and moving statistics: of the stock network on a padded batch, and of the packed
steps in any number of row groups.
"""

import itertools
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from core import Conv1D, Inception
from core.data.padding import pad
from core.data.sequences import Sequences
from core.layers.convolution.keras_steps import KerasSteps, PaddedSteps
from core.layers.convolution.packed_steps import PackedComputation, pack_group
from core.network.compaction import compact
from tests.core.layers.convolution.reference import AloneSteps
from tests.core.layers.recurrent.gradients import relative_error

FEATURES = 2
GARBAGE = [0.0, -1.0, 1e6, np.nan, np.inf]

convolutions = st.builds(
    Conv1D,
    filters=st.integers(1, 5),
    kernel_size=st.integers(1, 9),
    dilation_rate=st.integers(1, 5),
    batch_normalization=st.booleans(),
    residual=st.booleans(),
    causal=st.booleans(),
)
shortening = st.builds(
    Conv1D,
    filters=st.integers(1, 5),
    kernel_size=st.integers(1, 9),
    strides=st.integers(1, 4),
    pool_size=st.integers(1, 4),
    batch_normalization=st.booleans(),
    residual=st.booleans(),
    causal=st.booleans(),
)
blocks = st.builds(
    Inception,
    filters=st.integers(1, 3),
    kernel_size=st.integers(4, 12),
    residual=st.booleans(),
    causal=st.booleans(),
)
stacks = st.lists(convolutions | shortening | blocks, min_size=1, max_size=3)
batches = st.lists(st.integers(1, 12), min_size=1, max_size=5)


class Stack:
    """Stock layers with random weights, and their computation in three ways."""

    def __init__(self, layers, seed):
        self.layers, self.rng = layers, np.random.default_rng(seed)
        values, mask = keras.Input((None, FEATURES)), keras.Input((None,), dtype="bool")
        steps = PaddedSteps(*compact(values, mask))
        seeds = iter(range(1000))
        steps = self.run(lambda number: KerasSteps(f"{number}_", seeds), steps)
        self.network = keras.Model([values, mask], [steps.values, steps.real])
        self.network.set_weights(
            [
                # Variances are positive.
                np.abs(self.draw(*weight.shape)) + 0.5
                if "variance" in weight.path
                else self.draw(*weight.shape)
                for weight in self.network.weights
            ]
        )
        self.before = self.network.get_weights()

    def draw(self, *shape):
        return self.rng.normal(0, 0.7, shape).astype("f4")

    def run(self, make_steps, x):
        inputs = FEATURES
        for number, layer in enumerate(self.layers):
            x = layer.compute(make_steps(number), x, inputs)
            inputs = layer.outputs
        return x

    def make(self, kind, training):
        return lambda number: kind(
            lambda name: self.network.get_layer(f"{number}_{name}"), training
        )

    def measure(self, compute, rows):
        """Return values, gradients by inputs and weights, and moving statistics.

        ``compute`` returns the outputs of each row, (steps, channels), for rows of that shape.
        """
        self.network.set_weights(self.before)
        rows = [tf.constant(each) for each in rows]
        rng = np.random.default_rng(1)
        variables = [each.value for each in self.network.trainable_variables]
        with tf.GradientTape() as tape:
            tape.watch(rows)
            outputs = tf.concat(compute(rows), 0)
            loss = tf.reduce_sum(outputs * rng.normal(size=outputs.shape).astype("f4"))
        gradients = tape.gradient(loss, [*rows, *variables], unconnected_gradients="zero")
        inputs, weights = gradients[: len(rows)], gradients[len(rows) :]
        return [
            outputs.numpy(),
            *(tf.convert_to_tensor(each).numpy() for each in [tf.concat(inputs, 0), *weights]),
            *(np.asarray(each) for each in self.network.non_trainable_variables),
        ]


def compute_alone(stack, training):
    def compute(rows):
        x = stack.run(stack.make(AloneSteps, training), [each[None] for each in rows])
        return [each[0] for each in x]

    return compute


def compute_packed(stack, training, bounds):
    """Compute in groups of the rows between these bounds; an empty one has a stand-in."""

    def compute(rows):
        lengths = np.array([len(each) for each in rows])
        starts, flat = np.cumsum(lengths) - lengths, tf.concat(rows, 0)
        groups = []
        for first, last in itertools.pairwise(bounds):
            part = slice(first, last) if last > first else slice(0, 1)
            arguments = (tf.constant(each[part]) for each in (starts, lengths))
            groups.append(pack_group(flat, *arguments, tf.constant(last > first)))
        groups = stack.run(stack.make(PackedComputation, training), groups)
        real = [group for group in groups if group.is_real]
        return [part for group in real for part in tf.split(group.values, group.lengths.numpy())]

    return compute


def compute_padded(stack, training, width, side, garbage):
    def compute(rows):
        data = Sequences.from_lists([np.zeros((len(each), FEATURES)) for each in rows])
        mask = pad(data, width, side).mask
        places = tf.constant(np.argwhere(mask))
        values = tf.constant(np.full((*mask.shape, FEATURES), garbage, "f4"))
        values = tf.tensor_scatter_nd_update(values, places, tf.concat(rows, 0))
        outputs, real = stack.network([values, tf.constant(mask)], training=training)
        return [each[keep] for each, keep in zip(outputs, real.numpy(), strict=True)]

    return compute


def check_equal(actual, expected):
    for each, other in zip(actual, expected, strict=True):
        assert each.shape == other.shape
        scale = max(1.0, float(np.abs(other).max(initial=0)))
        np.testing.assert_allclose(each / scale, other / scale, atol=1e-5)


@pytest.mark.slow
@settings(deadline=None, max_examples=25, derandomize=True)
@given(stacks, batches, st.booleans(), st.data())
def test_packed_steps_equal_each_sequence_alone_whatever_the_groups(
    layers, lengths, training, data
):
    stack = Stack(layers, seed=0)
    rows = [stack.draw(length, FEATURES) for length in lengths]
    cuts = data.draw(st.lists(st.integers(0, len(rows)), max_size=3))
    bounds = [0, *sorted(cuts), len(rows)]
    expected = stack.measure(compute_alone(stack, training), rows)
    check_equal(stack.measure(compute_packed(stack, training, bounds), rows), expected)


@pytest.mark.slow
@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    stacks,
    batches,
    st.booleans(),
    st.integers(0, 7),
    st.sampled_from(["pre", "post"]),
    st.sampled_from(GARBAGE),
)
def test_a_padded_batch_equals_each_sequence_alone(layers, lengths, training, extra, side, garbage):
    stack = Stack(layers, seed=1)
    rows = [stack.draw(length, FEATURES) for length in lengths]
    expected = stack.measure(compute_alone(stack, training), rows)
    padded = compute_padded(stack, training, max(lengths) + extra, side, garbage)
    check_equal(stack.measure(padded, rows), expected)


@pytest.mark.slow
@settings(deadline=None, max_examples=20, derandomize=True)
@given(stacks)
def test_weights_are_counted_as_keras_counts_them(layers):
    inputs, counted = FEATURES, 0
    for layer in layers:
        counted += layer.count_weights(inputs)
        inputs = layer.outputs
    assert counted == Stack(layers, seed=2).network.count_params()


@pytest.mark.slow
@settings(deadline=None, max_examples=10, derandomize=True)
@given(st.lists(convolutions | blocks, min_size=1, max_size=3), st.integers(0, 11))
def test_a_causal_stack_reads_no_later_step(layers, step):
    stack = Stack([replace(layer, causal=True) for layer in layers], seed=3)
    before = stack.draw(12, FEATURES)
    after = before.copy()
    after[step + 1 :] = stack.draw(11 - step, FEATURES)
    compute = compute_packed(stack, False, [0, 1])
    outputs = [compute([tf.constant(each)])[0][: step + 1] for each in (before, after)]
    np.testing.assert_array_equal(*outputs)


@pytest.mark.parametrize("length", range(1, 10))
@pytest.mark.parametrize("strides", [1, 2, 3])
def test_strides_keep_the_first_step_and_every_nth_behind_it(length, strides):
    layer = Conv1D(3, 7, strides=strides, batch_normalization=False, causal=False)
    stack = Stack([layer], seed=4)
    steps = stack.draw(length, FEATURES)
    kernel, bias = (np.asarray(each) for each in stack.network.get_layer("0_convolution").weights)
    surrounded = np.pad(steps, ((3, 3), (0, 0)))
    expected = [
        np.einsum("kc,kcf->f", surrounded[first : first + 7], kernel) + bias
        for first in range(0, length, strides)
    ]
    assert len(expected) == -(-length // strides)
    actual = compute_packed(stack, False, [0, 1])([tf.constant(steps)])[0].numpy()
    assert relative_error(actual, np.maximum(expected, 0)) < 1e-5


def test_only_inputs_wider_than_an_inception_block_pass_a_bottleneck():
    layer = Inception(4, 8, residual=False)
    kernels, normalization = 4 * 4 * (8 + 4 + 2), 4 * 16
    assert layer.count_weights(4) == kernels + 4 * 4 + normalization
    assert layer.count_weights(5) == 5 * 4 + kernels + 5 * 4 + normalization
