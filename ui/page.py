"""Frame of every page: page configuration, sidebar menu and visitor state."""

from __future__ import annotations

import logging

import streamlit as st

from core.errors import UnpaddedError
from core.i18n import N_
from runs import StoreError
from ui import backend, context
from ui.data.switch import show_data_in_use
from ui.i18n import _, translate
from ui.language_switch import show_language_switch
from ui.session.state import State
from ui.shell import auth, css, menu
from ui.shell.plots import is_dark

PAGES = (
    # (script, icon, name)
    ("app.py", ":material/home:", N_("Home")),
    ("pages/1_Data.py", ":material/upload_file:", N_("Data")),
    ("pages/2_Mask.py", ":material/grid_on:", N_("Mask")),
    ("pages/3_Train.py", ":material/show_chart:", N_("Train")),
    ("pages/4_Predict.py", ":material/online_prediction:", N_("Predict")),
    ("pages/5_Compare.py", ":material/balance:", N_("Compare")),
    ("pages/6_Runs.py", ":material/history:", N_("Runs")),
)


def open_page(name: str) -> State:
    """Set up a page. Call first on every page.

    Args:
        name: Name of the page in ``PAGES``.

    Returns:
        The visitor's state.
    """
    backend.get_runs()  # starts the workers, which warm up while the visitor reads
    visitor = context.get_state()  # needed first, because it holds the language
    st.set_page_config(page_title=f"{_(name)} · Unpadded", page_icon="▦", layout="wide")
    css.apply(is_dark(), _(name))
    with st.sidebar:
        st.markdown("### ▦ Unpadded")
        for script, icon, label in PAGES:
            st.page_link(script, label=_(label), icon=icon)
        st.space("small")
        show_data_in_use(visitor, name)
        auth.show_login()
        show_language_switch(visitor)
        menu.close_on_navigation()
    if visitor.memory.error is not None:
        st.warning(translate(visitor.memory.error), icon=":material/cloud_off:")
    return visitor


def is_fault(record: logging.LogRecord) -> bool:
    """Filter Streamlit's log: drop store errors, which the store has logged itself.

    Streamlit logs a traceback of every exception that no page has caught.
    """
    return record.exc_info is None or not isinstance(record.exc_info[1], StoreError)


def explain_failure(error: Exception) -> bool:
    """Show an exception that no page has caught. Streamlit calls it after logging the traceback.

    Returns:
        True, which tells Streamlit that the error has been shown.
    """
    if isinstance(error, UnpaddedError):  # such as an unreachable database
        st.error(translate(error), icon=":material/cloud_off:")
    else:
        st.error(
            _(
                "This page failed because of an error in the program. Saved data is not "
                "lost. Reload the page."
            ),
            icon=":material/error:",
        )
    return True
