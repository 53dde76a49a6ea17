"""Names and number formats of metrics."""

from __future__ import annotations

from ..i18n import N_
from .estimate import Estimate

METRICS = {  # name, format, help
    "accuracy": (N_("Accuracy"), "{:.1%}", N_("Share of correct predictions.")),
    "balanced_accuracy": (
        N_("Balanced accuracy"),
        "{:.1%}",
        N_("Mean of the recall of each class."),
    ),
    "macro_f1": (N_("Macro F1"), "{:.3f}", N_("Mean of the F1 score of each class. 1 is best.")),
    "log_loss": (
        N_("Log loss"),
        "{:.3f} nats",
        N_("Lower is better; confident mistakes are penalised heavily."),
    ),
    "rmse": (N_("RMSE"), "{:.4g}", N_("Root mean squared error, in the target's unit.")),
    "mae": (N_("MAE"), "{:.4g}", N_("Mean absolute error, in the target's unit.")),
    "r2": (N_("R²"), "{:.3f}", N_("1 is perfect; 0 is as good as always predicting the mean.")),
}


def format_metric(name: str, estimate: Estimate) -> str:
    """Format a metric with its confidence interval, as in "97.6% (95.9 – 98.9)"."""
    value, interval = get_format(name).format(estimate.value), format_interval(name, estimate)
    value = value.replace("-0.000", "0.000").replace("-", "−")
    return value if interval is None else f"{value} ({interval})"


def format_interval(name: str, estimate: Estimate) -> str | None:
    """Format a confidence interval, as in "95.9 – 98.9"; None without an interval.

    Approximate ones begin with "≈".
    """
    if estimate.limits is None:
        return None
    low, high = (get_format(name).format(end).rstrip("%") for end in estimate.limits)
    sign = "≈ " if estimate.approximate else ""
    return sign + f"{low} – {high}".replace("-0.000", "0.000").replace("-", "−")


def get_format(name: str) -> str:
    """Return the ``str.format`` template of a metric, without the unit."""
    return METRICS[name][1].replace(" nats", "")
