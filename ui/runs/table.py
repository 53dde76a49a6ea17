"""Table of the visitor's runs: filter, compare, delete, download."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.engine.progress import average_members
from core.evaluation.metric_formats import METRICS
from core.figures import plot_loss_curves
from core.i18n import N_
from runs import ACTIVE, RunState, RunSummary
from ui import backend
from ui.i18n import ENGLISH, _, format_count, get_language, ngettext, translate_name
from ui.recipe.format import format_field
from ui.results.spreadsheet_csv import to_csv
from ui.runs import detail
from ui.session.state import State
from ui.shell import fragments
from ui.shell.plots import draw, get_figure_labels, is_dark

REFRESH_SECONDS = 1.0
MAX_COMPARED = 6  # curves that can be distinguished in one figure
STATES = {
    RunState.QUEUED: N_("waiting"),
    RunState.RUNNING: N_("running"),
    RunState.INTERRUPTED: N_("interrupted"),
    RunState.FINISHED: N_("finished"),
    RunState.STOPPED: N_("stopped"),
    RunState.FAILED: N_("failed"),
}
PAUSED = N_("paused")  # interrupted to give others a turn


def show_runs(visitor: State) -> None:
    """Show the table and the actions for the selected runs."""
    runs = backend.get_store().runs.list(visitor.owner.id)
    if not runs:
        st.info(_("No runs yet. Every training you start is kept here."))
        st.page_link("pages/3_Train.py", label=_("Train one"), icon=":material/arrow_forward:")
        return
    is_live = any(run.state in ACTIVE for run in runs)
    fragments.run_fragment(_show_table, REFRESH_SECONDS if is_live else None, visitor, is_live)


def _show_table(visitor: State, was_live: bool) -> None:
    runs = backend.get_store().runs.list(visitor.owner.id)
    if was_live and not any(run.state in ACTIVE for run in runs):
        st.rerun()
    runs = _filter_runs(runs)
    frame = build_table(runs)
    if not runs:
        st.caption(_("No run matches."))
        return
    rows = st.dataframe(
        frame.rename(columns=_),
        hide_index=True,
        # Rows are selected by number, so a change of the list resets the selection.
        key=f"runs-table-{hash(tuple(run.id for run in runs))}",
        on_select="rerun",
        selection_mode="multi-row",
        column_config=_configure_columns(),
        height=min(38 + 35 * len(runs), 420),
    ).selection.rows
    _show_actions(visitor, [runs[row] for row in rows if row < len(runs)], frame)


def _filter_runs(runs: Sequence[RunSummary]) -> list[RunSummary]:
    filter_column, state_column = st.columns([3, 2])
    query = filter_column.text_input(
        _("Filter"),
        key="runs-filter",
        placeholder=_("name or network"),
        icon=":material/search:",
        label_visibility="collapsed",
    ).lower()
    chosen_states = state_column.multiselect(
        _("State"),
        list(STATES),
        format_func=lambda state: _(STATES[state]),
        key="runs-states",
        placeholder=_("any state"),
        label_visibility="collapsed",
    )
    return [
        run
        for run in runs
        if (not chosen_states or run.state in chosen_states)
        and query in f"{translate_name(run.name)} {detail.describe(run)}".lower()
    ]


def build_table(runs: Sequence[RunSummary]) -> pd.DataFrame:
    """Build a table with one row per run.

    Column names are English, as in the CSV, so that scripts work in every language.
    """
    return pd.DataFrame(
        {
            "Name": [translate_name(run.name) for run in runs],
            "State": [_(PAUSED if run.paused else STATES[run.state]) for run in runs],
            "Loss": [list(run.spark) for run in runs],
            "Result": [_format_result(run) for run in runs],
            "Begun": [run.started or run.created for run in runs],
            "Time, s": [
                (run.ended - run.started).total_seconds() if run.ended and run.started else None
                for run in runs
            ],
            "Recipe": [detail.describe(run) for run in runs],
        }
    )


def _configure_columns() -> dict[str, ColumnConfig]:
    return {
        _("Name"): st.column_config.TextColumn(width=150, pinned=True),
        _("State"): st.column_config.TextColumn(width=85),
        _("Loss"): st.column_config.LineChartColumn(
            width=75, help=_("The training loss by epoch; each curve has its own scale.")
        ),
        _("Result"): st.column_config.TextColumn(
            width=165, help=_("The first figure of merit, and the sequences it was measured on.")
        ),
        _("Begun"): st.column_config.DatetimeColumn(
            # "Today at 9:25 PM" is English in every language.
            width=135,
            format="calendar" if get_language() == ENGLISH else "YYYY-MM-DD HH:mm",
        ),
        _("Time, s"): st.column_config.NumberColumn(width=70, format="%.1f"),
        _("Recipe"): st.column_config.TextColumn(width=420),
    }


def _format_result(run: RunSummary) -> str:
    """Format the first metric and its part of the data: Accuracy 97.0% (test)."""
    for part, figures in run.metrics.items():
        for name, (label, form, _about) in METRICS.items():
            if name in figures:
                return f"{_(label)} {form.format(figures[name])} ({_(part)})"
    return ""


def _show_actions(visitor: State, selection: list[RunSummary], frame: pd.DataFrame) -> None:
    # The first two places are always filled: Streamlit (1.67) keeps a popover on the page if its
    # place is empty in the next run of a fragment.
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            _("Download the table"),
            # Without the column of curves.
            lambda: to_csv(frame.drop(columns=frame.columns[2])),
            file_name="runs.csv",
            mime="text/csv",
            key="runs-csv",
            on_click="ignore",
            icon=":material/download:",
        )
        if selection:
            _offer_to_delete(visitor, selection)
        else:
            st.caption(_("Choose a run to open it, or several to compare them."))
        if len(selection) == 1:
            if st.button(_("Open"), key="runs-open", icon=":material/open_in_full:"):
                st.switch_page(detail.RUNS_PAGE, query_params={"run": selection[0].id})
            st.button(
                _("Train again with …"),
                key="runs-again",
                icon=":material/edit:",
                on_click=detail.train_again,
                args=(visitor, selection[0]),
            )
    if st.session_state.pop("to-train", False):
        st.switch_page("pages/3_Train.py")
    detail.show_refusal(visitor)
    if len(selection) > 1:
        _compare(selection)


def _offer_to_delete(visitor: State, selection: list[RunSummary]) -> None:
    label = ngettext("Delete {n} run", "Delete {n} runs", len(selection))
    with st.popover(label, icon=":material/delete:"):
        st.markdown(_("Curves and models are deleted at once."))
        st.button(
            _("Delete"),
            key="runs-delete",
            type="primary",
            on_click=detail.delete,
            args=(visitor, *(run.id for run in selection)),
        )


def _compare(selection: list[RunSummary]) -> None:
    """Show the loss curves of the selected runs in one figure, and their metrics in a table."""
    runs = [backend.get_runs().get(run.id) for run in selection[:MAX_COMPARED]]
    drawn = [run for run in runs if run is not None and run.history.get("loss")]
    if len({run.recipe.loss_name for run in drawn}) > 1:
        st.caption(_("These runs have different losses, which cannot share an axis."))
    elif drawn:
        names = [f"{i + 1} · {translate_name(run.name)}" for i, run in enumerate(drawn)]
        draw(
            plot_loss_curves(
                {
                    name: average_members(run.history)
                    for name, run in zip(names, drawn, strict=True)
                },
                label=_("loss ({name})").format(name=format_field(drawn[0].recipe, "loss")),
                dark=is_dark(),
                labels=get_figure_labels(),
            ),
            key="runs-compare",
            alt=_("Loss by epoch of {n} runs").format(n=len(drawn)),
        )
    rows = {}
    for i, run in enumerate(selection):
        for part, figures in run.metrics.items():
            rows[f"{i + 1} · {translate_name(run.name)}"] = {_("measured on"): _(part)} | {
                _(label): form.format(figures[name])
                for name, (label, form, _about) in METRICS.items()
                if name in figures
            }
    if rows:
        st.dataframe(pd.DataFrame.from_dict(rows, orient="index"))
    if len(selection) > MAX_COMPARED:
        st.caption(
            _("Drawn: the first {rows} of {all} runs.").format(
                rows=MAX_COMPARED, all=format_count(len(selection))
            )
        )
