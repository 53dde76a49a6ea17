"""Derived features in ONNX graphs. Needs the package ``onnx``."""

from __future__ import annotations

import numpy as np

from ...network.derived_features import MAX_FLOAT32, MIN_DEVIATION
from ...recipe.derived_features import DerivedFeatures
from ..onnx_graph import OnnxGraph

FLOAT32, FLOAT64, INT64 = 1, 11, 7  # ONNX's numbers of types


def add_features(graph: OnnxGraph, features: DerivedFeatures, x: str) -> str:
    """Add the features of a network; see ``core.network.derived_features``.

    Args:
        graph: Receives the nodes.
        features: The rules.
        x: Name of the scaled inputs, (batch, steps, inputs).

    Returns:
        Name of the features, (batch, steps, features), 0 behind the real steps.
    """
    return x if features.are_inputs else _FeatureWriter(graph, features).add(x)


class _FeatureWriter:
    """Writer of the features of one network."""

    def __init__(self, graph: OnnxGraph, features: DerivedFeatures) -> None:
        self.graph, self.features = graph, features

    def add(self, x: str) -> str:
        precise = self._node("Cast", x, to=FLOAT64)
        self._add_mask(x)
        features, numeric = self.features, self._take(precise, self.features.numeric)
        over_data_set, series = [precise], [numeric]
        if features.differences:
            first, others = self._slice(numeric, 0, 1), self._slice(numeric, 0, -1)
            before = self._node("Concat", first, others, axis=1)
            differences = self._clear(self._node("Sub", numeric, before))
            series.append(differences)
            over_data_set.append(self._scale_differences(differences))
        parts = over_data_set
        if features.normalization != "data_set":
            normalized = self._normalize(self._node("Concat", *series, axis=2))
            if features.normalization == "sequence":
                parts = [self._take(precise, features.coded)] if features.coded else []
            parts = [*parts, normalized]
        derived = self._node("Concat", *parts, axis=2)
        limits = [self._numbers(sign * MAX_FLOAT32) for sign in (-1, 1)]
        derived = self._clear(self._node("Clip", derived, *limits))
        return self._node("Cast", derived, to=FLOAT32)

    def _add_mask(self, x: str) -> None:
        """Add the real steps, (batch, steps, 1) bool, and the lengths, (batch, 1, 1) float64."""
        steps = self._node("Gather", self._node("Shape", x), self._integers(1))
        position = self._node("Range", self._integers(0), steps, self._integers(1))  # (steps,)
        position = self._node("Unsqueeze", position, self._integers([1]))
        lengths = self._node("Cast", "lengths", to=INT64)
        lengths = self._node("Unsqueeze", lengths, self._integers([1, 2]))
        self.real = self._node("Less", position, lengths)
        self.length = self._node("Cast", lengths, to=FLOAT64)

    def _scale_differences(self, differences: str) -> str:
        if not self.features.difference_scaling:
            return differences
        mean, deviation = map(self._numbers, np.array(self.features.difference_scaling).T)
        return self._node("Div", self._node("Sub", differences, mean), deviation)

    def _normalize(self, series: str) -> str:
        """Return series with mean 0 and deviation 1 over real steps; constants become 0."""
        mean = self._average(self._clear(series))
        centered = self._clear(self._node("Sub", series, mean))
        variance = self._average(self._node("Mul", centered, centered))
        magnitude = self._node("Max", self._node("Abs", mean), self._numbers(1))
        least = self._node("Mul", magnitude, self._numbers(MIN_DEVIATION))
        is_varying = self._node("Greater", variance, self._node("Mul", least, least))
        safe = self._node("Where", is_varying, variance, self._numbers(1))
        normalized = self._node("Div", centered, self._node("Sqrt", safe))
        return self._node("Where", is_varying, normalized, self._numbers(0))

    def _average(self, x: str) -> str:
        """Average cleared x over real steps, (batch, 1, n)."""
        return self._node("Div", self._node("ReduceSum", x, self._integers([1])), self.length)

    def _clear(self, x: str) -> str:
        """Set the steps behind each sequence to 0."""
        return self._node("Where", self.real, x, self._numbers(0))

    def _slice(self, x: str, first: int, last: int) -> str:
        """Return some of the steps."""
        return self._node("Slice", x, *(self._integers([each]) for each in (first, last, 1)))

    def _take(self, x: str, inputs: tuple[int, ...]) -> str:
        return self._node("Gather", x, self._integers(list(inputs)), axis=2)

    def _node(self, kind: str, *inputs: str, **attributes: object) -> str:
        return self.graph.add_node(kind, list(inputs), **attributes)

    def _numbers(self, values: float | np.ndarray) -> str:
        return self.graph.add_constant(values, np.float64)

    def _integers(self, values: int | list[int]) -> str:
        return self.graph.add_constant(values, np.int64)
