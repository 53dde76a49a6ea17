"""Choice of the model that predicts, among the runs on the open data."""

from __future__ import annotations

import streamlit as st

from runs import RunSummary
from ui import backend
from ui.context import get_services
from ui.i18n import _, escape_markdown, shorten, translate_name
from ui.recipe.format import format_network
from ui.results.run_labels import format_result, format_start
from ui.session import settings
from ui.session.state import State
from ui.shell.widgets import get_widget_key

MAX_MODELS = 100  # the newest


def choose_model(visitor: State, run: RunSummary) -> None:
    """Show the model that predicts, and offer the others, newest first."""
    models = backend.get_store().runs.list_models(visitor.owner.id, visitor.digest, MAX_MODELS)
    labels = {each.id: _format_model(each) for each in models}
    if run.id not in labels:  # of another visitor, or an older one
        labels[run.id] = _format_model(run)
    if len(labels) == 1:
        st.caption(_("Model: {model}").format(model=escape_markdown(labels[run.id])))
        return
    key = f"{get_widget_key(visitor, 'model')}-{run.id}"

    def use_model() -> None:
        settings.show_run(visitor, get_services(), st.session_state[key])

    st.selectbox(
        _("Model"),
        list(labels),
        index=list(labels).index(run.id),
        format_func=labels.__getitem__,
        key=key,
        help=_("Your trained models of this data, newest first."),
        on_change=use_model,
    )


def offer_last_model(visitor: State) -> None:
    """Offer the newest model of the open data, if the run of the page has none, or not yet."""
    models = backend.get_store().runs.list_models(visitor.owner.id, visitor.digest, 1)
    if not models:
        return
    st.button(
        _("Predict with an earlier model"),
        key=get_widget_key(visitor, "last-model"),
        icon=":material/history:",
        help=escape_markdown(_format_model(models[0])),
        on_click=settings.show_run,
        args=(visitor, get_services(), models[0].id),
    )


def _format_model(run: RunSummary) -> str:
    """Format a model: name, network, result, start."""
    name = shorten(translate_name(run.name), 40)
    parts = [name, format_network(run.recipe), format_result(run), format_start(run)]
    return " · ".join(part for part in parts if part)
