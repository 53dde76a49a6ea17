"""Early prediction: metrics after a part of each sequence."""

from __future__ import annotations

import streamlit as st

from core import Sequences
from core.evaluation.metric_formats import METRICS
from core.experiments.early_prediction import EarlyPrediction
from core.figures import plot_early_prediction
from runs import Request, Run, Runs
from ui.context import get_services
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
        is_open = st.toggle(
            _("How early? ask about beginnings of the sequences"),
            key=f"{get_widget_key(visitor, f'{place.name}-early')}-{run.id}",
            help=_(
                "The same figure after a tenth, two tenths, … of each sequence: for those who must "
                "answer before a sequence has ended."
            ),
        )
        if is_open:
            sent, services = place.early_prediction, get_services()
            request = send_request(sent, visitor, services, Runs.evaluate_early, run, data)
            requests.show_result(
                request,
                lambda request: _show(request, place.name, data),
                _("Asking about beginnings …"),
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
        png="how-early",
        alt=_("How good the answers are after each share of the sequences"),
    )
    caption = ngettext(
        "Of {n} sequence; the band is the 95 % interval.",
        "Of {n} sequences; the band is the 95 % interval.",
        result.sequences,
    )
    if data is not None and data.split is not None and result.sequences < len(data):
        caption += " " + _("Those not marked test are left out.")
    st.caption(caption)
