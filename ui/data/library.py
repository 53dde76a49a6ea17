"""Stored data of a visitor: retention notice, list and deletion."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import UnpaddedError
from runs import DataSet
from ui import backend
from ui.context import get_services, recall_input, remember_input
from ui.i18n import (
    _,
    escape_markdown,
    format_count,
    format_size,
    join_list,
    ngettext,
    translate,
    translate_name,
)
from ui.session import data
from ui.session.state import State

MIN_SEARCHED, MAX_SHOWN = 5, 20  # data sets that have a search; that are shown
MAX_NAME = 200  # characters
SEARCH_BOX = "data-search"


def show_retention(visitor: State) -> None:
    """Show what is stored, and when it is deleted, in one line."""
    if not visitor.owner.lasting:
        when = _("Your browser blocks cookies, so your data is lost after this session.")
    elif visitor.owner.login:
        when = _("It stays until you delete it.")
    else:
        when = ngettext(
            "It is deleted {n} day after your last visit. Delete it earlier under “Your data”.",
            "It is deleted {n} days after your last visit. Delete it earlier under “Your data”.",
            backend.get_store().limits.days_kept,
        )
    st.caption(":material/lock: " + _("Stored on this server, for you only.") + " " + when)


def show_heading(visitor: State) -> None:
    """Show the name of the open data, with a button to rename a data set."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(escape_markdown(translate_name(visitor.name)), width="stretch")
        if visitor.data_set is not None:
            with st.popover(_("Rename"), icon=":material/edit:", type="tertiary"):
                offer_to_rename(visitor, visitor.data_set, "rename-open")


def show_data_sets(visitor: State) -> None:
    """Show the visitor's data sets, with a search and buttons to open, rename and delete them."""
    data_sets = backend.get_store().data_sets.list(visitor.owner.id)
    if not data_sets:
        st.caption(_("No data sets yet. Uploaded and pasted data is kept here."))
    shown = _search(data_sets)
    trained = backend.get_store().runs.group_by_data(visitor.owner.id)
    for data_set in shown[:MAX_SHOWN]:
        _show_data_set(visitor, data_set, trained.get(data_set.data, []))
    if len(shown) > MAX_SHOWN:
        st.caption(
            _("Shown: {n} of {all} data sets. Search for the others.").format(
                n=MAX_SHOWN, all=format_count(len(shown))
            )
        )
    error, visitor.refusals.data_set = visitor.refusals.data_set, None
    if error is not None:
        st.error(translate(error), icon=":material/error:")
    usage = backend.get_store().visitors.read_usage(visitor.owner.id)
    st.caption(
        _("Using {size} of {most} MB ({data_sets}, {runs})").format(
            data_sets=ngettext("{n} data set", "{n} data sets", usage.data_sets),
            runs=ngettext("{n} run", "{n} runs", usage.runs),
            size=format_size(usage.bytes),
            most=format_count(backend.get_store().limits.megabytes),
        )
    )
    title = _("Delete all my data")
    if st.button(title, icon=":material/delete_forever:", key="confirm-all"):
        st.dialog(title)(_confirm)(visitor)


def offer_to_rename(visitor: State, data_set: DataSet, key: str) -> None:
    """Show a form for the name of a data set.

    Args:
        visitor: The visitor's state.
        data_set: The data set.
        key: Prefix of the widget keys.
    """
    with st.form(f"{key}-{data_set.id}", border=False):
        name_key = f"{key}-name-{data_set.id}"
        st.text_input(_("Name"), data_set.name, key=name_key, max_chars=MAX_NAME)
        st.form_submit_button(_("Rename"), on_click=_rename, args=(visitor, data_set, name_key))


def _search(data_sets: list[DataSet]) -> list[DataSet]:
    """Offer a search by name where there are several data sets."""
    if len(data_sets) < MIN_SEARCHED:
        return data_sets
    words = st.text_input(
        _("Search"),
        value=recall_input(SEARCH_BOX, ""),
        key=SEARCH_BOX,
        placeholder=_("Name of a data set"),
        icon=":material/search:",
        label_visibility="collapsed",
    )
    remember_input(SEARCH_BOX, words, "")
    words = words.casefold()
    found = [each for each in data_sets if words in translate_name(each.name).casefold()]
    if not found:
        st.caption(_("No data set has this name."))
    return found


def _show_data_set(visitor: State, data_set: DataSet, runs: Sequence[str]) -> None:
    """Show one data set in a row that wraps on a phone."""
    name, is_open = escape_markdown(translate_name(data_set.name)), visitor.data_key == data_set.id
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{name}**  \n{_describe(data_set)}", width="stretch")
        st.button(
            _("In use") if is_open else _("Open"),
            key=f"open-{data_set.id}",
            disabled=is_open,
            on_click=_open,
            args=(visitor, data_set),
        )
        with st.popover(_("Rename"), icon=":material/edit:"):
            offer_to_rename(visitor, data_set, "rename")
        with st.popover(_("Delete"), icon=":material/delete:"):
            _offer_to_delete(visitor, data_set, runs)


def _confirm(visitor: State) -> None:
    usage = backend.get_store().visitors.read_usage(visitor.owner.id)
    st.markdown(
        _("This deletes {data_sets} and {runs} with their models. It cannot be undone.").format(
            data_sets=ngettext("{n} data set", "{n} data sets", usage.data_sets),
            runs=ngettext("{n} run", "{n} runs", usage.runs),
        )
        + " "
        + _("Active training stops.")
    )
    with st.container(horizontal=True):
        if st.button(_("Keep it"), key="keep-all"):
            st.rerun()
        if st.button(_("Delete everything"), type="primary", key="delete-all-yes"):
            delete_all(visitor)
            st.rerun()


def delete_all(visitor: State) -> None:
    """Delete all data of this visitor, on the server and in the open tab."""
    try:
        backend.get_store().visitors.delete(visitor.owner.id)
    except UnpaddedError as error:
        st.error(translate(error))
        st.stop()
    st.session_state.clear()
    st.query_params.clear()  # it names deleted data


def _open(visitor: State, data_set: DataSet) -> None:
    try:
        data.open_data_set(visitor, get_services(), data_set)
    except UnpaddedError as error:  # deleted in another tab
        visitor.refusals.data_set = error


def _rename(visitor: State, data_set: DataSet, name_key: str) -> None:
    name = st.session_state[name_key].strip()
    if name:
        try:
            data.rename_data_set(visitor, get_services(), data_set, name)
        except UnpaddedError as error:
            visitor.refusals.data_set = error


def _offer_to_delete(visitor: State, data_set: DataSet, runs: Sequence[str]) -> None:
    """Offer to delete a data set. Its runs keep their sequences unless they are deleted too."""
    lost = ngettext(
        "This deletes {name}: {n} sequence and its file. It cannot be undone.",
        "This deletes {name}: {n} sequences and their file. It cannot be undone.",
        data_set.sequences,
        name=f"**{escape_markdown(translate_name(data_set.name))}**",
    )
    kept = ngettext(
        "{n} run trained on it keeps a copy of the sequences.",
        "{n} runs trained on it keep a copy of the sequences.",
        len(runs),
    )
    st.markdown(f"{lost} {kept}" if runs else lost)
    st.button(
        _("Delete the data set"),
        key=f"delete-{data_set.id}",
        on_click=_delete,
        args=(visitor, data_set, []),
    )
    if runs:
        st.button(
            ngettext(
                "Delete it, {n} run and its model",
                "Delete it, {n} runs and their models",
                len(runs),
            ),
            key=f"delete-runs-{data_set.id}",
            on_click=_delete,
            args=(visitor, data_set, runs),
        )


def _delete(visitor: State, data_set: DataSet, runs: Sequence[str]) -> None:
    try:
        data.delete_data_set(visitor, get_services(), data_set, runs)
    except UnpaddedError as error:
        visitor.refusals.data_set = error


def _describe(data_set: DataSet) -> str:
    parts = [
        ngettext("{n} sequence", "{n} sequences", data_set.sequences),
        ngettext("{n} feature", "{n} features", data_set.features),
        ngettext("{n} step", "{n} steps", data_set.steps),
        format_size(data_set.size),
    ]
    return f":small[:gray[{join_list(parts)}]]"
