"""A model that was taken away, opened again: here or in another copy of the app."""

from __future__ import annotations

from pathlib import PurePath

import streamlit as st

from core import DataError
from runs import Question
from ui import backend
from ui.i18n import _
from ui.runs import detail
from ui.session import requests
from ui.session.state import State
from ui.shell.uploader import File, uploader


def section(visitor: State) -> None:
    """A place to drop the ZIP; its run opens as soon as the file was checked."""
    with st.expander(_("Open a model from a file"), icon=":material/unarchive:"):
        file = uploader(
            _("A model that was taken away as a ZIP"),
            type="zip",
            key="bring-back",
            help=_(
                "From this app, wherever it ran. Nothing in the file is run: the network is built "
                "anew from its recipe, and its weights are read."
            ),
        )
        if file is not None:
            asked = visitor.once("bring-back", file.id, lambda: _ask(visitor, file))
            if asked.done:
                file.drop()
            requests.answer(asked, _open, _("Checking the file …"))


def _ask(visitor: State, file: File) -> Question:
    try:
        content = file.read(pin=True)
    except DataError as error:
        question = Question()
        question.end(error)
        return question
    return backend.runs().bring_back(visitor.owner.id, PurePath(file.name).stem, content)


def _open(asked: Question) -> None:
    st.switch_page(detail.RUNS_PAGE, query_params={"run": asked.result})
