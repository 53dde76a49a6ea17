"""Declarations of the recurrent layers."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import RecipeError
from ..i18n import N_
from .fields import check_fields, describe_changes, list_fields, setting
from .value_types import Boolean, Number, ValueType, Whole

MAX_UNITS = 1024  # 1,024 units on 1,024 inputs hold 8.4 million weights
MAX_LAYERS = 8
BIDIRECTIONAL = "Bi"  # prefix of a layer's name in a link
MAX_TEXT = 80  # characters of a layer in a link


@dataclass(frozen=True, repr=False)
class Recurrent:
    """A masked recurrent layer.

    Attributes:
        units: Size of the state per direction.
        bidirectional: Adds a second layer that reads the sequence from its end.
        dropout: Share of the outputs set to 0 at each training update (a Keras Dropout layer
            after it), 0 to 0.95.
    """

    units: int = setting(
        ...,
        Whole(1, MAX_UNITS),
        label=N_("Units"),
        help=N_("Size of the state per direction."),
        suggest_values=lambda layer: (layer.units, 2 * layer.units),
        entry=N_("{value} units"),
    )
    bidirectional: bool = setting(
        False,
        Boolean((N_("one way"), N_("both ways"))),
        label=N_("Both ways"),
        help=N_("Adds a second layer that reads the sequence from its end."),
        suggest_values=lambda layer: (False, True),
    )
    dropout: float = setting(
        0.0,
        Number(0, 0.95, step=0.05),
        label=N_("Dropout"),
        help=N_("Share of this layer's outputs set to 0 at each training update."),
        suggest_values=lambda layer: (0.0, 0.3),
        entry=N_("dropout {value}"),
    )

    def __post_init__(self) -> None:
        check_fields(self, list_fields(type(self)), prefix=f"{type(self).__name__}.")

    def __repr__(self) -> str:
        """Show what differs from the defaults, as in ``LSTM(64, dropout=0.2)``."""
        fields = list_fields(type(self))
        units, changes = self.units, describe_changes(self, fields, omitted=("units",))
        return f"{type(self).__name__}({', '.join([str(units), *changes])})"


@dataclass(frozen=True, repr=False)
class LSTM(Recurrent):
    """A masked LSTM layer, with the fields of ``Recurrent``."""


@dataclass(frozen=True, repr=False)
class GRU(Recurrent):
    """A masked GRU layer, with the fields of ``Recurrent``."""


LAYERS: dict[str, type[Recurrent]] = {kind.__name__: kind for kind in (LSTM, GRU)}


class LayerStack(ValueType):
    """One to ``MAX_LAYERS`` layers; a single layer is a stack of one."""

    def check(self, name: str, value: Any) -> Any:
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

    def to_text(self, value: Any) -> str:
        """Format the layers for a link, as in "BiLSTM-64-0.2,GRU-8"."""
        return ",".join(map(_layer_to_text, value))

    def from_text(self, text: str) -> Any:
        return tuple(map(_layer_from_text, text.split(",")))


def convert_layer(layer: Recurrent, kind: type[Recurrent], **changes: Any) -> Recurrent:
    """Build a layer of another kind with the fields that both have, and with ``changes``."""
    shared = list_fields(kind).keys() & list_fields(type(layer)).keys()
    return kind(**{name: getattr(layer, name) for name in shared} | changes)


def layer_to_dict(layer: Recurrent) -> dict[str, Any]:
    """Return plain values for JSON; ``layer_from_dict`` reads them."""
    return {"kind": type(layer).__name__} | asdict(layer)


def layer_from_dict(plain: Any) -> Recurrent:
    """Rebuild a layer from the output of ``layer_to_dict``.

    Raises:
        RecipeError: The value is not a layer.
    """
    try:
        return LAYERS[plain["kind"]](**{k: v for k, v in plain.items() if k != "kind"})
    except (KeyError, TypeError, AttributeError):
        raise RecipeError(
            "layers holds {value!r}; give {form}",
            value=plain,
            form='{"kind": "LSTM", "units": …, "bidirectional": …, "dropout": …}',
        ) from None


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
    return kind(**values, bidirectional=is_bidirectional)
