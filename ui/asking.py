"""Asking a trained model, without making the page wait for the answer."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core import Sequences
from runs import Prediction, RunLine
from ui import fragments, server
from ui.state import State
from ui.words import _, told

GLANCE_SECONDS = 0.15  # most answers are there by then, and nothing has to be drawn twice
POLL_SECONDS = 0.4


def ask(visitor: State, key: str, run: RunLine, data: Sequences) -> Prediction:
    """The prediction for this data; asked once, then remembered under the key."""
    asked = visitor.asked.get(key)
    if asked is None or asked[0] != run.id or asked[1] != data:
        if asked is not None:
            server.runs().forget(asked[2])
        asked = (run.id, data, server.runs().predict(run, data))
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
