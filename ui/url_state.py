"""State of a page in its URL, so that a prepared state can be shared as a link.

``data`` names a sample or a data set of the visitor, which other visitors cannot open by it. ``v``
is the version of the rules by which the URL is read. Every other key is a field of the recipe. A
URL that names one field names all of them. A URL without a version follows the first rules (commit
3c4f589): it names only the fields that differ from the suggestion for the data.

Fields that a URL omits have their suggested values, in URLs before version 3 those of the recurrent
family, which was the only one then. So have invalid ones, which the page reports.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import NoReturn
from urllib.parse import urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import DataError, Recipe, Sequences
from core.errors import Note, UnpaddedError
from core.i18n import N_
from core.recipe.recipe import FIELDS
from core.recipe.suggestion_rules import suggest_first_version
from ui import backend
from ui.context import get_services, get_state
from ui.i18n import _, shorten, translate
from ui.samples import SAMPLES, Sample, compute_digest
from ui.session.data import open_data_set, open_sample, renew_widgets, suggest_recipe
from ui.session.settings import choose_recipe
from ui.session.state import State
from ui.shell.navigation import get_navigation

DIGEST_DIGITS = 12  # of a digest in a URL
TARGET_FIELDS = ("task", "return_sequences", "loss")
VERSION_KEY, VERSION = "v", "3"
RECURRENT_VERSIONS = ("1", "2")  # which suggest a recurrent network for all data
VERSIONS = (*RECURRENT_VERSIONS, VERSION)  # readable ones
MAX_QUOTED = 30  # characters of a URL quoted in a sentence
NO_DATA_SET = N_("This data set is not available to you.")


KEYS = (VERSION_KEY, "data", *FIELDS)


def write(recipe: Recipe) -> dict[str, str]:
    """Convert all fields of a recipe to URL parameters."""
    return {name: field.to_text(getattr(recipe, name)) for name, field in FIELDS.items()}


def read(address: Mapping[str, str], suggested: Recipe) -> Recipe:
    """Read a recipe from URL parameters.

    Args:
        address: URL parameters.
        suggested: Recipe for fields that are missing or invalid.
    """
    fields = _parse(address)
    if VERSION_KEY not in address:
        suggested = suggested.resolve()  # as the first rules had it
    with contextlib.suppress(ValueError):
        return suggested.adapt(**fields)  # some fields are only valid together
    recipe = suggested
    target_fields = {name: fields[name] for name in TARGET_FIELDS if name in fields}
    for part in (target_fields, *({name: value} for name, value in fields.items())):
        with contextlib.suppress(ValueError):
            recipe = recipe.adapt(**part)
    return recipe


def _parse(address: Mapping[str, str]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, field in FIELDS.items():
        if name in address:
            with contextlib.suppress(ValueError):
                fields[name] = field.from_text(address[name])
    return fields


def explain_ignored(address: Mapping[str, str], recipe: Recipe) -> tuple[Note, ...]:
    """List the values of a URL that its recipe does not have, one note per value."""
    fields = _parse(address)
    notes = []
    if (address.get(VERSION_KEY) or VERSION) not in VERSIONS:
        notes.append(
            Note(
                "This link is from another version of Unpadded ({version}). Its settings "
                "have the meaning of this version.",
                version=shorten(address[VERSION_KEY], MAX_QUOTED),
            )
        )
    for name, field in FIELDS.items():
        value = getattr(recipe, name)
        if name in address and (name not in fields or fields[name] != value):
            notes.append(
                Note(
                    "{name}: {text!r} is not possible here. Using {value}.",
                    name=name,
                    text=shorten(address[name], MAX_QUOTED),
                    value=field.to_text(value),
                )
            )
    return tuple(notes)


def follow() -> None:
    """Apply the page's URL, once. Call before anything is drawn.

    Settings beside a run of another visitor are not applied: the page shows that run elsewhere, or
    reports that it does not exist.
    """
    visitor = get_state()
    last, address = visitor.address, _select_own(st.query_params)
    last.settings_page, navigation = get_navigation(last.settings_page)
    if not navigation and address:
        return
    last.error = None
    if not address or address == last.parameters or not _is_own_run(visitor):
        return
    data_key = address.get("data", _get_data_key(visitor))
    if data_key != _get_data_key(visitor):
        try:
            _open_data(visitor, data_key)
        except UnpaddedError as error:
            last.error = error
            return
    last.parameters = address
    names_settings = VERSION_KEY not in address or address.keys() & FIELDS.keys()
    if navigation == "opened" and not names_settings:
        return  # keep the visitor's own settings for this data
    version = address.get(VERSION_KEY, "1")
    recipe = read(address, _suggest_recipe(visitor, version))
    if not _is_trainable(visitor.data, recipe):  # shared by somebody whose data has other targets
        remaining = {name: text for name, text in address.items() if name not in TARGET_FIELDS}
        recipe = read(remaining, _suggest_recipe(visitor, version))
    if recipe != visitor.recipe:
        choose_recipe(visitor, get_services(), recipe)
        renew_widgets(visitor)  # so that the forms start with this recipe
    last.notes = explain_ignored(address, recipe)


def _is_own_run(visitor: State) -> bool:
    """Check that the URL names a run of the visitor's, or no run."""
    run_id = st.query_params.get("run")
    run = None if run_id is None else backend.get_runs().get(run_id)
    return run_id is None or (run is not None and run.owner == visitor.owner.id)


def explain(visitor: State) -> DeltaGenerator:
    """Report data that the visitor cannot open.

    Call below the title of a page that follows its URL. If the URL names such data, the page ends
    here with the reason, and shows no other data instead.

    Returns:
        Placeholder for the warnings of ``update_address``.
    """
    if visitor.address.error is not None:
        stop_unavailable(translate(visitor.address.error), "pages/1_Data.py", _("Open other data"))
    return st.empty()


def stop_unavailable(reason: str, page: str, label: str) -> NoReturn:
    """End a page whose URL names something this visitor cannot open; the URL is unchanged."""
    st.info(reason, icon=":material/visibility_off:")
    st.page_link(page, label=label, icon=":material/arrow_back:")
    st.stop()


def update_address(visitor: State, place: DeltaGenerator) -> None:
    """Write the current settings to the address bar. Call once all of them are set.

    Settings that were not chosen, here or by a link, are omitted. Parts of a link that could not be
    applied are reported in ``place`` until something else is chosen.
    """
    if visitor.address.notes:
        ignored = "".join(f"\n- {translate(note)}" for note in visitor.address.notes)
        place.warning(
            _("Some settings of this link could not be applied:") + ignored,
            icon=":material/link_off:",
        )
    address = {VERSION_KEY: VERSION, "data": _get_data_key(visitor)}
    names_settings = (
        visitor.address.parameters.get("data") == _get_data_key(visitor)
        and visitor.address.parameters.keys() & FIELDS.keys()
    )
    if names_settings or visitor.recipe.resolve() != _suggest_recipe(visitor).resolve():
        address |= write(visitor.recipe)
    current = st.query_params.to_dict()
    foreign = {name: text for name, text in current.items() if name not in KEYS}
    if current != foreign | address:
        st.query_params.from_dict(foreign | address)
    visitor.address.parameters = address


def offer_link(visitor: State, more: Mapping[str, str] = MappingProxyType({})) -> None:
    """Offer a link to the current settings.

    Args:
        visitor: The visitor.
        more: Further parameters of the page.
    """
    is_sample = _find_open_sample(visitor) is not None
    # Own data is omitted, because others cannot open it.
    address = {VERSION_KEY: VERSION} | ({"data": _get_data_key(visitor)} if is_sample else {})
    with st.popover(_("Link to these settings"), icon=":material/link:"):
        st.markdown(
            _("The link opens this data with these settings.")
            if is_sample
            else _("The link contains these settings, not your data.")
        )
        page = (st.context.url or "").partition("?")[0]
        link = f"{page}?{urlencode(address | write(visitor.recipe) | dict(more))}"
        st.code(link, language=None, wrap_lines=True)


def _select_own(address: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in address.items() if name in KEYS}


def _get_data_key(visitor: State) -> str:
    """Return the URL key of the open data: a sample, or the id of the data set.

    The id does not change when the file is read in another way.
    """
    sample = _find_open_sample(visitor)
    return visitor.data_key if sample is None else sample.key


def _find_open_sample(visitor: State) -> Sample | None:
    """Find the open sample; None for own data or a sample that was read in another way."""
    return next((each for each in SAMPLES if compute_digest(each.path) == visitor.digest), None)


def _open_data(visitor: State, data_key: str) -> None:
    """Open the data that a URL names. Raises DataError if the visitor cannot open it."""
    sample = next((data_set for data_set in SAMPLES if data_set.key == data_key), None)
    if sample is not None:
        open_sample(visitor, get_services(), sample)
        return
    data_sets = backend.get_store().data_sets.list(visitor.owner.id)
    # The first rules named data by a prefix of its digest.
    for data_set in data_sets:
        if data_key == data_set.id or (
            len(data_key) == DIGEST_DIGITS and data_set.data.startswith(data_key)
        ):
            open_data_set(visitor, get_services(), data_set)
            return
    raise DataError(NO_DATA_SET)


def _is_trainable(data: Sequences, recipe: Recipe) -> bool:
    """Check that the recipe fits the type of the targets."""
    if data.targets is None:
        return True
    impossible_task = {"O": "regression", "f": "classification"}.get(data.targets.dtype.kind)
    return recipe.return_sequences == data.per_step and recipe.task != impossible_task


def _suggest_recipe(visitor: State, version: str = VERSION) -> Recipe:
    """Suggest a recipe for the open data by the rules of a version."""
    if visitor.is_example:
        return Recipe.example()
    if version in RECURRENT_VERSIONS:
        return Recipe(**suggest_first_version(visitor.data))
    return suggest_recipe(visitor).recipe
