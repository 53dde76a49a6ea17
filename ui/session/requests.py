"""Asking a trained model, without making the page wait for the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core import Sequences
from runs import Question, RunLine
from ui import backend
from ui.i18n import _, told
from ui.session.state import State
from ui.shell import fragments

GLANCE_SECONDS = 0.15  # most answers are there by then, and nothing has to be drawn twice
POLL_SECONDS = 0.4
LINE_SECONDS = 1.5  # behind the questions of others


def ask(
    visitor: State,
    key: str,
    run: RunLine,
    data: Sequences | None,
    how: Callable[[RunLine, Any, str], Question],
) -> Question:
    """A question to the run's model about this data, such as ``Runs.predict``; asked once, then
    remembered under the key."""
    asked = visitor.asked.get(key)
    if asked is None or asked[0] != run.id or asked[1] != data:
        if asked is not None:
            backend.runs().forget(asked[2])
        asked = (run.id, data, how(run, data, visitor.owner.id))
        visitor.asked[key] = asked
    return asked[2]


def answer(question: Question, show: Callable[[Question], None], doing: str | None = None) -> None:
    """Show the answer as soon as it is there; until then, that somebody is ``doing`` it."""
    waiting = not question.wait(GLANCE_SECONDS)
    every = None
    if waiting:
        every = POLL_SECONDS if question.begun else LINE_SECONDS
    fragments.live(_await, every, question, show, doing or _("Predicting …"), waiting)


def _await(question: Question, show: Callable[[Question], None], doing: str, waiting: bool) -> None:
    if not question.done:
        st.progress(question.share, doing)
        return
    if waiting:
        st.rerun()  # ends the polling
    if question.error is not None:
        st.error(told(question.error), icon=":material/error:")
    else:
        show(question)
