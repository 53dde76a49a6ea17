"""One run in the list: name and result, and below recipe, data, start and duration."""

from __future__ import annotations

import streamlit as st

from core.i18n import N_
from runs import RunState, RunSummary
from ui.i18n import _, escape_markdown, shorten, translate_name
from ui.results.run_labels import describe_recipe, format_result, format_run_time, format_start
from ui.runs import selection

RUNS_PAGE = "pages/6_Runs.py"
MAX_NAME, MAX_NOTE = 60, 80  # characters
STATES = {
    RunState.QUEUED: N_("waiting"),
    RunState.RUNNING: N_("running"),
    RunState.INTERRUPTED: N_("interrupted"),
    RunState.FINISHED: N_("finished"),
    RunState.STOPPED: N_("stopped"),
    RunState.FAILED: N_("failed"),
}
PAUSED = N_("paused")  # interrupted to give others a turn


def show_entry(run: RunSummary, data: str) -> None:
    """Show a run with a box to select it; a click on its text opens it.

    Args:
        run: The run.
        data: Name of its data; "" if it was deleted.
    """
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"entry-{run.id}"
    ):
        selection.offer_selection(run)
        st.page_link(
            RUNS_PAGE,
            label=f"{_format_title(run)}\n\n{_format_details(run, data)}",
            query_params={"run": run.id},
            icon="",
            width="stretch",
        )


def format_state(run: RunSummary) -> str:
    """Format the state of a run in the visitor's language."""
    return _(PAUSED if run.paused else STATES[run.state])


def _format_title(run: RunSummary) -> str:
    """Format name and result, or the state of a run that has none."""
    name = escape_markdown(shorten(translate_name(run.name), MAX_NAME)) or _("A run")
    result = format_result(run)
    state = "" if run.state is RunState.FINISHED else format_state(run)
    if run.state is RunState.FAILED:
        state = f":red[{state}]"
    return " · ".join(part for part in (f"**{name}**", result, state) if part)


def _format_details(run: RunSummary, data: str) -> str:
    """Format recipe, data, start, duration and note, muted."""
    parts = [describe_recipe(run)]
    if data and data != translate_name(run.name):
        parts.append(shorten(data, MAX_NAME))
    parts += [format_start(run), format_run_time(run)]
    if run.note:
        parts.append(f"“{shorten(' '.join(run.note.split()), MAX_NOTE)}”")
    return f":small[:gray[{' · '.join(escape_markdown(part) for part in parts if part)}]]"
