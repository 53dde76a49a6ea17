"""ONNX nodes of the pools over steps. Needs the package ``onnx``."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from ...network.pooling import ATTENTION
from ...recipe.pooling import MIN_OUTPUT, STD_EPSILON
from ..onnx_graph import OnnxGraph


class PoolWriter:
    """Writer of pools over the real steps, which come first.

    Args:
        graph: Receives the nodes.
        network: The Keras model with the weights.
        lengths: Name of the real steps, (batch,) int32.
    """

    def __init__(self, graph: OnnxGraph, network: keras.Model, lengths: str) -> None:
        self.graph, self.network, self.lengths = graph, network, lengths
        self.axis = graph.add_constant([1], np.int64)

    def add(self, pools: Sequence[str], x: str, last: str) -> str:
        """Add the pools, and concatenate them in their order.

        Args:
            pools: Names of the pools.
            x: Name of the steps, (batch, steps, units).
            last: Name of the final states, (batch, units); "" reads them from x.

        Returns:
            Name of the result, (batch, pools · units).
        """
        parts = [self._add_pool(pool, x, last) for pool in pools]
        return self._node("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]

    def _add_pool(self, pool: str, x: str, last: str) -> str:
        """Add one pool: (batch, units)."""
        if pool == "last":
            return last or self._read_last_step(x)
        real = self._find_real_steps(x)
        if pool == "mean":
            return self._average(x, real)
        if pool == "max":
            x = self._node("Where", real, x, self.graph.add_constant(MIN_OUTPUT))
            return self._node("ReduceMax", x, axes=[1], keepdims=0)
        if pool == "std":
            mean = self._node("Unsqueeze", self._average(x, real), self.axis)
            centered = self._node("Sub", x, mean)
            variance = self._average(self._node("Mul", centered, centered), real)
            epsilon = self.graph.add_constant(STD_EPSILON)
            return self._node("Sqrt", self._node("Add", variance, epsilon))
        [kernel] = self.network.get_layer(ATTENTION).get_weights()
        scores = self._node("MatMul", x, self.graph.add_constant(kernel))  # (batch, steps, 1)
        scores = self._node("Where", real, scores, self.graph.add_constant(MIN_OUTPUT))
        shares = self._node("Softmax", scores, axis=1)
        return self._node("ReduceSum", self._node("Mul", shares, x), self.axis, keepdims=0)

    def _find_real_steps(self, x: str) -> str:
        """Return True at the real steps of x, (batch, steps, 1)."""
        steps = self._node("Gather", self._node("Shape", x), self._integer(1))
        step = self._node("Range", self._integer(0), steps, self._integer(1))
        step = self._node("Cast", step, to=6)  # int32
        real = self._node("Less", step, self._node("Unsqueeze", self.lengths, self.axis))
        return self._node("Unsqueeze", real, self._integer([2]))

    def _average(self, x: str, real: str) -> str:
        x = self._node("Where", real, x, self.graph.add_constant(0))
        sums = self._node("ReduceSum", x, self.axis, keepdims=0)
        lengths = self._node("Cast", self.lengths, to=1)  # float32
        return self._node("Div", sums, self._node("Unsqueeze", lengths, self.axis))

    def _read_last_step(self, x: str) -> str:
        """Read x (batch, steps, units) at each row's last real step: (batch, units)."""
        last = self._node("Sub", self._node("Cast", self.lengths, to=7), self._integer(1))  # int64
        return self._node("GatherND", x, self._node("Unsqueeze", last, self.axis), batch_dims=1)

    def _node(self, kind: str, *inputs: str, **attributes: object) -> str:
        return self.graph.add_node(kind, list(inputs), **attributes)

    def _integer(self, value: int | list[int]) -> str:
        return self.graph.add_constant(value, np.int64)
