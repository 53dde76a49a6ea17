"""The address of a page holds what is set on it, so that a prepared state can be sent.

``data`` names a sample, or data of the visitor's own, which nobody else finds by it; ``v`` is the
version of the rules by which the address is read; every other name is a field of the recipe. An
address that names one field names all of them. One without a version is of the first rules (commit
3c4f589), by which only those fields are named that differ from what is suggested for the data.

What an address does not name is as suggested, and so is what it names wrongly, which the page says.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import DataError, Recipe, Sequences
from core.errors import Note
from core.i18n import N_
from core.recipe.layers import LAYERS, LSTM
from ui import backend
from ui.data import open_data
from ui.i18n import _, shortened, told
from ui.samples import SAMPLES, Sample, digest
from ui.session import state
from ui.session.state import State

NONE = "none"
DIGITS = 12  # of a digest
OF_TARGETS = ("task", "return_sequences", "loss")
VERSION_KEY, VERSION = "v", "2"
VERSIONS = ("1", VERSION)  # that are read; so far both suggest the same for the same data
PLACE = "link"  # of what is refused, see State.refused
MAX_QUOTED = 30  # characters of an address in a sentence
NO_DATA_SET = N_("This data set is not available to you.")
LAYER = re.compile(r"(Bi)?(LSTM|GRU)-(\d{1,6})(?:-([\d.e-]{1,25}))?")


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


def _write_number(value: float) -> str:
    """The shortest text that means this number: 0.1, and 1 for 1.0."""
    return repr(value).removesuffix(".0")


def _write_layer(layer: LSTM) -> str:
    both, name = "Bi" * layer.bidirectional, type(layer).__name__
    return f"{both}{name}-{layer.units}" + (
        f"-{_write_number(layer.dropout)}" if layer.dropout else ""
    )


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
NUMBER = Kind(_write_number, float)
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
KEYS = (VERSION_KEY, "data", *FIELDS)


def write(recipe: Recipe) -> dict[str, str]:
    """All settings of a recipe, as an address names them."""
    return {name: kind.write(getattr(recipe, name)) for name, kind in FIELDS.items()}


def read(address: Mapping[str, str], suggested: Recipe) -> Recipe:
    """The recipe of an address; ``suggested`` is for what it does not name, or names wrongly."""
    found = _parse(address)
    with contextlib.suppress(ValueError):
        return replace(suggested, **found)  # whole: some only go together
    recipe = suggested
    together = {name: found[name] for name in OF_TARGETS if name in found}
    for part in (together, *({name: value} for name, value in found.items())):
        with contextlib.suppress(ValueError):
            recipe = replace(recipe, **part)
    return recipe


def _parse(address: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for name, kind in FIELDS.items():
        if name in address:
            with contextlib.suppress(ValueError):
                found[name] = kind.read(address[name])
    return found


def explain_ignored(address: Mapping[str, str], recipe: Recipe) -> tuple[Note, ...]:
    """List the values of an address that its recipe does not have, one note for each."""
    found = _parse(address)
    notes = []
    if (address.get(VERSION_KEY) or VERSION) not in VERSIONS:
        notes.append(
            Note(
                "This link was made by another version of Unpadded ({version}); its settings are "
                "read as this version means them.",
                version=shortened(address[VERSION_KEY], MAX_QUOTED),
            )
        )
    for name, kind in FIELDS.items():
        value = getattr(recipe, name)
        if name in address and (name not in found or found[name] != value):
            notes.append(
                Note(
                    "{name}: {text!r} is not possible here; {value} is used.",
                    name=name,
                    text=shortened(address[name], MAX_QUOTED),
                    value=kind.write(value),
                )
            )
    return tuple(notes)


def follow() -> None:
    """Set what the page's address says, once; call before anything is drawn. What it says beside a
    run that is not the visitor's is not set: the page shows that run elsewhere, or says that there
    is none."""
    visitor = state.current()
    address = _select_own(st.query_params)
    navigated = visitor.navigation(PLACE)
    if not navigated and address:
        return
    visitor.refused.pop(PLACE, None)
    if not address or address == visitor.linked or not _is_own_run(visitor):
        return
    asked = address.get("data", _open(visitor))
    if asked != _open(visitor):
        try:
            _open_data(visitor, asked)
        except DataError as error:
            visitor.refused[PLACE] = error
            return
    visitor.linked = address
    names_settings = VERSION_KEY not in address or address.keys() & FIELDS.keys()
    if navigated == "opened" and not names_settings:
        return  # those that the visitor has for this data
    recipe = read(address, _suggested(visitor))
    if not _fits(visitor.data, recipe):  # sent by somebody who has other targets
        others = {name: text for name, text in address.items() if name not in OF_TARGETS}
        recipe = read(others, _suggested(visitor))
    if recipe != visitor.recipe:
        visitor.choose(recipe)
        visitor.opened += 1  # the forms begin anew, with this recipe
    visitor.link_notes = explain_ignored(address, recipe)


def _is_own_run(visitor: State) -> bool:
    """True if the address names a run of the visitor's, or none."""
    asked = st.query_params.get("run")
    run = None if asked is None else backend.runs().get(asked)
    return asked is None or (run is not None and run.owner == visitor.owner.id)


def explain(visitor: State) -> DeltaGenerator:
    """Call below the title of a page that follows its address. If the visitor cannot have the data
    that it names, the page ends here with the reason; nothing else is shown instead. Returns the
    place for what ``keep`` has to say."""
    refused = visitor.refused.get(PLACE)
    if refused is not None:
        unavailable(told(refused), "pages/1_Data.py", _("Open other data"))
    return st.empty()


def unavailable(why: str, page: str, label: str) -> NoReturn:
    """End a page whose address names what this visitor cannot have; the address stays."""
    st.info(why, icon=":material/visibility_off:")
    st.page_link(page, label=label, icon=":material/arrow_back:")
    st.stop()


def keep(visitor: State, place: DeltaGenerator) -> None:
    """Have the address bar say what is set; call once everything is. Settings that nobody has
    chosen, here or by a link, are not in it. What a link could not set is said at ``place``, until
    something else is chosen."""
    if visitor.link_notes:
        said = "".join(f"\n- {told(note)}" for note in visitor.link_notes)
        place.warning(
            _("Not everything that this link says could be set:") + said, icon=":material/link_off:"
        )
    linked = {VERSION_KEY: VERSION, "data": _open(visitor)}
    named = visitor.linked.get("data") == _open(visitor) and visitor.linked.keys() & FIELDS.keys()
    if named or visitor.recipe != _suggested(visitor):
        linked |= write(visitor.recipe)
    now = st.query_params.to_dict()
    others = {name: text for name, text in now.items() if name not in KEYS}
    if now != others | linked:
        st.query_params.from_dict(others | linked)
    visitor.linked = linked


def offer(visitor: State) -> None:
    """The link to send."""
    is_sample = _open_sample(visitor) is not None
    # Data of the visitor's own is not named: nobody else finds it.
    address = {VERSION_KEY: VERSION} | ({"data": _open(visitor)} if is_sample else {})
    with st.popover(_("Link to these settings"), icon=":material/link:"):
        st.markdown(
            _("Whoever opens it finds this data and these settings.")
            if is_sample
            else _(
                "Whoever opens it finds these settings on data of their own: yours is not in it."
            )
        )
        page = (st.context.url or "").partition("?")[0]
        link = f"{page}?{urlencode(address | write(visitor.recipe))}"
        st.code(link, language=None, wrap_lines=True)


def _select_own(address: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in address.items() if name in KEYS}


def _open(visitor: State) -> str:
    """What the open data is called in an address: a sample, or the id of the data set, which stays
    when its file is read in another way."""
    sample = _open_sample(visitor)
    return visitor.kept.id if sample is None else _key(sample)


def _open_sample(visitor: State) -> Sample | None:
    """The sample that is open, as it is shipped; None for one that was read in another way."""
    return next((each for each in SAMPLES if digest(each.path) == visitor.digest), None)


def _open_data(visitor: State, asked: str) -> None:
    """Raises DataError when the visitor cannot have it."""
    sample = next((each for each in SAMPLES if _key(each) == asked), None)
    if sample is not None:
        open_data.open_sample(visitor, sample)
        return
    sets = backend.store().contents.list(visitor.owner.id)
    # The first rules named data by the beginning of its digest.
    for each in sets:
        if asked == each.id or (len(asked) == DIGITS and each.data.startswith(asked)):
            visitor.open_kept(each)
            return
    raise DataError(NO_DATA_SET)


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
