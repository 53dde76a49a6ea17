"""Metrics on screen."""

from __future__ import annotations

from core.evaluation.bootstrap import Estimate
from core.evaluation.metric_formats import METRICS, format_interval
from ui.i18n import _
from ui.shell.widgets import make_metric_grid


def show_metrics(figures: dict[str, Estimate]) -> None:
    """Show metrics in a grid, with their 95 % intervals."""
    names = [name for name in METRICS if name in figures]
    grid = make_metric_grid()
    for name in names:
        (label, form, description), interval = METRICS[name], format_interval(name, figures[name])
        grid.metric(
            _(label),
            form.format(figures[name].value),
            interval,
            delta_description=interval and "95 %",
            delta_color="off",
            delta_arrow="off",
            help=_(description),
        )
