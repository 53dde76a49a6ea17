"""How figures of merit are called and written, for people."""

from __future__ import annotations

from ..i18n import N_
from .bootstrap import Figure

METRICS = {  # name, format, help
    "accuracy": (N_("Accuracy"), "{:.1%}", N_("Share of the answers that are right.")),
    "balanced_accuracy": (
        N_("Balanced accuracy"),
        "{:.1%}",
        N_("Accuracy of each class, averaged."),
    ),
    "macro_f1": (N_("Macro F1"), "{:.3f}", N_("F1 of each class, averaged; 1 is best.")),
    "log_loss": (N_("Log loss"), "{:.3f} nats", N_("0 is best; a wrong certainty costs much.")),
    "rmse": (N_("RMSE"), "{:.4g}", N_("Root mean squared error, in the target's unit.")),
    "mae": (N_("MAE"), "{:.4g}", N_("Mean absolute error, in the target's unit.")),
    "r2": (N_("R²"), "{:.3f}", N_("1 is perfect, 0 is no better than the mean.")),
}


def written(name: str, figure: Figure) -> str:
    """97.6% (95.9 – 98.9)"""
    value, between = form_of(name).format(figure.value), limits(name, figure)
    value = value.replace("-", "−")
    return value if between is None else f"{value} ({between})"


def limits(name: str, figure: Figure) -> str | None:
    """95.9 – 98.9, of the interval; None where there is none."""
    if figure.low is None:
        return None
    low, high = (form_of(name).format(end).rstrip("%") for end in (figure.low, figure.high))
    return f"{low} – {high}".replace("-0.000", "0.000").replace("-", "−")


def form_of(name: str) -> str:
    """Its format, without a unit."""
    return METRICS[name][1].replace(" nats", "")
