"""Evaluation of a model on held-out sequences, beside baselines."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure

from core.evaluation.metric_formats import METRICS, format_metric
from core.evaluation.report import METHODS, Evaluation, name_baseline
from core.figures import plot_calibration, plot_confusion_matrix, plot_predictions, plot_residuals
from runs import Request, Run
from ui import backend
from ui.i18n import _, end_sentence, escape_markdown, format_count, ngettext, shorten, translate
from ui.results import metrics, test_set, verdict
from ui.session.state import State
from ui.shell import requests
from ui.shell.plots import draw, draw_once
from ui.shell.target_name import get_run_target_name


def show_verdict(visitor: State, run: Run) -> None:
    """Show the conclusion of a run's evaluation, its main metric and its test set."""

    def show(request: Request[Evaluation]) -> None:
        verdict.show(request.result, run)
        if request.result.part == "test" and run.can_be_evaluated:
            test_set.show_test_set(visitor, run)

    requests.show_result(backend.get_runs().evaluate(run), show, _("Comparing with baselines …"))


def is_done(run: Run) -> bool:
    """Return True if the evaluation of a run has been computed, or has failed."""
    return backend.get_runs().evaluate(run).done


def show_details(run: Run, mine: bool) -> None:
    """Show all metrics, baselines and figures of a run's evaluation, if it has been computed.

    Sequence ids are shown to the owner only.
    """
    request = backend.get_runs().evaluate(run)
    if request.done and request.error is None:
        _show_details(request, run, mine)


def _show_details(request: Request[Evaluation], run: Run, mine: bool) -> None:
    result = request.result
    if result.copies:
        st.warning(
            ngettext(
                "{n} of these sequences also appears in the training data, so the metrics are "
                "optimistic.",
                "{n} of these sequences also appear in the training data, so the metrics are "
                "optimistic.",
                result.copies,
            )
            + (" " + _("One is {id}.").format(id=escape_markdown(result.copied)) if mine else ""),
            icon=":material/content_copy:",
        )
    st.markdown(f"**{_('Baselines') if result.rivals else _('Metrics')}**")
    st.dataframe(
        _build_table(result),
        hide_index=True,
        height="content",
        column_config={_("Model"): st.column_config.Column(width=190, pinned=True)},
    )
    st.caption(_describe_table(result, run))
    _show_figures(result, run)
    _show_classes(result)


def _describe_table(result: Evaluation, run: Run) -> str:
    """Describe how the metrics were computed."""
    parts = []
    if result.rivals:
        parts.append(_("All models are trained on the same sequences."))
    parts.append(end_sentence(translate(METHODS[result.method])))
    if result.reasons:
        parts.append(metrics.explain_approximate(result.reasons))
    if result.part == "validation" and run.best_epoch:
        parts.append(
            _("These sequences also chose the best epoch, so the metrics are slightly optimistic.")
        )
    return " ".join(parts)


def _build_table(result: Evaluation) -> pd.DataFrame:
    """Build a table with one row per model, the baselines in order of the main metric."""
    names = [name for name in METRICS if name in result.figures]
    rivals = sorted(result.rivals, key=lambda rival: rival.ahead.value)
    models = {_("this network"): result.figures}
    models |= {translate(name_baseline(each.name, result.main)): each.figures for each in rivals}
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
        points = plot_data["points"]
        return {
            _("Predicted and true"): draw_once(key, plot_predictions, points, target=target),
            _("Errors by length"): draw_once(key, plot_residuals, points, target=target),
        }
    return {
        _("Confusion matrix"): draw_once(
            key,
            plot_confusion_matrix,
            plot_data["classes"],
            plot_data["confusion"],
            target=target,
        ),
        _("Calibration"): draw_once(key, plot_calibration, plot_data["confidence"]),
    }


def _show_figures(result: Evaluation, run: Run) -> None:
    figures = build_figures(result, run)
    if not figures:
        return
    explanations = (
        (
            _("On the line, prediction and target are equal."),
            _("The error of each sequence, by its number of steps."),
        )
        if "points" in result.pictures
        else (
            _("Rows: true classes. Columns: predicted classes. Correct ones are on the diagonal."),
            _("How often a prediction is correct, by its probability. On the line the two agree."),
        )
    )
    columns = st.columns(2, gap="medium")
    for number, (title, figure) in enumerate(figures.items()):
        with columns[number]:
            st.markdown(f"**{title}**", help=explanations[number])
            draw(figure, key=f"merit-{number}-{run.id}", alt=title, png="evaluation")
    n_points = len(result.pictures.get("points", ()))
    if 0 < n_points < result.sequences:
        st.caption(_("Drawn: {n} of them.").format(n=format_count(n_points)))


def _show_classes(result: Evaluation) -> None:
    """Show precision, recall and F1 of each class; evaluations of earlier versions lack them."""
    counts = result.pictures.get("class_counts")
    if not counts:
        return
    st.markdown(
        f"**{_('Metrics per class')}**",
        help=_(
            "Recall: share of a class that is predicted correctly. Precision: share of its "
            "predictions that are correct. F1: their harmonic mean."
        ),
    )
    table = build_class_table(result.pictures["classes"], counts)
    percent = st.column_config.NumberColumn(format="%.1f%%")
    st.dataframe(
        table,
        hide_index=True,
        height="content" if len(table) <= 10 else 385,
        column_config={
            _("Count"): st.column_config.NumberColumn(format="%,d"),
            _("Recall"): percent,
            _("Precision"): percent,
            _("F1"): st.column_config.NumberColumn(format="%.3f"),
        },
        placeholder="–",
    )


def build_class_table(classes: list[str], counts: list[list[int]]) -> pd.DataFrame:
    """Build a table with one row per class; recall and precision in percent.

    Args:
        classes: Names of the classes.
        counts: Per class how often it is true, how often it is predicted, and how often both.
    """
    frame = pd.DataFrame(counts, columns=["true", "predicted", "correct"], dtype=float)
    return pd.DataFrame(
        {
            _("Class"): [shorten(name, 40) for name in classes],
            _("Count"): frame["true"].astype(int),
            _("Recall"): 100 * frame["correct"] / frame["true"].where(frame["true"] > 0),
            _("Precision"): 100
            * frame["correct"]
            / frame["predicted"].where(frame["predicted"] > 0),
            _("F1"): 2 * frame["correct"] / (frame["true"] + frame["predicted"]),
        }
    )
