"""Patches: consecutive steps as one, of stock Keras layers and operations. Needs TensorFlow."""

from __future__ import annotations

import keras
from keras import KerasTensor, ops


def make_patches(
    x: KerasTensor, real: KerasTensor, patch_size: int
) -> tuple[KerasTensor, KerasTensor]:
    """Join the steps of compacted sequences, from the first one on.

    Args:
        x: (batch, steps, inputs), as ``core.network.compaction.compact`` returns it: 0 behind the
            real steps, so that the last patch of a sequence is filled with 0.
        real: (batch, steps) bool, True at the real steps, which come first.
        patch_size: Steps per patch.

    Returns:
        The patches (batch, ceil(steps / patch_size), patch_size · inputs), with the inputs of the
        first step first, and the mask of the patches that have a real step.
    """
    inputs = x.shape[-1]
    x = keras.layers.ZeroPadding1D((0, patch_size - 1))(x)  # the last patch is whole
    x = ops.extract_sequences(ops.transpose(x, (0, 2, 1)), patch_size, patch_size)
    x = ops.transpose(x, (0, 2, 3, 1))  # (batch, patches, patch_size, inputs)
    return keras.layers.Reshape((-1, patch_size * inputs))(x), real[:, ::patch_size]
