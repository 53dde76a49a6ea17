"""Export of a trained model as an ONNX graph, for use without TensorFlow.

Needs the package ``onnx``, and ``onnxruntime`` for the verification.

The LSTM and GRU of ONNX take the length of each sequence and stop there in both directions, so no
mask is needed and the padding after a sequence never counts.

    values   (batch, steps, inputs) float32 in raw units, NaN for a missing value, padded after
             the last step with any value; a word is written as one input per word of its vocabulary
    lengths  (batch,) int32, steps per sequence
    answers  (batch, outputs), or (batch, steps, outputs) for per-step targets: predictions in the
             target's unit, or class probabilities

The caller applies what the recipe does to steps before the network sees them (maxlen, steps erased
by a mask value, padding that counts); the file's ``doc_string`` describes it.
"""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np

from ..data.sequences import Sequences
from ..errors import DataError
from ..fitted import FittedModel
from ..layers.recurrent.network import RecurrentNetwork
from ..layers.registry import get_network
from ..preprocessing.input_encoder import UNKNOWN
from ..preprocessing.transform import Preprocessing
from ..recipe.recipe import MIN_STATE

OPSET, IR_VERSION = 17, 8  # of 2022, supported by every runtime in use
TOLERANCE = 1e-5


def is_available() -> bool:
    """Return True if the optional packages are installed."""
    return all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime"))


def to_onnx(model: FittedModel) -> bytes:
    """Export the model as the content of an ONNX file, checked by ONNX's own checker."""
    import onnx

    onnx_model = _GraphBuilder(model).build()
    onnx.checker.check_model(onnx_model, full_check=True)
    return onnx_model.SerializeToString()


def measure_difference(content: bytes, model: FittedModel, data: Sequences) -> float:
    """Measure how far the predictions of ONNX Runtime are from the model's.

    Args:
        content: Content of the ONNX file.
        model: The exported model.
        data: Sequences to predict on.

    Returns:
        The largest difference, relative to the prediction where that is above 1. NaN if ONNX
        Runtime returns NaN.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    known = model.preprocessing.prepare(data)
    outputs = model.compute_outputs(known)
    ours = outputs if model.classes is not None else model.preprocessing.decode(outputs)[:, None]
    where, prepared, largest = known.source, known.sequences, 0.0
    inputs = np.empty((len(data.values), prepared.features), np.float32)
    inputs[known.masked.kept] = model.preprocessing.inputs.expand(known.masked.real)
    for row in range(len(data)):
        steps = where[prepared.offsets[row] : prepared.offsets[row + 1]]
        values = np.where(
            steps[:, None] >= 0, inputs[steps], np.float32(model.recipe.value)
        ).astype(np.float32)
        padded = np.pad(values, ((0, row % 3), (0, 0)), constant_values=1e9)[None]
        feeds = {"values": padded, "lengths": np.int32([len(values)])}
        actual = session.run(None, feeds)[0][0]
        expected = ours[row]
        if model.recipe.return_sequences:
            actual = actual[: len(values)][steps >= 0]
            expected = ours[steps[steps >= 0]]
        differences = np.abs(actual - expected) / np.maximum(np.abs(expected), 1)
        largest = np.maximum(largest, differences.max())  # propagates NaN
    return float(largest)


def to_verified_onnx(model: FittedModel, data: Sequences) -> bytes:
    """Export the model and verify the file on some data.

    Args:
        model: The model to export.
        data: Sequences to predict on.

    Returns:
        Content of the ONNX file.

    Raises:
        DataError: The predictions of ONNX Runtime differ from the model's.
    """
    content = to_onnx(model)
    difference = measure_difference(content, model, data)
    if not difference <= TOLERANCE:  # also refuses NaN
        raise DataError(
            "ONNX Runtime answers otherwise than this app, by up to {difference:.2g}, so the file "
            "is not offered.",
            difference=difference,
        )
    return content


class _GraphBuilder:
    """Builder that collects the nodes and constants of the graph."""

    def __init__(self, model: FittedModel) -> None:
        self.network, self.recipe, self.fitted = model, model.recipe, model.preprocessing
        self.nodes: list[Any] = []
        self.constants: dict[str, np.ndarray] = {}
        self.weights = iter(model.network.get_weights())  # in the order of Keras's layers

    def build(self) -> Any:
        """Build the ONNX model."""
        from onnx import TensorProto, helper, numpy_helper

        x = self._add_pooling(*self._add_recurrent(self._add_scaling()))
        x = self._add_output(self._add_dense(x))
        self._add_node("Identity", [x], "answers")
        classes, features = self.fitted.classes, len(self.fitted.inputs.names)
        outputs = 1 if classes is None else len(classes)
        steps = ["steps"] if self.recipe.return_sequences else []
        float32, int32 = TensorProto.FLOAT, TensorProto.INT32
        graph = helper.make_graph(
            self.nodes,
            "unpadded",
            [
                helper.make_tensor_value_info("values", float32, ["batch", "steps", features]),
                helper.make_tensor_value_info("lengths", int32, ["batch"]),
            ],
            [helper.make_tensor_value_info("answers", float32, ["batch", *steps, outputs])],
            [numpy_helper.from_array(array, name) for name, array in self.constants.items()],
            doc_string=describe_inputs(self.fitted),
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
        )
        metadata = {"features": "\n".join(self.fitted.inputs.names)}
        if classes is not None:
            metadata["classes"] = "\n".join(map(str, classes))
        helper.set_model_props(model, metadata)
        return model

    def _add_node(self, kind: str, inputs: list[str], *outputs: str, **attributes: Any) -> str:
        """Add a node and return the name of its first output."""
        from onnx import helper

        names = list(outputs) or [f"{kind.lower()}_{len(self.nodes)}"]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0]

    def _add_constant(self, array: Any, dtype: type = np.float32) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants[name] = np.asarray(array, dtype)
        return name

    def _add_scaling(self) -> str:
        """Fill missing values and scale: (steps, batch, features)."""
        is_missing = self._add_node("IsNaN", ["values"])
        x = self._add_node(
            "Where", [is_missing, self._add_constant(self.fitted.inputs.fill), "values"]
        )
        x = self._add_node("Sub", [x, self._add_constant(self.fitted.mean)])
        x = self._add_node("Div", [x, self._add_constant(self.fitted.std)])
        return self._add_node("Transpose", [x], perm=[1, 0, 2])

    def _add_recurrent(self, x: str) -> tuple[str, str]:
        """Return the last layer's states, (steps, batch, units), and final ones, (batch, units)."""
        last = ""
        for layer in self.recipe.layers:
            network = get_network(layer)
            parts = [self._read_gates(network, layer.units) for _ in range(layer.directions)]
            inputs = [self._add_constant(np.stack(each)) for each in zip(*parts, strict=True)]
            number = len(self.nodes)
            states, final = f"states_{number}", f"end_{number}"
            self._add_node(
                network.onnx_operator,
                [x, *inputs, "lengths"],
                states,  # (steps, directions, batch, units)
                final,  # (directions, batch, units)
                hidden_size=layer.units,
                direction="bidirectional" if layer.bidirectional else "forward",
                **network.onnx_attributes,
            )
            width = self._add_constant([0, 0, layer.outputs], np.int64)
            x = self._add_node("Transpose", [states], perm=[0, 2, 1, 3])
            x = self._add_node("Reshape", [x, width])  # (steps, batch, directions · units)
            last = self._add_node("Transpose", [final], perm=[1, 0, 2])
            last = self._add_node(
                "Reshape", [last, self._add_constant([0, layer.outputs], np.int64)]
            )
        return x, last

    def _read_gates(
        self, network: RecurrentNetwork, units: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Read one direction's weights, with the gates in ONNX's order.

        Returns (gates · units, inputs), (gates · units, units) and the two concatenated biases.
        """
        kernel, recurrent, bias = (next(self.weights) for _ in range(3))

        def reorder(array: np.ndarray) -> np.ndarray:  # (…, gates · units)
            gates = array.reshape(*array.shape[:-1], len(network.onnx_gates), units)
            return gates[..., network.onnx_gates, :].reshape(array.shape)

        both = network.arrange_onnx_bias(bias, reorder)
        return reorder(kernel).T, reorder(recurrent).T, both.reshape(-1)

    def _add_pooling(self, states: str, last: str) -> str:
        """Return (batch, units), or (batch, steps, units) for per-step targets."""
        x = self._add_node("Transpose", [states], perm=[1, 0, 2])
        if self.recipe.return_sequences:
            return x
        if self.recipe.pooling == "last":
            return last
        index = self._add_constant(1, np.int64)
        steps = self._add_node("Gather", [self._add_node("Shape", [x]), index])
        zero, one = (self._add_constant(each, np.int64) for each in (0, 1))
        step = self._add_node("Range", [zero, steps, one])
        step = self._add_node("Cast", [step], to=6)  # int32
        axis = self._add_constant([1], np.int64)
        real = self._add_node("Less", [step, self._add_node("Unsqueeze", ["lengths", axis])])
        real = self._add_node("Unsqueeze", [real, self._add_constant([2], np.int64)])
        if self.recipe.pooling == "max":
            x = self._add_node("Where", [real, x, self._add_constant(MIN_STATE)])
            return self._add_node("ReduceMax", [x], axes=[1], keepdims=0)
        x = self._add_node("Where", [real, x, self._add_constant(0)])
        sums = self._add_node("ReduceSum", [x, axis], keepdims=0)
        lengths = self._add_node("Cast", ["lengths"], to=1)  # float32
        return self._add_node("Div", [sums, self._add_node("Unsqueeze", [lengths, axis])])

    def _add_dense(self, x: str) -> str:
        for number in range(len(self.recipe.dense) + 1):
            kernel, bias = next(self.weights), next(self.weights)
            x = self._add_node("MatMul", [x, self._add_constant(kernel)])
            x = self._add_node("Add", [x, self._add_constant(bias)])
            if number < len(self.recipe.dense):
                x = self._add_node("Relu", [x])
        return x

    def _add_output(self, x: str) -> str:
        """Convert outputs to probabilities, or to the target's unit."""
        if self.fitted.classes is not None:
            return self._add_node("Softmax", [x], axis=-1)
        x = self._add_node("Mul", [x, self._add_constant(self.fitted.target_std)])
        return self._add_node("Add", [x, self._add_constant(self.fitted.target_mean)])


def describe_inputs(fitted: Preprocessing) -> str:
    """Describe how to prepare a sequence for the inputs ``values`` and ``lengths``."""
    recipe, width = fitted.recipe, fitted.width
    sentences = ["values: as measured, NaN where missing. lengths: steps of each sequence."]
    if fitted.inputs.vocabularies:
        sentences.append(
            f"A word is 1 in the input of its name and 0 in the others; one that has none is 1 in "
            f"the input {UNKNOWN!r}."
        )
    if fitted.inputs.indicated:
        sentences.append("An input called missing is 1 where the feature's value is, else 0.")
    if fitted.inputs.missing == "forward":
        sentences.append("Replace NaN by the last known value of the feature, if there is one.")
    side = {"pre": "first", "post": "last"}[recipe.truncating]
    max_steps = width if recipe.mask == "none" else recipe.maxlen
    if max_steps is not None:
        sentences.append(f"Of more than {max_steps} steps leave the {side} ones out.")
    if recipe.mask == "value":
        sentences.append(f"Leave out steps whose features all equal {recipe.mask_value:g}.")
    if recipe.mask == "none":
        where = {"pre": "in front", "post": "behind"}[recipe.padding]
        sentences.append(f"Pad {where} with {recipe.value:g} to {width} steps, which all count.")
    return " ".join(sentences)
