"""The Keras model of an ensemble: submodels and the mean of their outputs. Needs TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from ...network.precision import use_float32


@use_float32()
def join_networks(networks: Sequence[keras.Model]) -> keras.Model:
    """Join networks to one whose output is the mean of theirs.

    Args:
        networks: At least one, all with the same inputs and outputs; see ``FamilyNetwork.build``.

    Returns:
        A network that shares their weights.
    """
    first = networks[0]
    inputs = [
        keras.Input(each.shape[1:], dtype=each.dtype, name=each.name) for each in first.inputs
    ]
    outputs = [
        keras.Model(network.inputs, network.outputs[0], name=f"member_{number}")(inputs)
        for number, network in enumerate(networks, start=1)
    ]
    # An ensemble that was stopped early may have one member, and Keras averages at least two.
    mean = keras.layers.Average(name="mean")(outputs) if len(outputs) > 1 else outputs[0]
    return keras.Model(inputs, mean, name="unpadded")


def list_networks(network: keras.Model) -> list[keras.Model]:
    """List the networks of the members of what ``join_networks`` returned, in their order."""
    members = [layer for layer in network.layers if layer.name.startswith("member_")]
    return sorted(members, key=lambda member: int(member.name.removeprefix("member_")))
