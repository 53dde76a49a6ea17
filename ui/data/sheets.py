"""Choice of a sheet of a workbook."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.reading import Choices
from runs.reading.reading_jobs import Columns
from ui.i18n import _, shorten


def show_sheets(columns: Columns, key: str, answer: Callable[[Choices], None]) -> None:
    """Show the sheets of a workbook with several, of which one is read.

    Args:
        columns: Columns of the file.
        key: Prefix of the widget key.
        answer: Called with another sheet.
    """
    if len(columns.sheets) < 2 or columns.sheet is None:
        return
    widget_key = f"{key}-sheet"

    def open_sheet() -> None:
        answer({"sheet": st.session_state[widget_key]})

    # Set in each run, because an undo opens another sheet. A key per sheet would not do: a browser
    # sends the value of a removed control until it has drawn a run to its end, as a new choice.
    st.session_state[widget_key] = columns.sheet
    st.segmented_control(
        _("Sheet of the workbook"),
        columns.sheets,
        required=True,
        key=widget_key,
        format_func=shorten,
        on_change=open_sheet,
    )
