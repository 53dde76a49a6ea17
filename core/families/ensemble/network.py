"""Ensembles as networks. Needs TensorFlow.

The Keras model holds the networks of the members side by side, as submodels ``member_1``,
``member_2``, …, and the mean of their outputs: of probabilities, or of scaled values. Every member
reads the same values and the same mask, so padding influences the mean as little as each of them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial

import keras
import numpy as np
import tensorflow as tf

from ...engine.chunking import ShareCallback
from ...preprocessing.transform import Prepared
from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import Recipe
from ..network import FamilyNetwork, NetworkFunction
from ..onnx_graph import OnnxGraph
from ..registry import get_network
from ..templates import load_template
from .fit import fit_network, restore_network
from .keras_network import join_networks, list_networks


class EnsembleNetwork(FamilyNetwork):
    """Networks whose outputs are the mean of those of their members."""

    def build(self, recipe: Recipe, shape: NetworkShape) -> keras.Model:
        members = recipe.list_members()
        return join_networks([get_network(member).build(member, shape) for member in members])

    fit = staticmethod(fit_network)
    restore = staticmethod(restore_network)

    def render_training_script(self, recipe: Recipe, shape: NetworkShape) -> str:
        return load_template(__package__, "train.py.jinja").render(recipe=recipe)

    @contextlib.contextmanager
    def open_network(self, recipe: Recipe, network: keras.Model) -> Iterator[NetworkFunction]:
        with contextlib.ExitStack() as stack:
            functions = [
                stack.enter_context(get_network(member).open_network(member, part))
                for member, part in _pair(recipe, network)
            ]

            widths = [each.features for each in functions]

            def derive(x: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
                return tf.concat([each.derive(x, lengths) for each in functions], axis=-1)

            def compute(x: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
                features = tf.split(x, widths, axis=-1)
                parts = zip(functions, features, strict=True)
                return tf.add_n([each.compute(part, lengths) for each, part in parts]) / len(widths)

            yield NetworkFunction(sum(widths), derive, compute)

    def compute_outputs(
        self,
        recipe: Recipe,
        network: keras.Model,
        prepared: Prepared,
        on_progress: ShareCallback | None = None,
    ) -> np.ndarray:
        pairs = _pair(recipe, network)
        outputs: list[np.ndarray] = []
        for member, part in pairs:
            share, done = None, len(outputs) / len(pairs)
            if on_progress is not None:
                share = partial(_report_share, on_progress, done, len(pairs))
            outputs.append(get_network(member).compute_outputs(member, part, prepared, share))
        mean: np.ndarray = np.mean(outputs, axis=0)
        return mean

    def add_onnx_layers(
        self,
        graph: OnnxGraph,
        recipe: Recipe,
        shape: NetworkShape,
        network: keras.Model,
        x: str,
    ) -> str:
        outputs = [
            get_network(member).add_onnx_layers(graph, member, shape, part, x)
            for member, part in _pair(recipe, network)
        ]
        if recipe.task == "classification":
            outputs = [graph.add_node("Softmax", [each], axis=-1) for each in outputs]
        mean = graph.add_node("Mean", outputs)
        # The softmax that follows turns logarithms of probabilities back into them.
        return graph.add_node("Log", [mean]) if recipe.task == "classification" else mean


def _pair(recipe: Recipe, network: keras.Model) -> list[tuple[Recipe, keras.Model]]:
    """Pair the recipes of the members with their networks."""
    return list(zip(recipe.list_members(), list_networks(network), strict=True))


def _report_share(on_progress: ShareCallback, done: float, members: int, share: float) -> None:
    """Report the finished share of all members; ``done`` is the share finished before."""
    on_progress(done + share / members)


NETWORK = EnsembleNetwork()
