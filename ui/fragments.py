"""Live parts of a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st


def live(function: Callable[..., None], every: float | None, *arguments: Any) -> None:
    """Run a function as a fragment that repeats ``every`` so many seconds; None: never.

    In a container of its own. When a repetition starts before the last full run has reached
    the browser, Streamlit (1.67) withdraws what that run drew in the fragment and keeps what it
    drew after it; a gap among siblings then breaks the whole page in the browser ("Bad delta
    path index"). Alone in its container, a fragment has no siblings.
    """
    with st.container():
        st.fragment(function, run_every=every)(*arguments)
