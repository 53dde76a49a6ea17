"""ONNX graphs of convolutional networks. Needs the package ``onnx``."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from ...layers.convolution.declaration import Convolutional
from ...layers.convolution.steps import Steps, compute_padding
from ...network.keras_network import name_weights
from ...recipe.derived_features import DerivedFeatures
from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import Recipe
from ..onnx_graph import OnnxGraph
from ..recurrent.keras_network import get_body
from ..recurrent.onnx import LayerWriter
from ..recurrent.onnx_features import add_features

INT32, INT64 = 6, 7  # ONNX's numbers of types


def add_layers(
    graph: OnnxGraph, recipe: Recipe, shape: NetworkShape, network: keras.Model, x: str
) -> str:
    """Add the layers of a network; see ``FamilyNetwork.add_onnx_layers``."""
    features = DerivedFeatures.from_recipe(recipe, shape)
    x, network = add_features(graph, features, x), get_body(network)
    steps = OnnxSteps(
        graph.add_node("Transpose", [x], perm=[0, 2, 1]),
        graph.add_node("Cast", ["lengths"], to=INT64),
    )
    inputs = network.inputs[0].shape[-1]
    for number, layer in enumerate(recipe.resolve().layers, start=1):
        if isinstance(layer, Convolutional):
            writer = OnnxWriter(graph, network, name_weights(number))
            steps = layer.compute(writer, steps, inputs)
            inputs = layer.outputs
    x = graph.add_node("Transpose", [steps.values], perm=[0, 2, 1])  # (batch, steps, channels)
    lengths = graph.add_node("Cast", [steps.lengths], to=INT32)
    return LayerWriter(graph, recipe, network).add(x, lengths)


@dataclass(frozen=True)
class OnnxSteps:
    """Names of padded sequences.

    Attributes:
        values: (batch, channels, steps) float32.
        lengths: (batch,) int64, real steps, which come first.
    """

    values: str
    lengths: str


class OnnxWriter(Steps[OnnxSteps]):
    """Writes the nodes of a layer.

    Args:
        graph: Receives the nodes.
        network: The Keras model with the weights.
        prefix: Text before the names of the layer's weights.
    """

    def __init__(self, graph: OnnxGraph, network: keras.Model, prefix: str) -> None:
        self.graph, self.network, self.prefix = graph, network, prefix

    def convolve(
        self,
        x: OnnxSteps,
        name: str,
        filters: int,
        kernel_size: int,
        *,
        strides: int = 1,
        dilation_rate: int = 1,
        causal: bool = False,
        use_bias: bool = False,
    ) -> OnnxSteps:
        kernel, *bias = self._read_weights(name)
        values = self._node(
            "Conv",
            self._clear(x),
            self._constant(kernel.transpose(2, 1, 0)),  # (filters, channels, kernel_size)
            *map(self._constant, bias),
            strides=[strides],
            dilations=[dilation_rate],
            pads=list(compute_padding(kernel_size, dilation_rate, causal)),
        )
        return OnnxSteps(values, self._shorten(x.lengths, strides))

    def normalize(self, x: OnnxSteps, name: str) -> OnnxSteps:
        weights = map(self._constant, self._read_weights(name))
        epsilon = self.network.get_layer(self.prefix + name).epsilon
        values = self._node("BatchNormalization", x.values, *weights, epsilon=epsilon)
        return OnnxSteps(values, x.lengths)

    def pool(
        self, x: OnnxSteps, pool_size: int, *, strides: int = 1, causal: bool = False
    ) -> OnnxSteps:
        front, behind = compute_padding(pool_size, 1, causal)
        # MaxPool itself would pad with the lowest number.
        pads = self.graph.add_constant([0, 0, front, 0, 0, behind], np.int64)
        values = self._node("Pad", self._clear(x), pads)
        values = self._node("MaxPool", values, kernel_shape=[pool_size], strides=[strides])
        return OnnxSteps(values, self._shorten(x.lengths, strides))

    def add(self, x: OnnxSteps, y: OnnxSteps) -> OnnxSteps:
        return OnnxSteps(self._node("Add", x.values, y.values), x.lengths)

    def concatenate(self, parts: list[OnnxSteps]) -> OnnxSteps:
        values = self._node("Concat", *(each.values for each in parts), axis=1)
        return OnnxSteps(values, parts[0].lengths)

    def rectify(self, x: OnnxSteps) -> OnnxSteps:
        return OnnxSteps(self._node("Relu", x.values), x.lengths)

    def _node(self, kind: str, *inputs: str, **attributes: object) -> str:
        return self.graph.add_node(kind, list(inputs), **attributes)

    def _constant(self, array: np.ndarray) -> str:
        return self.graph.add_constant(array)

    def _integer(self, value: int | list[int]) -> str:
        return self.graph.add_constant(value, np.int64)

    def _read_weights(self, name: str) -> list[np.ndarray]:
        weights: list[np.ndarray] = self.network.get_layer(self.prefix + name).get_weights()
        return weights

    def _clear(self, x: OnnxSteps) -> str:
        """Set the steps behind each sequence to 0."""
        steps = self._node("Gather", self._node("Shape", x.values), self._integer(2))
        position = self._node("Range", self._integer(0), steps, self._integer(1))  # (steps,)
        lengths = self._node("Unsqueeze", x.lengths, self._integer([1, 2]))  # (batch, 1, 1)
        real = self._node("Less", position, lengths)
        return self._node("Where", real, x.values, self.graph.add_constant(0))

    def _shorten(self, lengths: str, strides: int) -> str:
        """Return the lengths divided by the strides, rounded up."""
        if strides == 1:
            return lengths
        more = self._node("Add", lengths, self._integer(strides - 1))
        return self._node("Div", more, self._integer(strides))
