"""``Trace``: the states behind an answer, step by step, padding included. Needs no TensorFlow; the
weights come as arrays, in Keras's order (``keras.Model.get_weights``).

The cells are computed anew here, because a fused layer shows nothing of what happens inside it:

    LSTM  i, f, o = σ(x W + h R + b), g = tanh(x W + h R + b), c ← f c + i g, h ← o tanh(c)
    GRU   z, r = σ(x W + b + h R + b'), n = tanh(x W + b + r (h R + b')), h ← z h + (1 − z) n

as ``keras.layers.LSTM`` and ``keras.layers.GRU(reset_after=True)`` have them; the tests compare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..recipe.layers import GRU, LSTM
from ..recipe.recipe import MIN_STATE, Recipe

GATES = {
    "LSTM": ("input", "forget", "candidate", "output"),
    "GRU": ("update", "reset", "candidate"),
}


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """One recurrent layer in one direction.

    number    of the layer, from 1
    kind      "LSTM" or "GRU"
    backward  whether it goes from the last step to the first
    hidden    (steps, units): the state after each step, or before it where it goes backward; where
              a step does not count, that of the step before, which is held
    cell      as ``hidden``; None for a GRU
    gates     by their names in GATES: (steps, units), NaN where a step does not count
    """

    number: int
    kind: str
    backward: bool
    hidden: np.ndarray
    cell: np.ndarray | None
    gates: Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Trace:
    """What happened inside a network while it read one sequence, padded to (steps,).

    masked    whether padding was masked; else it was fed as data, to see what it does
    inputs    (steps, features) in raw units
    real      (steps,) bool, the steps that are no padding
    counts    (steps,) bool, the steps that the network took
    layers    its recurrent layers, each direction apart
    classes   (k,) labels; None for regression
    asked     (asked,) the steps after which the answer so far was computed
    answers   (asked,) in the target's unit, or (asked, k) probabilities; NaN before any step counts
    explained the number of the most probable class at the end; None for regression
    influence (steps, features) of each value on the answer at the end: for classes on the
              probability of the explained one. Integrated gradients, in the answer's unit, from
              a sequence as long whose every value is the feature's training mean; exactly 0 at
              steps that do not count
    missed    by how much the sum of the influences misses the answer's difference between the two
    """

    masked: bool
    feature_names: tuple[str, ...]
    inputs: np.ndarray
    real: np.ndarray
    counts: np.ndarray
    layers: tuple[LayerTrace, ...]
    classes: np.ndarray | None
    asked: np.ndarray
    answers: np.ndarray
    explained: int | None
    influence: np.ndarray
    missed: float


def trace_layers(
    recipe: Recipe, weights: list[np.ndarray], values: np.ndarray, counts: np.ndarray
) -> tuple[LayerTrace, ...]:
    """Of the recipe's recurrent layers, each direction apart.

    weights  of the whole network, as ``get_weights`` gives them
    values   (steps, features) float32, as the network takes them
    counts   (steps,) bool, the steps that count: the mask
    """
    found: list[LayerTrace] = []
    left = iter(weights)
    x = values
    for number, layer in enumerate(recipe.layers, start=1):
        both = [
            _traced(number, layer, backward, left, x, counts)
            for backward in ((False, True) if layer.bidirectional else (False,))
        ]
        found += both
        x = np.concatenate([each.hidden for each in both], axis=1)
    return tuple(found)


def pooled_so_far(pooling: str, hidden: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(steps, units) what goes on from the last layer's states, hidden (steps, units), if the
    sequence ends after a step; means nothing before the first one that counts, (steps,) bool."""
    if pooling == "last":
        return hidden
    if pooling == "max":
        return np.maximum.accumulate(np.where(counts[:, None], hidden, MIN_STATE), axis=0)
    so_far = np.maximum(np.cumsum(counts), 1)[:, None]
    return (np.cumsum(hidden * counts[:, None], axis=0, dtype=float) / so_far).astype(np.float32)


def _traced(
    number: int,
    layer: LSTM,
    backward: bool,
    weights: Iterator[np.ndarray],
    x: np.ndarray,
    counts: np.ndarray,
) -> LayerTrace:
    kernel, recurrent, bias = (next(weights) for _ in range(3))
    kind = "GRU" if isinstance(layer, GRU) else "LSTM"
    gates = np.full((len(GATES[kind]), len(x), layer.units), np.nan, np.float32)
    hidden = np.zeros((len(x), layer.units), np.float32)
    cell = np.zeros_like(hidden)
    step = _gru_step if kind == "GRU" else _lstm_step
    inputs = x @ kernel + (bias[0] if kind == "GRU" else bias)  # of all steps at once
    h = c = np.zeros(layer.units, np.float32)
    for t in range(len(x) - 1, -1, -1) if backward else range(len(x)):
        if counts[t]:
            h, c, gates[:, t] = step(inputs[t], h, c, recurrent, bias)
        hidden[t], cell[t] = h, c
    by_name = dict(zip(GATES[kind], gates, strict=True))
    return LayerTrace(number, kind, backward, hidden, cell if kind == "LSTM" else None, by_name)


def _lstm_step(x, h, c, recurrent, bias):
    i, f, g, o = np.split(x + h @ recurrent, 4)
    i, f, g, o = _sigmoid(i), _sigmoid(f), np.tanh(g), _sigmoid(o)
    c = f * c + i * g
    return o * np.tanh(c), c, (i, f, g, o)


def _gru_step(x, h, c, recurrent, bias):
    z, r, n = np.split(x, 3)
    of_z, of_r, of_n = np.split(h @ recurrent + bias[1], 3)
    z, r = _sigmoid(z + of_z), _sigmoid(r + of_r)
    n = np.tanh(n + r * of_n)
    return z * h + (1 - z) * n, c, (z, r, n)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * x))  # overflows nowhere
