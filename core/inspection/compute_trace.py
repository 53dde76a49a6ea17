"""Computation of a ``Trace``. Needs TensorFlow."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from ..data.padding import erased_steps, pad, truncate
from ..data.sequences import Sequences
from ..errors import DataError
from ..families.network import NetworkFunction
from ..families.recurrent.keras_network import get_body
from ..families.registry import get_network
from ..fitted import FittedModel
from ..network.keras_network import list_dense
from ..network.pooling import ATTENTION
from .attributions import MAX_STEPS_READ, STEPS_AT_ONCE, compute_attributions, stack_rows
from .trace import LayerTrace, Trace, pool_prefixes, trace_layers

MAX_PREDICTIONS = 128  # prediction steps, equally spaced; fewer if that exceeds MAX_STEPS_READ


def compute_trace(model: FittedModel, data: Sequences, masked: bool = True) -> Trace:
    """Trace a model while it reads one sequence, padded as the recipe says.

    Args:
        model: The model.
        data: One sequence with the model's features.
        masked: False feeds padding, and the steps that a mask value erases, as data.

    Raises:
        DataError: The data has more than one sequence, or every step is erased.
    """
    if len(data) != 1:
        raise DataError("One sequence is traced at a time, and these are {n}.", n=len(data))
    raw, values, real, counts = _pad(model, data)
    if not masked:
        counts = np.ones_like(counts)
    family = get_network(model.recipe)
    layers: tuple[LayerTrace, ...] = ()
    outputs = values
    with family.open_network(model.recipe, model.network) as compute:
        if family.has_states:
            features = np.zeros((len(values), compute.features), np.float32)
            features[counts] = compute.derive(*stack_rows(values[counts][:, None])).numpy()[:, 0]
            weights = model.network.get_weights()
            layers, outputs = trace_layers(model.recipe, weights, features, counts)
        steps, raw_predictions = _predict_prefixes(model, compute, layers, outputs, values, counts)
        predictions = raw_predictions
        if model.classes is None:
            predictions = model.preprocessing.decode(raw_predictions)
        attributions, attribution_error = compute_attributions(model, compute, values, counts)
    return Trace(
        masked=masked and model.recipe.mask != "none",
        feature_names=model.preprocessing.inputs.names,
        inputs=raw,
        real=real,
        counts=counts,
        layers=layers,
        classes=model.classes,
        prediction_steps=steps,
        predictions=predictions,
        explained_class=None if model.classes is None else int(np.argmax(predictions[-1])),
        attributions=attributions,
        attribution_error=attribution_error,
    )


def _pad(
    model: FittedModel, data: Sequences
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return raw and scaled values, (steps, features), and real and counting steps, (steps,)."""
    fitted, recipe = model.preprocessing, model.recipe
    inputs = fitted.inputs.encode(data)
    length = int(data.lengths[0])
    # Without maxlen nothing is truncated, and the longest training sequence shows usual padding.
    width = fitted.width if recipe.mask == "none" else recipe.maxlen or max(fitted.width, length)
    padded = pad(
        truncate(inputs, width, recipe.truncating), width, recipe.padding, value=recipe.value
    )
    raw, real = padded.values[0], padded.mask[0]
    values = fitted.scale(raw)
    counts = real.copy()
    if recipe.mask == "none":
        counts[:] = True
    elif recipe.mask == "value":
        cut = truncate(data, width, recipe.truncating)
        counts[real] = ~erased_steps(cut, recipe.mask_value)
        if not counts.any():
            raise DataError(
                "Every step of this sequence equals the mask value {mask_value}, so that nothing "
                "of it counts.",
                mask_value=recipe.mask_value,
            )
    return raw, values, real, counts


def _predict_prefixes(
    model: FittedModel,
    compute: NetworkFunction,
    layers: tuple[LayerTrace, ...],
    last_outputs: np.ndarray,
    values: np.ndarray,
    counts: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return p steps and the network's output if the sequence ends there, (p, outputs).

    The output is NaN before the first step that counts.
    """
    # Where later steps change what earlier ones mean, each prefix is read separately. A prefix may
    # end within a patch.
    is_causal = (
        bool(layers)
        and not any(layer.backward for layer in layers)
        and model.recipe.normalization == "data_set"
        and model.recipe.steps_per_patch == 1
    )
    max_steps = MAX_PREDICTIONS
    if not is_causal:
        max_steps = min(MAX_PREDICTIONS, max(MAX_STEPS_READ // len(values), 16))
    steps = np.unique(np.linspace(0, len(values) - 1, min(len(values), max_steps)).astype(int))
    lengths = np.cumsum(counts)[steps]
    has_input = lengths > 0
    if is_causal:
        body, pools, attention = get_body(model.network), model.recipe.pools, None
        if "attention" in pools:
            [attention] = body.get_layer(ATTENTION).get_weights()
        pooled = pool_prefixes(pools, last_outputs, counts, attention)
        outputs = pooled[steps[has_input]]
        for layer in list_dense(body):
            outputs = layer(outputs)
    else:
        unique, place = np.unique(lengths[has_input], return_inverse=True)
        outputs = _read_prefixes(compute, values[counts], unique)[place]
    predictions = np.full((len(steps), outputs.shape[1]), np.nan, np.float32)
    predictions[has_input] = outputs
    return steps, predictions


def _read_prefixes(compute: NetworkFunction, x: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return the network's outputs for the first ``lengths`` (n,) steps of x, (n, outputs)."""
    at_once = max(1, STEPS_AT_ONCE // len(x))
    parts = []
    for part in np.split(lengths, range(at_once, len(lengths), at_once)):
        rows = np.repeat(x[: part[-1], None], len(part), axis=1)  # (steps, n, features)
        outputs = compute(tf.constant(rows), tf.constant(part, tf.int64)).numpy()
        if outputs.ndim == 3:  # (steps, n, outputs)
            outputs = outputs[part - 1, np.arange(len(part))]
        parts.append(outputs)
    return np.concatenate(parts)
