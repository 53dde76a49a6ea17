"""Live parts of a page."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st


def live(function: Callable[..., None], every: float | None, *arguments: Any) -> None:
    """Run a function as a fragment that repeats ``every`` so many seconds; None: never.

    In a container of its own. When a repetition starts before the last full run has reached
    the browser, Streamlit (1.67) withdraws what that run drew in the fragment and keeps what it
    drew after it; a gap among siblings then breaks the whole page in the browser ("Bad delta
    path index"). Alone in its container, a fragment has no siblings.

    And when a repetition that the page before had asked for comes in just as a full run has ended,
    Streamlit drops the end of what that run drew, and its repetitions with it: the page would
    stand still for ever (seen 4 times in 72 visits to a busy server). Nothing tells that it did.
    But a repetition that comes sooner than any this run can have asked for is such a one, and has
    the page run again. So may a press of a button in the part, right after the page was drawn;
    Streamlit then calls its ``on_click`` a second time.
    """
    defined: float | None = None

    @wraps(function)
    def part(*arguments: Any) -> None:
        nonlocal defined
        now = time.monotonic()
        too_soon = every is not None and defined is not None and now - defined < every
        defined = defined or now
        function(*arguments)
        if too_soon:
            st.rerun()

    with st.container():
        st.fragment(part, run_every=every)(*arguments)
