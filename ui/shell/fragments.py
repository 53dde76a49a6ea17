"""Live parts of a page."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from functools import wraps
from typing import TypeVarTuple

import streamlit as st

Arguments = TypeVarTuple("Arguments")

_numbers = itertools.count()


def run_fragment(
    function: Callable[[*Arguments], None], seconds: float | None, *arguments: *Arguments
) -> None:
    """Run a function as a separate fragment.

    The fragment gets a new id whenever the page runs. Streamlit (1.67) derives the id from the
    function's name alone, so a repetition that the browser requested before it received the latest
    run of the page would still find a fragment. If such a repetition arrives after that run's
    thread has ended, but before the server has sent all that the run drew, Streamlit starts another
    thread and drops the rest, including the order to repeat: the page would be stuck until it is
    reloaded. A repetition with an id that no longer exists is ignored.

    A click can still arrive in that moment. It is ignored if the browser shows the fragment of the
    previous run. Otherwise the rest of the page may be lost, so a click that comes sooner than the
    first repetition runs the page again; Streamlit then calls its ``on_click`` a second time.

    The fragment has its own container. When a repetition starts before the last run of the page has
    reached the browser, Streamlit withdraws what that run drew in the fragment and keeps what it
    drew after it; a gap among siblings then breaks the whole page in the browser ("Bad delta path
    index"). Alone in its container, a fragment has no siblings.

    Args:
        function: Draws the fragment; called with ``arguments``.
        seconds: Seconds between two repetitions; None if it does not repeat.
        *arguments: Arguments of the function.
    """
    first_run: float | None = None

    @wraps(function)
    def repeat(*arguments: *Arguments) -> None:
        nonlocal first_run
        now = time.monotonic()
        clicked = seconds is not None and first_run is not None and now - first_run < seconds
        first_run = first_run or now
        function(*arguments)
        if clicked:
            st.rerun()

    repeat.__qualname__ = f"{function.__qualname__}#{next(_numbers)}"
    with st.container():
        st.fragment(repeat, run_every=seconds)(*arguments)
