"""The address of a page holds what is set on it, so that a prepared state can be sent.

``data`` names a sample, or data of the visitor's own, which nobody else finds by it; every other
name is a field of the recipe that is not as it would be suggested for the data. What an address
does not name, and what it names wrongly, is as suggested.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from core import DataError, Recipe, Sequences
from core.recipe import LAYERS, LSTM
from ui import opening, server, state
from ui.samples import SAMPLES, Sample
from ui.state import State
from ui.words import _

NONE = "none"
DIGITS = 12  # of a digest
OF_TARGETS = ("task", "return_sequences", "loss")
LAYER = re.compile(r"(Bi)?(LSTM|GRU)-(\d{1,6})(?:-([\d.e-]{1,20}))?")


@dataclass(frozen=True)
class Kind:
    """How a value stands in an address. read: raises ValueError for what is none."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]


def _optional(kind: Kind) -> Kind:
    return Kind(
        lambda value: NONE if value is None else kind.write(value),
        lambda text: None if text == NONE else kind.read(text),
    )


def _write_layer(layer: LSTM) -> str:
    both, name = "Bi" * layer.bidirectional, type(layer).__name__
    return f"{both}{name}-{layer.units}" + (f"-{layer.dropout:.12g}" if layer.dropout else "")


def _read_layer(text: str) -> LSTM:
    match = LAYER.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no layer")
    both, name, units, dropout = match.groups()
    return LAYERS[name](int(units), bool(both), float(dropout or 0))


def _truth(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"{text!r} is neither yes nor no")
    return text == "yes"


WORD = Kind(str, str)
WHOLE = Kind(str, int)
NUMBER = Kind(lambda value: f"{value:.12g}", float)
TRUTH = Kind(lambda value: "yes" if value else "no", _truth)
UNITS = Kind(
    lambda value: ",".join(map(str, value)) or NONE,
    lambda text: () if text == NONE else tuple(map(int, text.split(","))),
)
STACK = Kind(
    lambda layers: ",".join(map(_write_layer, layers)),
    lambda text: tuple(map(_read_layer, text.split(","))),
)
FIELDS = {
    "mask": WORD,
    "mask_value": NUMBER,
    "maxlen": _optional(WHOLE),
    "padding": WORD,
    "truncating": WORD,
    "value": NUMBER,
    "task": WORD,
    "return_sequences": TRUTH,
    "layers": STACK,
    "pooling": WORD,
    "dense": UNITS,
    "standardize": TRUTH,
    "loss": WORD,
    "optimizer": WORD,
    "learning_rate": NUMBER,
    "schedule": WORD,
    "weight_decay": NUMBER,
    "clip_norm": _optional(NUMBER),
    "class_weight": WORD,
    "epochs": WHOLE,
    "batch_size": WHOLE,
    "validation_split": NUMBER,
    "validation_rows": WORD,
    "patience": _optional(WHOLE),
    "seed": WHOLE,
}


def written(recipe: Recipe, suggested: Recipe) -> dict[str, str]:
    """What an address says of a recipe."""
    return {
        name: kind.write(getattr(recipe, name))
        for name, kind in FIELDS.items()
        if getattr(recipe, name) != getattr(suggested, name)
    }


def read(address: Mapping[str, str], suggested: Recipe) -> Recipe:
    """The recipe of an address."""
    found = {}
    for name, kind in FIELDS.items():
        if name in address:
            try:
                found[name] = kind.read(address[name])
            except ValueError:
                continue
    try:
        return replace(suggested, **found)  # whole: some only go together
    except ValueError:
        recipe = suggested
    for name, value in found.items():
        try:
            recipe = replace(recipe, **{name: value})
        except ValueError:
            continue
    return recipe


def follow() -> None:
    """Set what the page's address says, once; call before anything is drawn."""
    visitor = state.current()
    address = {name: text for name, text in st.query_params.items() if name in ("data", *FIELDS)}
    if not address or address == visitor.linked:
        return
    visitor.linked = address
    if address.get("data", _open(visitor)) != _open(visitor):
        _open_data(visitor, address["data"])
        if address["data"] != _open(visitor):  # it is not the visitor's, or there was no room
            return
    recipe = read(address, _suggested(visitor))
    if not _fits(visitor.data, recipe):  # sent by somebody who has other targets
        address = {name: text for name, text in address.items() if name not in OF_TARGETS}
        recipe = read(address, _suggested(visitor))
    if recipe != visitor.recipe:
        visitor.choose(recipe)
        visitor.opened += 1  # the forms begin anew, with this recipe


def keep(visitor: State) -> None:
    """Have the address bar say what is set; call once everything is."""
    linked = {"data": _open(visitor), **written(visitor.recipe, _suggested(visitor))}
    now = st.query_params.to_dict()
    others = {name: text for name, text in now.items() if name not in ("data", *FIELDS)}
    if now != others | linked:
        st.query_params.from_dict(others | linked)
    visitor.linked = linked


def offer(visitor: State) -> None:
    """The link to send."""
    with st.popover(_("Link to these settings"), icon=":material/link:"):
        st.markdown(
            _("Whoever opens it finds this data and these settings.")
            if "data" in _address(visitor)
            else _(
                "Whoever opens it finds these settings on data of their own: yours is not in it."
            )
        )
        page = (st.context.url or "").partition("?")[0]
        st.code(f"{page}?{urlencode(_address(visitor))}", language=None, wrap_lines=True)


def _address(visitor: State) -> dict[str, str]:
    """Of the link to send, which names no data of the visitor's own."""
    data = {"data": _open(visitor)} if _open(visitor) in map(_key, SAMPLES) else {}
    return data | written(visitor.recipe, _suggested(visitor))


def _open(visitor: State) -> str:
    """What the open data is called in an address: a sample, or the beginning of its digest."""
    sample = next((each for each in SAMPLES if each.name == visitor.name), None)
    return visitor.kept.data[:DIGITS] if sample is None else _key(sample)


def _open_data(visitor: State, asked: str) -> None:
    sample = next((each for each in SAMPLES if _key(each) == asked), None)
    if sample is not None:
        opening.open_sample(visitor, sample)
        return
    sets = server.store().contents.list(visitor.owner.id)
    own = next(
        (each for each in sets if len(asked) == DIGITS and each.data.startswith(asked)), None
    )
    if own is not None:
        with contextlib.suppress(DataError):  # deleted at this moment, in another tab
            visitor.open_kept(own)


def _fits(data: Sequences, recipe: Recipe) -> bool:
    """Can these targets be learned so?"""
    if data.targets is None:
        return True
    refused = {"O": "regression", "f": "classification"}.get(data.targets.dtype.kind)
    return recipe.return_sequences == data.per_step and recipe.task != refused


def _key(sample: Sample) -> str:
    return "example" if sample.path is None else sample.path.stem


def _suggested(visitor: State) -> Recipe:
    return Recipe.example() if visitor.is_example else visitor.suggested().recipe
