"""Verdict on the open data in one sentence: what can be trained on it, or what to check first."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ui.data.findings import list_warnings
from ui.i18n import _, escape_markdown, ngettext, shorten
from ui.session.data import suggest_recipe
from ui.session.state import State
from ui.shell.target_name import get_target_name


def show_verdict(visitor: State) -> None:
    """Show the verdict: green if all is clear, amber if something is to be checked."""
    data, report = visitor.data, visitor.data.report
    if data.targets is None:
        st.info(
            _("No target column. Choose one to train; without it you can only predict."),
            icon=":material/info:",
        )
        return
    questions, warnings = len(report.select("question")), len(list_warnings(report))
    if questions:
        text = ngettext(
            "{n} question is open: check it before you train.",
            "{n} questions are open: check them before you train.",
            questions,
        )
    elif warnings:
        text = ngettext(
            "Ready to train, with {n} note to check below.",
            "Ready to train, with {n} notes to check below.",
            warnings,
        )
    else:
        st.success(_describe_task(visitor), icon=":material/check_circle:")
        return
    st.warning(text, icon=":material/warning:")


def _describe_task(visitor: State) -> str:
    task = suggest_recipe(visitor).recipe.task
    name = get_target_name(visitor.data.schema, visitor.recipe).label
    target = _("the target") if name is None else f"**{escape_markdown(shorten(name))}**"
    if task == "classification":
        text = (
            _("Ready to train: predict {target}, one of {n} classes, at each step.")
            if visitor.data.per_step
            else _("Ready to train: predict {target}, one of {n} classes, for each sequence.")
        )
        return text.format(target=target, n=_count_classes(visitor.digest, visitor.data.targets))
    if name is None:
        return (
            _("Ready to train: predict a number at each step.")
            if visitor.data.per_step
            else _("Ready to train: predict a number for each sequence.")
        )
    text = (
        _("Ready to train: predict the number {target} at each step.")
        if visitor.data.per_step
        else _("Ready to train: predict the number {target} for each sequence.")
    )
    return text.format(target=target)


@st.cache_data(show_spinner=False, max_entries=100)
def _count_classes(digest: str, _targets: np.ndarray | None) -> int:
    return 0 if _targets is None else len(np.unique(_targets))
