"""The networks of the convolution family. Needs TensorFlow."""

from __future__ import annotations

from ..recurrent.network import RecurrentFamilyNetwork
from .onnx import add_layers
from .training_script import render_training_script


class ConvolutionFamilyNetwork(RecurrentFamilyNetwork):
    """Networks that begin with convolutional layers, which run on the compiled engine."""

    has_states = False  # a state after a convolution belongs to no single step of the input
    add_onnx_layers = staticmethod(add_layers)
    render_training_script = staticmethod(render_training_script)


NETWORK = ConvolutionFamilyNetwork()
