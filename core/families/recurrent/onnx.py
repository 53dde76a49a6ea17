"""ONNX graphs of recurrent networks. Needs the package ``onnx``."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from ...layers.recurrent.network import RecurrentNetwork
from ...layers.registry import get_network
from ...recipe.recipe import MIN_STATE, Recipe
from ..onnx_graph import OnnxGraph


def add_layers(graph: OnnxGraph, recipe: Recipe, network: keras.Model, x: str) -> str:
    """Add the layers of a network; see ``FamilyNetwork.add_onnx_layers``."""
    return _LayerWriter(graph, recipe, network.get_weights()).add(x)


class _LayerWriter:
    """Writer of the layers of one network."""

    def __init__(self, graph: OnnxGraph, recipe: Recipe, weights: Sequence[np.ndarray]) -> None:
        self.graph, self.recipe = graph, recipe
        self.weights = iter(weights)  # in the order of Keras's layers

    def add(self, x: str) -> str:
        """Add the layers, and return the name of the last one's outputs before activation."""
        x = self.graph.add_node("Transpose", [x], perm=[1, 0, 2])  # (steps, batch, inputs)
        return self._add_dense(self._add_pooling(*self._add_recurrent(x)))

    def _add_recurrent(self, x: str) -> tuple[str, str]:
        """Return the last layer's states, (steps, batch, units), and final ones, (batch, units)."""
        last = ""
        for layer in self.recipe.layers:
            network = get_network(layer)
            parts = [self._read_gates(network, layer.units) for _ in range(layer.directions)]
            inputs = [self.graph.add_constant(np.stack(each)) for each in zip(*parts, strict=True)]
            number = len(self.graph.nodes)
            states, final = f"states_{number}", f"end_{number}"
            self.graph.add_node(
                network.onnx_operator,
                [x, *inputs, "lengths"],
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
        return x, last

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

    def _add_pooling(self, states: str, last: str) -> str:
        """Return (batch, units), or (batch, steps, units) for per-step targets."""
        x = self.graph.add_node("Transpose", [states], perm=[1, 0, 2])
        if self.recipe.return_sequences:
            return x
        if self.recipe.pooling == "last":
            return last
        index = self.graph.add_constant(1, np.int64)
        steps = self.graph.add_node("Gather", [self.graph.add_node("Shape", [x]), index])
        zero, one = (self.graph.add_constant(each, np.int64) for each in (0, 1))
        step = self.graph.add_node("Range", [zero, steps, one])
        step = self.graph.add_node("Cast", [step], to=6)  # int32
        axis = self.graph.add_constant([1], np.int64)
        real = self.graph.add_node(
            "Less", [step, self.graph.add_node("Unsqueeze", ["lengths", axis])]
        )
        real = self.graph.add_node("Unsqueeze", [real, self.graph.add_constant([2], np.int64)])
        if self.recipe.pooling == "max":
            x = self.graph.add_node("Where", [real, x, self.graph.add_constant(MIN_STATE)])
            return self.graph.add_node("ReduceMax", [x], axes=[1], keepdims=0)
        x = self.graph.add_node("Where", [real, x, self.graph.add_constant(0)])
        sums = self.graph.add_node("ReduceSum", [x, axis], keepdims=0)
        lengths = self.graph.add_node("Cast", ["lengths"], to=1)  # float32
        return self.graph.add_node("Div", [sums, self.graph.add_node("Unsqueeze", [lengths, axis])])

    def _add_dense(self, x: str) -> str:
        for number in range(len(self.recipe.dense) + 1):
            kernel, bias = next(self.weights), next(self.weights)
            x = self.graph.add_node("MatMul", [x, self.graph.add_constant(kernel)])
            x = self.graph.add_node("Add", [x, self.graph.add_constant(bias)])
            if number < len(self.recipe.dense):
                x = self.graph.add_node("Relu", [x])
        return x
