"""Columns of a table of new sequences, and a template of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.reading.new_data import Reading
from core.reading.to_csv import build_template
from runs import Run
from ui.i18n import _, escape_markdown, ngettext, shorten
from ui.results.file_names import name_file
from ui.session.state import State

MAX_CHARACTERS = 300  # of a list of names


def show_columns(
    visitor: State, run: Run, reading: Reading, key: str, expanded: bool = False
) -> None:
    """List the expected columns, and offer a template if the visitor has the data open.

    Args:
        visitor: The visitor's state.
        run: Run whose model predicts.
        reading: How new data is read like the training data.
        key: Prefix of the widget keys.
        expanded: Show the list at once.
    """
    with st.expander(_("Expected columns"), expanded, icon=":material/view_column:"):
        st.markdown("\n".join(f"- {line}" for line in describe_columns(reading)))
        if run.data == visitor.digest:
            data = visitor.data
            st.download_button(
                _("Template (CSV)"),
                lambda: build_template(data),
                file_name=f"{name_file(run, 'template')}.csv",
                mime="text/csv",
                key=f"{key}-template",
                on_click="ignore",
                icon=":material/download:",
                help=_("Two short sequences of your data in the expected columns."),
            )


def describe_columns(reading: Reading) -> list[str]:
    """Describe the columns by role, in Markdown."""
    schema = reading.schema
    if schema is None or schema.layout == "rows":
        features = ngettext("{n} feature per step", "{n} features per step", reading.features)
        return [_("One sequence per row, as numbers or as a list in brackets."), features]
    lines = [
        {
            "long": _("One row per time step."),
            "wide": _("One row per sequence, one column per time step."),
            "list": _("One row per sequence. A cell holds the values of all steps as a list."),
        }[schema.layout]
    ]
    for role, description in (
        ("id", _("ID of the sequence")),
        ("time", _("time; rows are sorted by it")),
    ):
        if names := schema.list_columns(role):
            lines.append(f"{_list(names)}: {description}")
    values = ngettext("{n} column of values", "{n} columns of values", len(schema.features))
    lines.append(f"{_list(schema.features)}: {values}")
    if schema.categories:
        lines.append(_("{columns}: categories").format(columns=_list(schema.categories)))
    if schema.target is not None and not schema.target.isdecimal():
        target = _list([schema.target])
        lines.append(
            _("{column}: target. Optional; with it the metrics are shown.").format(column=target)
        )
    return lines


def _list(names: Sequence[str]) -> str:
    return f"**{escape_markdown(shorten(', '.join(names), MAX_CHARACTERS))}**"
