"""What a training gave: metrics, notes, the model to take away."""

from __future__ import annotations

import streamlit as st

from runs import Run
from ui import server
from ui.frame import fact_grid
from ui.words import _, told

METRICS = {  # name, format, help
    "accuracy": ("Accuracy", "{:.1%}", "Share of sequences whose class is right."),
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


def of_training(run: Run, mine: bool = True) -> None:
    """What stands below the curves of a run that has ended; the model is its owner's."""
    names = {
        "test": _("On the test sequences, which took no part in training"),
        "validation": _("On the validation sequences"),
        "training": _("On the training sequences"),
    }
    for part, figures in run.metrics.items():
        st.markdown(f"**{names[part]}**")
        metrics(figures)
    if run.best_epoch is not None:
        st.caption(_("Kept: the weights of epoch {epoch}, the best.").format(epoch=run.best_epoch))
    for note in run.notes:
        st.caption(told(note))
    if not mine:
        return
    link, download = st.columns(2)
    link.page_link(
        "pages/4_Predict.py", label=_("Predict with this model"), icon=":material/arrow_forward:"
    )
    download.download_button(
        _("Download the model (ZIP)"),
        lambda: server.runs().model(run.id),  # read when it is asked for
        file_name="unpadded-model.zip",
        mime="application/zip",
        on_click="ignore",
        icon=":material/download:",
        help=_("A stock Keras model, and a script that predicts with it without this app."),
    )
