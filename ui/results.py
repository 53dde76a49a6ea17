"""What a training gave: metrics, notes, the model to take away."""

from __future__ import annotations

import streamlit as st

from core.evaluation.intervals import Figure
from runs import Run
from ui import early, evaluation, proof, server, tables
from ui.merit import metrics
from ui.state import State
from ui.words import _, told


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
    proof.badge(run)
    if run.has_answers:
        evaluation.comparison(run, mine)
        if mine and "training" not in run.metrics:
            early.section(visitor, run, None, "run")
    if run.best_epoch is not None:
        st.caption(_("Kept: the weights of epoch {epoch}, the best.").format(epoch=run.best_epoch))
    for note in run.notes:
        st.caption(told(note))
    if not mine:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if predicts:
            st.page_link(
                "pages/4_Predict.py",
                label=_("Predict with this model"),
                icon=":material/arrow_forward:",
            )
        _take_away(run)


def _take_away(run: Run) -> None:
    st.download_button(
        _("Download the model (ZIP)"),
        lambda: server.runs().model(run.id) or b"",  # read when it is asked for
        file_name="unpadded-model.zip",
        mime="application/zip",
        on_click="ignore",
        icon=":material/download:",
        help=_("A stock Keras model, and a script that predicts with it without this app."),
    )
    if run.has_answers:
        st.download_button(
            _("Download its answers (CSV)"),
            lambda: tables.as_csv(
                tables.measured(server.runs().measured(run.id), run.recipe.return_sequences)
            ),
            file_name="answers.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
            help=_("What it answered for the sequences it was measured on, beside their targets."),
        )
