"""Figures of merit on screen."""

from __future__ import annotations

from core.evaluation.bootstrap import Figure
from core.evaluation.metric_formats import METRICS, limits
from ui.i18n import _
from ui.shell.widgets import fact_grid


def metrics(figures: dict[str, Figure]) -> None:
    """One row of figures of merit, their 95 % intervals below them."""
    shown = [name for name in METRICS if name in figures]
    grid = fact_grid()
    for name in shown:
        (label, form, about), between = METRICS[name], limits(name, figures[name])
        grid.metric(
            _(label),
            form.format(figures[name].value),
            between,
            delta_description=between and "95 %",
            delta_color="off",
            delta_arrow="off",
            help=_(about),
        )
