"""Metrics on screen."""

from __future__ import annotations

from core.errors import Note
from core.evaluation.estimate import REASONS, Estimate
from core.evaluation.metric_formats import METRICS, format_interval
from ui.i18n import _, join_clauses, translate
from ui.shell.widgets import make_metric_grid


def show_metrics(figures: dict[str, Estimate]) -> None:
    """Show metrics in a grid, with their 95% intervals."""
    names = [name for name in METRICS if name in figures]
    grid = make_metric_grid()
    for name in names:
        (label, form, description), interval = METRICS[name], format_interval(name, figures[name])
        explanation, reason = _(description), figures[name].approximate
        if reason:
            explanation += " " + explain_approximate([REASONS[reason]])
        grid.metric(
            _(label),
            form.format(figures[name].value),
            interval,
            delta_description=interval and _("95% CI"),
            delta_color="off",
            delta_arrow="off",
            help=explanation,
        )


def explain_approximate(reasons: list[Note]) -> str:
    """Say why intervals are only approximate."""
    texts = join_clauses(translate(reason) for reason in reasons)
    return _("≈: the interval may be too narrow, because {reasons}.").format(reasons=texts)
