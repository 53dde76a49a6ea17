"""A fast exact GRU: the Keras layer with ``reset_after=True``, step by step. Needs TensorFlow.

Arrays and padding are those of ``core.layers.recurrent.fast_layer``.

Weights are those of ``keras.layers.GRU``: kernel (features, 3·units), recurrent_kernel (units,
3·units) and bias (2, 3·units) of inputs and states, with the gates in the order update, reset,
candidate.

TensorFlow 2.21 has no operation for this layer: ``GRUBlockCell`` resets the state before its
product with the recurrent kernel. A loop over the steps computes only what depends on the state
before the step; everything else takes one large operation over all steps.

It takes 1.2 times as long as the LSTM with layers of 64 and 32 units, and 0.65 times with two of
256 (python -m benchmarks workloads). Slower variants: computing the gates again for the gradient
instead of keeping them (1.1 times with 64 units, 1.2 times with 256), and two matrix products per
step (1.1 times). XLA runs the forward loop in 0.3 to 0.7 times the time, but compiles for 7 to 9
seconds for each number of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from ..recurrent.fast_layer import Gradient, with_gradient

# From the state before a step, (rows, units), and the step of each array, (rows, width), to the
# state after it and the step of each result.
Step = Callable[..., tuple[tf.Tensor, tuple[tf.Tensor, ...]]]

# Steps per iteration of a loop, which has a cost of its own. More steps make the graph larger, and
# sequences are padded to whole iterations. Microseconds per step with 1, 2, 4 and 8 (python -m
# benchmarks loops, on two busy cores of an AMD EPYC, 61 steps):
#     8 inputs, 64 units        647   611   574   516
#     64 inputs, 32 units       618   554   530   485
#     256 inputs, 256 units     6250  6348  6395  6738
STEPS_PER_ITERATION = 4


def gru(x: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    """Compute the hidden states of a GRU layer that starts from zero states.

    Args:
        x: (steps, rows, features + alignment) float32, with at least one step and one row.
        kernel: (features, 3·units).
        recurrent: (units, 3·units).
        bias: (2, 3·units).

    Returns:
        (steps, rows, units) float32.
    """
    steps, rows, width = tf.shape(x)[0], tf.shape(x)[1], x.shape[-1]
    x = tf.pad(x, [[0, -steps % STEPS_PER_ITERATION], [0, 0], [0, 0]])  # whole iterations
    kernel = tf.pad(kernel, [[0, width - kernel.shape[0]], [0, 0]])  # alignment is not used
    inputs = tf.nn.bias_add(tf.matmul(tf.reshape(x, [-1, width]), kernel), bias[0])
    inputs = tf.reshape(inputs, [-1, rows, kernel.shape[1]])  # (steps, rows, 3·units)
    return _run_steps(inputs, recurrent, bias[1])[:steps]


@with_gradient
def _run_steps(
    inputs: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor
) -> tuple[tf.Tensor, Gradient]:
    """Run all steps on the projected inputs (steps, rows, 3·units): (steps, rows, units).

    One step, from the projected inputs x and the state h:

        p = h R + b
        z, r, n = σ(x_z + p_z), σ(x_r + p_r), tanh(x_n + r p_n)
        next h = n + z (h - n)

    If d is the gradient at the next h, the gradients at x and p are d times factors that are known
    after the forward pass. Only d has to be computed step by step:

        a = (1 - z) (1 - n²)
        x_z and p_z: d (h - n) z (1 - z);  x_r and p_r: d a p_n r (1 - r);  x_n: d a;  p_n: d a r
        h: d z + (gradient at p) Rᵀ
    """
    units = recurrent.shape[0]
    hidden, gates, candidate, product = _run_forward(inputs, recurrent, bias)

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
        z, r = tf.split(gates, 2, axis=2)  # (steps, rows, units)
        previous = tf.concat([tf.zeros_like(hidden[:1]), hidden[:-1]], 0)
        candidate_factor = tf.raw_ops.TanhGrad(y=candidate, dy=1 - z)  # dy (1 - y²)
        factors = [
            tf.raw_ops.SigmoidGrad(y=z, dy=previous - candidate),  # dy y (1 - y)
            tf.raw_ops.SigmoidGrad(y=r, dy=candidate_factor * product),
            candidate_factor * r,
        ]
        factors = tf.concat(factors, 2)  # (steps, rows, 3·units)
        state_grads = _run_backward(upstream, z, factors, recurrent)  # (steps, rows, units)
        product_grads = tf.concat([state_grads] * 3, 2) * factors  # (steps, rows, 3·units)
        input_grads = [product_grads[..., : 2 * units], state_grads * candidate_factor]
        flat = tf.reshape(product_grads, [-1, 3 * units])  # (steps · rows, 3·units)
        return (
            tf.concat(input_grads, 2),
            tf.matmul(tf.reshape(previous, [-1, units]), flat, transpose_a=True),
            tf.reduce_sum(flat, 0),
        )

    return hidden, gradient


def _run_forward(inputs: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor) -> list[tf.Tensor]:
    """Return h after each step, z and r, n, and p_n, each (steps, rows, …); see ``_run_steps``."""
    units = recurrent.shape[0]
    sizes = [2 * units, units]

    def run_step(
        state: tf.Tensor, gate_inputs: tf.Tensor, candidate_inputs: tf.Tensor
    ) -> tuple[tf.Tensor, tuple[tf.Tensor, ...]]:
        # TensorFlow adds the bias within the matrix product.
        products = tf.nn.bias_add(tf.matmul(state, recurrent), bias)  # (rows, 3·units)
        gate_products, product = tf.split(products, sizes, axis=1)
        gates = tf.sigmoid(gate_inputs + gate_products)  # (rows, 2·units)
        z, r = tf.split(gates, 2, axis=1)
        candidate = tf.tanh(candidate_inputs + r * product)
        state = candidate + z * (state - candidate)
        return state, (state, gates, candidate, product)

    widths = [units, 2 * units, units, units]
    return _loop_over_steps(run_step, tf.split(inputs, sizes, axis=2), widths)


def _run_backward(
    upstream: tf.Tensor, z: tf.Tensor, factors: tf.Tensor, recurrent: tf.Tensor
) -> tf.Tensor:
    """Return d for all steps, (steps, rows, units); see ``_run_steps``."""
    transposed = tf.transpose(recurrent)  # once, not at every step

    def run_step(
        later_grad: tf.Tensor, upstream: tf.Tensor, z: tf.Tensor, factors: tf.Tensor
    ) -> tuple[tf.Tensor, tuple[tf.Tensor, ...]]:
        grad = later_grad + upstream  # (rows, units)
        product_grads = tf.concat([grad] * 3, 1) * factors  # (rows, 3·units)
        return grad * z + tf.matmul(product_grads, transposed), (grad,)

    arrays = [upstream, z, factors]
    return _loop_over_steps(run_step, arrays, [recurrent.shape[0]], is_reversed=True)[0]


def _loop_over_steps(
    run_step: Step, arrays: Sequence[tf.Tensor], widths: Sequence[int], is_reversed: bool = False
) -> list[tf.Tensor]:
    """Carry a state over all steps; it is zero before the first one.

    Args:
        run_step: Computes one step.
        arrays: Each (steps, rows, width). The steps are a multiple of STEPS_PER_ITERATION.
        widths: Width of each result; the first is that of the state.
        is_reversed: Runs from the last step to the first.

    Returns:
        The results of ``run_step``, each (steps, rows, width).
    """
    steps, rows = tf.shape(arrays[0])[0], tf.shape(arrays[0])[1]
    shape = [-1, STEPS_PER_ITERATION, rows]
    blocks = [tf.reshape(array, [*shape, array.shape[-1]]) for array in arrays]
    count = steps // STEPS_PER_ITERATION

    def run_block(
        iteration: tf.Tensor, state: tf.Tensor, *results: tf.TensorArray
    ) -> tuple[tf.Tensor | tf.TensorArray, ...]:
        block = count - 1 - iteration if is_reversed else iteration
        inputs = [tf.unstack(tf.gather(each, block)) for each in blocks]
        numbers = range(STEPS_PER_ITERATION)
        for number in reversed(numbers) if is_reversed else numbers:
            state, values = run_step(state, *(each[number] for each in inputs))
            step = block * STEPS_PER_ITERATION + number
            results = tuple(
                result.write(step, value) for result, value in zip(results, values, strict=True)
            )
        return iteration + 1, state, *results

    results = [tf.TensorArray(tf.float32, steps, element_shape=[None, width]) for width in widths]
    _, _, *results = tf.while_loop(
        lambda iteration, *_: iteration < count,
        run_block,
        (0, tf.zeros([rows, widths[0]]), *results),
        parallel_iterations=1,
    )
    return [result.stack() for result in results]
