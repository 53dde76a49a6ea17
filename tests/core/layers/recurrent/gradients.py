"""Values and gradients of layers, and how far two of them are apart."""

import numpy as np
import tensorflow as tf

RNG = np.random.default_rng(0)


def draw_normal(*shape, scale=1.0):
    return RNG.normal(0, scale, shape).astype("f4")


def relative_error(actual, expected) -> float:
    """Return the largest difference, relative to the largest expected value unless that is 0."""
    return float(np.abs(actual - expected).max() / (np.abs(expected).max() or 1))


def run_with_gradients(run, *inputs, variables=()):
    """Return the result of ``compute_gradients``, with ``run`` compiled."""
    return compute_gradients(tf.function(run), *inputs, variables=variables)


def compute_gradients(run, *inputs, variables=()):
    """Return the outputs, and the gradients of a weighted sum of them.

    Args:
        run: Function of the inputs that uses the variables.
        *inputs: Arrays.
        variables: Variables with a gradient, after those of the inputs.
    """
    inputs = [tf.constant(each) for each in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = run(*inputs)
        weighting = np.random.default_rng(1).normal(size=outputs.shape).astype("f4")
        loss = tf.reduce_sum(outputs * weighting)
    gradients = tape.gradient(loss, [*inputs, *variables])
    return [outputs.numpy(), *(np.asarray(tf.convert_to_tensor(each)) for each in gradients)]
