"""The frame around every page: its configuration, the menu, the visitor's state."""

from __future__ import annotations

import logging

import streamlit as st

from core.errors import DataError
from core.i18n import N_
from runs import StoreError
from ui import backend
from ui.i18n import LANGUAGES, _, language, listed, ngettext, plain, told
from ui.samples import called
from ui.session import state
from ui.shell import auth, menu
from ui.shell import css as style
from ui.shell.plots import is_dark
from ui.shell.widgets import one_of

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


def open_page(name: str) -> state.State:
    """Call first on every page, with its name in ``PAGES``; returns the visitor's state."""
    backend.runs()  # the workers begin to warm up while the visitor still reads
    visitor = state.current()  # which knows the language
    st.set_page_config(page_title=f"{_(name)} · Unpadded", page_icon="▦", layout="wide")
    style.apply(is_dark(), _(name))
    with st.sidebar:
        st.markdown("### ▦ Unpadded")
        for script, icon, label in PAGES:
            st.page_link(script, label=_(label), icon=icon)
        sequences = ngettext("{n} sequence", "{n} sequences", len(visitor.data))
        steps = ngettext("{n} step", "{n} steps", visitor.data.lengths.sum())
        st.space("small")
        # one block, since three have a line's height of air between them
        st.markdown(
            f":small[:gray[{_('Data in use')}]]  \n**{plain(called(visitor.name))}**  \n"
            f":small[:gray[{listed([sequences, steps])}]]"
        )
        auth.sign_in_or_out()
        _languages(visitor)
        menu.close_when_chosen()
    if visitor.memory.trouble is not None:
        st.warning(told(visitor.memory.trouble), icon=":material/cloud_off:")
    return visitor


def _languages(visitor: state.State) -> None:
    """The switch of the language; its callback comes before the page, so that one run is enough."""
    one_of(
        _("Language"),
        LANGUAGES,
        "language",
        language(),
        format_func=LANGUAGES.get,
        label_visibility="collapsed",
        on_change=_read_in,
        args=(visitor, "language"),
    )


def _read_in(visitor: state.State, key: str) -> None:
    visitor.read_in(st.session_state[key])
    # A list of choices goes on showing the words of the language before (Streamlit 1.67), unless
    # its value is set anew. So is that of every control, but for text that was not sent yet.
    for name, value in st.session_state.items():
        if isinstance(value, str | list) and name != state.PASTED:
            st.session_state[name] = value


def is_fault(record: logging.LogRecord) -> bool:
    """A filter for Streamlit's log, which has a traceback of all that no page has caught: what the
    store cannot do, it has logged itself."""
    return record.exc_info is None or not isinstance(record.exc_info[1], StoreError)


def explain_failure(error: Exception) -> bool:
    """Streamlit calls it for what no page has caught; the log has its traceback by then."""
    if isinstance(error, DataError):  # such as a database that does not answer
        st.error(told(error), icon=":material/cloud_off:")
    else:
        st.error(
            _(
                "This page failed because of an error in the program. Nothing that was saved is "
                "lost: reload the page."
            ),
            icon=":material/error:",
        )
    return True
