"""State and services of the visitor whose page is running."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from ui import backend
from ui.i18n import _
from ui.session import input_memory
from ui.session.input_memory import Value
from ui.session.restore import restore, retry
from ui.session.services import Services
from ui.session.state import State
from ui.shell import auth


def get_state() -> State:
    """Return this visitor's state, which the first call of a session restores."""
    state: State | None = st.session_state.get("state")
    if state is not None and state.memory.is_deleted:
        st.session_state.clear()
        st.toast(_("All your data was deleted in another tab."), icon=":material/info:")
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


def recall_input(
    box: str, default: Value, options: Collection[object] | None = None, per_data: bool = False
) -> Value:
    """Return the value that an input had before a reload (see ``ui.session.input_memory``).

    Args:
        box: Name of the input.
        default: Value of an input that nothing is remembered of.
        options: Values that are possible now; None for all.
        per_data: Each data set has a value of its own.
    """
    state = get_state()
    name = input_memory.name_box(state, box) if per_data else box
    return input_memory.recall(state, name, default, options)


def remember_input(box: str, value: Value, default: Value, per_data: bool = False) -> None:
    """Remember the value of an input for ``recall_input``, called with the same arguments."""
    state = get_state()
    name = input_memory.name_box(state, box) if per_data else box
    input_memory.remember(state, get_services(), name, value, default)
