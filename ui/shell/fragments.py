"""Live parts of a page."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st

_numbers = itertools.count()


def live(function: Callable[..., None], every: float | None, *arguments: Any) -> None:
    """Run a function as a fragment of its own.

    The fragment gets a new id whenever the page runs. Streamlit (1.67) derives the id from the
    function's name alone, so a repetition that the browser asked for before it had heard of the
    latest run of the page would still find a fragment. If such a repetition arrives after that
    run's thread has ended, but before the server has sent all that the run drew, Streamlit starts
    another thread and drops the rest, including the order to repeat: the page would stand still
    until it is loaded again. A repetition with an id that no longer exists is ignored.

    A click can still arrive in that moment. It is ignored if the browser shows the part of the run
    before. Otherwise the rest of the page may be lost, so a click that comes sooner than the first
    repetition runs the page again; Streamlit then calls its ``on_click`` a second time.

    The fragment has a container of its own. When a repetition starts before the last run of the
    page has reached the browser, Streamlit withdraws what that run drew in the fragment and keeps
    what it drew after it; a gap among siblings then breaks the whole page in the browser ("Bad
    delta path index"). Alone in its container, a fragment has no siblings.

    Args:
        function: Draws the part; called with ``arguments``.
        every: Seconds between two repetitions; None if it does not repeat.
    """
    defined: float | None = None

    @wraps(function)
    def part(*arguments: Any) -> None:
        nonlocal defined
        now = time.monotonic()
        clicked = every is not None and defined is not None and now - defined < every
        defined = defined or now
        function(*arguments)
        if clicked:
            st.rerun()

    part.__qualname__ = f"{function.__qualname__}#{next(_numbers)}"
    with st.container():
        st.fragment(part, run_every=every)(*arguments)
