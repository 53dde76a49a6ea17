"""Fit of random convolutions: kernels, biases, scaling, ridge. Needs TensorFlow."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt

from ...data.padding import pad
from ...data.sequences import Sequences
from ...engine.checkpoint import Checkpoint
from ...engine.progress import Computation, History, Progress
from ...errors import Note
from ...preprocessing.masking import MaskedSequences
from ...preprocessing.transform import Preprocessing
from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import Recipe
from ..network import Fit, OnCheckpoint, OnProgress, ShouldStop
from .batches import compute_features, plan_batches
from .calibration import compute_log_loss, fit_scale
from .keras_network import MAX_SCALED, Parts, build_parts
from .kernels import VIEWS, KernelPlan, draw_group_weights, draw_weights
from .ridge import RidgePath

MAX_SAMPLED = 20  # sequences whose outputs the biases are quantiles of
PENALTIES = np.logspace(-5.5, 0.5, 13)  # per feature


class _Stopped(Exception):
    """Raised while features are computed when ``should_stop`` returns True."""


def fit_network(
    preprocessing: Preprocessing,
    training: MaskedSequences,
    validation: MaskedSequences,
    *,
    on_progress: OnProgress | None,
    should_stop: ShouldStop | None,
    resume: Checkpoint | None,
    on_checkpoint: OnCheckpoint | None,
    notes: tuple[Note, ...],
) -> Fit:
    """Fit a network in closed form; see ``FamilyNetwork.fit``.

    There is nothing to resume and no checkpoint: a fit that is stopped has learned nothing, and its
    network predicts the same for every sequence. The penalty is chosen by leaving out each training
    sequence in turn, so that validation sequences take no part.
    """
    recipe, shape, start = preprocessing.recipe, preprocessing.shape, time.perf_counter()
    prepared = preprocessing.prepare(training)
    sequences, parts = prepared.sequences, build_parts(recipe, shape)

    def report(share: float, history: History, epoch: int = 0) -> None:
        if on_progress is not None:
            done = round(share * len(sequences))
            seconds = time.perf_counter() - start
            count = len(sequences)
            on_progress(Progress(epoch, 1, done, count, count, history, seconds))

    def on_share(share: float) -> None:
        report(share, {})
        if should_stop is not None and should_stop():
            raise _Stopped

    history: History = {}
    stopped = False
    try:
        on_share(0.0)
        fit_kernels(parts, recipe, shape, sequences)
        features = compute_features(parts.network, sequences, on_share)
        history = fit_output(parts, preprocessing, features, preprocessing.encode(prepared))
        entries = len(history["loss"])
        history["seconds"] = [(time.perf_counter() - start) / entries] * entries
        report(0.0, history, epoch=1)
    except _Stopped:
        stopped = True
    computed: Computation = {"layers": [], "groups": 1}
    return Fit(parts.network, history, stopped, best_epoch=None, computed=computed)


def fit_kernels(parts: Parts, recipe: Recipe, shape: NetworkShape, training: Sequences) -> None:
    """Draw the kernels, and take the biases from quantiles of their outputs on training sequences.

    Args:
        parts: The network, which receives the weights.
        recipe: Its recipe; everything random is a function of its seed.
        shape: Its shape.
        training: Training sequences, as the network reads them.
    """
    parts.network.get_layer("scales").set_weights([compute_scales(training.values)[None]])
    plan, rng = KernelPlan.from_recipe(recipe, shape), np.random.default_rng(recipe.seed)
    rows = rng.choice(len(training), min(MAX_SAMPLED, len(training)), replace=False)
    sampled, views = training[rows], []
    for batch in plan_batches(sampled.lengths):
        padded = pad(sampled[batch], padding="post")
        views.append((parts.views([padded.values, padded.mask]), np.tile(padded.mask, (VIEWS, 1))))
    biases = []
    for dilation in plan.dilations:
        layer = parts.network.get_layer(f"convolution_{dilation}")
        layer.set_weights([draw_weights(shape.inputs, plan.kernels, rng)])
        real_outputs = [
            layer(each).numpy()[real].reshape(VIEWS, -1, plan.kernels) for each, real in views
        ]
        outputs = np.concatenate(real_outputs, axis=1)
        # (biases, views, kernels)
        biases.append(np.quantile(outputs, plan.quantiles, axis=1).astype(np.float32))
    for dilation in plan.group_dilations:
        layer = parts.network.get_layer(f"groups_{dilation}")
        layer.set_weights([draw_group_weights(shape.inputs, plan.groups, rng)])
    by_view = np.stack(biases).transpose(2, 0, 1, 3)  # (views, dilations, biases, kernels)
    parts.network.get_layer("biases").set_weights([by_view.reshape(1, VIEWS * plan.thresholds)])


def compute_scales(values: np.ndarray) -> npt.NDArray[np.float32]:
    """Compute the power of two that brings each input onto the grid, (inputs,).

    Its root mean square becomes at most 4/3, and more than 2/3: standardized inputs remain as they
    are.

    Args:
        values: (total steps, inputs) of the training sequences.
    """
    size = np.sqrt(np.mean(values.astype(np.float64) ** 2, axis=0))
    size = np.where(size > 0, size, 1)
    return np.exp2(-np.ceil(np.log2(0.75 * size))).astype(np.float32)


def fit_output(
    parts: Parts,
    preprocessing: Preprocessing,
    features: npt.NDArray[np.float32],
    targets: np.ndarray,
) -> History:
    """Fit the scaling and the ridge.

    Args:
        parts: The network, which receives the weights.
        preprocessing: Fitted to the training set.
        features: (n, p) of the training sequences; overwritten.
        targets: (n,) as ``Preprocessing.encode`` returns them.

    Returns:
        The leave-one-out curve: "penalty", "loss" in the target's unit, and "accuracy".
    """
    mean, variance = features.mean(axis=0), features.var(axis=0)
    variance[variance < 1e-10 * np.maximum(mean**2, 1e-10)] = 1  # constant, but for rounding
    parts.network.get_layer("scaling").set_weights([mean, variance])
    features -= mean
    features /= np.sqrt(variance)
    np.clip(features, -MAX_SCALED, MAX_SCALED, out=features)
    classes = preprocessing.n_outputs
    classify = preprocessing.classes is not None
    expected = np.eye(classes)[targets] * 2 - 1 if classify else targets[:, None].astype(float)
    path = RidgePath.fit(features, expected, PENALTIES * features.shape[1])
    history: History = {"penalty": path.penalties.tolist(), "loss": []}
    scales = []
    for left_out in path.left_out:
        if classify:
            scales.append(fit_scale(left_out, targets))
            history["loss"].append(compute_log_loss(scales[-1] * left_out, targets))
            correct = left_out.argmax(axis=1) == targets
            history.setdefault("accuracy", []).append(float(correct.mean()))
        else:
            scales.append(1.0)
            error = float(((left_out - expected) ** 2).mean())
            history["loss"].append(error * preprocessing.target_std**2)
    best = int(np.argmin(history["loss"]))
    kernel, bias = path.compute_weights(best)
    parts.network.get_layer("output").set_weights([scales[best] * kernel, scales[best] * bias])
    return history
