"""The one connection of this server to its workers."""

from __future__ import annotations

import streamlit as st

from runs import Runs


@st.cache_resource(show_spinner=False)
def runs() -> Runs:
    """Shared by every visitor. The first call starts the workers and does not wait for them."""
    return Runs()
