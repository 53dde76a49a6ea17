"""Evaluation of a model on held-out sequences, beside baselines."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure

from core.errors import Note
from core.evaluation.metric_formats import METRICS, format_metric
from core.evaluation.report import BASELINE_NAMES, METHODS, Evaluation
from core.figures import plot_calibration, plot_confusion_matrix, plot_predictions, plot_residuals
from runs import Request, Run
from ui import backend
from ui.i18n import _, escape_markdown, format_count, ngettext, translate
from ui.results.metrics import explain_approximate
from ui.shell import requests
from ui.shell.plots import draw, draw_once
from ui.shell.target_name import get_run_target_name


def show_evaluation(run: Run, mine: bool) -> None:
    """Show the evaluation of a run. Sequence ids are shown to its owner only."""
    requests.show_result(
        backend.get_runs().evaluate(run),
        lambda request: _show(request, run, mine),
        _("Comparing with simple models …"),
    )


def _show(request: Request[Evaluation], run: Run, mine: bool) -> None:
    result: Evaluation = request.result
    if result.part == "training":
        st.info(
            _(
                "No sequences were set apart, so these figures say how well the network remembers, "
                "not how well it does on new sequences."
            ),
            icon=":material/info:",
        )
    notes = list(result.notes)
    if not run.has_predictions:  # the first note says where the evaluation is from
        st.info(translate(notes.pop(0)), icon=":material/draft:")
    for number, note in enumerate(notes):
        _show_verdict(result, note) if number == 0 else st.warning(
            translate(note), icon=":material/warning:"
        )
    if result.copies:
        st.warning(
            ngettext(
                "{n} of these sequences stands among those the network learned from, too: the "
                "figures are too good by that much.",
                "{n} of these sequences stand among those the network learned from, too: the "
                "figures are too good by that much.",
                result.copies,
            )
            + (" " + _("One is {id}.").format(id=escape_markdown(result.copied)) if mine else ""),
            icon=":material/content_copy:",
        )
    if result.rivals:
        st.dataframe(
            _build_table(result),
            hide_index=True,
            height="content",
            column_config={_("Model"): st.column_config.Column(width=260, pinned=True)},
        )
        st.caption(
            ngettext(
                "Measured on {n} sequence, intervals in brackets. The simple models learned from "
                "the same sequences as the network.",
                "Measured on {n} sequences, intervals in brackets. The simple models learned from "
                "the same sequences as the network.",
                result.sequences,
            )
            + f" {translate(METHODS[result.method])}."
            + (f" {explain_approximate(result.reasons)}" if result.reasons else "")
            + (
                " " + _explain_selection_bias()
                if result.part == "validation" and run.best_epoch
                else ""
            )
        )
    _show_figures(result, run)


def _explain_selection_bias() -> str:
    return _(
        "These sequences also chose the epoch that was kept, which flatters the network a little: "
        "mark some as test to know better."
    )


def _show_verdict(result: Evaluation, note: Note) -> None:
    lead = min(rival.ahead.value for rival in result.rivals)
    is_conclusive = all(rival.ahead.excludes_zero for rival in result.rivals)
    if lead > 0 and is_conclusive:
        st.success(translate(note), icon=":material/check_circle:")
    elif lead > 0:
        st.info(translate(note), icon=":material/help:")
    else:
        st.warning(translate(note), icon=":material/warning:")


def _build_table(result: Evaluation) -> pd.DataFrame:
    """Build a table with one row per model, the baselines in order of the main metric."""
    names = [name for name in METRICS if name in result.figures]
    rivals = sorted(result.rivals, key=lambda rival: rival.ahead.value)
    models = {_("this network"): result.figures}
    models |= {translate(BASELINE_NAMES[rival.name]): rival.figures for rival in rivals}
    table = {_("Model"): list(models)}
    for name in names:
        table[_(METRICS[name][0])] = [
            format_metric(name, figures[name]) if name in figures else ""
            for figures in models.values()
        ]
    return pd.DataFrame(table)


def build_figures(result: Evaluation, run: Run) -> dict[str, Figure]:
    """Build two figures of the predictions, by title; none without their data."""
    if not result.pictures:
        return {}
    plot_data, key, target = result.pictures, (run.id,), get_run_target_name(run).label
    if "points" in plot_data:
        return {
            _("Predicted and true"): draw_once(
                key, plot_predictions, plot_data["points"], target=target
            ),
            _("Errors by length"): draw_once(
                key, plot_residuals, plot_data["points"], target=target
            ),
        }
    return {
        _("What was taken for what"): draw_once(
            key,
            plot_confusion_matrix,
            plot_data["classes"],
            plot_data["confusion"],
            target=target,
        ),
        _("How far to trust a probability"): draw_once(
            key, plot_calibration, plot_data["confidence"]
        ),
    }


def _show_figures(result: Evaluation, run: Run) -> None:
    pair = build_figures(result, run).items()
    if not pair:
        return
    for number, (column, (title, figure)) in enumerate(
        zip(st.columns(2, gap="medium"), pair, strict=True)
    ):
        with column:
            st.markdown(f"**{title}**")
            draw(figure, key=f"merit-{number}-{run.id}", alt=title, png="evaluation")
    n_points = len(result.pictures.get("points", ()))
    if 0 < n_points < result.sequences:
        st.caption(_("Drawn: {n} of them.").format(n=format_count(n_points)))
