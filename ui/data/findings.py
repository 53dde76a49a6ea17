"""Findings of a reading: questions with their answers, warnings, and what was understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from core.data.read_report import Finding, ReadReport
from core.errors import Note
from core.reading import Choices
from ui.data.choice_labels import format_choices
from ui.i18n import _, escape_markdown, ngettext, translate

MAX_WARNINGS = 5  # shown at once; the others are in a section to open
MAX_BUTTONS = 8  # of a finding
Answer = Callable[[Choices], None]


def show_questions(report: ReadReport, key: str, answer: Answer) -> None:
    """Show the questions with a button per answer, and values as each answer reads them.

    Args:
        report: Report of the reading.
        key: Prefix of the widget keys.
        answer: Called with the chosen remedy.
    """
    for finding in report.select("question"):
        with st.container(border=True, key=f"{key}-question-{_make_id(finding)}"):
            st.markdown(f":material/help: **{format_finding(finding)}**")
            _show_answers(finding, key, answer)


def show_warnings(report: ReadReport, key: str, answer: Answer) -> None:
    """Show the warnings, with a button per remedy."""
    warnings = list_warnings(report)
    for finding in warnings[:MAX_WARNINGS]:
        _show_warning(finding, key, answer)
    rest = warnings[MAX_WARNINGS:]
    if rest:
        title = ngettext("{n} more note", "{n} more notes", len(rest))
        with st.expander(title, icon=":material/warning:"):
            for finding in rest:
                _show_warning(finding, key, answer)


def list_warnings(report: ReadReport) -> list[Finding]:
    """List the warnings, but for the choice of a sheet, which has a control of its own."""
    return [finding for finding in report.select("warning") if finding.code != "sheet"]


def show_statements(report: ReadReport, skipped: Sequence[str] = ()) -> None:
    """List what was understood, but for findings with these codes."""
    texts = [format_finding(each) for each in report.select("info") if each.code not in skipped]
    st.markdown("\n".join(f"- {text}" for text in texts))


def format_finding(finding: Finding) -> str:
    """Format the message of a finding, with `column` names in quotes, as escaped text."""
    text = quote_columns(finding.message)
    return text[:1].upper() + text[1:]


def quote_columns(note: Note) -> str:
    """Translate a note, with `column` names in quotes, as escaped text."""
    return re.sub(r"(?<!\\)`((?:[^`]|\\`)*?)(?<!\\)`", r"“\1”", translate(note))


def _show_warning(finding: Finding, key: str, answer: Answer) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.warning(format_finding(finding), icon=":material/warning:", width="stretch")
        for number, remedy in enumerate(finding.remedies[:MAX_BUTTONS]):
            _show_button(finding, number, remedy, key, answer)


def _show_answers(finding: Finding, key: str, answer: Answer) -> None:
    examples = finding.examples or ((),) * len(finding.remedies)
    with st.container(horizontal=True, vertical_alignment="top"):
        for number, remedy in enumerate(finding.remedies[:MAX_BUTTONS]):
            with st.container(width="content", gap="xsmall"):
                _show_button(finding, number, remedy, key, answer)
                lines = [escape_markdown(text) for text in examples[number]]
                if number == 0:
                    lines.insert(0, _("Current reading"))
                st.caption("  \n".join(lines))


def _show_button(
    finding: Finding, number: int, remedy: Mapping[str, object], key: str, answer: Answer
) -> None:
    choices: Choices = dict(remedy)  # type: ignore[assignment]  # a set of choices
    st.button(
        escape_markdown(format_choices(choices)) or _("Confirm"),
        key=f"{key}-{_make_id(finding)}-{number}",
        on_click=answer,
        args=(choices,),
    )


def _make_id(finding: Finding) -> str:
    return f"{finding.code}-{finding.column or ''}"
