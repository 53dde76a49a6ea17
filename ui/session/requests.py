"""Requests to a trained model that do not block the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core import Sequences
from runs import Request, RunSummary
from ui import backend
from ui.i18n import _, translate
from ui.session.state import State
from ui.shell import fragments

FIRST_WAIT_SECONDS = 0.15  # most requests are done by then, so that nothing is drawn twice
POLL_SECONDS = 0.4
QUEUE_SECONDS = 1.5  # behind the requests of other visitors


def send_request(
    visitor: State,
    key: str,
    run: RunSummary,
    data: Sequences | None,
    method: Callable[[RunSummary, Any, str], Request],
) -> Request:
    """Send a request to a run's model, once; repeated calls return the same request.

    Args:
        visitor: The visitor's state.
        key: Where the request is remembered.
        run: Run whose model executes the request.
        data: Sequences of the request; None for those the run was evaluated on.
        method: Method of ``Runs`` that sends the request, such as ``Runs.predict``.
    """
    cached = visitor.requests.get(key)
    if cached is None or cached[0] != run.id or cached[1] != data:
        if cached is not None:
            backend.get_runs().cancel(cached[2])
        cached = (run.id, data, method(run, data, visitor.owner.id))
        visitor.requests[key] = cached
    return cached[2]


def show_result(
    request: Request, show: Callable[[Request], None], label: str | None = None
) -> None:
    """Show the result of a request as soon as it is done, and its progress until then.

    Args:
        request: The request.
        show: Draws the result of the request.
        label: What is being done, for the progress bar.
    """
    waiting = not request.wait(FIRST_WAIT_SECONDS)
    seconds = None
    if waiting:
        seconds = POLL_SECONDS if request.started else QUEUE_SECONDS
    fragments.run_fragment(_poll, seconds, request, show, label or _("Predicting …"), waiting)


def _poll(request: Request, show: Callable[[Request], None], label: str, waiting: bool) -> None:
    if not request.done:
        st.progress(request.share, label)
        return
    if waiting:
        st.rerun()  # ends the polling
    if request.error is not None:
        st.error(translate(request.error), icon=":material/error:")
    else:
        show(request)
