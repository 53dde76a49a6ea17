"""ONNX nodes that join consecutive steps. Needs the package ``onnx``."""

from __future__ import annotations

import numpy as np

from ..onnx_graph import OnnxGraph

INT32 = 6  # ONNX's number of the type


def add_patches(graph: OnnxGraph, x: str, lengths: str, patch_size: int) -> tuple[str, str]:
    """Join the steps of each row, as ``core.network.patches.make_patches`` does.

    Args:
        graph: Receives the nodes.
        x: Name of the steps, (batch, steps, inputs), with any padding behind the real ones.
        lengths: Name of the real steps, (batch,) int32.
        patch_size: Steps per patch.

    Returns:
        Names of the patches, (batch, patches, patch_size · inputs), and of the patches per row,
        (batch,) int32.
    """

    def add(kind: str, *inputs: str, **attributes: object) -> str:
        return graph.add_node(kind, list(inputs), **attributes)

    def integer(value: int | list[int], dtype: type = np.int64) -> str:
        return graph.add_constant(value, dtype)

    shape = add("Shape", x)
    steps, inputs = (add("Gather", shape, integer([axis])) for axis in (1, 2))  # each (1,)
    position = add("Range", integer(0), add("Squeeze", steps), integer(1))
    real = add("Less", add("Cast", position, to=INT32), add("Unsqueeze", lengths, integer([1])))
    x = add("Where", add("Unsqueeze", real, integer([2])), x, graph.add_constant(0))
    patches = add("Div", add("Add", steps, integer([patch_size - 1])), integer([patch_size]))
    x = add("Pad", x, integer([0, 0, 0, 0, patch_size - 1, 0]))
    end = add("Mul", patches, integer([patch_size]))
    x = add("Slice", x, integer([0]), end, integer([1]))  # whole patches
    width = add("Mul", inputs, integer([patch_size]))
    x = add("Reshape", x, add("Concat", integer([0, -1]), width, axis=0))
    more = add("Add", lengths, integer(patch_size - 1, np.int32))
    return x, add("Div", more, integer(patch_size, np.int32))
