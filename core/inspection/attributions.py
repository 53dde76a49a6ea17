"""Attributions: the influence of every step and feature on the prediction. Needs TensorFlow."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from ..families.network import NetworkFunction, StepFunction
from ..families.registry import get_family
from ..fitted import FittedModel

MAX_STEPS_READ = 400_000  # by a network, to explain one sequence
MIN_POINTS, MAX_POINTS = 8, 32  # between baseline and sequence, as MAX_STEPS_READ allows
STEPS_AT_ONCE = 32_768  # over all points: the gradients of two layers need 10 kB per step
# Steps read with a part occluded, by networks that take tens of times as long for a step as a
# recurrent one; at least this number of parts, at most one value each.
MAX_STEPS_OCCLUDED, MIN_PARTS = 100_000, 64


def compute_attributions(
    model: FittedModel, compute: NetworkFunction, values: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, float]:
    """Compute the influence of each value on the prediction.

    By integrated gradients (Sundararajan, Taly and Yan, 2017), where the baseline has the training
    mean of every input at every step. The path from its features to those of the sequence is
    straight, and the attributions of all features that are derived from an input are summed.
    Networks without gradients: by occlusion (Zeiler and Fergus, 2014), the change of the prediction
    when the values of an input in a few steps are replaced by the baseline's, spread over these
    steps.

    Args:
        model: The model.
        compute: The function of its network, see ``FamilyNetwork.open_network``.
        values: (steps, inputs) scaled values.
        counts: (steps,) True at steps that count.

    Returns:
        The attributions, (steps, inputs), in the unit of the prediction and 0 at steps that do
        not count; and the difference between their sum and the change of the prediction from the
        baseline.
    """
    fitted = model.preprocessing
    baseline = ((fitted.inputs.fill - fitted.mean) / fitted.std).astype(np.float32)  # (inputs,)
    x = values[counts]  # (steps that count, inputs)
    rows, lengths = stack_rows(np.stack([np.broadcast_to(baseline, x.shape), x], axis=1))
    features = compute.derive(rows, lengths)
    ends = _read_last(compute.compute(features, lengths)).numpy()
    explained = int(np.argmax(ends[1]))
    unit = 1.0 if model.classes is not None else fitted.target_std
    attributions = np.zeros_like(values)
    if get_family(model.recipe).is_differentiable(model.recipe):
        by_feature = _integrate_gradients(compute.compute, features.numpy(), explained)
        origins = get_family(model.recipe).list_origins(model.recipe, fitted.shape)
        by_input = np.zeros_like(x)
        np.add.at(by_input.T, np.array(origins), by_feature.T)
        attributions[counts] = by_input * unit
    else:
        usual = float(ends[1, explained])
        attributions[counts] = _occlude(compute, x, baseline, explained, usual) * unit
    change = float(ends[1, explained] - ends[0, explained]) * unit
    return attributions, float(attributions.sum() - change)


def stack_rows(rows: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
    """Return sequences of equal length, (steps, rows, features), and their lengths."""
    return tf.constant(rows), tf.fill([rows.shape[1]], tf.constant(len(rows), tf.int64))


def _integrate_gradients(compute: StepFunction, ends: np.ndarray, explained: int) -> np.ndarray:
    """Return integrated gradients of an output, (steps, features), between two ends of a path.

    Args:
        compute: From features and lengths to the outputs.
        ends: (steps, 2, features), the baseline and the sequence.
        explained: Number of the output.
    """
    baseline, x = ends[:, :1], ends[:, 1:]  # (steps, 1, features)

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def compute_gradients(path: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(path)
            output = _read_last(compute(path, lengths))[:, explained]
        return tape.gradient(output, path)

    # A gradient reads every step twice.
    points = int(np.clip(MAX_STEPS_READ // (2 * len(x)), MIN_POINTS, MAX_POINTS))
    midpoints = (np.arange(points, dtype=np.float32) + np.float32(0.5)) / np.float32(points)
    at_once = max(1, STEPS_AT_ONCE // len(x))
    gradients = np.zeros_like(x[:, 0])
    for part in np.split(midpoints, range(at_once, points, at_once)):
        path = baseline + part[None, :, None] * (x - baseline)  # (steps, points, features)
        gradients += compute_gradients(*stack_rows(path)).numpy().sum(axis=1)
    integrated: np.ndarray = gradients / points * (x - baseline)[:, 0]
    return integrated


def _occlude(
    compute: NetworkFunction, x: np.ndarray, baseline: np.ndarray, explained: int, usual: float
) -> np.ndarray:
    """Return the change of an output by each value, (steps, features)."""
    steps, features = x.shape
    readings = max(MAX_STEPS_OCCLUDED // steps, MIN_PARTS)
    windows = np.array_split(np.arange(steps), min(steps, max(readings // features, 1)))
    parts = [(window, feature) for feature in range(features) for window in windows]
    attributions = np.zeros_like(x)
    at_once = max(1, STEPS_AT_ONCE // steps)
    for first in range(0, len(parts), at_once):
        chosen = parts[first : first + at_once]
        rows = np.repeat(x[:, None], len(chosen), axis=1)  # (steps, rows, features)
        for row, (window, feature) in enumerate(chosen):
            rows[window, row, feature] = baseline[feature]
        outputs = _read_last(compute(*stack_rows(rows))).numpy()[:, explained]
        for (window, feature), output in zip(chosen, outputs, strict=True):
            attributions[window, feature] = (usual - output) / len(window)
    return attributions


def _read_last(outputs: tf.Tensor) -> tf.Tensor:
    """Return the outputs at the last step, (batch, outputs), also for per-step targets."""
    return outputs[-1] if len(outputs.shape) == 3 else outputs
