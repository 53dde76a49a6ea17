"""Network of the LSTM layer. Needs TensorFlow."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from ..recurrent.network import RecurrentNetwork, Step, sigmoid
from . import fast_lstm


class LSTMNetwork(RecurrentNetwork):
    """The LSTM: stock Keras, and ``fast_lstm``.

    i, f, o = σ(x W + h R + b), g = tanh(x W + h R + b), c ← f c + i g, h ← o tanh(c)
    """

    keras_layer = keras.layers.LSTM
    gate_names = ("input", "forget", "candidate", "output")
    onnx_operator = "LSTM"
    onnx_gates = (0, 3, 1, 2)  # ONNX orders i, o, f, c, Keras i, f, c, o
    has_cell = True

    def choose_implementation(self, inputs: int, units: int) -> str:
        return fast_lstm.choose_implementation(inputs, units)

    def run(
        self, layer: keras.layers.Layer, x: tf.Tensor, lengths: tf.Tensor, sequences: bool
    ) -> tf.Tensor:
        if not isinstance(layer, keras.layers.Bidirectional):
            hidden = _run_direction(layer, x)  # with its alignment, which the next layer consumes
            return hidden if sequences else fast_lstm.read_last_steps(hidden, lengths)
        units = layer.forward_layer.units
        # (steps, rows)
        indices = fast_lstm.compute_reversal(lengths, tf.shape(x, lengths.dtype)[0])
        forward = _run_direction(layer.forward_layer, x)
        backward = _run_direction(layer.backward_layer, fast_lstm.reverse(x, indices))
        if sequences:
            both = [forward, fast_lstm.reverse(backward, indices)]
        else:
            both = [fast_lstm.read_last_steps(hidden, lengths) for hidden in (forward, backward)]
        return tf.concat([fast_lstm.strip_alignment(hidden, units) for hidden in both], -1)

    def run_step(
        self,
        inputs: np.ndarray,
        hidden: np.ndarray,
        cell: np.ndarray,
        recurrent: np.ndarray,
        bias: np.ndarray,
    ) -> Step:
        i, f, g, o = np.split(inputs + hidden @ recurrent, 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        cell = f * cell + i * g
        return o * np.tanh(cell), cell, (i, f, g, o)


def _run_direction(layer: keras.layers.LSTM, x: tf.Tensor) -> tf.Tensor:
    cell = layer.cell
    weights = (cell.kernel, cell.recurrent_kernel, cell.bias)
    return fast_lstm.lstm(x, *(tf.convert_to_tensor(weight.value) for weight in weights))


NETWORK = LSTMNetwork()
