"""The address of a page holds what is set on it, so that a prepared state can be sent.

``data`` names a sample; every other name is a field of the recipe that is not as it would be
suggested for the data. What an address does not name, and what it names wrongly, is as suggested.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from core import Recipe
from core.recipe import LAYERS, LSTM
from ui import opening, state
from ui.samples import SAMPLES, Sample
from ui.state import State
from ui.words import _

NONE = "none"
LAYER = re.compile(r"(Bi)?(LSTM|GRU)-(\d{1,6})(?:-(0?\.\d{1,9}))?")


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
    return f"{both}{name}-{layer.units}" + (f"-{layer.dropout:g}" if layer.dropout else "")


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
    sample = next((each for each in SAMPLES if _key(each) == address.get("data")), None)
    if sample is not None and sample.name != visitor.name:
        opening.open_sample(visitor, sample)
        if sample.name != visitor.name:  # there was no room for it
            return
    recipe = read(address, _suggested(visitor))
    if recipe != visitor.recipe:
        visitor.choose(recipe)
        visitor.opened += 1  # the forms begin anew, with this recipe


def keep(visitor: State) -> None:
    """Have the address bar say what is set; call once everything is."""
    linked = _address(visitor)
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
    sample = next((each for each in SAMPLES if each.name == visitor.name), None)
    data = {} if sample is None else {"data": _key(sample)}
    return data | written(visitor.recipe, _suggested(visitor))


def _key(sample: Sample) -> str:
    return "example" if sample.path is None else sample.path.stem


def _suggested(visitor: State) -> Recipe:
    return Recipe.example() if visitor.is_example else visitor.suggested().recipe
