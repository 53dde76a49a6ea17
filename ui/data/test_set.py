"""The test set: what is held out from the open data, and the choice of a method."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from core import Sequences
from core.data.validation import SPLITS
from core.errors import UnpaddedError
from core.i18n import N_
from core.preprocessing.hold_out import Method
from ui.context import get_services
from ui.data.reading_report import explain
from ui.i18n import _, escape_markdown, format_count, join_list, shorten
from ui.session import test_set
from ui.session.state import State

NONE: Literal[""] = ""  # the choice to hold out nothing; None would be no choice
METHOD_NAMES: dict[Method | Literal[""], str] = {
    "random": N_("At random, stratified"),
    "group": N_("By group"),
    "time": N_("Latest by {column}"),
    "latest": N_("Last sequences of the file"),
    "windows": N_("Last windows of the series"),
    NONE: N_("No test set"),
}
HELD_OUT = {
    "random": N_("Test set: {n} of {all} sequences, drawn at random and stratified."),
    "group": N_("Test set: {n} of {all} sequences, whole groups drawn at random."),
    "time": N_("Test set: {n} of {all} sequences, those that start latest by {column}."),
    "latest": N_("Test set: {n} of {all} sequences, the last of the file."),
    "windows": N_("Test set: {n} of {all} windows, the last of the series."),
}


def describe_test_set(visitor: State) -> str:
    """Describe the test set of the open data in one sentence; "" for data without targets."""
    data, held_out = visitor.data, visitor.hold_out
    if data.targets is None:
        return ""
    method = None if held_out is None or not len(held_out.rows) else held_out.method
    if held_out is not None and method is not None:
        numbers = {"n": format_count(len(held_out.rows)), "all": format_count(len(data))}
        return _(HELD_OUT[method]).format(**numbers, column=escape_markdown(_name_time(data)))
    counts = {} if data.split is None else {part: (data.split == part).sum() for part in SPLITS}
    if counts.get("test"):
        parts = (f"{format_count(n)} {_(part)}" for part, n in counts.items() if n)
        return _("The data marks its own split: {parts}.").format(parts=join_list(parts))
    return _("No test set is held out.")


def show_test_set(visitor: State) -> None:
    """State the test set of the open data, with a select box for the method."""
    text = describe_test_set(visitor)
    if not text:
        return
    if not visitor.test_set_methods:
        st.caption(f"{text} {_('Training never uses test sequences.')}")
        return
    method = NONE if visitor.hold_out is None else visitor.hold_out.method or NONE
    # Runs on the same content of another file may have had a method that this file has not.
    options = [*dict.fromkeys((*visitor.test_set_methods, method, NONE))]
    # The key does not change with the choice, so that the select box keeps the focus.
    key = f"test-set-{visitor.data_key}-{visitor.digest[:8]}"
    st.session_state[key] = method
    choice, statement = st.columns([2, 5], vertical_alignment="bottom")
    choice.selectbox(
        _("Test set"),
        options,
        key=key,
        format_func=lambda name: _(METHOD_NAMES[name]).format(column=_name_time(visitor.data)),
        help=_(
            "Sequences that training never uses. Scores on them show how good a model is on new "
            "data. Sequences of one group stay together. Trained runs keep their test set."
        ),
        on_change=_change_method,
        args=(visitor, key),
    )
    error, visitor.refusals.test_set = visitor.refusals.test_set, None
    if error is not None:
        explain(error)
    statement.caption(text)


def _name_time(data: Sequences) -> str:
    return shorten(join_list(data.report.roles.get("time", ())) or _("time"))


def _change_method(visitor: State, key: str) -> None:
    try:
        test_set.change_method(visitor, get_services(), st.session_state[key] or None)
    except UnpaddedError as error:
        visitor.refusals.test_set = error
