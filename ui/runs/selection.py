"""Runs that the visitor has selected in the list: compare their curves, delete them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.engine.progress import average_members
from core.evaluation.metric_formats import METRICS
from core.families.registry import get_family
from core.figures import plot_loss_curves
from runs import RunLine, RunSummary
from ui import backend
from ui.context import recall_input, remember_input
from ui.i18n import (
    _,
    escape_markdown,
    format_count,
    ngettext,
    shorten,
    strip_markdown,
    translate_name,
)
from ui.recipe.format import format_field
from ui.results.spreadsheet_csv import to_csv
from ui.runs import detail
from ui.runs.runs_table import build_table
from ui.session.state import State
from ui.shell.plots import draw, get_figure_labels, is_dark

MAX_COMPARED = 6  # curves that can be distinguished in one figure
MAX_NAMED = 10  # runs that are named before they are deleted
SELECTED_BOX = "runs-selected"


def _get_selected() -> set[str]:
    """Return the ids of the selected runs, on all pages of the list."""
    return set(recall_input(SELECTED_BOX, []))


def _select(ids: set[str]) -> None:
    remember_input(SELECTED_BOX, sorted(ids), [])


def offer_selection(*runs: RunSummary, label: str = "") -> None:
    """Show a box that selects one run, or the runs of a comparison together."""
    ids = {run.id for run in runs}
    key = f"select-{runs[0].id}-{len(runs)}"

    def toggle() -> None:
        selected = _get_selected()
        _select(selected | ids if st.session_state[key] else selected - ids)

    st.session_state[key] = ids <= _get_selected()
    name = shorten(label or translate_name(runs[0].name))
    st.checkbox(
        _("Select {name}").format(name=strip_markdown(name)),
        key=key,
        label_visibility="collapsed",
        on_change=toggle,
    )


def show_actions(visitor: State, lines: Sequence[RunLine], found: Sequence[RunLine]) -> None:
    """Show the download of the list, and the actions for the selected runs.

    Args:
        visitor: The visitor's state.
        lines: All runs of the visitor.
        found: Runs that match the search.
    """
    _select(_get_selected().intersection(line.id for line in lines))  # the others were deleted
    ids, store, owner = [line.id for line in found], backend.get_store(), visitor.owner.id
    selected = store.runs.list_some(owner, _get_selected()) if _get_selected() else ()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            _("Download as CSV"),
            lambda: to_csv(build_table(store.runs.list_some(owner, ids))),
            file_name="runs.csv",
            mime="text/csv",
            key="runs-csv",
            on_click="ignore",
            icon=":material/download:",
        )
        if selected:
            _offer_to_delete(visitor, selected)
            st.button(_("Clear selection"), key="runs-clear", on_click=_select, args=(set(),))
        else:
            st.caption(_("Select several runs to compare their curves, or to delete them."))
    if len(selected) > 1:
        _compare(selected)


def _offer_to_delete(visitor: State, selected: Sequence[RunSummary]) -> None:
    label = ngettext("Delete {n} run", "Delete {n} runs", len(selected))
    with st.popover(label, icon=":material/delete:"):
        names = [f"- {escape_markdown(translate_name(run.name))}" for run in selected[:MAX_NAMED]]
        if len(selected) > MAX_NAMED:
            n = len(selected) - MAX_NAMED
            names.append(f"- {ngettext('{n} more run', '{n} more runs', n)}")
        st.markdown(
            _("These runs are deleted with their models, predictions, curves and notes:")
            + "\n\n"
            + "\n".join(names)
        )
        st.markdown(_("This cannot be undone."))
        st.button(
            label,
            key="delete-runs",
            icon=":material/delete:",
            on_click=detail.delete,
            args=(visitor, *(run.id for run in selected)),
        )


def _compare(selected: Sequence[RunSummary]) -> None:
    """Show the loss curves of the selected runs in one figure, and their metrics in a table."""
    # The losses of a fit in closed form are by penalty, not by epoch.
    with_epochs = [run for run in selected if get_family(run.recipe).has_epochs]
    runs = [backend.get_runs().get(run.id) for run in with_epochs[:MAX_COMPARED]]
    drawn = [run for run in runs if run is not None and run.history.get("loss")]
    has_one_loss = len({run.recipe.loss_name for run in drawn}) == 1
    if drawn and not has_one_loss:
        st.caption(_("These runs have different losses, so their curves are not drawn together."))
    elif drawn:
        numbers = {run.id: number for number, run in enumerate(selected, start=1)}
        names = [f"{numbers[run.id]} · {translate_name(run.name)}" for run in drawn]
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
            alt=ngettext("Loss per epoch of {n} run", "Loss per epoch of {n} runs", len(drawn)),
        )
    rows = {}
    for i, run in enumerate(selected):
        for part, figures in run.metrics.items():
            rows[f"{i + 1} · {translate_name(run.name)}"] = {_("evaluated on"): _(part)} | {
                _(label): form.format(figures[name])
                for name, (label, form, _about) in METRICS.items()
                if name in figures
            }
    if rows:
        st.dataframe(pd.DataFrame.from_dict(rows, orient="index"))
    if has_one_loss and len(with_epochs) > MAX_COMPARED:
        st.caption(
            _("Drawn: the first {rows} of {all} runs.").format(
                rows=MAX_COMPARED, all=format_count(len(with_epochs))
            )
        )
