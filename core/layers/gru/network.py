"""Network of the GRU layer. Needs TensorFlow."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from ..recurrent.fast_layer import run_fast_layer
from ..recurrent.network import RecurrentNetwork, Step, sigmoid
from . import fast_gru


class GRUNetwork(RecurrentNetwork):
    """The GRU with ``reset_after=True``: stock Keras, and ``fast_gru``.

    z, r = σ(x W + b + h R + b'), n = tanh(x W + b + r (h R + b')), h ← z h + (1 − z) n
    """

    keras_layer = keras.layers.GRU
    gate_names = ("update", "reset", "candidate")
    onnx_operator = "GRU"
    onnx_gates = (0, 1, 2)
    onnx_attributes = {"linear_before_reset": 1}  # noqa: RUF012  (a class attribute of the base)

    def choose_implementation(self, inputs: int, units: int) -> str:
        return "stepwise"

    def run(
        self, layer: keras.layers.Layer, x: tf.Tensor, lengths: tf.Tensor, sequences: bool
    ) -> tf.Tensor:
        return run_fast_layer(fast_gru.gru, layer, x, lengths, sequences)

    def project(self, x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
        return super().project(x, kernel, bias[0])

    def run_step(
        self,
        inputs: np.ndarray,
        hidden: np.ndarray,
        cell: np.ndarray,
        recurrent: np.ndarray,
        bias: np.ndarray,
    ) -> Step:
        z, r, n = np.split(inputs, 3)
        h_z, h_r, h_n = np.split(hidden @ recurrent + bias[1], 3)
        z, r = sigmoid(z + h_z), sigmoid(r + h_r)
        n = np.tanh(n + r * h_n)
        return z * hidden + (1 - z) * n, cell, (z, r, n)

    def arrange_onnx_bias(
        self, bias: np.ndarray, reorder: Callable[[np.ndarray], np.ndarray]
    ) -> np.ndarray:
        return reorder(bias)


NETWORK = GRUNetwork()
