"""What a training gave: metrics, notes, the model to take away."""

from __future__ import annotations

import streamlit as st

from core.evaluation.bootstrap import Figure
from runs import Run
from ui.i18n import _, told
from ui.results import downloads, early_prediction, evaluation, padding_badge
from ui.results.metrics import metrics
from ui.session.state import State


def of_training(visitor: State, run: Run, mine: bool = True, predicts: bool = False) -> None:
    """What stands below the curves of a run that has ended; the model is its owner's. predicts:
    the page Predict asks this run's model."""
    names = {
        "test": _("On the test sequences, which took no part in training"),
        "validation": _("On the validation sequences"),
        "training": _("On the training sequences"),
    }
    for part, figures in run.metrics.items():
        st.markdown(f"**{names[part]}**")
        metrics({name: Figure(value) for name, value in figures.items()})
    padding_badge.badge(run)
    if run.has_answers:
        evaluation.comparison(run, mine)
        if mine and "training" not in run.metrics:
            early_prediction.section(visitor, run, None, "run")
    if run.best_epoch is not None:
        st.caption(_("Kept: the weights of epoch {epoch}, the best.").format(epoch=run.best_epoch))
    for note in run.notes:
        st.caption(told(note))
    if not mine:
        return
    if predicts:
        st.page_link(
            "pages/4_Predict.py",
            label=_("Predict with this model"),
            icon=":material/arrow_forward:",
        )
    downloads.section(visitor, run)
