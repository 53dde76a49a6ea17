"""The networks of the random convolution family. Needs TensorFlow."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from ...engine.chunking import ShareCallback
from ...preprocessing.transform import Prepared
from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import Recipe
from ..network import FamilyNetwork, NetworkFunction, read_inputs
from .batches import compute_outputs
from .fit import fit_network
from .keras_network import build_parts
from .onnx import add_layers
from .training_script import render_training_script


class RandomConvolutionNetwork(FamilyNetwork):
    """Networks of frozen convolutions, which run as their stock Keras model."""

    def build(self, recipe: Recipe, shape: NetworkShape) -> keras.Model:
        return build_parts(recipe, shape).network

    fit = staticmethod(fit_network)
    add_onnx_layers = staticmethod(add_layers)
    render_training_script = staticmethod(render_training_script)

    @contextlib.contextmanager
    def open_network(self, recipe: Recipe, network: keras.Model) -> Iterator[NetworkFunction]:
        def compute(x: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
            mask = tf.range(tf.shape(x, lengths.dtype)[0]) < lengths[:, None]  # (rows, steps)
            return network([tf.transpose(x, [1, 0, 2]), mask], training=False)

        yield NetworkFunction(network.inputs[0].shape[-1], read_inputs, compute)

    def compute_outputs(
        self,
        recipe: Recipe,
        network: keras.Model,
        prepared: Prepared,
        on_progress: ShareCallback | None = None,
    ) -> np.ndarray:
        return compute_outputs(network, prepared.sequences, on_progress)


NETWORK = RandomConvolutionNetwork()
