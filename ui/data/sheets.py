"""Choice of a sheet of a workbook."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.reading import Choices
from runs.reading.reading_jobs import Columns
from ui.i18n import _, shorten
from ui.shell.widgets import choose_one


def show_sheets(columns: Columns, key: str, answer: Callable[[Choices], None]) -> None:
    """Show the sheets of a workbook with several, of which one is read.

    Args:
        columns: Columns of the file.
        key: Prefix of the widget key.
        answer: Called with another sheet.
    """
    if len(columns.sheets) < 2 or columns.sheet is None:
        return
    widget_key = f"{key}-sheet-{columns.sheet}"  # another sheet may be read by an undo

    def open_sheet() -> None:
        answer({"sheet": st.session_state[widget_key]})

    choose_one(
        _("Sheet of the workbook"),
        columns.sheets,
        widget_key,
        columns.sheet,
        format_func=shorten,
        on_change=open_sheet,
    )
