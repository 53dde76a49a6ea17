"""ONNX graphs of random convolutions. Needs the package ``onnx``."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import Recipe
from ..onnx_graph import OnnxGraph
from .keras_network import GRID_LIMIT, GRID_STEPS, LOWEST, MAX_SCALED, MIN_DEVIATION
from .kernels import GROUP_SIZE, KERNEL_SIZE, VIEWS

FLOAT32, FLOAT64, INT64 = 1, 11, 7  # ONNX's numbers of types


def add_layers(
    graph: OnnxGraph, recipe: Recipe, shape: NetworkShape, network: keras.Model, x: str
) -> str:
    """Add the layers of a network; see ``FamilyNetwork.add_onnx_layers``."""
    return _LayerWriter(graph, network).add(x)


class _LayerWriter:
    """Writer of the layers of one network, with the steps as the last axis."""

    def __init__(self, graph: OnnxGraph, network: keras.Model) -> None:
        self.graph, self.network = graph, network
        convolutions = [each for each in network.layers if isinstance(each, keras.layers.Conv1D)]
        single = [each for each in convolutions if each.name.startswith("convolution_")]
        self.dilations = sorted(layer.dilation_rate[0] for layer in single)
        self.kernels = single[0].filters
        groups = [each for each in convolutions if each.name.startswith("groups_")]
        self.group_dilations = sorted(layer.dilation_rate[0] for layer in groups)

    def add(self, x: str) -> str:
        """Add the layers, and return the name of the outputs before activation."""
        x = self._node("Transpose", x, perm=[0, 2, 1])  # (batch, inputs, steps)
        one = self._constant([1], np.int64)
        steps = self._node("Gather", self._node("Shape", x), self._constant(2, np.int64))
        zero = self._constant(0, np.int64)
        position = self._node("Range", zero, steps, self._constant(1, np.int64))  # (steps,)
        lengths = self._node("Unsqueeze", self._cast("lengths", INT64), one)  # (batch, 1)
        real = self._node("Unsqueeze", self._node("Less", position, lengths), one)
        x = self._node("Where", real, x, self._constant(0))
        length = self._cast(lengths, FLOAT32)
        position = self._cast(position, FLOAT32)
        mean, deviation = self._add_moments(x, real, length)
        views = self._add_views(x, real, mean, deviation)
        pools = [self._add_pools(views, real, length, position)]
        if self.group_dilations:
            pools.append(self._add_groups(views, real, length, position))
        summaries = self._add_summaries(x, real, lengths)
        features = self._node(
            "Concat", *pools, mean, deviation, *summaries, self._node("Log", length), axis=1
        )
        return self._add_output(features)

    def _node(self, kind: str, *inputs: str, **attributes: object) -> str:
        return self.graph.add_node(kind, list(inputs), **attributes)

    def _constant(self, array: object, dtype: type = np.float32) -> str:
        return self.graph.add_constant(np.asarray(array), dtype)

    def _cast(self, x: str, to: int) -> str:
        return self._node("Cast", x, to=to)

    def _sum(self, x: str) -> str:
        """Sum over steps."""
        return self._node("ReduceSum", x, self._constant([2], np.int64), keepdims=0)

    def _behind(self, x: str) -> str:
        """Append an axis for the steps to (batch, …)."""
        return self._node("Unsqueeze", x, self._constant([2], np.int64))

    def _add_moments(self, x: str, real: str, length: str) -> tuple[str, str]:
        """Return mean and deviation over real steps, (batch, inputs)."""
        precise, steps = self._cast(x, FLOAT64), self._cast(length, FLOAT64)
        mean = self._node("Div", self._sum(precise), steps)
        difference = self._node("Sub", precise, self._behind(mean))
        squares = self._node("Mul", difference, difference)
        squares = self._node("Where", real, squares, self._constant(0, np.float64))
        deviation = self._node("Sqrt", self._node("Div", self._sum(squares), steps))
        return self._cast(mean, FLOAT32), self._cast(deviation, FLOAT32)

    def _add_views(self, x: str, real: str, mean: str, deviation: str) -> str:
        """Return the views, stacked in front: (views · batch, inputs, steps)."""
        zero = self._constant(0)
        divisor = self._node("Add", self._behind(deviation), self._constant(MIN_DEVIATION))
        scaled = self._node("Div", self._node("Sub", x, self._behind(mean)), divisor)
        views = []
        for series in self._round_to_grid(x, self._node("Where", real, scaled, zero)):
            first = self._slice(series, 0, 1)
            before = self._node("Concat", first, self._slice(series, 0, -1), axis=2)
            difference = self._node("Sub", series, before)
            views += [series, self._node("Where", real, difference, zero)]
        return self._node("Concat", *views, axis=0)

    def _round_to_grid(self, over_data_set: str, per_sequence: str) -> list[str]:
        if "scales" not in [layer.name for layer in self.network.layers]:
            return [over_data_set, per_sequence]  # of a model from before the grid
        scales = self.network.get_layer("scales").get_weights()[0][:, :, None]  # (1, inputs, 1)
        over_data_set = self._node("Mul", over_data_set, self._constant(scales))
        steps = self._constant(GRID_STEPS)
        limits = [self._constant(sign * GRID_LIMIT * GRID_STEPS) for sign in (-1, 1)]
        rounded = [
            self._node("Round", self._node("Mul", each, steps))
            for each in (over_data_set, per_sequence)
        ]
        return [self._node("Div", self._node("Clip", each, *limits), steps) for each in rounded]

    def _slice(self, x: str, first: int, last: int, axis: int = 2) -> str:
        bounds = (self._constant([each], np.int64) for each in (first, last, axis))
        return self._node("Slice", x, *bounds)

    def _add_pools(self, views: str, real: str, length: str, position: str) -> str:
        """Return the pooled outputs of all kernels, (batch, views · pools)."""
        real, repeated = (self._node("Concat", *[each] * VIEWS, axis=0) for each in (real, length))
        biases = self._add_biases(length)
        pools, kernels, first = [], self.kernels, 0
        stored = self.network.get_layer("biases").get_weights()[0].size
        per_dilation = stored // (VIEWS * kernels * len(self.dilations))
        for dilation in self.dilations:
            outputs = self._convolve(views, f"convolution_{dilation}", dilation)
            outputs = self._node("Where", real, outputs, self._constant(LOWEST))
            for number in range(per_dilation):
                bias = self._behind(self._slice(biases, first, first + kernels, axis=1))
                first += kernels
                positive = self._cast(self._node("Greater", outputs, bias), FLOAT32)
                count = self._sum(positive)
                pools.append(self._node("Div", count, repeated))
                if number == 0:
                    count = self._node("Max", count, self._constant(1))
                    excess = self._node("Relu", self._node("Sub", outputs, bias))
                    excess = self._cast(self._sum(self._cast(excess, FLOAT64)), FLOAT32)
                    pools.append(self._node("Div", excess, count))
                    weighted = self._sum(self._node("Mul", positive, position))
                    pools.append(self._node("Div", self._node("Div", weighted, count), repeated))
        return self._join_views(pools)

    def _add_groups(self, views: str, real: str, length: str, position: str) -> str:
        """Return the wins of each kernel in its group, (batch, views · pools)."""
        half = self._behind(self._node("Div", length, self._constant(2)))
        real, first = (
            self._node("Concat", *[each] * VIEWS, axis=0)
            for each in (real, self._node("And", real, self._node("Less", position, half)))
        )  # (views · batch, 1, steps)
        length = self._node("Concat", *[length] * VIEWS, axis=0)
        first, one = self._cast(first, FLOAT64), self._constant(1)
        in_first = self._cast(self._sum(first), FLOAT32)
        steps = [
            length,
            self._node("Max", in_first, one),
            self._node("Max", self._node("Sub", length, in_first), one),
        ]
        real = self._node("Unsqueeze", real, self._constant([1], np.int64))
        zero = self._constant(0)
        pools = []
        for dilation in self.group_dilations:
            outputs = self._convolve(views, f"groups_{dilation}", dilation)
            # (views · batch, kernels, groups, steps)
            last = self._node("Shape", outputs, start=2)
            shape = self._node(
                "Concat", self._constant([0, GROUP_SIZE, -1], np.int64), last, axis=0
            )
            grouped = self._node("Reshape", outputs, shape)
            largest = self._node("ReduceMax", grouped, axes=[1], keepdims=1)
            is_winner = self._node("And", self._node("GreaterOrEqual", grouped, largest), real)
            wins = self._node("Where", is_winner, grouped, zero)
            wins = self._cast(self._node("Reshape", wins, self._node("Shape", outputs)), FLOAT64)
            whole, begin = self._sum(wins), self._sum(self._node("Mul", wins, first))
            sums = [whole, begin, self._node("Sub", whole, begin)]
            for each, count in zip(sums, steps, strict=True):
                mean = self._node("Div", self._cast(each, FLOAT32), count)
                pools.append(self._node("Sqrt", self._node("Relu", mean)))
        return self._join_views(pools)

    def _convolve(self, views: str, name: str, dilation: int) -> str:
        kernel = self.network.get_layer(name).get_weights()[0]
        reach = dilation * (KERNEL_SIZE // 2)
        weights = self._constant(kernel.transpose(2, 1, 0))
        return self._node("Conv", views, weights, dilations=[dilation], pads=[reach, reach])

    def _join_views(self, pools: list[str]) -> str:
        """Concatenate pools, each (views · batch, kernels), to (batch, views · pools)."""
        by_view = self._node("Concat", *pools, axis=1)
        names = [f"{by_view}_{view}" for view in range(VIEWS)]
        self.graph.add_node("Split", [by_view], *names, axis=0)
        return self._node("Concat", *names, axis=1)

    def _add_biases(self, length: str) -> str:
        """Return the biases of each row, (views · batch, biases)."""
        stored = self.network.get_layer("biases").get_weights()[0].reshape(VIEWS, -1)
        rows = self._node("Cast", self._node("Mul", length, self._constant(0)), to=INT64)
        numbers = [self._node("Add", rows, self._constant(view, np.int64)) for view in range(VIEWS)]
        chosen = self._node("Concat", *numbers, axis=0)  # (views · batch, 1)
        chosen = self._node("Squeeze", chosen, self._constant([1], np.int64))
        return self._node("Gather", self._constant(stored), chosen, axis=0)

    def _add_summaries(self, x: str, real: str, lengths: str) -> Sequence[str]:
        """Return minimum, maximum, first and last value of each input, each (batch, inputs)."""
        lowest, highest = self._constant(LOWEST), self._constant(-LOWEST)
        minimum = self._node(
            "ReduceMin", self._node("Where", real, x, highest), axes=[2], keepdims=0
        )
        maximum = self._node(
            "ReduceMax", self._node("Where", real, x, lowest), axes=[2], keepdims=0
        )
        axis = self._constant([2], np.int64)
        first = self._node("Squeeze", self._slice(x, 0, 1), axis)
        steps = self._node("Transpose", x, perm=[0, 2, 1])  # (batch, steps, inputs)
        last = self._node("Sub", lengths, self._constant(1, np.int64))
        last = self._node("GatherND", steps, last, batch_dims=1)
        return minimum, maximum, first, last

    def _add_output(self, features: str) -> str:
        mean, variance = self.network.get_layer("scaling").get_weights()
        x = self._node("Sub", features, self._constant(mean))
        x = self._node("Div", x, self._constant(np.sqrt(variance)))
        x = self._node("Clip", x, self._constant(-MAX_SCALED), self._constant(MAX_SCALED))
        kernel, bias = self.network.get_layer("output").get_weights()
        x = self._node("MatMul", x, self._constant(kernel))
        return self._node("Add", x, self._constant(bias))
