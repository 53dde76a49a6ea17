"""Widgets and containers that several pages use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.session.state import State


def get_widget_key(visitor: State, name: str) -> str:
    """Return the key of a widget about the open data; forms start again for other data."""
    return f"{name}-{visitor.open_count}"


def choose_one(label: str, options: Iterable, key: str, value: Any, **widget_options: Any) -> Any:
    """Show a control with exactly one selected option, initially ``value``."""
    return st.segmented_control(
        label, list(options), default=value, required=True, key=key, **widget_options
    )


def initialize_number(key: str, value: float | None) -> str:
    """Set the initial value of a number input that can be left empty; returns its key.

    Such an input has no default, because it would return to it when emptied. The value is set in
    each run, for a browser that shows only a later run.
    """
    st.session_state[key] = st.session_state.get(key, value)
    return key


def make_metric_grid() -> DeltaGenerator:
    """Make a grid for metrics: four per row, two on a phone."""
    return st.grid(4, min_column_width=130)
