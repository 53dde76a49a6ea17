"""The family of convolutional networks: their size and their cost. Does not need TensorFlow."""

from __future__ import annotations

from ...layers.convolution.declaration import Convolutional
from ...layers.layer import Layer
from ..recurrent.declaration import CORE_FLOPS, TRAINING_FLOPS, RecurrentFamily


class ConvolutionFamily(RecurrentFamily):
    """Convolutional layers, recurrent layers if there are any, pooling, dense layers."""

    fields = RecurrentFamily.fields - {"patch_size"}

    def _estimate_layer(self, layer: Layer, inputs: int, computed: float, steps: float) -> float:
        if not isinstance(layer, Convolutional):
            return super()._estimate_layer(layer, inputs, computed, steps)
        return computed * TRAINING_FLOPS * layer.measure(inputs).products / CORE_FLOPS


FAMILY = ConvolutionFamily()
