"""Figures of merit, as they are called and written on screen."""

from __future__ import annotations

from ui.frame import fact_grid
from ui.words import _

METRICS = {  # name, format, help
    "accuracy": ("Accuracy", "{:.1%}", "Share of the answers that are right."),
    "balanced_accuracy": ("Balanced accuracy", "{:.1%}", "Accuracy of each class, averaged."),
    "macro_f1": ("Macro F1", "{:.3f}", "F1 of each class, averaged; 1 is best."),
    "log_loss": ("Log loss", "{:.3f} nats", "0 is best; a wrong certainty costs much."),
    "rmse": ("RMSE", "{:.4g}", "Root mean squared error, in the target's unit."),
    "mae": ("MAE", "{:.4g}", "Mean absolute error, in the target's unit."),
    "r2": ("R²", "{:.3f}", "1 is perfect, 0 is no better than the mean."),
}


def metrics(figures: dict[str, float]) -> None:
    """One row of figures of merit."""
    shown = [name for name in METRICS if name in figures]
    grid = fact_grid()
    for name in shown:
        label, form, about = METRICS[name]
        grid.metric(_(label), form.format(figures[name]), help=_(about))
