"""A fast exact LSTM: the Keras layer, computed by fused operations. Needs TensorFlow.

Arrays and padding are those of ``core.layers.recurrent.fast_layer``.

Weights are those of ``keras.layers.LSTM``: kernel (features, 4·units), recurrent_kernel (units,
4·units) and bias (4·units,), with the gates in the order input, forget, cell, output.

Two implementations agree to the last bits. Both run forward through ``BlockLSTMV2``, which computes
all steps in one operation (float32 only, no XLA):

fused: The gradient is one operation too, ``BlockLSTMGradV2``. (The gradient that TensorFlow 2.21
    registers for BlockLSTMV2 is that of V1, which has its gates in another order: it is wrong.)
wide: The gradient of the carried state is computed step by step. The gradients of weights and
    inputs then take one large matrix product each, where the fused operation takes a small one per
    step and packs the transposed weights again for each.
"""

from __future__ import annotations

import tensorflow as tf

from ..recurrent.fast_layer import Gradient, with_gradient

# The wide implementation is faster from this value of (inputs + units) · units on
# (python -m benchmarks paths): 1.4 times with 96 inputs and 96 units, 1.5 times with 8 and 128,
# 3 times with 256 and 256; equal with 80 and 80; 0.85 times with 8 and 112.
MIN_WIDE_SIZE = 16_000


def choose_implementation(inputs: int, units: int) -> str:
    """Choose "fused" or "wide" for a layer: by its size alone, never by the clock."""
    return "wide" if (inputs + units) * units >= MIN_WIDE_SIZE else "fused"


def lstm(x: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    """Compute the hidden states of an LSTM layer that starts from zero states.

    Outputs may carry alignment padding: extra units after the real ones that are always zero. The
    next recurrent layer consumes them; other callers drop them with ``strip_alignment``.

    Args:
        x: (steps, rows, features + alignment) float32, with at least one step and one row.
        kernel: (features, 4·units).
        recurrent: (units, 4·units).
        bias: (4·units,).

    Returns:
        (steps, rows, units + alignment) float32.
    """
    features, units = kernel.shape[0], recurrent.shape[0]
    wide = choose_implementation(features, units) == "wide"
    extra = _choose_alignment(units) if wide else 0
    return (_run_wide if wide else _run_fused)(
        x,
        _align_gates(kernel, x.shape[-1] - features, extra),
        _align_gates(recurrent, extra, extra),
        _align_gates(bias[None], 0, extra)[0],
    )


def _choose_alignment(units: int) -> int:
    """Return the number of extra units.

    Rows of gates that are a multiple of 1 KB long, as all common numbers of units give, collide in
    the processor's caches: a product with (256, 1024) weights takes twice as long as with
    (256, 1032). Small layers lose more by the zeros than they gain.
    """
    return 2 if units % 64 == 0 else 0


def _align_gates(matrix: tf.Tensor, extra_rows: int, extra_units: int) -> tf.Tensor:
    """Pad (rows, 4·units) with zero rows, and each of its gates with zero units."""
    if extra_rows == extra_units == 0:
        return matrix
    rows, columns = matrix.shape
    gates = tf.reshape(matrix, [rows, 4, columns // 4])  # (rows, 4, units)
    wider = tf.pad(gates, [[0, extra_rows], [0, 0], [0, extra_units]])
    return tf.reshape(wider, [rows + extra_rows, columns + 4 * extra_units])


def run_forward(x: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor) -> dict[str, tf.Tensor]:
    """Return every state and gate, each (steps, rows, units), and the inputs of the gradient."""
    units = bias.shape[0] // 4
    zeros, no_peephole = tf.zeros([tf.shape(x)[1], units]), tf.zeros([units])
    inputs = {
        "seq_len_max": tf.shape(x, tf.int64)[0],
        "x": x,
        "cs_prev": zeros,
        "h_prev": zeros,
        "w": weights,
        "wci": no_peephole,
        "wcf": no_peephole,
        "wco": no_peephole,
        "b": bias,
        "use_peephole": False,
    }
    outputs = tf.raw_ops.BlockLSTMV2(**inputs, cell_clip=0.0)  # 0: no clipping, as in Keras
    states: dict[str, tf.Tensor] = inputs | outputs._asdict()
    return states


@with_gradient
def _run_fused(
    x: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor
) -> tuple[tf.Tensor, Gradient]:
    states = run_forward(x, tf.concat([kernel, recurrent], 0), bias)

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
        grads = tf.raw_ops.BlockLSTMGradV2(
            **states, h_grad=upstream, cs_grad=tf.zeros_like(states["cs"])
        )
        kernel_grad, recurrent_grad = tf.split(grads.w_grad, [kernel.shape[0], recurrent.shape[0]])
        return grads.x_grad, kernel_grad, recurrent_grad, grads.b_grad

    return states["h"], gradient


@with_gradient
def _run_wide(
    x: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor
) -> tuple[tf.Tensor, Gradient]:
    states = run_forward(x, tf.concat([kernel, recurrent], 0), bias)

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
        gates = _compute_gate_gradients(states, recurrent, upstream)  # (steps, rows, 4·units)
        gates = tf.reshape(gates, [-1, kernel.shape[1]])  # (steps · rows, 4·units)
        previous = tf.concat([states["h_prev"][None], states["h"][:-1]], 0)  # (steps, rows, units)
        weight_grads = [
            tf.matmul(tf.reshape(each, [-1, each.shape[-1]]), gates, transpose_a=True)
            for each in (x, previous)
        ]
        return (
            tf.reshape(tf.matmul(gates, _swap_gates(kernel), transpose_b=True), tf.shape(x)),
            *map(_swap_gates, weight_grads),
            _swap_gates(tf.reduce_sum(gates, 0, keepdims=True))[0],
        )

    return states["h"], gradient


def _compute_gate_gradients(
    states: dict[str, tf.Tensor], recurrent: tf.Tensor, upstream: tf.Tensor
) -> tf.Tensor:
    """Compute the loss gradient at the gates before their activations, (steps, rows, 4·units).

    The gates are in the order input, cell, forget, output of ``LSTMBlockCellGrad``, which computes
    one step of it.
    """
    steps, zeros = tf.shape(upstream)[0], states["h_prev"]
    transposed = tf.transpose(_swap_gates(recurrent))  # once, not at every step
    previous_cells = tf.concat([zeros[None], states["cs"][:-1]], 0)  # (steps, rows, units)
    fixed = {name: states[name] for name in ("h_prev", "w", "wci", "wcf", "wco", "b")}
    by_step = ("i", "cs", "f", "o", "ci", "co")

    def step_back(
        step: tf.Tensor, hidden_grad: tf.Tensor, cell_grad: tf.Tensor, results: tf.TensorArray
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.TensorArray]:
        grads = tf.raw_ops.LSTMBlockCellGrad(
            x=states["x"][0],  # its shape is checked, its values are not used
            cs_prev=previous_cells[step],
            cs_grad=cell_grad,
            h_grad=hidden_grad + upstream[step],
            use_peephole=False,
            **fixed,
            **{name: states[name][step] for name in by_step},
        )
        results = results.write(step, grads.dicfo)
        return step - 1, tf.matmul(grads.dicfo, transposed), grads.cs_prev_grad, results

    results = tf.TensorArray(tf.float32, steps, element_shape=[None, transposed.shape[0]])
    *_, results = tf.while_loop(
        lambda step, *_: step >= 0,
        step_back,
        (steps - 1, zeros, zeros, results),
        parallel_iterations=1,
    )
    return results.stack()


def _swap_gates(matrix: tf.Tensor) -> tf.Tensor:
    """Swap the second and third of four gates: forget, cell for cell, forget."""
    first, second, third, fourth = tf.split(matrix, 4, axis=1)
    return tf.concat([first, third, second, fourth], 1)
