"""Runs and store of this server, shared by all visitors."""

from __future__ import annotations

import streamlit as st

from core import Recipe, Sequences
from runs import ACTIVE, Runs, RunState
from runs.reading.guard import Guard
from runs.store import Store
from ui import samples

SHARED_OWNER = "server"  # owner of runs that serve every visitor


@st.cache_resource(show_spinner=False)
def get_runs() -> Runs:
    """Return the run service. The first call starts the workers without waiting for them."""
    return Runs(samples.compute_digests)


@st.cache_resource(show_spinner=False)
def get_guard() -> Guard:
    """Return the processes that read files."""
    return Guard()


def get_store() -> Store:
    """Return the store."""
    return get_runs().store


def get_shared_run(data: Sequences, recipe: Recipe, name: str) -> str:
    """Return the id of the training run that serves every visitor who needs a trained example.

    It is shared so that visitors who only look do not fill the queue. Its model is checked and
    evaluated only on request, so that nobody's own training waits for that.
    """
    get_store().visitors.record_visit(SHARED_OWNER, lasting=True)
    for run in get_store().runs.list(SHARED_OWNER):
        is_usable = run.state in (*ACTIVE, RunState.FINISHED)
        if is_usable and (run.name, run.recipe) == (name, recipe):
            return run.id
    return get_runs().train(SHARED_OWNER, data, recipe, name, defer_analyses=True, reuse=True)
