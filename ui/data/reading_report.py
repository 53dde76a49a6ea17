"""Report on a file that was read: its problems, and what happened to its rows."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from core.errors import Note, UnpaddedError
from core.i18n import N_
from core.reading import Report, Schema
from ui.i18n import _, escape_markdown, format_count, join_list, ngettext, shorten, translate

MISSING_ACTIONS = {
    "drop": N_("step dropped"),
    "forward": N_("filled with the last known value, else the mean, and flagged"),
    "mean": N_("filled with the training mean, and flagged"),
}
DUPLICATE_ACTIONS = {
    "keep": N_("both kept, in file order"),
    "first": N_("first kept"),
    "last": N_("last kept"),
    "mean": N_("mean used"),
}
ACTIONS = {
    "incomplete": N_("row dropped"),
    "empty": N_("sequence dropped"),
    "spaces": N_("spaces ignored"),
    "gap": N_("none: check for missing rows"),
}
LEFT_OUT = {
    "missing": N_("with a missing value"),
    "incomplete": N_("without an ID, time, target, split or group"),
    "empty": N_("without a step"),
    "duplicate": N_("at a duplicate time"),
    "unknown": N_("with a missing value at every step"),
}


def explain(error: UnpaddedError) -> None:
    """Show the error. The open data is unchanged."""
    st.error(_drop_empty_value(translate(error)), icon=":material/error:")


def show_rows(report: Report) -> None:
    """Show the number of used and dropped rows, and the problems that were resolved."""
    left_out = {kind: number for kind, number in report.dropped.items() if number}
    all_rows = ngettext("{n} row in the file", "{n} rows in the file", report.rows)
    if left_out:
        parts = [f"{format_count(number)} {_(LEFT_OUT[kind])}" for kind, number in left_out.items()]
        st.caption(
            _("{rows}: {used} used. Dropped: {parts}.").format(
                rows=all_rows, used=format_count(report.used), parts=join_list(parts)
            )
        )
    else:
        st.caption(_("{rows}, all used.").format(rows=all_rows))


def show_constant_features(report: Report) -> None:
    """List features that are constant within each sequence, and how to remove them."""
    if not report.static_features:
        return
    text = _("Constant within each sequence: {columns}.").format(
        columns=escape_markdown(join_list(shorten(name) for name in report.static_features))
    )
    if report.schema.layout in ("long", "list"):
        text += " " + _("If the model must not see them, remove them under Features.")
    st.caption(text)


def show_problems(report: Report, is_resolved: bool) -> None:
    """Show a table of all problems: row, column, problem, value, and the action if resolved."""
    problems = report.problems
    table = {
        _("Row"): [_format_row(problem.row) for problem in problems],
        _("Column"): [str(problem.column) for problem in problems],
        _("Problem"): [_extract_problem(translate(problem.message)) for problem in problems],
        _("Value"): [problem.found for problem in problems],
    }
    if is_resolved:
        table[_("Action")] = [
            _(_format_action(problem.kind, report.schema)) for problem in problems
        ]
    widths = dict(zip(table, (54, 90, 280, 90), strict=False))  # a phone shows the first three
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        height=min(38 + 35 * len(problems), 318),
        column_config={name: st.column_config.Column(width=w) for name, w in widths.items()},
    )
    number = sum(report.counts.values())
    if number > len(problems):
        st.caption(
            _("Listed: {listed} of {all}.").format(
                listed=format_count(len(problems)), all=format_count(number)
            )
        )


def _format_row(row: int | str) -> str:
    return translate(row) if isinstance(row, Note) else str(row)


def _extract_problem(sentence: str) -> str:
    """Extract the problem from a message.

    The place and the value have their own columns, and the remedy is a button.
    """
    text = _drop_empty_value(sentence.replace("\\", ""))
    location, *rest = re.split(r": |：", text, maxsplit=1)
    return re.split(r"\. |。", rest[0] if rest else location)[0].rstrip(".")


def _drop_empty_value(sentence: str) -> str:
    """Remove the quoted value from a message if it is empty."""
    return sentence.replace(" (“”)", "")


def _format_action(kind: str, schema: Schema) -> str:
    if kind in ("missing", "unreadable"):
        return MISSING_ACTIONS.get(schema.missing, "")
    return DUPLICATE_ACTIONS[schema.duplicates] if kind == "duplicate" else ACTIONS[kind]
