"""Controls and places that several pages use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def one_of(label: str, options: Iterable, key: str, value: Any, **more: Any) -> Any:
    """A control with exactly one chosen option, ``value`` to begin with."""
    return st.segmented_control(label, list(options), default=value, required=True, key=key, **more)


def set_in_each_run(key: str, value: float | None) -> str:
    """The key of a number that can be left empty, with the value it holds to begin with. Such an
    input has no default, to which it would return when it is emptied; so each run sets its value,
    for a browser that shows no other run."""
    st.session_state[key] = st.session_state.get(key, value)
    return key


def fact_grid() -> DeltaGenerator:
    """Where large numbers stand: four in a row, two on a phone."""
    return st.grid(4, min_column_width=130)
