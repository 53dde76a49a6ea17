"""Attributions: the influence of every step and feature on the prediction. Needs TensorFlow."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from ..engine.compiled import Engine
from ..fitted import FittedModel

MAX_STEPS_READ = 400_000  # by a network, to explain one sequence
MIN_POINTS, MAX_POINTS = 8, 32  # between baseline and sequence, as MAX_STEPS_READ allows
STEPS_AT_ONCE = 32_768  # over all points: the gradients of two layers need 10 kB per step


def compute_attributions(
    model: FittedModel, compiled: Engine, values: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, float]:
    """Compute integrated gradients (Sundararajan, Taly and Yan, 2017) of the prediction.

    The baseline has the training mean of every feature at every step.

    Args:
        model: The model.
        compiled: Engine with the model's weights.
        values: (steps, features) scaled values.
        counts: (steps,) True at steps that count.

    Returns:
        The attributions, (steps, features), in the unit of the prediction and 0 at steps that do
        not count; and the difference between their sum and the change of the prediction from the
        baseline.
    """
    fitted = model.preprocessing
    baseline = ((fitted.inputs.fill - fitted.mean) / fitted.std).astype(np.float32)  # (features,)
    x = values[counts]  # (steps that count, features)

    def interpolate(points: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        """Return sequences between baseline and x, (steps, points, features), and lengths."""
        shares = points.astype(np.float32)[None, :, None]
        path = baseline + shares * (x - baseline)[:, None, :]
        return tf.constant(path), tf.fill([len(points)], tf.constant(len(x), tf.int64))

    ends = _read_last(compiled.compute_outputs(*interpolate(np.array([0.0, 1.0])))).numpy()
    explained = int(np.argmax(ends[1]))

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def compute_gradients(path: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(path)
            output = _read_last(compiled.compute_outputs(path, lengths))[:, explained]
        return tape.gradient(output, path)

    # A gradient reads every step twice.
    points = int(np.clip(MAX_STEPS_READ // (2 * len(x)), MIN_POINTS, MAX_POINTS))
    midpoints = (np.arange(points) + 0.5) / points
    at_once = max(1, STEPS_AT_ONCE // len(x))
    parts = np.split(midpoints, range(at_once, points, at_once))
    sums = [compute_gradients(*interpolate(part)).numpy().sum(axis=1) for part in parts]
    unit = 1.0 if model.classes is not None else fitted.target_std
    attributions = np.zeros_like(values)
    attributions[counts] = sum(sums) / points * (x - baseline) * unit
    change = float(ends[1, explained] - ends[0, explained]) * unit
    return attributions, float(attributions.sum() - change)


def _read_last(outputs: tf.Tensor) -> tf.Tensor:
    """Return the outputs at the last step, (batch, outputs), also for per-step targets."""
    return outputs[-1] if len(outputs.shape) == 3 else outputs
