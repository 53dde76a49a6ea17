"""Registry of the kinds of layers, and their values in recipes. Does not need TensorFlow.

To add a kind, add a folder with ``declaration.py`` and ``network.py`` beside this file, and a line
to ``LAYERS``.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING

from ..errors import RecipeError
from ..fields.declaration import list_fields
from ..fields.value_types import ValueType
from .gru.declaration import GRU
from .lstm.declaration import LSTM
from .recurrent.declaration import Recurrent

if TYPE_CHECKING:
    from .recurrent.network import RecurrentNetwork

LAYERS: dict[str, type[Recurrent]] = {
    "LSTM": LSTM,
    "GRU": GRU,
}
# Of a recurrent layer; see core.layers.lstm.fast_lstm and core.layers.gru.fast_gru.
IMPLEMENTATIONS = ("fused", "wide", "stepwise", "keras")
MAX_LAYERS = 8
BIDIRECTIONAL = "Bi"  # prefix of a layer's name in a link
MAX_TEXT = 80  # characters of a layer in a link


def get_network(layer: Recurrent) -> RecurrentNetwork:
    """Return the network of a layer's kind, which imports TensorFlow."""
    folder = type(layer).__module__.removesuffix(".declaration")
    network: RecurrentNetwork = import_module(f"{folder}.network").NETWORK
    return network


class LayerStack(ValueType):
    """One to ``MAX_LAYERS`` layers; a single layer is a stack of one."""

    def check(self, name: str, value: object) -> tuple[Recurrent, ...]:
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
                    known=" or ".join(f"{kind}(units)" for kind in LAYERS),
                )
        return tuple(layers)

    def to_text(self, value: object) -> str:
        """Format the layers for a link, as in "BiLSTM-64-0.2,GRU-8"."""
        return ",".join(map(_layer_to_text, self.check("the link", value)))

    def from_text(self, text: str) -> tuple[Recurrent, ...]:
        return tuple(map(_layer_from_text, text.split(",")))


def convert_layer(layer: Recurrent, kind: type[Recurrent], **changes: object) -> Recurrent:
    """Build a layer of another kind with the fields that both have, and with ``changes``."""
    shared = list_fields(kind).keys() & list_fields(type(layer)).keys()
    return kind(**{name: getattr(layer, name) for name in shared} | changes)


def layer_to_dict(layer: Recurrent) -> dict[str, object]:
    """Return plain values for JSON; ``layer_from_dict`` reads them."""
    return {"kind": type(layer).__name__} | asdict(layer)


def layer_from_dict(plain: object) -> Recurrent:
    """Rebuild a layer from the output of ``layer_to_dict``.

    Raises:
        RecipeError: The value is not a layer.
    """
    with contextlib.suppress(KeyError, TypeError):
        if isinstance(plain, Mapping):
            return LAYERS[plain["kind"]](**{k: v for k, v in plain.items() if k != "kind"})
    raise RecipeError(
        "layers holds {value!r}; give {form}",
        value=plain,
        form='{"kind": "LSTM", "units": …, "bidirectional": …, "dropout": …}',
    )


def _layer_to_text(layer: Recurrent) -> str:
    """Join the kind and the values of its fields, without those of the end that are defaults."""
    texts, length = [type(layer).__name__], 1
    for name, field in list_fields(type(layer)).items():
        if name == "bidirectional":
            continue
        value = getattr(layer, name)
        texts.append(field.to_text(value))
        if value != field.default:
            length = len(texts)
    return BIDIRECTIONAL * layer.bidirectional + "-".join(texts[:length])


def _layer_from_text(text: str) -> Recurrent:
    # A minus after "e" belongs to a number such as 1e-05.
    name, *texts = re.split("(?<!e)-", text[:MAX_TEXT])
    is_bidirectional = name not in LAYERS and name.startswith(BIDIRECTIONAL)
    kind = LAYERS.get(name.removeprefix(BIDIRECTIONAL) if is_bidirectional else name)
    if kind is None:
        raise ValueError(f"{text!r} is not a layer")
    fields = {n: each for n, each in list_fields(kind).items() if n != "bidirectional"}
    if len(texts) > len(fields):
        raise ValueError(f"{text!r} has too many values")
    values = {n: fields[n].from_text(value) for n, value in zip(fields, texts, strict=False)}
    if "units" not in values:
        raise ValueError(f"{text!r} has no units")
    build: Callable[..., Recurrent] = kind
    return build(**values, bidirectional=is_bidirectional)
