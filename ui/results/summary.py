"""Results of a trained run, from the conclusion to the details."""

from __future__ import annotations

import streamlit as st

from core.evaluation.estimate import Estimate
from core.families.registry import get_family
from runs import Run
from ui.i18n import _, format_engine, translate
from ui.results import (
    downloads,
    early_prediction,
    evaluation,
    next_steps,
    padding_check,
    progress,
)
from ui.results.metrics import show_metrics
from ui.session.state import State


def show_training_results(
    visitor: State, run: Run, mine: bool = True, predicts: bool = False
) -> None:
    """Show the results of a run that has ended with a model.

    Args:
        visitor: The visitor's state.
        run: The run.
        mine: The visitor owns the run, and so may download its model.
        predicts: The page Predict uses this run's model, so link to it, and suggest what to try
            next on the open data.
    """
    is_evaluated = run.can_be_evaluated or run.has_evaluation  # such as an imported one
    if is_evaluated:
        evaluation.show_verdict(visitor, run)
    if not is_evaluated or not evaluation.is_done(run):
        _show_plain_metrics(run)
    padding_check.show_badge(run)
    for note in run.notes:
        st.caption(translate(note))
    if predicts:
        st.page_link(
            "pages/4_Predict.py",
            label=_("Predict with this model"),
            icon=":material/arrow_forward:",
        )
        next_steps.show_next_steps(visitor, run)
    if is_evaluated:
        evaluation.show_details(run, mine)
    if mine:
        downloads.show_section(visitor, run)
    if mine and run.has_predictions and "training" not in run.metrics:
        early_prediction.show_section(visitor, run, None, visitor.places.run)
    _show_training(run)


def _show_plain_metrics(run: Run) -> None:
    """Show the metrics of a run without an evaluation, or until it is done."""
    names = {
        "test": _("On the held-out test sequences"),
        "validation": _("On the validation sequences"),
        "training": _("On the training sequences"),
    }
    for part, figures in run.metrics.items():
        st.markdown(f"**{names[part]}**")
        show_metrics({name: Estimate(value) for name, value in figures.items()})


def _show_training(run: Run) -> None:
    """Show the curves of the training, its notes and its engine, folded."""
    label = _("Learning curves") if get_family(run.recipe).has_epochs else _("Penalty of the ridge")
    with st.expander(label, icon=":material/show_chart:"):
        progress.show_curves(run, "curves")
        if run.best_epoch is not None:
            st.caption(_("Kept: best weights (epoch {epoch}).").format(epoch=run.best_epoch))
        st.caption(format_engine(run.computed["layers"]))
