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
from typing import TYPE_CHECKING

import numpy as np

from ..data.sequences import Sequences
from ..errors import DataError
from ..families.onnx_graph import OnnxGraph
from ..families.registry import get_network
from ..fitted import FittedModel
from ..preprocessing.input_encoder import UNKNOWN
from ..preprocessing.transform import Preprocessing

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET, IR_VERSION = 17, 8  # of 2022, supported by every runtime in use
TOLERANCE = 1e-5


def is_available() -> bool:
    """Return True if the optional packages are installed."""
    return all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime"))


def to_onnx(model: FittedModel) -> bytes:
    """Export the model as the content of an ONNX file, checked by ONNX's own checker."""
    import onnx

    onnx_model = _build_model(model)
    onnx.checker.check_model(onnx_model, full_check=True)
    content: bytes = onnx_model.SerializeToString()
    return content


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
        feeds = {"values": padded, "lengths": np.array([len(values)], np.int32)}
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
            "The ONNX export differs from this model by up to {difference:.2g} and was withheld.",
            difference=difference,
        )
    return content


def _build_model(model: FittedModel) -> ModelProto:
    """Build the ONNX model: scaling, the layers of the family, and the output in its unit."""
    from onnx import TensorProto, helper, numpy_helper

    graph, fitted, recipe = OnnxGraph(), model.preprocessing, model.recipe
    x = _add_scaling(graph, fitted)
    x = get_network(recipe).add_onnx_layers(graph, recipe, fitted.shape, model.network, x)
    graph.add_node("Identity", [_add_output(graph, fitted, x)], "answers")
    steps = ["steps"] if recipe.return_sequences else []
    float32, int32 = TensorProto.FLOAT, TensorProto.INT32
    input_shape: list[str | int] = ["batch", "steps", fitted.n_inputs]
    output_shape: list[str | int] = ["batch", *steps, fitted.n_outputs]
    onnx_graph = helper.make_graph(
        graph.nodes,
        "unpadded",
        [
            helper.make_tensor_value_info("values", float32, input_shape),
            helper.make_tensor_value_info("lengths", int32, ["batch"]),
        ],
        [helper.make_tensor_value_info("answers", float32, output_shape)],
        [numpy_helper.from_array(array, name) for name, array in graph.constants.items()],
        doc_string=describe_inputs(fitted),
    )
    onnx_model = helper.make_model(
        onnx_graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    metadata = {"features": "\n".join(fitted.inputs.names)}
    if fitted.classes is not None:
        metadata["classes"] = "\n".join(map(str, fitted.classes))
    helper.set_model_props(onnx_model, metadata)
    return onnx_model


def _add_scaling(graph: OnnxGraph, fitted: Preprocessing) -> str:
    """Fill missing values and scale: (batch, steps, inputs)."""
    is_missing = graph.add_node("IsNaN", ["values"])
    x = graph.add_node("Where", [is_missing, graph.add_constant(fitted.inputs.fill), "values"])
    x = graph.add_node("Sub", [x, graph.add_constant(fitted.mean)])
    return graph.add_node("Div", [x, graph.add_constant(fitted.std)])


def _add_output(graph: OnnxGraph, fitted: Preprocessing, x: str) -> str:
    """Convert outputs to probabilities, or to the target's unit."""
    if fitted.classes is not None:
        return graph.add_node("Softmax", [x], axis=-1)
    x = graph.add_node("Mul", [x, graph.add_constant(fitted.target_std)])
    return graph.add_node("Add", [x, graph.add_constant(fitted.target_mean)])


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
