"""ONNX graphs of recurrent networks. Needs the package ``onnx``."""

from __future__ import annotations

import keras
import numpy as np

from ...layers.recurrent.declaration import NORMALIZATION_EPSILON, Recurrent
from ...layers.recurrent.network import RecurrentNetwork
from ...layers.registry import get_network
from ...network.keras_network import list_dense
from ...recipe.derived_features import DerivedFeatures
from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import Recipe
from ..onnx_graph import OnnxGraph
from .keras_network import get_body
from .onnx_features import add_features
from .onnx_patches import add_patches
from .onnx_pooling import PoolWriter


def add_layers(
    graph: OnnxGraph, recipe: Recipe, shape: NetworkShape, network: keras.Model, x: str
) -> str:
    """Add the layers of a network; see ``FamilyNetwork.add_onnx_layers``."""
    x = add_features(graph, DerivedFeatures.from_recipe(recipe, shape), x)
    writer, patch_size = LayerWriter(graph, recipe, get_body(network)), recipe.steps_per_patch
    if patch_size == 1:
        return writer.add(x, "lengths")
    return writer.add(*add_patches(graph, x, "lengths", patch_size))


class LayerWriter:
    """Writer of the recurrent layers of a network, and of all that follows them.

    Args:
        graph: Receives the nodes.
        recipe: The recipe of the network.
        network: The layers that the recipe names.
    """

    def __init__(self, graph: OnnxGraph, recipe: Recipe, network: keras.Model) -> None:
        self.graph, self.recipe, self.network = graph, recipe, network
        kinds = keras.layers.RNN | keras.layers.Bidirectional | keras.layers.LayerNormalization
        layers = [layer for layer in network.layers if isinstance(layer, kinds)]
        self.weights = iter([weight for layer in layers for weight in layer.get_weights()])

    def add(self, x: str, lengths: str) -> str:
        """Add the layers.

        Args:
            x: Name of the inputs, (batch, steps, inputs).
            lengths: Name of the real steps, (batch,) int32.

        Returns:
            Name of the last layer's outputs before activation.
        """
        self.lengths = lengths
        states, last = self._add_recurrent(x)
        if self.recipe.return_sequences:
            return self._add_dense(states)
        pools = PoolWriter(self.graph, self.network, lengths)
        return self._add_dense(pools.add(self.recipe.pools, states, last))

    def _add_recurrent(self, x: str) -> tuple[str, str]:
        """Return the last layer's outputs, (batch, steps, units), and final ones, (batch, units).

        Without a recurrent layer, the outputs are x, and there are no final ones, "".
        """
        layers = [layer for layer in self.recipe.layers if isinstance(layer, Recurrent)]
        if not layers:
            return x, ""
        x = self.graph.add_node("Transpose", [x], perm=[1, 0, 2])  # (steps, batch, inputs)
        last = ""
        for layer in layers:
            network = get_network(layer)
            parts = [self._read_gates(network, layer.units) for _ in range(layer.directions)]
            inputs = [self.graph.add_constant(np.stack(each)) for each in zip(*parts, strict=True)]
            number = len(self.graph.nodes)
            states, final = f"states_{number}", f"end_{number}"
            self.graph.add_node(
                network.onnx_operator,
                [x, *inputs, self.lengths],
                states,  # (steps, directions, batch, units)
                final,  # (directions, batch, units)
                hidden_size=layer.units,
                direction="bidirectional" if layer.bidirectional else "forward",
                **network.onnx_attributes,
            )
            width = self.graph.add_constant([0, 0, layer.outputs], np.int64)
            x = self.graph.add_node("Transpose", [states], perm=[0, 2, 1, 3])
            x = self.graph.add_node("Reshape", [x, width])  # (steps, batch, directions · units)
            last = self.graph.add_node("Transpose", [final], perm=[1, 0, 2])
            last = self.graph.add_node(
                "Reshape", [last, self.graph.add_constant([0, layer.outputs], np.int64)]
            )
            if layer.layer_normalization:
                weights = [self.graph.add_constant(next(self.weights)) for _ in range(2)]
                x, last = (
                    self.graph.add_node(
                        "LayerNormalization", [each, *weights], epsilon=NORMALIZATION_EPSILON
                    )
                    for each in (x, last)
                )
        return self.graph.add_node("Transpose", [x], perm=[1, 0, 2]), last

    def _read_gates(
        self, network: RecurrentNetwork, units: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Read one direction's weights, with the gates in ONNX's order.

        Returns (gates · units, inputs), (gates · units, units) and the two concatenated biases.
        """
        kernel, recurrent, bias = (next(self.weights) for _ in range(3))

        def reorder(array: np.ndarray) -> np.ndarray:  # (…, gates · units)
            gates = array.reshape(*array.shape[:-1], len(network.onnx_gates), units)
            return gates[..., network.onnx_gates, :].reshape(array.shape)

        both = network.arrange_onnx_bias(bias, reorder)
        return reorder(kernel).T, reorder(recurrent).T, both.reshape(-1)

    def _add_dense(self, x: str) -> str:
        for number, layer in enumerate(list_dense(self.network)):
            kernel, bias = layer.get_weights()
            x = self.graph.add_node("MatMul", [x, self.graph.add_constant(kernel)])
            x = self.graph.add_node("Add", [x, self.graph.add_constant(bias)])
            if number < len(self.recipe.dense):
                x = self.graph.add_node("Relu", [x])
        return x
