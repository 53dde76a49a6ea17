"""Results of requests to a trained model, shown without blocking the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from runs import Request
from ui.i18n import _, translate
from ui.shell import fragments

Result = TypeVar("Result")
FIRST_WAIT_SECONDS = 0.15  # most requests are done by then, so that nothing is drawn twice
POLL_SECONDS = 0.4
QUEUE_SECONDS = 1.5  # behind the requests of other visitors


def show_result(
    request: Request[Result], show: Callable[[Request[Result]], None], label: str | None = None
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


def _poll(
    request: Request[Result], show: Callable[[Request[Result]], None], label: str, waiting: bool
) -> None:
    if not request.done:
        st.progress(request.share, label)
        return
    if waiting:
        st.rerun()  # ends the polling
    if request.error is not None:
        st.error(translate(request.error), icon=":material/error:")
    else:
        show(request)
