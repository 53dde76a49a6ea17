"""Traces of recurrent layers: the states behind a prediction, step by step, padding included.

The weights are arrays in Keras's order (``keras.Model.get_weights``). The layers are recomputed
step by step (``RecurrentNetwork.run_step``), because a fused layer does not expose its gates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..layers.recurrent.declaration import NORMALIZATION_EPSILON, Recurrent
from ..layers.registry import get_network
from ..recipe.pooling import STD_EPSILON
from ..recipe.recipe import Recipe


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """Trace of one recurrent layer in one direction.

    Attributes:
        number: Number of the layer, from 1.
        kind: Kind of the layer, such as "LSTM".
        backward: True if the layer reads from the last step to the first.
        hidden: (steps, units) state after each step in reading order, before any layer
            normalization. A masked step holds the state of the step read before it. With patches,
            each step has the state after its patch.
        cell: (steps, units) cell state, as ``hidden``; None for a layer without, such as a GRU.
        gates: (steps, units) per name of a gate; NaN at masked steps.
    """

    number: int
    kind: str
    backward: bool
    hidden: np.ndarray
    cell: np.ndarray | None
    gates: Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Trace:
    """States, gates, predictions and attributions while a network reads one padded sequence.

    Attributes:
        masked: True if padding was masked, False if it was fed as data.
        feature_names: Names of the features.
        inputs: (steps, features) in raw units.
        real: (steps,) bool, the steps that are not padding.
        counts: (steps,) bool, the steps that the network read.
        layers: The recurrent layers, each direction separately.
        classes: (k,) class labels; None for regression.
        prediction_steps: (p,) steps after which a prediction was computed.
        predictions: (p,) in the target's unit, or (p, k) probabilities; NaN before the first step
            that counts.
        explained_class: Number of the most probable class at the end; None for regression.
        attributions: (steps, features) influence of each value on the final prediction, or on the
            probability of the explained class, in the unit of the prediction, from a sequence of
            the same length in which every feature has its training mean: integrated gradients, or
            occlusion for a network without gradients. Exactly 0 at steps that do not count.
        attribution_error: Sum of the attributions minus the difference between the predictions for
            the two sequences.
    """

    masked: bool
    feature_names: tuple[str, ...]
    inputs: npt.NDArray[np.float32]
    real: npt.NDArray[np.bool_]
    counts: npt.NDArray[np.bool_]
    layers: tuple[LayerTrace, ...]
    classes: np.ndarray | None
    prediction_steps: np.ndarray
    predictions: np.ndarray
    explained_class: int | None
    attributions: np.ndarray
    attribution_error: float


def trace_layers(
    recipe: Recipe, weights: list[np.ndarray], values: np.ndarray, counts: np.ndarray
) -> tuple[tuple[LayerTrace, ...], np.ndarray]:
    """Trace the recipe's recurrent layers, each direction separately.

    Args:
        recipe: The layers.
        weights: Weights of the whole network, as returned by ``get_weights``.
        values: (steps, features) float32, as the layers read them.
        counts: (steps,) bool mask.

    Returns:
        The traces, and the outputs of the last layer, (steps, units). With patches, those of a
        patch stand at each of its steps.
    """
    if recipe.steps_per_patch == 1:
        return _trace_steps(recipe, weights, values, counts)
    patches = _make_patches(values[counts], recipe.steps_per_patch)
    traces, outputs = _trace_steps(recipe, weights, patches, np.ones(len(patches), bool))
    spread = [_spread_over_steps(each, counts, recipe.steps_per_patch) for each in traces]
    return tuple(spread), outputs[_find_patches(counts, recipe.steps_per_patch).clip(0)]


def _make_patches(x: np.ndarray, patch_size: int) -> np.ndarray:
    """Join steps (steps, features), the last of them filled with 0: (patches, …)."""
    filled = np.pad(x, ((0, -len(x) % patch_size), (0, 0)))
    return filled.reshape(-1, patch_size * x.shape[1])


def _find_patches(counts: np.ndarray, patch_size: int) -> np.ndarray:
    """Return the patch of each step, (steps,); at masked steps, that of the step before, or -1."""
    patches: np.ndarray = (np.cumsum(counts) - 1) // patch_size
    return patches


def _spread_over_steps(trace: LayerTrace, counts: np.ndarray, patch_size: int) -> LayerTrace:
    """Repeat the states and gates of each patch at its steps."""
    patches = _find_patches(counts, patch_size)
    if trace.backward:  # a masked step follows the one after it
        ahead = np.cumsum(counts[::-1])[::-1]  # steps that count, from each one on
        patches = np.where(ahead > 0, (counts.sum() - ahead) // patch_size, -1)

    def repeat(states: np.ndarray) -> np.ndarray:
        return np.where(patches[:, None] < 0, np.float32(0), states[patches])

    gates = {
        name: np.where(counts[:, None], gate[patches], np.float32(np.nan))
        for name, gate in trace.gates.items()
    }
    cell = None if trace.cell is None else repeat(trace.cell)
    return replace(trace, hidden=repeat(trace.hidden), cell=cell, gates=gates)


def _trace_steps(
    recipe: Recipe, weights: list[np.ndarray], values: np.ndarray, counts: np.ndarray
) -> tuple[tuple[LayerTrace, ...], np.ndarray]:
    """Trace the layers on the steps that they read; see ``trace_layers``."""
    traces: list[LayerTrace] = []
    remaining = iter(weights)
    x = values
    for number, layer in enumerate(recipe.layers, start=1):
        assert isinstance(layer, Recurrent)  # of a family whose networks have states
        directions = [
            _trace_direction(number, layer, backward, remaining, x, counts)
            for backward in ((False, True) if layer.bidirectional else (False,))
        ]
        traces += directions
        x = np.concatenate([each.hidden for each in directions], axis=1)  # (steps, units)
        if layer.layer_normalization:
            x = _normalize(x, gamma=next(remaining), beta=next(remaining))
    return tuple(traces), x


def _normalize(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """Normalize each step of x (steps, units), as ``keras.layers.LayerNormalization`` does."""
    mean, variance = (moment(x, axis=1, keepdims=True) for moment in (np.mean, np.var))
    normalized: np.ndarray = (x - mean) / np.sqrt(variance + NORMALIZATION_EPSILON) * gamma + beta
    return normalized


def pool_prefixes(
    pools: Sequence[str],
    hidden: np.ndarray,
    counts: np.ndarray,
    attention: np.ndarray | None,
) -> np.ndarray:
    """Pool every prefix of the last layer's outputs.

    Args:
        pools: Names of the pools.
        hidden: (steps, units) outputs of the last layer.
        counts: (steps,) bool mask, with at least one True.
        attention: (units, 1) weights of the scores; None without that pool.

    Returns:
        (steps, pools · units), the pooled states if the sequence ends after each step; undefined
        before the first step that counts.
    """
    x = hidden[counts].astype(float)  # (steps that count, units)
    parts = [_pool_prefixes(pool, x, attention) for pool in pools]
    last = np.maximum(np.cumsum(counts) - 1, 0)  # (steps,) of each prefix
    pooled: np.ndarray = np.concatenate(parts, axis=1)[last].astype(np.float32)
    return pooled


def _pool_prefixes(pool: str, x: np.ndarray, attention: np.ndarray | None) -> np.ndarray:
    """Pool every prefix of x (steps, units) by one pool: (steps, units)."""
    if pool == "last":
        return x
    if pool == "max":
        return np.asarray(np.maximum.accumulate(x, axis=0))
    lengths = np.arange(1, len(x) + 1)[:, None]
    mean = np.cumsum(x, axis=0) / lengths
    if pool == "mean":
        return np.asarray(mean)
    if pool == "std":
        variance = np.cumsum(x**2, axis=0) / lengths - mean**2
        return np.asarray(np.sqrt(np.maximum(variance, 0) + STD_EPSILON))
    assert attention is not None
    scores = x @ attention  # (steps, 1)
    totals = np.logaddexp.accumulate(scores, axis=0)  # logarithm of the sum of all exp(score)
    pooled, before = np.empty_like(x), np.zeros(x.shape[1])
    for step, share in enumerate(np.exp(scores - totals)):
        pooled[step] = before = before + share * (x[step] - before)
    return pooled


def _trace_direction(
    number: int,
    layer: Recurrent,
    backward: bool,
    weights: Iterator[np.ndarray],
    x: np.ndarray,
    counts: np.ndarray,
) -> LayerTrace:
    kernel, recurrent, bias = (next(weights) for _ in range(3))
    network = get_network(layer)
    gates = np.full((len(network.gate_names), len(x), layer.units), np.nan, np.float32)
    hidden = np.zeros((len(x), layer.units), np.float32)
    cell = np.zeros_like(hidden)
    inputs = network.project(x, kernel, bias)  # (steps, gates · units)
    h = c = np.zeros(layer.units, np.float32)
    for t in range(len(x) - 1, -1, -1) if backward else range(len(x)):
        if counts[t]:
            h, c, gates[:, t] = network.run_step(inputs[t], h, c, recurrent, bias)
        hidden[t], cell[t] = h, c
    by_name = dict(zip(network.gate_names, gates, strict=True))
    shown_cell = cell if network.has_cell else None
    return LayerTrace(number, type(layer).__name__, backward, hidden, shown_cell, by_name)
