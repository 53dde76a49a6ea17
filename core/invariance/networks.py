"""Networks as functions of padded arrays and masks. Needs TensorFlow."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from ..families.network import NetworkFunction
from .padded_arrays import PaddedArray

Function = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]  # of values and mask


class Network:
    """A network as a function of values and mask, compiled once for every array shape."""

    def __init__(self, name: str, outputs: Function, features: int) -> None:
        self.name = name
        signature = (
            tf.TensorSpec((None, None, features), tf.float32),
            tf.TensorSpec((None, None), tf.bool),
        )

        def gradients(
            values: tf.Tensor, mask: tf.Tensor, real: tf.Tensor
        ) -> tuple[tf.Tensor, tf.Tensor]:
            # Probabilities sum to 1, so their plain sum has no gradient; a weighted sum has one.
            with tf.GradientTape() as tape:  # which watches the weights that can be trained
                tape.watch(values)
                result = outputs(values, mask)
                if len(result.shape) == 3:
                    result = tf.boolean_mask(result, real)  # (real steps, outputs)
                weights = 1 + tf.range(tf.shape(result)[-1], dtype=tf.float32)
                weighted_sum = tf.reduce_sum(result * weights / tf.reduce_sum(weights))
            sources = [values, *tape.watched_variables()]
            by_values, *by_weights = tape.gradient(
                weighted_sum, sources, unconnected_gradients="zero"
            )
            flat = [tf.reshape(each, [-1]) for each in by_weights]
            return by_values, tf.concat([tf.zeros([0]), *flat], 0)

        self._compiled = tf.function(outputs, input_signature=signature, autograph=False)
        self._outputs, self._gradients = outputs, gradients

    def predict(self, padded: PaddedArray, eager: bool = False) -> np.ndarray:
        """Return (rows, outputs), or (real steps, outputs) for per-step targets.

        ``eager`` skips compilation, for a network that runs only once.
        """
        run = self._outputs if eager else self._compiled
        outputs: np.ndarray = run(tf.constant(padded.values), tf.constant(padded.mask)).numpy()
        if outputs.ndim == 3:
            outputs = outputs[padded.real]
        return outputs

    def compute_gradients(self, padded: PaddedArray) -> tuple[np.ndarray, np.ndarray]:
        """Return the gradients of a weighted sum of outputs.

        Returns:
            By the inputs, (rows, steps, features), and by all weights, flat.
        """
        arrays = map(tf.constant, (padded.values, padded.mask, padded.real))
        by_values, by_weights = self._gradients(*arrays)
        return by_values.numpy(), by_weights.numpy()


def wrap_keras(network: keras.Model, training: bool = False) -> Function:
    return lambda values, mask: network([values, mask], training=training)


def switch_off_dropout(network: keras.Model) -> None:
    """Set the dropout of a network and its submodels to 0: it would differ from call to call."""
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            switch_off_dropout(layer)
        elif isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0


def wrap_engine(compute: NetworkFunction, per_step: bool) -> Function:
    """Move real steps to the front of each row, as the engine expects; padding keeps its values."""

    def outputs(values: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        order = tf.argsort(tf.cast(~mask, tf.int32), axis=1, stable=True)  # (rows, steps)
        moved = tf.gather(values, order, batch_dims=1)  # (rows, steps, features)
        lengths = tf.reduce_sum(tf.cast(mask, tf.int64), 1)
        result = compute(tf.transpose(moved, [1, 0, 2]), lengths)
        if not per_step:
            return result
        result = tf.transpose(result, [1, 0, 2])  # (rows, steps, outputs)
        return tf.gather(result, tf.argsort(order, axis=1), batch_dims=1)

    return outputs
