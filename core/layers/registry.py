"""Registry of the kinds of layers, and their values in recipes. Does not need TensorFlow.

To add a kind, add a folder with ``declaration.py`` beside this file, and a line to ``LAYERS``. A
recurrent kind also has a ``network.py``; a convolutional one declares what it computes.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict
from importlib import import_module
from typing import TYPE_CHECKING

from ..errors import RecipeError
from ..fields.declaration import list_fields
from ..fields.value_types import ValueType
from .conv1d.declaration import Conv1D
from .convolution.declaration import Convolutional
from .gru.declaration import GRU
from .inception.declaration import Inception
from .layer import Layer
from .lstm.declaration import LSTM
from .recurrent.declaration import Recurrent

if TYPE_CHECKING:
    from .recurrent.network import RecurrentNetwork

LAYERS: dict[str, type[Layer]] = {
    "LSTM": LSTM,
    "GRU": GRU,
    "Conv1D": Conv1D,
    "Inception": Inception,
}
RECURRENT = {name: kind for name, kind in LAYERS.items() if issubclass(kind, Recurrent)}
CONVOLUTIONAL = {name: kind for name, kind in LAYERS.items() if issubclass(kind, Convolutional)}
# See core.layers.lstm.fast_lstm, core.layers.gru.fast_gru and core.layers.convolution.packed_steps.
IMPLEMENTATIONS = ("fused", "wide", "stepwise", "packed", "keras")
MAX_LAYERS = 8
BIDIRECTIONAL = "Bi"  # prefix of a layer's name in a link
MAX_TEXT = 80  # characters of a layer in a link
# Not stored where they have their default, so that recipes from before the fields keep their form.
LATER_FIELDS = ("layer_normalization",)


def get_network(layer: Recurrent) -> RecurrentNetwork:
    """Return the network of a recurrent layer's kind, which imports TensorFlow."""
    folder = type(layer).__module__.removesuffix(".declaration")
    network: RecurrentNetwork = import_module(f"{folder}.network").NETWORK
    return network


class LayerStack(ValueType):
    """One to ``MAX_LAYERS`` layers; a single layer is a stack of one."""

    def check(self, name: str, value: object) -> tuple[Layer, ...]:
        layers = value if isinstance(value, list | tuple) else (value,)
        if not 1 <= len(layers) <= MAX_LAYERS:
            raise RecipeError(
                "{name} has {n} layers; use 1 to {most}", name=name, n=len(layers), most=MAX_LAYERS
            )
        for layer in layers:
            if type(layer) not in LAYERS.values():
                raise RecipeError(
                    "{name} holds {value!r}; use {known}",
                    name=name,
                    value=layer,
                    known=" or ".join(
                        f"{name}({kind.size_field})" for name, kind in LAYERS.items()
                    ),
                )
        return tuple(layers)

    def to_text(self, value: object) -> str:
        """Format the layers for a link, as in "BiLSTM-64-0.2,GRU-8"."""
        return ",".join(map(_layer_to_text, self.check("the link", value)))

    def from_text(self, text: str) -> tuple[Layer, ...]:
        return tuple(map(_layer_from_text, text.split(",")))


def convert_layer(layer: Layer, kind: type[Layer], **changes: object) -> Layer:
    """Build a layer of another kind with the fields that both have, and with ``changes``.

    Units and filters, the sizes, stand for each other; a default size is not replaced.
    """
    shared = list_fields(kind).keys() & list_fields(type(layer)).keys()
    values = {name: getattr(layer, name) for name in shared}
    size = list_fields(kind)[kind.size_field]
    if size.name not in shared and size.default is MISSING:
        values[size.name] = layer.size
    build: Callable[..., Layer] = kind
    return build(**values | changes)


def layer_to_dict(layer: Layer) -> dict[str, object]:
    """Return plain values for JSON; ``layer_from_dict`` reads them."""
    fields = list_fields(type(layer))
    values = {
        name: value
        for name, value in asdict(layer).items()
        if name not in LATER_FIELDS or value != fields[name].default
    }
    return {"kind": type(layer).__name__} | values


def layer_from_dict(plain: object) -> Layer:
    """Rebuild a layer from the output of ``layer_to_dict``.

    Raises:
        RecipeError: The value is not a layer.
    """
    with contextlib.suppress(KeyError, TypeError):
        if isinstance(plain, Mapping):
            build: Callable[..., Layer] = LAYERS[plain["kind"]]
            return build(**{k: v for k, v in plain.items() if k != "kind"})
    raise RecipeError(
        "layers holds {value!r}; give {form}",
        value=plain,
        form='{"kind": "LSTM", "units": …, "bidirectional": …, "dropout": …}',
    )


def _layer_to_text(layer: Layer) -> str:
    """Join the kind and the values of its fields, without those of the end that are defaults."""
    texts, length = [type(layer).__name__], 2
    for name, field in list_fields(type(layer)).items():
        if name == "bidirectional":
            continue
        value = getattr(layer, name)
        texts.append(field.to_text(value))
        if value != field.default:
            length = len(texts)
    return BIDIRECTIONAL * (layer.directions - 1) + "-".join(texts[:length])


def _layer_from_text(text: str) -> Layer:
    # The minus of a number such as 1e-05 separates nothing.
    name, *texts = re.split(r"(?<!\de)-", text[:MAX_TEXT])
    is_bidirectional = name not in LAYERS and name.startswith(BIDIRECTIONAL)
    kind = LAYERS.get(name.removeprefix(BIDIRECTIONAL) if is_bidirectional else name)
    if kind is None or (is_bidirectional and not issubclass(kind, Recurrent)):
        raise ValueError(f"{text!r} is not a layer")
    fields = {n: each for n, each in list_fields(kind).items() if n != "bidirectional"}
    if len(texts) > len(fields):
        raise ValueError(f"{text!r} has too many values")
    values = {n: fields[n].from_text(value) for n, value in zip(fields, texts, strict=False)}
    if kind.size_field not in values:
        raise ValueError(f"{text!r} has no {kind.size_field}")
    if is_bidirectional:
        values["bidirectional"] = True
    build: Callable[..., Layer] = kind
    return build(**values)
