"""Ways to open a file that was refused: remedies, the editor of its cells, and the columns form."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from core.data.choices import FIELDS, merge_choices
from core.errors import UnpaddedError
from core.reading import Choices, Report, Schema
from core.reading.table.roles import ROLES
from ui.context import get_services
from ui.data import columns_form, table_editor
from ui.data.remedies import offer_to_read_again
from ui.data.sheets import show_sheets
from ui.i18n import _
from ui.session.data import open_table
from ui.session.refusal import Refusal
from ui.session.state import State


def offer_to_repair(
    visitor: State,
    refusal: Refusal,
    key: str,
    keep: Callable[[Refusal | None], None],
    replaces: str = "",
    text_key: str | None = None,
) -> None:
    """Show why a file was refused, with all ways to open it.

    Args:
        visitor: The visitor's state.
        refusal: Why it was refused.
        key: Prefix of the widget keys.
        keep: Called with the result of another attempt.
        replaces: Id of the data set that it replaces; "" for none.
        text_key: Key of the text box that holds the content; None for a file.
    """
    editor_key, services = f"{key}-edit-{refusal.checksum}", get_services()

    def open_again(
        read: Callable[[], bytes], choices: Sequence[Choices], is_edited: bool
    ) -> Refusal | None:
        name = refusal.name
        return open_table(visitor, services, name, read, choices, is_edited, replaces)

    def answer(choices: Choices) -> None:
        answers = (*refusal.choices, choices)
        content = refusal.grid and table_editor.get_unread_edits(
            editor_key, refusal.grid, refusal.rows
        )
        if content:
            read_edited(content, answers)
        else:
            keep(open_again(refusal.read, answers, refusal.is_edited))

    def read_edited(content: bytes, answers: Sequence[Choices] = refusal.choices) -> None:
        if text_key is not None:
            st.session_state[text_key] = content.decode()
        keep(open_again(lambda: content, answers, is_edited=True))

    def refuse(error: UnpaddedError) -> None:
        keep(replace(refusal, error=error))

    if refusal.columns is not None:
        show_sheets(refusal.columns, key, answer)
    offer_to_read_again(refusal.error, key, answer)
    if refusal.choices:
        st.button(
            _("Undo the last choice"),
            key=f"{key}-undo",
            icon=":material/undo:",
            type="tertiary",
            on_click=lambda: keep(
                open_again(refusal.read, refusal.choices[:-1], refusal.is_edited)
            ),
        )
    if refusal.grid is not None:
        table_editor.show_table(
            editor_key, refusal.name, refusal.grid, read_edited, refusal.rows, refusal.is_edited
        )
    if refusal.columns is not None and not refusal.columns.lists:
        report = refusal.error.report
        schema = report.schema if isinstance(report, Report) else _describe_choices(refusal.choices)
        with st.expander(_("Choose the columns"), icon=":material/view_column:"):
            # The choice is kept while this file is refused, but not for another file.
            form_id = zlib.crc32(repr(refusal.choices).encode(), refusal.checksum)
            columns_form.show_form(
                f"{key}-{form_id}", refusal.columns.names, schema, answer, refuse
            )


def _describe_choices(choices: Sequence[Choices]) -> Schema:
    """Return a schema that shows what was chosen about a table that could not be read with it."""
    chosen = merge_choices(*choices)
    layout = chosen.get("layout", "auto")
    names = (*ROLES, *FIELDS, "target_at", "dayfirst")
    fields = {name: chosen[name] for name in names if chosen.get(name)}  # type: ignore[literal-required]  # names of fields
    if "remaining_steps" in fields:
        fields.pop("target", None)
    schema = Schema("long" if layout == "auto" else layout)
    return replace(schema, **fields)
