"""Content of the explanation view ("X-ray") of one sequence. Does not need TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .trace import LayerTrace, Trace

# Limits of what is legible on one screen. Two sides of an LSTM are 120,000 cells of states and
# gates.
MAX_STEPS, MAX_UNITS, MAX_FEATURES, MAX_CLASSES = 200, 48, 16, 3


@dataclass(frozen=True, eq=False)
class LayerView:
    """One recurrent layer in one direction, reduced to m steps and u units.

    Attributes:
        number: Number of the layer, from 1.
        kind: "LSTM" or "GRU".
        backward: True if the layer reads from the last step to the first.
        total_units: Units of the layer.
        units: (u,) numbers of the selected units, from 1, ordered so that neighbours behave alike.
        maps: (m, u) per name: "hidden", "cell" (LSTM only) and the gates. Gates are NaN at masked
            steps.
    """

    number: int
    kind: str
    backward: bool
    total_units: int
    units: np.ndarray
    maps: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Side:
    """One reading of the sequence by the network, with or without the mask.

    Attributes:
        masked: True if padding was masked, False if it was fed as data.
        counts: (width,) bool, the steps that the network read.
        inputs: (m, f) in raw units.
        predictions: (p, k) in the target's unit, or probabilities; NaN before the first step that
            counts.
        attributions: (m, f) in the unit of the prediction, each summed over a selected step and the
            omitted steps before it.
        explained_class: The class whose probability is explained; None for regression.
        layers: The recurrent layers, each direction separately.
    """

    masked: bool
    counts: np.ndarray
    inputs: np.ndarray
    predictions: np.ndarray
    attributions: np.ndarray
    explained_class: str | None
    layers: tuple[LayerView, ...]


@dataclass(frozen=True, eq=False)
class XRay:
    """One padded sequence, reduced to m steps and the f features and k classes that matter most.

    Attributes:
        width: Steps of the padded sequence.
        stride: Every ``stride``-th step is selected; the last one always is.
        steps: (m,) indices of the selected steps, from 0.
        real: (width,) bool, the steps that are not padding.
        prediction_steps: (p,) indices of the steps after which a prediction was computed.
        feature_names: Names of the f selected features.
        features: Total number of features.
        classes: Names of the k selected classes; None for regression, where k is 1.
        sides: Readings with and without the mask; only one if the model has no mask.
    """

    width: int
    stride: int
    steps: np.ndarray
    real: np.ndarray
    prediction_steps: np.ndarray
    feature_names: tuple[str, ...]
    features: int
    classes: tuple[str, ...] | None
    sides: tuple[Side, ...]

    @classmethod
    def from_traces(cls, *traces: Trace) -> XRay:
        """Reduce one or two traces of the same padded sequence.

        The first trace determines which features and units are selected, and in which order.
        """
        first = traces[0]
        width = len(first.real)
        stride = -(-width // MAX_STEPS)
        steps = np.arange((width - 1) % stride, width, stride)
        features = _find_largest(np.abs(first.attributions).sum(axis=0), MAX_FEATURES)
        points = len(first.prediction_steps)
        predictions = [trace.predictions.reshape(points, -1) for trace in traces]  # (p, classes)
        final = np.nan_to_num(np.maximum.reduce([each[-1] for each in predictions]))
        classes = _find_largest(final, MAX_CLASSES)
        units = [_order_units(layer.hidden[first.counts]) for layer in first.layers]
        return cls(
            width=width,
            stride=stride,
            steps=steps,
            real=first.real,
            prediction_steps=first.prediction_steps,
            feature_names=tuple(first.feature_names[number] for number in features),
            features=len(first.feature_names),
            classes=_get_class_names(first, classes),
            sides=tuple(
                Side(
                    masked=trace.masked,
                    counts=trace.counts,
                    inputs=trace.inputs[np.ix_(steps, features)],
                    predictions=values[:, classes],
                    attributions=_sum_between(trace.attributions[:, features], steps),
                    explained_class=_get_explained_class(trace),
                    layers=tuple(map(_select, trace.layers, units, [steps] * len(units))),
                )
                for trace, values in zip(traces, predictions, strict=True)
            ),
        )


def _get_class_names(trace: Trace, classes: np.ndarray) -> tuple[str, ...] | None:
    return None if trace.classes is None else tuple(str(trace.classes[k]) for k in classes)


def _get_explained_class(trace: Trace) -> str | None:
    return None if trace.classes is None else str(trace.classes[trace.explained_class])


def _select(layer: LayerTrace, units: np.ndarray, steps: np.ndarray) -> LayerView:
    cell = {} if layer.cell is None else {"cell": layer.cell}
    maps = {"hidden": layer.hidden, **cell, **layer.gates}
    return LayerView(
        number=layer.number,
        kind=layer.kind,
        backward=layer.backward,
        total_units=layer.hidden.shape[1],
        units=units + 1,
        maps={name: values[np.ix_(steps, units)] for name, values in maps.items()},
    )


def _order_units(hidden: np.ndarray) -> np.ndarray:
    """Select the units whose hidden state (steps, units) varies most and order them.

    The order is their share in the first principal component, the course that most of them have in
    common. The mean is not subtracted, so that rising units are at one end, falling units at the
    other, and constant ones between.
    """
    selected = _find_largest(hidden.std(axis=0), MAX_UNITS)
    component = np.linalg.svd(hidden[:, selected], full_matrices=False)[2][0]
    if hidden[-1, selected] @ component < 0:  # the sign of a component is arbitrary
        component = -component
    return selected[np.argsort(-component, kind="stable")]


def _sum_between(attributions: np.ndarray, steps: Sequence[int] | np.ndarray) -> np.ndarray:
    """Sum over each selected step and the omitted steps before it: (m, f)."""
    return np.add.reduceat(attributions, [0, *np.add(steps[:-1], 1)])


def _find_largest(values: np.ndarray, count: int) -> np.ndarray:
    """Return the indices of the ``count`` largest values, in ascending order.

    >>> _find_largest(np.array([3, 1, 2]), 2)
    array([0, 2])
    """
    return np.sort(np.argsort(-values, kind="stable")[:count])
