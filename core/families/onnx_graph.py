"""Collection of the nodes and constants of an ONNX graph. Needs the package ``onnx``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from onnx import NodeProto


class OnnxGraph:
    """Nodes and constants of a graph.

    Attributes:
        nodes: The nodes so far.
        constants: The constants by name.
    """

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, np.ndarray] = {}

    def add_node(self, kind: str, inputs: list[str], *outputs: str, **attributes: Any) -> str:
        """Add a node and return the name of its first output."""
        from onnx import helper

        names = list(outputs) or [f"{kind.lower()}_{len(self.nodes)}"]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0]

    def add_constant(self, array: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> str:
        """Add a constant and return its name."""
        name = f"constant_{len(self.constants)}"
        self.constants[name] = np.asarray(array, dtype)
        return name
