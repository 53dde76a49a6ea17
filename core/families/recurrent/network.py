"""The networks of the recurrent family. Needs TensorFlow."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from ...data.padded import step_indices
from ...engine.chunking import CallPacer, ShareCallback
from ...engine.compiled import RaggedTensors, borrow_engine
from ...engine.spec import EngineSpec, count_groups
from ...preprocessing.transform import Prepared
from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import Recipe
from ..network import FamilyNetwork, NetworkFunction, StepFunction, read_inputs
from .fit import fit_network
from .keras_network import build_with_features, compute_features, get_body, get_features
from .onnx import add_layers
from .training_script import render_training_script


class RecurrentFamilyNetwork(FamilyNetwork):
    """Networks of recurrent layers, which run on the compiled engine."""

    def build(self, recipe: Recipe, shape: NetworkShape) -> keras.Model:
        return build_with_features(recipe, shape)

    has_states = True
    fit = staticmethod(fit_network)
    add_onnx_layers = staticmethod(add_layers)
    render_training_script = staticmethod(render_training_script)

    @contextlib.contextmanager
    def open_network(self, recipe: Recipe, network: keras.Model) -> Iterator[NetworkFunction]:
        body = get_body(network)
        inputs, outputs = body.inputs[0].shape[-1], body.outputs[0].shape[-1]
        spec = EngineSpec.from_recipe(recipe, inputs, outputs, count_groups())
        with borrow_engine(spec) as compiled:
            compiled.set_weights(network.get_weights())
            yield NetworkFunction(inputs, _wrap_features(network), compiled.compute_outputs)

    def compute_outputs(
        self,
        recipe: Recipe,
        network: keras.Model,
        prepared: Prepared,
        on_progress: ShareCallback | None = None,
    ) -> np.ndarray:
        sequences = compute_features(network, prepared.sequences)
        tensors, lengths = RaggedTensors(sequences), sequences.lengths
        inputs, outputs = sequences.features, network.outputs[0].shape[-1]
        per_step = recipe.return_sequences
        n_results = len(sequences.values) if per_step else len(sequences)
        results = np.empty((n_results, outputs), np.float32)
        spec = EngineSpec.from_recipe(recipe, inputs, outputs, count_groups())
        with borrow_engine(spec) as compiled:
            compiled.set_weights(network.get_weights())
            plan = compiled.plan_forward(lengths)
            for first, last in CallPacer().split(plan):
                rows = plan.order[plan.cuts[first, 0] : plan.cuts[last - 1, -1]]
                if per_step:
                    rows = step_indices(sequences.offsets[:-1][rows], lengths[rows])
                results[rows] = compiled.predict_batches(tensors, plan, first, last)
                if on_progress is not None:
                    on_progress(float(plan.cost[:last].sum() / plan.cost.sum()))
        return results


def _wrap_features(network: keras.Model) -> StepFunction:
    """Return the part of ``NetworkFunction`` that derives the features."""
    features = get_features(network)
    if features is None:
        return read_inputs

    def derive(x: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        mask = tf.sequence_mask(lengths, tf.shape(x, lengths.dtype)[0])  # (rows, steps)
        derived, _ = features([tf.transpose(x, [1, 0, 2]), mask])
        return tf.transpose(derived, [1, 0, 2])

    return derive


NETWORK = RecurrentFamilyNetwork()
