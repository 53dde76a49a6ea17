"""``XRay``: what a picture shows of a network while it reads one sequence. Needs no TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .trace import LayerTrace, Trace

# What one screen shows apart. Two sides of an LSTM are 120,000 cells of states and gates.
MAX_STEPS, MAX_UNITS, MAX_FEATURES, MAX_CLASSES = 200, 48, 16, 3


@dataclass(frozen=True, eq=False)
class LayerView:
    """A recurrent layer in one direction.

    number, kind, backward  as in ``LayerTrace``
    of      how many units it has
    units   (u,) those kept, from 1, in an order in which neighbours take a similar course
    maps    "hidden", for an LSTM "cell", and the gates by name: (m, u); a gate is NaN where the
            step does not count
    """

    number: int
    kind: str
    backward: bool
    of: int
    units: np.ndarray
    maps: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Side:
    """The network reading the sequence in one way.

    masked     whether padding was masked; else it was fed as data
    counts     (width,) bool, the steps it took
    inputs     (m, f) in raw units
    answers    (asked, k) in the target's unit, or probabilities; NaN before any step counts
    influence  (m, f) on the answer, in its unit, of a step and of those left out before it
    explained  the class whose probability that is; None for regression
    layers     as the network has them, each direction apart
    """

    masked: bool
    counts: np.ndarray
    inputs: np.ndarray
    answers: np.ndarray
    influence: np.ndarray
    explained: str | None
    layers: tuple[LayerView, ...]


@dataclass(frozen=True, eq=False)
class XRay:
    """One sequence, padded to ``width`` steps, of which every ``every``-th is kept, the last among
    them, and the features, units and classes that tell most.

    steps          (m,) places of the kept steps, from 0
    real           (width,) bool, the steps that are no padding
    asked          (asked,) places after which the answer so far was computed
    feature_names  of the f kept features, of ``features``
    classes        of the k kept classes; None for regression, where k is 1
    sides          with the mask and without it; one only where the model has no mask
    """

    width: int
    every: int
    steps: np.ndarray
    real: np.ndarray
    asked: np.ndarray
    feature_names: tuple[str, ...]
    features: int
    classes: tuple[str, ...] | None
    sides: tuple[Side, ...]

    @classmethod
    def of(cls, *traces: Trace) -> XRay:
        """Of one or two traces of the same sequence, padded alike. What is kept, and the units'
        order, is that of the first."""
        first = traces[0]
        width = len(first.real)
        every = -(-width // MAX_STEPS)
        steps = np.arange((width - 1) % every, width, every)
        features = _most(np.abs(first.influence).sum(axis=0), MAX_FEATURES)
        answers = [each.answers.reshape(len(first.asked), -1) for each in traces]
        ends = np.nan_to_num(np.maximum.reduce([each[-1] for each in answers]))
        classes = _most(ends, MAX_CLASSES)
        units = [_order(layer.hidden[first.counts]) for layer in first.layers]
        return cls(
            width=width,
            every=every,
            steps=steps,
            real=first.real,
            asked=first.asked,
            feature_names=tuple(first.feature_names[number] for number in features),
            features=len(first.feature_names),
            classes=_named(first, classes),
            sides=tuple(
                Side(
                    masked=each.masked,
                    counts=each.counts,
                    inputs=each.inputs[np.ix_(steps, features)],
                    answers=found[:, classes],
                    influence=_summed(each.influence[:, features], steps),
                    explained=None if each.classes is None else str(each.classes[each.explained]),
                    layers=tuple(map(_view, each.layers, units, [steps] * len(units))),
                )
                for each, found in zip(traces, answers, strict=True)
            ),
        )


def _named(trace: Trace, classes: np.ndarray) -> tuple[str, ...] | None:
    return None if trace.classes is None else tuple(str(trace.classes[k]) for k in classes)


def _view(layer: LayerTrace, units: np.ndarray, steps: np.ndarray) -> LayerView:
    cell = {} if layer.cell is None else {"cell": layer.cell}
    maps = {"hidden": layer.hidden, **cell, **layer.gates}
    return LayerView(
        number=layer.number,
        kind=layer.kind,
        backward=layer.backward,
        of=layer.hidden.shape[1],
        units=units + 1,
        maps={name: values[np.ix_(steps, units)] for name, values in maps.items()},
    )


def _order(hidden: np.ndarray) -> np.ndarray:
    """The units whose hidden state, (steps, units), moves most, by their share in the first
    principal component: the course that most of them have in common. No mean is taken off, so
    that units which rise stand at one end, those which fall at the other, and still ones between.
    """
    kept = _most(hidden.std(axis=0), MAX_UNITS)
    component = np.linalg.svd(hidden[:, kept], full_matrices=False)[2][0]
    if hidden[-1, kept] @ component < 0:  # a component has no sign of its own
        component = -component
    return kept[np.argsort(-component, kind="stable")]


def _summed(influence: np.ndarray, steps: Sequence[int] | np.ndarray) -> np.ndarray:
    """(m, f) sums over each kept step and those left out before it."""
    return np.add.reduceat(influence, [0, *np.add(steps[:-1], 1)])


def _most(of: np.ndarray, count: int) -> np.ndarray:
    """The places of the ``count`` largest, in the order they stand.

    >>> _most(np.array([3, 1, 2]), 2)
    array([0, 2])
    """
    return np.sort(np.argsort(-of, kind="stable")[:count])
