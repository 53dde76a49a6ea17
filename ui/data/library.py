"""Stored data of a visitor: retention notice, list and deletion."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import UnpaddedError
from runs import DataSet
from ui import backend
from ui.context import get_services
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


def show_retention(visitor: State) -> None:
    """Show what is stored, and when it is deleted, in one line."""
    if not visitor.owner.lasting:
        when = _("Your browser takes no cookies, so it cannot be found again after this session.")
    elif visitor.owner.login:
        when = _("It stays until you delete it.")
    else:
        when = ngettext(
            "It is deleted {n} day after your last visit, or at once under “Your data”.",
            "It is deleted {n} days after your last visit, or at once under “Your data”.",
            backend.get_store().limits.days_kept,
        )
    st.caption(
        ":material/lock: "
        + _("Kept on this server, for you alone, so that it is here when you come back.")
        + " "
        + when
    )


def show_data_sets(visitor: State) -> None:
    """Show the visitor's data sets, with buttons to open and delete them."""
    data_sets = backend.get_store().data_sets.list(visitor.owner.id)
    if not data_sets:
        st.caption(_("Nothing yet. What you upload or paste is kept here for you."))
    trained = backend.get_store().runs.group_by_data(visitor.owner.id)
    for data_set in data_sets:
        text, button, delete = st.columns([6, 2, 2], vertical_alignment="center")
        is_open = visitor.data_key == data_set.id
        text.markdown(
            f"**{escape_markdown(translate_name(data_set.name))}**  \n{_describe(data_set)}"
        )
        button.button(
            _("In use") if is_open else _("Open"),
            key=f"open-{data_set.id}",
            width="stretch",
            disabled=is_open,
            on_click=_open,
            args=(visitor, data_set),
        )
        with delete.popover(_("Delete"), icon=":material/delete:", width="stretch"):
            _offer_to_delete(visitor, data_set, trained.get(data_set.data, []))
    error, visitor.refusals.data_set = visitor.refusals.data_set, None
    if error is not None:
        st.error(translate(error), icon=":material/error:")
    usage = backend.get_store().visitors.read_usage(visitor.owner.id)
    st.caption(
        _("{data_sets}, {runs}: {size} of the {most} MB a visitor may have.").format(
            data_sets=ngettext("{n} data set", "{n} data sets", usage.data_sets),
            runs=ngettext("{n} run", "{n} runs", usage.runs),
            size=format_size(usage.bytes),
            most=format_count(backend.get_store().limits.megabytes),
        )
    )
    title = _("Delete all my data")
    if st.button(title, icon=":material/delete_forever:", key="delete-all"):
        st.dialog(title)(_confirm)(visitor)


def _confirm(visitor: State) -> None:
    st.markdown(
        _(
            "Your data sets, runs and models are deleted from this server at once, and trainings "
            "that go on end. This cannot be undone."
        )
    )
    with st.container(horizontal=True):
        if st.button(_("Delete everything"), type="primary", key="delete-all-yes"):
            delete_all(visitor)
            st.rerun()
        if st.button(_("Keep it"), key="delete-all-no"):
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


def _offer_to_delete(visitor: State, data_set: DataSet, runs: Sequence[str]) -> None:
    """Offer to delete a data set. Its runs keep their sequences unless they are deleted too."""
    st.markdown(
        ngettext(
            "{n} run was trained on it and keeps its sequences, to go on from.",
            "{n} runs were trained on it and keep its sequences, to go on from.",
            len(runs),
        )
        if runs
        else _("Its file and its sequences are deleted at once.")
    )
    st.button(
        _("Delete the data set"),
        key=f"delete-{data_set.id}",
        on_click=_delete,
        args=(visitor, data_set, []),
        type="secondary" if runs else "primary",
    )
    if runs:
        st.button(
            ngettext("Delete it and its {n} run", "Delete it and its {n} runs", len(runs)),
            key=f"delete-runs-{data_set.id}",
            on_click=_delete,
            args=(visitor, data_set, runs),
            type="primary",
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
