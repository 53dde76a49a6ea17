"""Switch of the language in the sidebar."""

from __future__ import annotations

import streamlit as st

from ui.context import get_services
from ui.data.open_data import PASTE_KEY
from ui.i18n import LANGUAGES, _, get_language
from ui.session import workspace
from ui.session.state import State
from ui.shell.widgets import choose_one


def show_language_switch(visitor: State) -> None:
    """Show the language switch.

    Its callback runs before the page, so that one run shows every text in the new language.
    """
    choose_one(
        _("Language"),
        LANGUAGES,
        "language",
        get_language(),
        format_func=LANGUAGES.__getitem__,
        label_visibility="collapsed",
        on_change=_change_language,
        args=(visitor, "language"),
    )


def _change_language(visitor: State, key: str) -> None:
    """Set the language, and set every widget value again so that options are relabelled."""
    workspace.set_language(visitor, get_services(), st.session_state[key])
    # Streamlit 1.67 keeps the labels of a list of options in the previous language unless its value
    # is set again. Every widget is set again, except text that has not been submitted yet.
    for name, value in st.session_state.items():
        if isinstance(value, str | list) and name != PASTE_KEY:
            st.session_state[name] = value
