"""A model that was taken away, opened again: here or in another copy of the app."""

from __future__ import annotations

from pathlib import PurePath

import streamlit as st

from runs import Question
from ui import asking, run_view, server
from ui.state import State
from ui.words import _


def section(visitor: State) -> None:
    """A place to drop the ZIP; its run opens as soon as the file was checked."""
    with st.expander(_("Open a model from a file"), icon=":material/unarchive:"):
        file = st.file_uploader(
            _("A model that was taken away as a ZIP"),
            type="zip",
            key="bring-back",
            help=_(
                "From this app, wherever it ran. Nothing in the file is run: the network is built "
                "anew from its recipe, and its weights are read."
            ),
        )
        if file is not None:
            asked = visitor.once(
                "bring-back",
                file.file_id,
                lambda: server.runs().bring_back(
                    visitor.owner.id, PurePath(file.name).stem, file.getvalue()
                ),
            )
            asking.answer(asked, _open, _("Checking the file …"))


def _open(asked: Question) -> None:
    st.switch_page(run_view.RUNS_PAGE, query_params={"run": asked.result})
