"""Tabs of the sources of sequences to predict: the visitor's data, typed text, a file."""

from __future__ import annotations

import streamlit as st

from core.reading.new_data import Reading
from runs import Run, Runs
from ui.context import get_services
from ui.data import file_layouts
from ui.i18n import _, get_language
from ui.predict import expected_columns, new_data, own_data
from ui.results import early_prediction, predictions_table, xray
from ui.results.file_names import name_file
from ui.samples import compute_digest
from ui.session import workspace
from ui.session.requests import send_request
from ui.session.state import State
from ui.shell import requests
from ui.shell.target_name import get_target_name
from ui.shell.uploader import show_uploader
from ui.shell.widgets import get_widget_key


def show_forms(visitor: State, run: Run) -> None:
    """Show the visitor's own data if the run was trained on it, and both forms, as tabs.

    Only the open tab runs, so that hidden ones send no requests.
    """
    own, typed, upload = _("From my data"), _("Type"), _("Upload")
    names = [own, typed, upload] if run.data == visitor.digest else [typed, upload]
    key = f"predict-source-{run.id}-{get_language()}"
    box = f"predict-tab-{run.id}"
    last = visitor.typed_texts.get(box, "")

    def remember() -> None:
        place = names.index(st.session_state[key]) - len(names)
        workspace.remember_text(visitor, get_services(), box, str(place))

    default = names[int(last)] if last in [str(-n) for n in range(1, len(names) + 1)] else None
    *own_tabs, text_tab, file_tab = st.tabs(names, key=key, default=default, on_change=remember)
    reading = Reading.from_dict(run.reading)
    if own_tabs and own_tabs[0].open:
        with own_tabs[0]:
            own_data.show_tab(visitor, run)
    if text_tab.open:
        with text_tab:
            _show_typed(visitor, run, reading)
    if file_tab.open:
        with file_tab:
            _show_uploaded(visitor, run, reading)


def _show_typed(visitor: State, run: Run, reading: Reading) -> None:
    text_key = f"predict-{run.data[:12]}"
    place, services = visitor.places.typed, get_services()
    text = st.text_area(
        _("Sequences"),
        value=visitor.typed_texts.get(text_key) or _suggest_text(visitor, run),
        key=get_widget_key(visitor, f"{text_key}-text"),
        help=_("One pair of brackets per sequence, such as [1.5], [2, 5]. Or CSV with a header.")
        if reading.features == 1
        else _(
            "One sequence per line: [[1, 2], [3, 4]] has two steps of two features, [[1, 2]] has "
            "one. Or CSV with a header."
        ),
    )
    expected_columns.show_columns(visitor, run, reading, text_key)
    workspace.remember_text(visitor, services, text_key, text)
    if not text.strip():
        return
    sequences = new_data.read_typed(visitor, place, text, reading)
    if sequences is not None:
        request = send_request(place.prediction, visitor, services, Runs.predict, run, sequences)
        target = get_target_name(reading.schema, run.recipe)
        requests.show_result(
            request,
            lambda request: predictions_table.show_predictions(
                request, sequences, target, file=name_file(run, "predictions")
            ),
        )
        xray.show_section(visitor, run, sequences, place)


def _suggest_text(visitor: State, run: Run) -> str:
    if run.data == compute_digest(None):
        return "[1.5]"
    return new_data.suggest_sequence(visitor.data) if run.data == visitor.digest else ""


def _show_uploaded(visitor: State, run: Run, reading: Reading) -> None:
    file = show_uploader(
        _("File with new sequences"),
        key=get_widget_key(visitor, "predict-file"),
        several=True,
        help=_("Any format that Data reads, with the columns listed below."),
    )
    expected_columns.show_columns(visitor, run, reading, "file", expanded=True)
    file_layouts.show_limits()
    st.caption(_("This file is not stored: upload it again after a reload of the page."))
    if file is None:
        return
    place, services = visitor.places.file, get_services()
    sequences = new_data.read_upload(visitor, place, file, reading)
    if sequences is not None:
        request = send_request(place.prediction, visitor, services, Runs.predict, run, sequences)
        target = get_target_name(reading.schema, run.recipe)
        requests.show_result(
            request,
            lambda request: predictions_table.show_predictions(
                request, sequences, target, "file", name_file(run, "predictions")
            ),
        )
        early_prediction.show_section(visitor, run, sequences, place)
        xray.show_section(visitor, run, sequences, place)
