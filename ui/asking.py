"""Asking a trained model, without making the page wait for the answer."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import streamlit as st

from core import DataError, Sequences, read_sequences
from core.reading import Layout, detect_layout, open_table, sequences_from
from runs import Prediction
from ui import fragments, server
from ui.opening import explain
from ui.state import State
from ui.words import _, as_typed, told

GLANCE_SECONDS = 0.15  # most answers are there by then, and nothing has to be drawn twice
POLL_SECONDS = 0.4
MOST_SUGGESTED = 500  # values in a suggested sequence


def ask(visitor: State, key: str, run_id: str, data: Sequences) -> Prediction:
    """The prediction for this data; asked once, then remembered under the key."""
    asked = visitor.asked.get(key)
    if asked is None or asked[0] != run_id or asked[1] != data:
        asked = (run_id, data, server.runs().predict(run_id, data))
        visitor.asked[key] = asked
    return asked[2]


def answer(prediction: Prediction, show: Callable[[Prediction], None]) -> None:
    """Show the answer as soon as it is there."""
    waiting = not prediction.wait(GLANCE_SECONDS)
    fragments.live(_await, POLL_SECONDS if waiting else None, prediction, show, waiting)


def _await(prediction: Prediction, show: Callable[[Prediction], None], waiting: bool) -> None:
    if not prediction.done:
        st.progress(prediction.share, _("Predicting …"))
        return
    if waiting:
        st.rerun()  # ends the polling
    if prediction.error is not None:
        st.error(told(prediction.error), icon=":material/error:")
    else:
        show(prediction)


def typed_sequences(text: str, features: int) -> Sequences | None:
    """Sequences of so many features typed into a box; None, and the reason on screen, when
    they cannot be read."""
    try:
        data = read_sequences(io.StringIO(text), target="")
    except DataError as error:
        st.error(told(error), icon=":material/error:")
        return None
    if data.features == 1 < features and (data.lengths == features).all():
        # [[1, 2], [3, 4]] reads as two sequences of one feature; here it is one of two.
        return Sequences.from_lists([data.values.reshape(-1, features)])
    return data


def a_short_sequence(data: Sequences) -> str:
    """The shortest sequence, to begin with; nothing when even that is long to read."""
    shortest = data[int(np.argmin(data.lengths))]
    return as_typed(shortest) if shortest.size <= MOST_SUGGESTED else ""


def uploaded_sequences(visitor: State, file) -> Sequences | None:
    """New sequences from a file that has the columns the model was trained on. Read once a
    file; None, and the reason on screen, when they cannot be read."""
    read = visitor.once("predict", file.file_id, lambda: _read_like(visitor.layout, file))
    if isinstance(read, DataError):
        explain(read)
        return None
    return read


def _read_like(layout: Layout | None, file) -> Sequences | DataError:
    try:
        table = open_table(file)
        if layout is None or layout.layout not in ("long", "list"):
            return sequences_from(table, detect_layout(table))
        # The roles that the training data gave its columns; only features must be there.
        roles = {
            role: name if name in table.names else ""
            for role in ("id", "time", "target", "split")
            if (name := getattr(layout, role)) is not None
        }
        features = layout.features if table.header else None
        return sequences_from(table, detect_layout(table, features=features, **roles))
    except DataError as error:
        return error
