"""Forms for new sequences: typed text or a file."""

from __future__ import annotations

import streamlit as st

from core.reading.new_data import Reading
from runs import Run, Runs
from ui.context import get_services
from ui.data import file_layouts
from ui.i18n import _
from ui.predict import new_data
from ui.results import early_prediction, predictions_table, xray
from ui.samples import compute_digest
from ui.session import workspace
from ui.session.requests import send_request
from ui.session.state import State
from ui.shell import requests
from ui.shell.target_name import get_target_name
from ui.shell.uploader import show_uploader
from ui.shell.widgets import get_widget_key


def show_forms(visitor: State, run: Run) -> None:
    """Show both forms.

    The text box starts with the last text for this data, or else with a short sequence, if the
    visitor has the data open.
    """
    reading = Reading.from_dict(run.reading)
    text_tab, file_tab = st.tabs(
        [_("Type or paste"), _("Upload a file")], key=f"predict-source-{run.id}"
    )
    with text_tab:
        _show_typed(visitor, run, reading)
    with file_tab:
        _show_uploaded(visitor, run, reading)


def _show_typed(visitor: State, run: Run, reading: Reading) -> None:
    text_key = f"predict-{run.data[:12]}"
    place, services = visitor.places.typed, get_services()
    text = st.text_area(
        _("Sequences"),
        value=visitor.typed_texts.get(text_key) or _suggest_text(visitor, run),
        key=get_widget_key(visitor, f"{text_key}-text"),
        help=_("One sequence in brackets a line, such as [2, 5]; or CSV text with a header.")
        if reading.features == 1
        else _(
            "One sequence a line: [[1, 2], [3, 4]] has two steps of two features, [[1, 2]] or "
            "[1, 2] has one. Or CSV text with a header."
        ),
    )
    workspace.remember_text(visitor, services, text_key, text)
    if not text.strip():
        return
    sequences = new_data.read_typed(visitor, place, text, reading)
    if sequences is not None:
        request = send_request(place.prediction, visitor, services, Runs.predict, run, sequences)
        target = get_target_name(reading.schema, run.recipe)
        requests.show_result(
            request, lambda request: predictions_table.show_predictions(request, sequences, target)
        )
        xray.show_section(visitor, run, sequences, place)


def _suggest_text(visitor: State, run: Run) -> str:
    if run.data == compute_digest(None):
        return "[1.5]"
    return new_data.suggest_sequence(visitor.data) if run.data == visitor.digest else ""


def _show_uploaded(visitor: State, run: Run, reading: Reading) -> None:
    file = show_uploader(
        _("A file of new sequences"),
        key=get_widget_key(visitor, "predict-file"),
        several=True,
        help=_("The same columns as the data the model was trained on; targets may be missing."),
    )
    file_layouts.show_limits()
    if file is None:
        return
    place, services = visitor.places.file, get_services()
    sequences = new_data.read_upload(visitor, place, file, reading)
    if sequences is not None:
        request = send_request(place.prediction, visitor, services, Runs.predict, run, sequences)
        target = get_target_name(reading.schema, run.recipe)
        requests.show_result(
            request,
            lambda request: predictions_table.show_predictions(request, sequences, target, "file"),
        )
        early_prediction.show_section(visitor, run, sequences, place)
        xray.show_section(visitor, run, sequences, place)
