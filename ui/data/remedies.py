"""Remedies for a refused file, offered as buttons below the error."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import UnpaddedError
from core.reading import Choices, Report
from core.reading.findings import list_choices_after_refusal
from ui.data.choice_labels import format_choices
from ui.data.reading_report import explain, show_problems
from ui.i18n import escape_markdown


def offer_to_read_again(error: UnpaddedError, key: str, answer: Callable[[Choices], None]) -> None:
    """Show the error, list all unresolved problems, and offer remedies.

    Args:
        error: The error.
        key: Prefix of the widget keys.
        answer: Called with the chosen remedy.
    """
    explain(error)
    report = error.report
    if not isinstance(report, Report):
        return
    unresolved = report.unresolved
    if sum(unresolved.counts.values()) > 1:
        show_problems(unresolved, is_resolved=False)
    with st.container(horizontal=True):
        for number, choices in enumerate(list_choices_after_refusal(report)):
            label = escape_markdown(format_choices(choices))
            st.button(label, key=f"{key}-{number}", on_click=answer, args=(choices,))
