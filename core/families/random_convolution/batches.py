"""Random convolutions over many sequences, in batches of similar length. Needs TensorFlow."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from ...data.padding import pad
from ...data.sequences import Sequences
from ...engine.chunking import ShareCallback
from .kernels import VIEWS

Floats = npt.NDArray[np.float32]
# Steps × views of a batch. Larger ones leave the caches of a core, smaller ones pay for the calls.
BATCH_STEPS, MAX_BATCH_ROWS = 8_192, 256


@dataclass(frozen=True)
class _Compiled:
    """The two halves of a network, each traced once: tracing all of it takes more than a second.

    Attributes:
        features: From values and mask to the features before scaling.
        output: From these features to the outputs.
    """

    features: tf.types.experimental.PolymorphicFunction
    output: tf.types.experimental.PolymorphicFunction


_compiled: weakref.WeakKeyDictionary[keras.Model, _Compiled] = weakref.WeakKeyDictionary()


def compute_features(
    network: keras.Model, sequences: Sequences, on_progress: ShareCallback | None = None
) -> Floats:
    """Compute the features before scaling, (n, features) in the order of the sequences.

    Args:
        network: As ``build_parts`` builds it.
        sequences: As the network reads them.
        on_progress: Receives the finished share, 0 to 1, after each batch.
    """
    run, width = _compile(network).features, network.get_layer("scaling").input.shape[-1]
    return _run_in_batches(run, width, sequences, on_progress)


def compute_outputs(
    network: keras.Model, sequences: Sequences, on_progress: ShareCallback | None = None
) -> Floats:
    """Compute the outputs, (n, outputs); arguments as for ``compute_features``."""
    compiled = _compile(network)

    def run(values: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        return compiled.output(compiled.features(values, mask))

    return _run_in_batches(run, network.output_shape[-1], sequences, on_progress)


def plan_batches(lengths: np.ndarray) -> Iterator[npt.NDArray[np.int64]]:
    """Yield rows of similar length, the longest first, a few thousand padded steps at once."""
    order, first = np.argsort(-lengths, kind="stable"), 0
    while first < len(order):
        longest = int(lengths[order[first]])
        rows = int(np.clip(BATCH_STEPS // (VIEWS * longest), 1, MAX_BATCH_ROWS))
        yield order[first : first + rows]
        first += rows


def _run_in_batches(
    run: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    width: int,
    sequences: Sequences,
    on_progress: ShareCallback | None,
) -> Floats:
    results = np.empty((len(sequences), width), np.float32)
    total, done = int(sequences.lengths.sum()), 0
    for rows in plan_batches(sequences.lengths):
        padded = pad(sequences[rows], padding="post")
        results[rows] = run(tf.constant(padded.values), tf.constant(padded.mask)).numpy()
        done += int(sequences.lengths[rows].sum())
        if on_progress is not None:
            on_progress(done / total)
    return results


def _compile(network: keras.Model) -> _Compiled:
    if network not in _compiled:
        features = network.get_layer("scaling").input
        _compiled[network] = _Compiled(
            _trace(keras.Model(network.inputs, features)),
            _trace(keras.Model([features], network.output)),
        )
    return _compiled[network]


def _trace(model: keras.Model) -> tf.types.experimental.PolymorphicFunction:
    def run(*inputs: tf.Tensor) -> tf.Tensor:
        return model(list(inputs), training=False)

    signature = [tf.TensorSpec(each.shape, each.dtype) for each in model.inputs]
    return tf.function(run, input_signature=signature, autograph=False)
