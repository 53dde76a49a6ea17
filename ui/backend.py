"""This server's runs and store, shared by all visitors."""

from __future__ import annotations

import streamlit as st

from core import Recipe, Sequences
from runs import ACTIVE, Runs, RunState
from runs.reading.guard import Guard
from runs.store import Store
from ui import samples

OWNER = "server"  # of trainings that serve everybody


@st.cache_resource(show_spinner=False)
def runs() -> Runs:
    """The first call starts the workers and does not wait for them."""
    return Runs(samples.digests)


@st.cache_resource(show_spinner=False)
def reading() -> Guard:
    """The processes that files are read in."""
    return Guard()


def store() -> Store:
    return runs().store


def shared_run(data: Sequences, recipe: Recipe, name: str) -> str:
    """The id of the one training that serves everybody who needs a trained example, so that
    visitors who only look do not fill the queue."""
    store().visitors.welcome(OWNER, lasting=True)
    for run in store().runs.list(OWNER):
        usable = run.state in (*ACTIVE, RunState.FINISHED)
        if usable and (run.name, run.recipe) == (name, recipe):
            return run.id
    return runs().train(OWNER, data, recipe, name, reuse=True)
