"""Network of the LSTM layer. Needs TensorFlow."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf

from ..recurrent.fast_layer import run_fast_layer
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
        return run_fast_layer(fast_lstm.lstm, layer, x, lengths, sequences)

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


NETWORK = LSTMNetwork()
