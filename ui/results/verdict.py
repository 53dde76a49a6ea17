"""Conclusion of an evaluation in one sentence, and its main metric with its interval."""

from __future__ import annotations

import streamlit as st

from core.evaluation.estimate import REASONS, Estimate
from core.evaluation.metric_formats import METRICS, format_interval, get_format
from core.evaluation.report import Evaluation
from runs import Run
from ui.i18n import _, ngettext, translate
from ui.results.metrics import explain_approximate


def show(result: Evaluation, run: Run) -> None:
    """Show the conclusion, warnings, and the main metric."""
    notes = list(result.notes)
    if not run.can_be_evaluated:  # the first note says where the evaluation is from
        st.info(translate(notes.pop(0)), icon=":material/draft:")
    rival = result.strongest_rival
    if rival is None:
        st.info(
            _(
                "No sequences were held out. These metrics show the fit to the training data, not "
                "the performance on new data."
            ),
            icon=":material/info:",
        )
    elif notes:
        text = f"{translate(notes.pop(0))} {format_lead(rival.ahead, result.main)}"
        if rival.ahead.value > 0 and rival.ahead.excludes_zero:
            st.success(text, icon=":material/check_circle:")
        elif rival.ahead.value > 0:
            st.info(text, icon=":material/help:")
        else:
            st.warning(text, icon=":material/warning:")
    for note in notes:
        st.warning(translate(note), icon=":material/warning:")
    _show_main_metric(result)


def format_lead(ahead: Estimate, main: str) -> str:
    """Format by how much the main metric differs from that of the best baseline."""
    if ahead.limits is None:
        return ""
    sign = 1 if main == "accuracy" else -1
    template = get_format(main).replace("{:", "{:+")
    difference, low, high = (
        template.format(sign * each + 0.0).rstrip("%").replace("-", "−")
        for each in (ahead.value, *ahead.limits[::sign])
    )
    text = (
        _("Difference: {difference} percentage points (95% CI {low} to {high}).")
        if main == "accuracy"
        else _("Difference in RMSE: {difference} (95% CI {low} to {high}).")
    )
    return text.format(difference=difference, low=low, high=high)


def _show_main_metric(result: Evaluation) -> None:
    estimate = result.figures[result.main]
    label, form, description = METRICS[result.main]
    interval, explanation = format_interval(result.main, estimate), _(description)
    if estimate.approximate:
        explanation += " " + explain_approximate([REASONS[estimate.approximate]])
    st.metric(
        f"{_(label)} · {_describe_part(result)}",
        form.format(estimate.value),
        interval and _("95% CI {interval}").format(interval=interval),
        delta_color="off",
        delta_arrow="off",
        help=explanation,
    )


def _describe_part(result: Evaluation) -> str:
    """Describe the sequences of the evaluation."""
    if result.part == "test":
        return ngettext("{n} test sequence", "{n} test sequences", result.sequences)
    if result.part == "validation":
        return ngettext("{n} validation sequence", "{n} validation sequences", result.sequences)
    return ngettext("{n} training sequence", "{n} training sequences", result.sequences)
