"""The visitor's runs as a table: filter, compare, delete, take away."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.evaluation.metric_formats import METRICS
from core.figures import compare_figure
from core.i18n import N_
from runs import ACTIVE, RunLine, RunState
from ui import backend
from ui.i18n import ENGLISH, _, counted, language, loss_name, ngettext
from ui.results import predictions_table
from ui.runs import detail
from ui.samples import called
from ui.session.state import State
from ui.shell import fragments
from ui.shell.plots import draw, figure_words, is_dark

REFRESH_SECONDS = 1.0
MAX_COMPARED = 6  # curves in one picture that can be told apart
STATES = {
    RunState.QUEUED: N_("waiting"),
    RunState.RUNNING: N_("running"),
    RunState.INTERRUPTED: N_("interrupted"),
    RunState.FINISHED: N_("finished"),
    RunState.STOPPED: N_("stopped"),
    RunState.FAILED: N_("failed"),
}
PAUSED = N_("paused")  # interrupted so that others get a turn


def show(visitor: State) -> None:
    """The table, and what can be done with the runs chosen in it."""
    runs = backend.store().runs.list(visitor.owner.id)
    if not runs:
        st.info(_("No runs yet. Every training you start is kept here."))
        st.page_link("pages/3_Train.py", label=_("Train one"), icon=":material/arrow_forward:")
        return
    live = any(run.state in ACTIVE for run in runs)
    fragments.live(_table, REFRESH_SECONDS if live else None, visitor, live)


def _table(visitor: State, was_live: bool) -> None:
    runs = backend.store().runs.list(visitor.owner.id)
    if was_live and not any(run.state in ACTIVE for run in runs):
        st.rerun()
    runs = _filtered(runs)
    frame = table(runs)
    if not runs:
        st.caption(_("No run matches."))
        return
    chosen = st.dataframe(
        frame.rename(columns=_),
        hide_index=True,
        # Rows are chosen by their numbers: when others are listed, nothing is chosen any more.
        key=f"runs-table-{hash(tuple(run.id for run in runs))}",
        on_select="rerun",
        selection_mode="multi-row",
        column_config=_columns(),
        height=min(38 + 35 * len(runs), 420),
    ).selection.rows
    _actions(visitor, [runs[row] for row in chosen if row < len(runs)], frame)


def _filtered(runs: Sequence[RunLine]) -> list[RunLine]:
    words, states = st.columns([3, 2])
    text = words.text_input(
        _("Filter"),
        key="runs-filter",
        placeholder=_("name or network"),
        icon=":material/search:",
        label_visibility="collapsed",
    ).lower()
    wanted = states.multiselect(
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
        if (not wanted or run.state in wanted)
        and text in f"{called(run.name)} {detail.described(run)}".lower()
    ]


def table(runs: Sequence[RunLine]) -> pd.DataFrame:
    """One row a run; columns are named in English, as they are in its CSV, so that scripts can
    tell them in any language."""
    return pd.DataFrame(
        {
            "Name": [called(run.name) for run in runs],
            "State": [_(PAUSED if run.paused else STATES[run.state]) for run in runs],
            "Loss": [list(run.spark) for run in runs],
            "Result": [_telling(run) for run in runs],
            "Begun": [run.started or run.created for run in runs],
            "Time, s": [
                (run.ended - run.started).total_seconds() if run.ended and run.started else None
                for run in runs
            ],
            "Recipe": [detail.described(run) for run in runs],
        }
    )


def _columns() -> dict[str, object]:
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
            format="calendar" if language() == ENGLISH else "YYYY-MM-DD HH:mm",
        ),
        _("Time, s"): st.column_config.NumberColumn(width=70, format="%.1f"),
        _("Recipe"): st.column_config.TextColumn(width=420),
    }


def _telling(run: RunLine) -> str:
    """The first figure of merit, and on which part of the rows: Accuracy 97.0% (test)."""
    for part, figures in run.metrics.items():
        for name, (label, form, _about) in METRICS.items():
            if name in figures:
                return f"{_(label)} {form.format(figures[name])} ({_(part)})"
    return ""


def _actions(visitor: State, chosen: list[RunLine], frame: pd.DataFrame) -> None:
    # The first two places are always taken: Streamlit (1.67) leaves a popover on the page when its
    # place is empty in the next run of a fragment.
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            _("Download the table"),
            lambda: predictions_table.as_csv(
                frame.drop(columns=frame.columns[2])
            ),  # without the curves
            file_name="runs.csv",
            mime="text/csv",
            key="runs-csv",
            on_click="ignore",
            icon=":material/download:",
        )
        if chosen:
            _offer_to_delete(visitor, chosen)
        else:
            st.caption(_("Choose a run to open it, or several to compare them."))
        if len(chosen) == 1:
            if st.button(_("Open"), key="runs-open", icon=":material/open_in_full:"):
                st.switch_page(detail.RUNS_PAGE, query_params={"run": chosen[0].id})
            st.button(
                _("Train again with …"),
                key="runs-again",
                icon=":material/edit:",
                on_click=detail.train_again,
                args=(visitor, chosen[0]),
            )
    if st.session_state.pop("to-train", False):
        st.switch_page("pages/3_Train.py")
    if visitor.refused.get("run") is not None:
        detail.explain(visitor.refused.pop("run"))
    if len(chosen) > 1:
        _compare(chosen)


def _offer_to_delete(visitor: State, chosen: list[RunLine]) -> None:
    label = ngettext("Delete {n} run", "Delete {n} runs", len(chosen))
    with st.popover(label, icon=":material/delete:"):
        st.markdown(_("Curves and models are deleted at once."))
        st.button(
            _("Delete"),
            key="runs-delete",
            type="primary",
            on_click=detail.delete,
            args=(visitor, *(run.id for run in chosen)),
        )


def _compare(chosen: list[RunLine]) -> None:
    """Their losses in one picture, and their figures side by side."""
    drawn = [backend.runs().get(run.id) for run in chosen[:MAX_COMPARED]]
    drawn = [run for run in drawn if run is not None and run.history.get("loss")]
    if len({run.recipe.loss for run in drawn}) > 1:
        st.caption(_("These runs have different losses, which cannot share an axis."))
    elif drawn:
        names = [f"{i + 1} · {called(run.name)}" for i, run in enumerate(drawn)]
        draw(
            compare_figure(
                dict(zip(names, (run.history for run in drawn), strict=True)),
                label=_("loss ({name})").format(name=loss_name(drawn[0].recipe.loss)),
                dark=is_dark(),
                words=figure_words(),
            ),
            key="runs-compare",
            alt=_("Loss by epoch of {n} runs").format(n=len(drawn)),
        )
    rows = {}
    for i, run in enumerate(chosen):
        for part, figures in run.metrics.items():
            rows[f"{i + 1} · {called(run.name)}"] = {_("measured on"): _(part)} | {
                _(label): form.format(figures[name])
                for name, (label, form, _about) in METRICS.items()
                if name in figures
            }
    if rows:
        st.dataframe(pd.DataFrame.from_dict(rows, orient="index"))
    if len(chosen) > MAX_COMPARED:
        st.caption(
            _("Drawn: the first {rows} of {all} runs.").format(
                rows=MAX_COMPARED, all=counted(len(chosen))
            )
        )
