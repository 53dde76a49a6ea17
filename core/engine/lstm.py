"""The fast exact LSTM: Keras's layer, computed by fused operations. Needs TensorFlow.

Sequences stand in time-major arrays, (steps, rows, features), padded behind their last real
step. An LSTM is causal, so what stands behind can change neither the real steps nor, once each
row is read at its own last step, any gradient: no step needs a mask. Padding must be finite.

Weights are those of ``keras.layers.LSTM``: kernel (features, 4·units), recurrent_kernel (units,
4·units) and bias (4·units,), the gates in the order input, forget, cell, output.

Two ways, equal to the last bits, both forward through ``BlockLSTMV2``, which runs all steps in one
operation (float32 only, no XLA):

fused   its gradient in one operation too, ``BlockLSTMGradV2``. (The gradient TensorFlow 2.21
        registers for BlockLSTMV2 is that of V1, whose gates stand in another order: wrong.)
wide    its gradient step by step for the carried state alone; the gradients of weights and
        inputs then take one large matrix product each, where the fused operation takes a small
        one a step and packs the transposed weights anew for each.
"""

from __future__ import annotations

import tensorflow as tf

# From (inputs + units) · units of so many on the wide way is faster (python -m benchmarks paths):
# 1.4 times with 96 inputs and 96 units, 1.5 times with 8 and 128, 3 times with 256 and 256; equal
# with 80 and 80; 0.85 times with 8 and 112.
WIDE = 16_000


def way(inputs: int, units: int) -> str:
    """Which of the two ways computes a layer: by its size alone, never by the clock."""
    return "wide" if (inputs + units) * units >= WIDE else "fused"


def lstm(x: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    """Hidden states (steps, rows, units + room) of x (steps, rows, features + room), from zero
    states. Room is units that are always zero, behind the real ones: another layer takes them
    as they are, everybody else leaves them out (``without_room``).

    There must be at least one step and one row.
    """
    features, units = kernel.shape[0], recurrent.shape[0]
    wide = way(features, units) == "wide"
    room = _room(units) if wide else 0
    return (_wide if wide else _fused)(
        x,
        _gates(kernel, x.shape[-1] - features, room),
        _gates(recurrent, room, room),
        _gates(bias[None], 0, room)[0],
    )


def without_room(hidden: tf.Tensor, units: int) -> tf.Tensor:
    """(…, units) of what ``lstm`` gave."""
    return hidden if hidden.shape[-1] == units else hidden[..., :units]


def _room(units: int) -> int:
    """Rows of gates whose size is a multiple of 1 KB, as all the usual numbers of units give,
    fall on each other in the processor's caches: a product with (256, 1024) weights takes twice
    as long as with (256, 1032). Small layers lose more by the zeros than they gain."""
    return 2 if units % 64 == 0 else 0


def _gates(matrix: tf.Tensor, more_rows: int, room: int) -> tf.Tensor:
    """(rows, 4·units) with zeros for more rows and for ``room`` more units in each gate."""
    if more_rows == room == 0:
        return matrix
    rows, columns = matrix.shape
    gates = tf.reshape(matrix, [rows, 4, columns // 4])
    wider = tf.pad(gates, [[0, more_rows], [0, 0], [0, room]])
    return tf.reshape(wider, [rows + more_rows, columns + 4 * room])


def reversal(lengths: tf.Tensor, steps: tf.Tensor) -> tf.Tensor:
    """Where each cell of (steps, rows) comes from, in the flattened array, when every row is
    reversed by its own length (rows,): real steps change places, padding stays behind."""
    step = tf.range(steps, dtype=lengths.dtype)[:, None]
    mirrored = tf.where(step < lengths, lengths - 1 - step, step)
    return mirrored * tf.size(lengths, lengths.dtype) + tf.range(tf.size(lengths, lengths.dtype))


@tf.custom_gradient
def reverse(x: tf.Tensor, where: tf.Tensor) -> tf.Tensor:
    """x (steps, rows, features) with each row reversed, ``where`` from ``reversal``. Reversing
    twice changes nothing, so it is its own gradient; ``tf.reverse_sequence`` does the same,
    element by element."""

    def swapped(y):
        flat = tf.reshape(y, [-1, y.shape[-1]])
        return tf.reshape(tf.gather(flat, where), tf.shape(y))

    return swapped(x), lambda upstream: (swapped(upstream), None)


def last_steps(hidden: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """(rows, units): each row of hidden (steps, rows, units) at its last real step; the zero
    state, as Keras gives it, for a row of length 0."""
    row = tf.range(tf.size(lengths, lengths.dtype))
    found = tf.gather_nd(hidden, tf.stack([tf.maximum(lengths - 1, 0), row], axis=1))
    return tf.where(lengths[:, None] > 0, found, tf.zeros_like(found))


def _forward(x: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor) -> dict[str, tf.Tensor]:
    """Every state and gate, each (steps, rows, units), and what the gradient needs again."""
    units = bias.shape[0] // 4
    zeros, no_peephole = tf.zeros([tf.shape(x)[1], units]), tf.zeros([units])
    given = {
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
    made = tf.raw_ops.BlockLSTMV2(**given, cell_clip=0.0)  # 0: no clipping, as in Keras
    return given | made._asdict()


@tf.custom_gradient
def _fused(x, kernel, recurrent, bias):
    states = _forward(x, tf.concat([kernel, recurrent], 0), bias)

    def gradient(upstream):
        made = tf.raw_ops.BlockLSTMGradV2(
            **states, h_grad=upstream, cs_grad=tf.zeros_like(states["cs"])
        )
        to_kernel, to_recurrent = tf.split(made.w_grad, [kernel.shape[0], recurrent.shape[0]])
        return made.x_grad, to_kernel, to_recurrent, made.b_grad

    return states["h"], gradient


@tf.custom_gradient
def _wide(x, kernel, recurrent, bias):
    states = _forward(x, tf.concat([kernel, recurrent], 0), bias)

    def gradient(upstream):
        gates = tf.reshape(_gate_gradients(states, recurrent, upstream), [-1, kernel.shape[1]])
        before = tf.concat([states["h_prev"][None], states["h"][:-1]], 0)
        to_weights = [
            tf.matmul(tf.reshape(each, [-1, each.shape[-1]]), gates, transpose_a=True)
            for each in (x, before)
        ]
        return (
            tf.reshape(tf.matmul(gates, _swapped(kernel), transpose_b=True), tf.shape(x)),
            *map(_swapped, to_weights),
            _swapped(tf.reduce_sum(gates, 0, keepdims=True))[0],
        )

    return states["h"], gradient


def _gate_gradients(states, recurrent, upstream):
    """(steps, rows, 4·units): the loss's gradient at the gates before their activations, in the
    order input, cell, forget, output of ``LSTMBlockCellGrad``, which computes one step of it."""
    steps, zeros = tf.shape(upstream)[0], states["h_prev"]
    back = tf.transpose(_swapped(recurrent))  # transposed once, not at every step
    cell_before = tf.concat([zeros[None], states["cs"][:-1]], 0)
    fixed = {name: states[name] for name in ("h_prev", "w", "wci", "wcf", "wco", "b")}
    by_step = ("i", "cs", "f", "o", "ci", "co")

    def one(step, to_hidden, to_cell, made):
        found = tf.raw_ops.LSTMBlockCellGrad(
            x=states["x"][0],  # its shape is checked, its values are not used
            cs_prev=cell_before[step],
            cs_grad=to_cell,
            h_grad=to_hidden + upstream[step],
            use_peephole=False,
            **fixed,
            **{name: states[name][step] for name in by_step},
        )
        made = made.write(step, found.dicfo)
        return step - 1, tf.matmul(found.dicfo, back), found.cs_prev_grad, made

    made = tf.TensorArray(tf.float32, steps, element_shape=[None, back.shape[0]])
    begin = (steps - 1, zeros, zeros, made)
    return tf.while_loop(lambda step, *_: step >= 0, one, begin, parallel_iterations=1)[-1].stack()


def _swapped(matrix):
    """Between the gate orders input, forget, cell, output and input, cell, forget, output."""
    first, second, third, fourth = tf.split(matrix, 4, axis=1)
    return tf.concat([first, third, second, fourth], 1)
