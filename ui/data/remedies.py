"""Remedies for the problems of a refused file, offered as buttons below the error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import streamlit as st

from core.data.missing import Missing
from core.errors import MissingValue, UnpaddedError
from core.reading import Report, Schema
from ui.data.columns_form import MISSING_NAMES
from ui.data.reading_report import explain, show_problems
from ui.i18n import _, ngettext


def offer_to_read_again(error: UnpaddedError, key: str, read: Callable[[Schema], None]) -> None:
    """Show the error, list all unresolved problems, and offer remedies.

    Args:
        error: The error.
        key: Prefix of the widget keys.
        read: Called with the schema of the chosen remedy.
    """
    explain(error)
    report = error.report
    if not isinstance(report, Report):
        return
    unresolved = report.unresolved
    if sum(unresolved.counts.values()) > 1:
        show_problems(unresolved, is_resolved=False)
    with st.container(horizontal=True):
        for number, (label, schema) in enumerate(
            _list_remedies(report, isinstance(error, MissingValue))
        ):
            st.button(label, key=f"{key}-{number}", on_click=read, args=(schema,))


def _list_remedies(report: Report, is_missing: bool) -> Iterator[tuple[str, Schema]]:
    """List the remedies, each with the schema that applies it.

    Args:
        report: Report of the problems.
        is_missing: Reading ended at a missing value.
    """
    schema, counts = report.schema, report.counts
    unreadable = {"unreadable"} & counts.keys() - {*schema.fixes}
    fixes = (*schema.fixes, *unreadable)
    has_missing = unreadable or "missing" in counts
    if has_missing and (schema.missing == "refuse" or is_missing):
        treatments: tuple[Missing, ...] = ("drop", "forward", "mean")
        for missing in (each for each in treatments if each != schema.missing):
            label = _(MISSING_NAMES[missing])
            yield label[:1].upper() + label[1:], replace(schema, missing=missing, fixes=fixes)
    elif unreadable:
        yield (
            ngettext(
                "Count {n} cell as missing", "Count {n} cells as missing", counts["unreadable"]
            ),
            replace(schema, fixes=fixes),
        )
    labels = {
        "incomplete": ngettext(
            "Leave out {n} row", "Leave out {n} rows", counts.get("incomplete", 0)
        ),
        "empty": ngettext(
            "Leave out {n} empty sequence", "Leave out {n} empty sequences", counts.get("empty", 0)
        ),
        "spaces": _("Take ids that differ in spaces for the same"),
    }
    if "changes" in counts:
        yield _("Take a target for each step"), replace(schema, target_at="step")
        yield _("Take that of the last step"), replace(schema, target_at="end")
    for fix, label in labels.items():
        if fix in counts and fix not in schema.fixes:
            yield label, replace(schema, fixes=(*schema.fixes, fix))
