"""Computes a ``Trace``. Needs TensorFlow."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from ..data.padding import erased_steps, pad, truncate
from ..data.sequences import Sequences
from ..engine.compiled import Engine, Kind, engine_for, group_count
from ..errors import DataError
from ..fitted import FittedModel
from .trace import LayerTrace, Trace, pooled_so_far, trace_layers

MAX_ANSWERS = 128  # steps at which the answer so far is computed, at equal distances …
STEPS_READ = 400_000  # … and fewer of a network that would have to read more for it
FEWEST, POINTS = 8, 32  # of the way from the baseline to the sequence, as STEPS_READ allows
STEPS_AT_ONCE = 32_768  # of all points: two layers' gradients need 10 kB a step


def trace(model: FittedModel, data: Sequences, masked: bool = True) -> Trace:
    """The states, answers and influences of one sequence, padded as the recipe says; see
    ``core.inspection.trace.Trace``. Raises DataError for more than one.

    masked: False feeds padding, and what a mask value masks, as if it were data.
    """
    if len(data) != 1:
        raise DataError("One sequence is traced at a time, and these are {n}.", n=len(data))
    raw, values, real, counts = _padded(model, data)
    if not masked:
        counts = np.ones_like(counts)
    outputs = 1 if model.classes is None else len(model.classes)
    kind = Kind.of(model.recipe, data.features, outputs, group_count())
    with engine_for(kind) as compiled:
        compiled.begin(model.network.get_weights())
        layers = trace_layers(model.recipe, model.network.get_weights(), values, counts)
        asked, found = _answers(compiled, layers, values, counts)
        answers = model.preprocessing.decode(found) if model.classes is None else found
        influence, missed = _influence(model, compiled, values, counts)
    return Trace(
        masked=masked and model.recipe.mask != "none",
        feature_names=model.preprocessing.feature_names,
        inputs=raw,
        real=real,
        counts=counts,
        layers=layers,
        classes=model.classes,
        asked=asked,
        answers=answers,
        explained=None if model.classes is None else int(np.argmax(answers[-1])),
        influence=influence,
        missed=missed,
    )


def _padded(
    model: FittedModel, data: Sequences
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(steps, features) in raw units, and as the network takes them; (steps,) bool, which steps
    are real, and which count."""
    known, recipe = model.preprocessing, model.recipe
    absent = np.isnan(data.values)
    whole = data.with_steps(np.where(absent, known.fill, data.values), data.lengths)
    length = int(data.lengths[0])
    # Without maxlen nothing is cut, and the longest training sequence shows the usual padding.
    width = known.width if recipe.mask == "none" else recipe.maxlen or max(known.width, length)
    padded = pad(
        truncate(whole, width, recipe.truncating), width, recipe.padding, value=recipe.value
    )
    raw, real = padded.values[0], padded.mask[0]
    values = (raw - known.mean.astype(np.float32)) / known.std.astype(np.float32)
    counts = real.copy()
    if recipe.mask == "none":
        counts[:] = True
    elif recipe.mask == "value":
        erased = erased_steps(whole.with_steps(raw, [len(raw)]), recipe.mask_value)
        counts &= ~erased
        if not counts.any():
            raise DataError(
                "Every step of this sequence equals the mask value {mask_value}, so that nothing "
                "of it counts.",
                mask_value=recipe.mask_value,
            )
    return raw, values, real, counts


def _answers(
    compiled: Engine, layers: tuple[LayerTrace, ...], values: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(asked,) steps, and (asked, outputs) what the network answers if the sequence ends there;
    NaN where nothing has counted yet."""
    both_ways = any(layer.backward for layer in layers)
    most = min(MAX_ANSWERS, max(STEPS_READ // len(values), 16)) if both_ways else MAX_ANSWERS
    asked = np.unique(np.linspace(0, len(values) - 1, min(len(values), most)).astype(int))
    so_far = np.cumsum(counts)[asked]
    begun = so_far > 0
    if both_ways:  # what comes later changes every state before it: each beginning is read anew
        lengths, place = np.unique(so_far[begun], return_inverse=True)
        found = _of_beginnings(compiled, values[counts], lengths)[place]
    else:
        found = pooled_so_far(compiled.recipe.pooling, layers[-1].hidden, counts)[asked[begun]]
        for layer in compiled.dense:
            found = layer(found)
    answers = np.full((len(asked), found.shape[1]), np.nan, np.float32)
    answers[begun] = found
    return asked, answers


def _of_beginnings(compiled: Engine, x: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """(n, outputs) what the network answers for the first ``lengths`` (n,) steps of x."""
    at_once = max(1, STEPS_AT_ONCE // len(x))
    parts = []
    for part in np.split(lengths, range(at_once, len(lengths), at_once)):
        rows = np.repeat(x[: part[-1], None], len(part), axis=1)
        found = compiled.padded_outputs(tf.constant(rows), tf.constant(part, tf.int64)).numpy()
        parts.append(found[part - 1, np.arange(len(part))] if found.ndim == 3 else found)
    return np.concatenate(parts)


def _influence(
    model: FittedModel, compiled: Engine, values: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, float]:
    """(steps, features) integrated gradients (Sundararajan, Taly and Yan, 2017) of the answer, in
    its unit, from the baseline at which every feature has its training mean; 0 at steps that do
    not count. And by how much of the answer's change from there their sum misses it."""
    known = model.preprocessing
    baseline = ((known.fill - known.mean) / known.std).astype(np.float32)
    x = values[counts]

    def between(points: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        """(steps, points, features) on the way, and the lengths."""
        on_way = baseline + points.astype(np.float32)[None, :, None] * (x - baseline)[:, None, :]
        return tf.constant(on_way), tf.fill([len(points)], tf.constant(len(x), tf.int64))

    ends = _final(compiled.padded_outputs(*between(np.array([0.0, 1.0])))).numpy()
    explained = int(np.argmax(ends[1]))

    @tf.function(autograph=False)
    def slopes(on_way: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(on_way)
            chosen = _final(compiled.padded_outputs(on_way, lengths))[:, explained]
        return tape.gradient(chosen, on_way)

    points = int(np.clip(STEPS_READ // (2 * len(x)), FEWEST, POINTS))  # a gradient reads twice
    way = (np.arange(points) + 0.5) / points
    at_once = max(1, STEPS_AT_ONCE // len(x))
    parts = np.split(way, range(at_once, points, at_once))
    sums = [slopes(*between(part)).numpy().sum(axis=1) for part in parts]
    unit = 1.0 if model.classes is not None else known.target_std
    influence = np.zeros_like(values)
    influence[counts] = sum(sums) / points * (x - baseline) * unit
    change = float(ends[1, explained] - ends[0, explained]) * unit
    return influence, float(influence.sum() - change)


def _final(found: tf.Tensor) -> tf.Tensor:
    """(batch, outputs) at the last step, also of a network that answers at every step."""
    return found[-1] if len(found.shape) == 3 else found
