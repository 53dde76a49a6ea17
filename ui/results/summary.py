"""Results of a run: metrics, notes, downloads."""

from __future__ import annotations

import streamlit as st

from core.evaluation.estimate import Estimate
from runs import Run
from ui.i18n import _, translate
from ui.results import downloads, early_prediction, evaluation, padding_check
from ui.results.metrics import show_metrics
from ui.session.state import State


def show_training_results(
    visitor: State, run: Run, mine: bool = True, predicts: bool = False
) -> None:
    """Show the results below the curves of a run that has ended.

    Args:
        visitor: The visitor's state.
        run: The run.
        mine: The visitor owns the run, and so may download its model.
        predicts: The page Predict uses this run's model, so link to it.
    """
    names = {
        "test": _("On the test sequences, which took no part in training"),
        "validation": _("On the validation sequences"),
        "training": _("On the training sequences"),
    }
    for part, figures in run.metrics.items():
        st.markdown(f"**{names[part]}**")
        show_metrics({name: Estimate(value) for name, value in figures.items()})
    padding_check.show_badge(run)
    if run.has_predictions:
        evaluation.show_evaluation(run, mine)
        if mine and "training" not in run.metrics:
            early_prediction.show_section(visitor, run, None, visitor.places.run)
    elif run.has_evaluation:  # of the file that the model was imported from
        evaluation.show_evaluation(run, mine)
    if run.best_epoch is not None:
        st.caption(_("Kept: the weights of epoch {epoch}, the best.").format(epoch=run.best_epoch))
    for note in run.notes:
        st.caption(translate(note))
    if not mine:
        return
    if predicts:
        st.page_link(
            "pages/4_Predict.py",
            label=_("Predict with this model"),
            icon=":material/arrow_forward:",
        )
    downloads.show_section(visitor, run)
