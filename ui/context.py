"""State and services of the visitor whose page is running."""

from __future__ import annotations

import streamlit as st

from ui import backend
from ui.i18n import _
from ui.session.restore import restore, retry
from ui.session.services import Services
from ui.session.state import State
from ui.shell import auth


def get_state() -> State:
    """Return this visitor's state, which the first call of a session restores."""
    state: State | None = st.session_state.get("state")
    if state is not None and state.memory.is_deleted:
        st.session_state.clear()
        st.toast(_("Everything of yours was deleted, in another tab."), icon=":material/info:")
        state = None
    if state is None:
        state = st.session_state["state"] = State(auth.identify_owner())
        restore(state, get_services())
    else:
        retry(state, get_services())
    return state


def get_services() -> Services:
    """Return the server as this visitor reaches it."""
    return Services(backend.get_runs(), backend.get_guard(), auth.get_visitor_network())
