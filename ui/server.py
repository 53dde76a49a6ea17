"""The one connection of this server to its workers."""

from __future__ import annotations

import streamlit as st

from core import Recipe, Sequences
from runs import Runs, RunState


@st.cache_resource(show_spinner=False)
def runs() -> Runs:
    """Shared by every visitor. The first call starts the workers and does not wait for them."""
    return Runs()


def shared_run(data: Sequences, recipe: Recipe, name: str) -> str:
    """The id of the one training that serves everybody who needs a trained example, so that
    visitors who only look do not fill the queue."""
    kept = _shared()
    run = runs().get(kept.get(name, ""))
    if run is None or run.state in (RunState.FAILED, RunState.STOPPED):
        kept[name] = runs().train(data, recipe, name)
    return kept[name]


@st.cache_resource(show_spinner=False)
def _shared() -> dict[str, str]:
    return {}
