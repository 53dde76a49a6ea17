"""The Keras model of a recipe whose layers read derived features. Needs TensorFlow.

    features  from values and mask to the derived features and their mask: real steps in front
    body      the layers of the recipe, which read the features as another network reads its inputs

A network that reads its inputs as they are is the body alone.
"""

from __future__ import annotations

import keras
import numpy as np

from ...data.padded import step_indices
from ...data.padding import pad
from ...data.sequences import Sequences, default_names
from ...network.compaction import compact, restore
from ...network.derived_features import derive_features
from ...network.keras_network import build_network
from ...network.precision import use_float32
from ...recipe.derived_features import DerivedFeatures
from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import Recipe

FEATURES, BODY = "features", "body"
# Of a padded array of features that are derived at once. Half a million steps of 40 features took
# 1.2 s and 150 MB besides the result; with 4 million cells as long, and 440 MB.
MAX_CELLS = 1_000_000


@use_float32()
def build_with_features(recipe: Recipe, shape: NetworkShape) -> keras.Model:
    """Build the whole network of a recipe; see ``FamilyNetwork.build``."""
    features = DerivedFeatures.from_recipe(recipe, shape)
    body = build_network(recipe, len(features.origins), shape.outputs)
    if features.are_inputs:
        return body
    values = keras.Input((None, shape.inputs), dtype="float32", name="values")
    mask = keras.Input((None,), dtype="bool", name="mask")
    x, real = compact(values, mask)
    derived = keras.Model([values, mask], [derive_features(features, x, real), real], name=FEATURES)
    output = keras.Model(body.inputs, body.outputs[0], name=BODY)(derived([values, mask]))
    if recipe.return_sequences:
        output = restore(output, mask)
    return keras.Model([values, mask], output, name=body.name)


def get_features(network: keras.Model) -> keras.Model | None:
    """Return the model that derives the features of a network; None if it reads its inputs."""
    named = {layer.name: layer for layer in network.layers}
    return named.get(FEATURES)


def get_body(network: keras.Model) -> keras.Model:
    """Return the part of a network that holds the recipe's layers, and all weights."""
    return network if get_features(network) is None else network.get_layer(BODY)


def compute_features(network: keras.Model, sequences: Sequences) -> Sequences:
    """Return the sequences with the features that the network's body reads.

    Args:
        network: As ``build_with_features`` returned it.
        sequences: Prepared sequences.
    """
    features = get_features(network)
    if features is None or len(sequences) == 0:
        return sequences
    n_features = features.outputs[0].shape[-1]
    derived = np.empty((len(sequences.values), n_features), np.float32)
    order = np.argsort(sequences.lengths, kind="stable")
    widths = sequences.lengths[order]
    first = 0
    while first < len(order):
        cells = np.arange(1, len(order) - first + 1) * widths[first:] * n_features
        last = first + max(1, int(np.searchsorted(cells, MAX_CELLS, side="right")))
        rows = order[first:last]
        padded = pad(sequences[rows], padding="post")
        outputs = features([padded.values, padded.mask])[0].numpy()
        places = step_indices(sequences.offsets[:-1][rows], sequences.lengths[rows])
        derived[places] = outputs[padded.mask]
        first = last
    return sequences.with_numbers(derived, default_names(n_features))
