"""A trained model as an ONNX graph, for everywhere TensorFlow is not. Needs the package ``onnx``,
and ``onnxruntime`` to be checked.

ONNX's own LSTM and GRU take the length of each sequence and stop there, forwards and backwards, so
that no mask is needed and what stands behind a sequence never counts.

    values   (batch, steps, features) float32 as they were measured, padded behind with anything;
             NaN for a missing value
    lengths  (batch,) int32, steps of each sequence
    answers  (batch, outputs), or (batch, steps, outputs) of a network that answers at every step:
             numbers in the target's unit, or the probability of each class

What the recipe does to steps before the network sees them is the caller's to do, and said in the
file's ``doc_string``: maxlen, steps that a mask value erases, padding that counts.
"""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np

from ..data.sequences import Sequences
from ..errors import DataError
from ..fitted import FittedModel
from ..recipe.layers import GRU
from ..recipe.recipe import MIN_STATE, Recipe

OPSET, IR_VERSION = 17, 8  # of 2022: read by everything that is in use
TOLERANCE = 1e-5
GATES = {"LSTM": (0, 3, 1, 2), "GRU": (0, 1, 2)}  # ONNX has i, o, f, c, Keras i, f, c, o


def available() -> bool:
    """Are the packages there?"""
    return all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime"))


def to_onnx(model: FittedModel) -> bytes:
    """The file's content, checked by ONNX's own checker."""
    import onnx

    made = _Graph(model).model()
    onnx.checker.check_model(made, full_check=True)
    return made.SerializeToString()


def difference(content: bytes, model: FittedModel, data: Sequences) -> float:
    """The largest difference between ONNX Runtime's answers and ours to these sequences, in
    comparison with the answers' own size where that is above 1."""
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    ours = model.predict_proba(data) if model.classes is not None else model.predict(data)[:, None]
    where, largest = model.preprocessing.where(data), 0.0
    prepared = model.preprocessing.prepare(data)
    for row in range(len(data)):
        steps = where[prepared.offsets[row] : prepared.offsets[row + 1]]
        values = np.where(
            steps[:, None] >= 0, data.values[steps], np.float32(model.recipe.value)
        ).astype(np.float32)
        padded = np.pad(values, ((0, row % 3), (0, 0)), constant_values=1e9)[None]
        answers = session.run(None, {"values": padded, "lengths": np.int32([len(values)])})[0][0]
        expected = ours[row]
        if model.recipe.return_sequences:
            answers = answers[: len(values)][steps >= 0]
            expected = ours[steps[steps >= 0]]
        apart = np.abs(answers - expected) / np.maximum(np.abs(expected), 1)
        largest = np.maximum(largest, apart.max())  # NaN, if one is
    return float(largest)


def checked(model: FittedModel, data: Sequences) -> bytes:
    """As ``to_onnx``; raises DataError unless ONNX Runtime answers as we do about this data."""
    content = to_onnx(model)
    found = difference(content, model, data)
    if not found <= TOLERANCE:  # nor is NaN
        raise DataError(
            "ONNX Runtime answers otherwise than this app, by up to {difference:.2g}, so the file "
            "is not offered.",
            difference=found,
        )
    return content


class _Graph:
    """Nodes and weights as they are put together."""

    def __init__(self, model: FittedModel) -> None:
        self.network, self.recipe, self.fitted = model, model.recipe, model.preprocessing
        self.nodes: list[Any] = []
        self.constants: dict[str, np.ndarray] = {}
        self.weights = iter(model.network.get_weights())  # in the order of Keras's layers

    def model(self) -> Any:
        from onnx import TensorProto, helper, numpy_helper

        answers = self._scaled_back(self._dense(self._pooled(*self._recurrent(self._scaled()))))
        self._node("Identity", [answers], "answers")
        classes, features = self.fitted.classes, len(self.fitted.feature_names)
        outputs = 1 if classes is None else len(classes)
        steps = ["steps"] if self.recipe.return_sequences else []
        real, whole = TensorProto.FLOAT, TensorProto.INT32
        graph = helper.make_graph(
            self.nodes,
            "unpadded",
            [
                helper.make_tensor_value_info("values", real, ["batch", "steps", features]),
                helper.make_tensor_value_info("lengths", whole, ["batch"]),
            ],
            [helper.make_tensor_value_info("answers", real, ["batch", *steps, outputs])],
            [numpy_helper.from_array(array, name) for name, array in self.constants.items()],
            doc_string=how_to_feed(self.recipe, self.fitted.width),
        )
        made = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
        )
        told = {"features": "\n".join(self.fitted.feature_names)}
        if classes is not None:
            told["classes"] = "\n".join(map(str, classes))
        helper.set_model_props(made, told)
        return made

    def _node(self, kind: str, inputs: list[str], *outputs: str, **attributes: Any) -> str:
        """The name of its first output."""
        from onnx import helper

        named = list(outputs) or [f"{kind.lower()}_{len(self.nodes)}"]
        self.nodes.append(helper.make_node(kind, inputs, named, **attributes))
        return named[0]

    def _constant(self, array: Any, dtype: type = np.float32) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants[name] = np.asarray(array, dtype)
        return name

    def _scaled(self) -> str:
        """(steps, batch, features): what is missing filled, then scaled."""
        lacks = self._node("IsNaN", ["values"])
        x = self._node("Where", [lacks, self._constant(self.fitted.fill), "values"])
        x = self._node("Sub", [x, self._constant(self.fitted.mean)])
        x = self._node("Div", [x, self._constant(self.fitted.std)])
        return self._node("Transpose", [x], perm=[1, 0, 2])

    def _recurrent(self, x: str) -> tuple[str, str]:
        """All states of the last layer, (steps, batch, units), and those at each sequence's end,
        (batch, units)."""
        last = ""
        for layer in self.recipe.layers:
            kind = "GRU" if isinstance(layer, GRU) else "LSTM"
            directions = 1 + layer.bidirectional
            parts = [self._gates(kind, layer.units) for _ in range(directions)]
            inputs = [self._constant(np.stack(each)) for each in zip(*parts, strict=True)]
            number = len(self.nodes)
            every, end = f"states_{number}", f"end_{number}"
            how = {"linear_before_reset": 1} if kind == "GRU" else {}
            self._node(
                kind,
                [x, *inputs, "lengths"],
                every,
                end,
                hidden_size=layer.units,
                direction="bidirectional" if layer.bidirectional else "forward",
                **how,
            )
            width = self._constant([0, 0, directions * layer.units], np.int64)
            x = self._node("Transpose", [every], perm=[0, 2, 1, 3])
            x = self._node("Reshape", [x, width])
            last = self._node("Transpose", [end], perm=[1, 0, 2])
            last = self._node(
                "Reshape", [last, self._constant([0, directions * layer.units], np.int64)]
            )
        return x, last

    def _gates(self, kind: str, units: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One direction's weights: (gates · units, inputs), (gates · units, units) and the two
        biases one after the other."""
        kernel, recurrent, bias = (next(self.weights) for _ in range(3))

        def ordered(array: np.ndarray) -> np.ndarray:  # (…, gates · units), gates ONNX's way
            apart = array.reshape(*array.shape[:-1], len(GATES[kind]), units)
            return apart[..., GATES[kind], :].reshape(array.shape)

        both = ordered(bias) if kind == "GRU" else np.stack([ordered(bias), np.zeros_like(bias)])
        return ordered(kernel).T, ordered(recurrent).T, both.reshape(-1)

    def _pooled(self, states: str, last: str) -> str:
        """(batch, units), or (batch, steps, units) where the network answers at every step."""
        x = self._node("Transpose", [states], perm=[1, 0, 2])
        if self.recipe.return_sequences:
            return x
        if self.recipe.pooling == "last":
            return last
        steps = self._node("Gather", [self._node("Shape", [x]), self._constant(1, np.int64)])
        zero, one = (self._constant(each, np.int64) for each in (0, 1))
        counted = self._node("Cast", [self._node("Range", [zero, steps, one])], to=6)  # int32
        axis = self._constant([1], np.int64)
        real = self._node("Less", [counted, self._node("Unsqueeze", ["lengths", axis])])
        real = self._node("Unsqueeze", [real, self._constant([2], np.int64)])
        if self.recipe.pooling == "max":
            x = self._node("Where", [real, x, self._constant(MIN_STATE)])
            return self._node("ReduceMax", [x], axes=[1], keepdims=0)
        x = self._node("Where", [real, x, self._constant(0)])
        sums = self._node("ReduceSum", [x, axis], keepdims=0)
        lengths = self._node("Cast", ["lengths"], to=1)  # float32
        return self._node("Div", [sums, self._node("Unsqueeze", [lengths, axis])])

    def _dense(self, x: str) -> str:
        for number in range(len(self.recipe.dense) + 1):
            kernel, bias = next(self.weights), next(self.weights)
            x = self._node("MatMul", [x, self._constant(kernel)])
            x = self._node("Add", [x, self._constant(bias)])
            if number < len(self.recipe.dense):
                x = self._node("Relu", [x])
        return x

    def _scaled_back(self, x: str) -> str:
        if self.fitted.classes is not None:
            return self._node("Softmax", [x], axis=-1)
        x = self._node("Mul", [x, self._constant(self.fitted.target_std)])
        return self._node("Add", [x, self._constant(self.fitted.target_mean)])


def how_to_feed(recipe: Recipe, width: int) -> str:
    """What must be done to a sequence before ``values``, in words."""
    told = ["values: as measured, NaN where missing. lengths: steps of each sequence."]
    side = {"pre": "first", "post": "last"}[recipe.truncating]
    most = width if recipe.mask == "none" else recipe.maxlen
    if most is not None:
        told.append(f"Of more than {most} steps leave the {side} ones out.")
    if recipe.mask == "value":
        told.append(f"Leave out steps whose features all equal {recipe.mask_value:g}.")
    if recipe.mask == "none":
        where = {"pre": "in front", "post": "behind"}[recipe.padding]
        told.append(f"Pad {where} with {recipe.value:g} to {width} steps, which all count.")
    return " ".join(told)
