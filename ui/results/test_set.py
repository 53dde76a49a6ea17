"""The test set of a run: how its sequences were selected."""

from __future__ import annotations

import streamlit as st

from core.i18n import N_
from core.preprocessing.hold_out import HoldOut, Method
from runs import Run
from ui import backend
from ui.i18n import _, escape_markdown, shorten
from ui.session.state import State
from ui.shell.target_name import get_run_time_name

METHODS: dict[Method | None, str] = {
    "random": N_("The test sequences were drawn at random, stratified."),
    "group": N_("The test sequences are whole groups, drawn at random."),
    "time": N_("The test sequences are those that start latest by {column}."),
    "latest": N_("The test sequences are the last of the file."),
    "windows": N_("The test sequences are the last windows of the series."),
    None: N_("The data marks its own test sequences."),
}


def show_test_set(visitor: State, run: Run) -> None:
    """Say how the test sequences of a run were selected, and if the open data has others now."""
    method, digest = _read_method(run.id)
    column = shorten(get_run_time_name(run) or _("time"))
    text = _(METHODS[method]).format(column=escape_markdown(column))
    if run.data == visitor.digest and digest != _summarize(visitor.hold_out)[1]:
        text += " " + _("This data now has another test set, chosen after this training.")
    st.caption(text)


@st.cache_data(show_spinner=False, max_entries=1000)
def _read_method(run_id: str) -> tuple[Method | None, str]:
    """Read the method and the digest of a run's test set, which never change."""
    return _summarize(backend.get_store().runs.read_hold_out(run_id))


def _summarize(held_out: HoldOut | None) -> tuple[Method | None, str]:
    if held_out is None or not len(held_out.rows):
        return None, ""
    return held_out.method, held_out.digest
