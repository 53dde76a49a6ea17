"""The networks of the recurrent family. Needs TensorFlow."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras
import numpy as np

from ...data.padded import step_indices
from ...engine.chunking import CallPacer, ShareCallback
from ...engine.compiled import RaggedTensors, borrow_engine
from ...engine.spec import EngineSpec, count_groups
from ...network.keras_network import build_network
from ...preprocessing.transform import Prepared
from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import Recipe
from ..network import FamilyNetwork, NetworkFunction
from .fit import fit_network
from .onnx import add_layers
from .training_script import render_training_script


class RecurrentFamilyNetwork(FamilyNetwork):
    """Networks of recurrent layers, which run on the compiled engine."""

    def build(self, recipe: Recipe, shape: NetworkShape) -> keras.Model:
        return build_network(recipe, shape.inputs, shape.outputs)

    has_states = True
    fit = staticmethod(fit_network)
    add_onnx_layers = staticmethod(add_layers)
    render_training_script = staticmethod(render_training_script)

    @contextlib.contextmanager
    def open_network(self, recipe: Recipe, network: keras.Model) -> Iterator[NetworkFunction]:
        inputs, outputs = network.inputs[0].shape[-1], network.outputs[0].shape[-1]
        spec = EngineSpec.from_recipe(recipe, inputs, outputs, count_groups())
        with borrow_engine(spec) as compiled:
            compiled.set_weights(network.get_weights())
            yield compiled.compute_outputs

    def compute_outputs(
        self,
        recipe: Recipe,
        network: keras.Model,
        prepared: Prepared,
        on_progress: ShareCallback | None = None,
    ) -> np.ndarray:
        sequences = prepared.sequences
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


NETWORK = RecurrentFamilyNetwork()
