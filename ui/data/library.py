"""What the server keeps of a visitor: said at the upload, listed, and deleted when asked to."""

from __future__ import annotations

import streamlit as st

from core import DataError
from runs import DataSet
from ui import backend
from ui.i18n import _, counted, listed, ngettext, plain, sized, told
from ui.samples import called
from ui.session.state import State


def promise(visitor: State) -> None:
    """One line that says what happens to the data, and when it is deleted."""
    if not visitor.owner.lasting:
        when = _("Your browser takes no cookies, so it cannot be found again after this session.")
    elif visitor.owner.login:
        when = _("It stays until you delete it.")
    else:
        when = ngettext(
            "It is deleted {n} day after your last visit, or at once under “Your data”.",
            "It is deleted {n} days after your last visit, or at once under “Your data”.",
            backend.store().limits.days_kept,
        )
    st.caption(
        ":material/lock: "
        + _("Kept on this server, for you alone, so that it is here when you come back.")
        + " "
        + when
    )


def data_sets(visitor: State) -> None:
    """The visitor's data sets, to open again or to delete."""
    kept = backend.store().contents.list(visitor.owner.id)
    if not kept:
        st.caption(_("Nothing yet. What you upload or paste is kept here for you."))
    trained = backend.store().runs.by_data(visitor.owner.id)
    for data_set in kept:
        words, button, bin = st.columns([6, 2, 2], vertical_alignment="center")
        is_open = visitor.kept is not None and visitor.kept.id == data_set.id
        words.markdown(f"**{plain(called(data_set.name))}**  \n{_about(data_set)}")
        button.button(
            _("In use") if is_open else _("Open"),
            key=f"open-{data_set.id}",
            width="stretch",
            disabled=is_open,
            on_click=_open,
            args=(visitor, data_set),
        )
        with bin.popover(_("Delete"), icon=":material/delete:", width="stretch"):
            _offer_to_delete(visitor, data_set, trained.get(data_set.data, []))
    refused = visitor.refused.pop("kept", None)
    if refused is not None:
        st.error(told(refused), icon=":material/error:")
    usage = backend.store().visitors.usage(visitor.owner.id)
    st.caption(
        _("{data_sets}, {runs}: {size} of the {most} MB a visitor may have.").format(
            data_sets=ngettext("{n} data set", "{n} data sets", usage.data_sets),
            runs=ngettext("{n} run", "{n} runs", usage.runs),
            size=sized(usage.bytes),
            most=counted(backend.store().limits.megabytes),
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
    """Forget everything of this visitor, here and in the open tab."""
    try:
        backend.store().visitors.delete(visitor.owner.id)
    except DataError as error:
        st.error(told(error))
        st.stop()
    st.session_state.clear()
    st.query_params.clear()  # it named what is gone


def _open(visitor: State, data_set: DataSet) -> None:
    try:
        visitor.open_kept(data_set)
    except DataError as error:  # deleted in another tab
        visitor.refused["kept"] = error


def _offer_to_delete(visitor: State, data_set: DataSet, runs: list[str]) -> None:
    """Runs keep the sequences they were trained on, unless they go too."""
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


def _delete(visitor: State, data_set: DataSet, runs: list[str]) -> None:
    try:
        backend.store().contents.delete(visitor.owner.id, data_set.id)
        backend.store().runs.delete(visitor.owner.id, *runs)
        if visitor.kept is not None and visitor.kept.id == data_set.id:
            visitor.open_example()
    except DataError as error:
        visitor.refused["kept"] = error


def _about(data_set: DataSet) -> str:
    said = [
        ngettext("{n} sequence", "{n} sequences", data_set.sequences),
        ngettext("{n} feature", "{n} features", data_set.features),
        ngettext("{n} step", "{n} steps", data_set.steps),
        sized(data_set.size),
    ]
    return f":small[:gray[{listed(said)}]]"
