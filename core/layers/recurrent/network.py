"""Networks of recurrent layers, by their stock Keras layer. Needs TensorFlow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

import keras
import numpy as np
import tensorflow as tf

from .declaration import Recurrent

Step = tuple[np.ndarray, np.ndarray, tuple[np.ndarray, ...]]


class RecurrentNetwork(ABC):
    """Everything that the program does with one kind of recurrent layer.

    Attributes:
        keras_layer: The stock Keras layer. Its weights are, per direction, kernel (inputs,
            gates · units), recurrent_kernel (units, gates · units) and bias, (gates · units,) or
            (2, gates · units).
        gate_names: Names of the gates, in the order of Keras's weights.
        onnx_operator: ONNX's operator for it.
        onnx_gates: Numbers of Keras's gates in the order of ONNX.
        onnx_attributes: Further attributes of the operator.
        has_cell: True if the layer has a cell state besides its hidden state.
    """

    keras_layer: ClassVar[type[keras.layers.RNN]]
    gate_names: ClassVar[tuple[str, ...]]
    onnx_operator: ClassVar[str]
    onnx_gates: ClassVar[tuple[int, ...]]
    onnx_attributes: ClassVar[Mapping[str, int]] = {}
    has_cell: ClassVar[bool] = False

    def build(self, layer: Recurrent, sequences: bool, seeds: Iterator[int]) -> keras.layers.Layer:
        """Build the stock Keras layer.

        Args:
            layer: Its declaration.
            sequences: Returns the state after every step, instead of the last one.
            seeds: Seeds of the initial weights, each used once.
        """

        def build_direction(**options: object) -> keras.layers.Layer:
            return self.keras_layer(
                layer.units,
                return_sequences=sequences,
                kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
                recurrent_initializer=keras.initializers.Orthogonal(seed=next(seeds)),
                **options,
            )

        if not layer.bidirectional:
            return build_direction()
        # Bidirectional would copy the forward layer, seeds included, and both directions would
        # start from the same weights.
        return keras.layers.Bidirectional(
            build_direction(), backward_layer=build_direction(go_backwards=True)
        )

    def render_code(self, layer: Recurrent, sequences: bool) -> str:
        """Render the code of the stock Keras layer."""
        options = ", return_sequences=True" if sequences else ""
        code = f"keras.layers.{self.keras_layer.__name__}({layer.units}{options})"
        return f"keras.layers.Bidirectional({code})" if layer.bidirectional else code

    def choose_implementation(self, inputs: int, units: int) -> str:
        """Name the implementation that ``run`` uses, one of IMPLEMENTATIONS of the registry."""
        return "keras"

    def run(
        self, layer: keras.layers.Layer, x: tf.Tensor, lengths: tf.Tensor, sequences: bool
    ) -> tf.Tensor:
        """Run the layer on a padded, time-major array.

        Args:
            layer: As ``build`` returned it.
            x: (steps, rows, features + alignment) float32. Each row begins with its real steps.
            lengths: (rows,) int64, real steps per row.
            sequences: As for ``build``.

        Returns:
            (steps, rows, units + alignment), or (rows, units + alignment).
        """
        return run_stock_layer(layer, x, lengths, sequences)

    @abstractmethod
    def run_step(
        self,
        inputs: np.ndarray,
        hidden: np.ndarray,
        cell: np.ndarray,
        recurrent: np.ndarray,
        bias: np.ndarray,
    ) -> Step:
        """Compute one step of one direction, for inspection.

        Args:
            inputs: (gates · units,), what ``project`` returns for the step.
            hidden: (units,) state before the step.
            cell: (units,) cell state before the step.
            recurrent: The recurrent kernel.
            bias: The bias.

        Returns:
            The hidden state, the cell state, and the gates in the order of ``gate_names``.
        """

    def project(self, x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
        """Multiply all steps (steps, inputs) by the kernel: (steps, gates · units)."""
        inputs: np.ndarray = x @ kernel + bias
        return inputs

    def arrange_onnx_bias(
        self, bias: np.ndarray, reorder: Callable[[np.ndarray], np.ndarray]
    ) -> np.ndarray:
        """Arrange the bias as ONNX has it: (2, gates · units), of inputs and of states."""
        return np.stack([reorder(bias), np.zeros_like(bias)])


def run_stock_layer(
    layer: keras.layers.Layer, x: tf.Tensor, lengths: tf.Tensor, sequences: bool
) -> tf.Tensor:
    """Run a stock Keras layer, whose arrays are (rows, steps, features), with an explicit mask.

    Takes and returns the same arrays as ``RecurrentNetwork.run``, without alignment.
    """
    mask = tf.range(tf.shape(x, lengths.dtype)[0]) < lengths[:, None]  # (rows, steps)
    hidden = layer(tf.transpose(x, [1, 0, 2]), mask=mask)
    return tf.transpose(hidden, [1, 0, 2]) if sequences else hidden


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Compute the logistic function; it never overflows."""
    y: np.ndarray = 0.5 * (1 + np.tanh(0.5 * x))
    return y
