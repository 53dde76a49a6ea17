"""Early prediction: metrics after a part of each sequence."""

from __future__ import annotations

import streamlit as st

from core import Sequences
from core.evaluation.metric_formats import METRICS
from core.experiments.early_prediction import EarlyPrediction
from core.figures import plot_early_prediction
from runs import Request, Run, Runs
from ui.context import get_services, recall_input, remember_input
from ui.i18n import _, ngettext, translate
from ui.session.requests import send_request
from ui.session.state import Place, State
from ui.shell import requests
from ui.shell.plots import draw, get_figure_labels, is_dark
from ui.shell.widgets import get_widget_key


def show_section(visitor: State, run: Run, data: Sequences | None, place: Place) -> None:
    """Show the section; its result is computed when it is opened.

    Args:
        visitor: The visitor's state.
        run: Run whose model predicts.
        data: Sequences with known targets; None for those the run was evaluated on.
        place: Where the sequences come from.
    """
    if run.recipe.return_sequences or (data is not None and data.targets is None):
        return
    with st.container(border=True):
        box = f"{place.name}-early-{run.id}"
        is_open = st.toggle(
            _("Accuracy after part of the sequence"),
            value=recall_input(box, False),
            key=f"{get_widget_key(visitor, f'{place.name}-early')}-{run.id}",
            help=_(
                "The metric after 10%, 20%, … of each sequence, for predictions before a sequence "
                "has ended."
            ),
        )
        remember_input(box, is_open, False)
        if is_open:
            sent, services = place.early_prediction, get_services()
            request = send_request(sent, visitor, services, Runs.evaluate_early, run, data)
            requests.show_result(
                request,
                lambda request: _show(request, place.name, data),
                _("Predicting from parts of the sequences …"),
            )


def _show(request: Request[EarlyPrediction], key: str, data: Sequences | None) -> None:
    result = request.result
    st.markdown(translate(result.note))
    label, _form, _about = METRICS[result.main]
    draw(
        plot_early_prediction(
            result.shares,
            [(each.value, each.low, each.high) for each in result.figures],
            label=_(label),
            percent=result.main == "accuracy",
            sufficient_share=result.enough,
            dark=is_dark(),
            labels=get_figure_labels(),
        ),
        key=f"{key}-early-figure",
        png="early-prediction",
        alt=_("Metric after each share of the sequences"),
    )
    caption = ngettext(
        "{n} sequence; band: 95% CI.",
        "{n} sequences; band: 95% CI.",
        result.sequences,
    )
    if data is not None and data.split is not None and result.sequences < len(data):
        caption += " " + _("Only those marked test are used.")
    st.caption(caption)
