"""The two ways to ask a trained model about new sequences: typed, or in a file."""

from __future__ import annotations

import streamlit as st

from core.reading.new_data import Reading
from runs import Run
from ui import backend
from ui.data import file_layouts
from ui.i18n import _
from ui.predict import new_data
from ui.results import early_prediction, predictions_table, xray
from ui.session import requests
from ui.session.state import State, example_digest
from ui.shell.uploader import uploader


def forms(visitor: State, run: Run) -> None:
    """The box begins with what was last typed about this data, or else with a short sequence of
    it, where the visitor has it open."""
    reading = Reading.from_dict(run.reading)
    typed, uploaded = st.tabs(
        [_("Type or paste"), _("Upload a file")], key=f"predict-source-{run.id}"
    )
    with typed:
        _typed(visitor, run, reading)
    with uploaded:
        _uploaded(visitor, run, reading)


def _typed(visitor: State, run: Run, reading: Reading) -> None:
    place = f"predict-{run.data[:12]}"
    text = st.text_area(
        _("Sequences"),
        value=visitor.typed.get(place) or _first(visitor, run),
        key=visitor.key(f"{place}-text"),
        help=_("One sequence in brackets a line, such as [2, 5]; or CSV text with a header.")
        if reading.features == 1
        else _(
            "One sequence a line: [[1, 2], [3, 4]] has two steps of two features, [[1, 2]] or "
            "[1, 2] has one. Or CSV text with a header."
        ),
    )
    visitor.remember(place, text)
    if not text.strip():
        return
    new = new_data.typed_sequences(visitor, text, reading)
    if new is not None:
        asked = requests.ask(visitor, "typed", run, new, backend.runs().predict)
        requests.answer(asked, lambda found: predictions_table.predictions(found, new))
        xray.section(visitor, run, new, "typed")


def _first(visitor: State, run: Run) -> str:
    if run.data == example_digest():
        return "[1.5]"
    is_open = visitor.kept is not None and visitor.kept.data == run.data
    return new_data.a_short_sequence(visitor.data) if is_open else ""


def _uploaded(visitor: State, run: Run, reading: Reading) -> None:
    file = uploader(
        _("A file of new sequences"),
        key=visitor.key("predict-file"),
        help=_("The same columns as the data the model was trained on; targets may be missing."),
    )
    file_layouts.limits()
    if file is None:
        return
    fresh = new_data.uploaded_sequences(visitor, reading, file)
    if fresh is not None:
        asked = requests.ask(visitor, "file", run, fresh, backend.runs().predict)
        requests.answer(asked, lambda found: predictions_table.predictions(found, fresh, "file"))
        early_prediction.section(visitor, run, fresh, "file")
        xray.section(visitor, run, fresh, "file")
