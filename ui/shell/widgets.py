"""Widgets and containers that several pages use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain, count
from typing import Literal, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.session.state import State

Option = TypeVar("Option")


def get_widget_key(visitor: State, name: str) -> str:
    """Return the key of a widget about the open data; forms start again for other data."""
    return f"{name}-{visitor.open_count}"


def choose_one(
    label: str,
    options: Iterable[Option],
    key: str,
    value: Option,
    *,
    format_func: Callable[[Option], str],
    help: str | None = None,
    disabled: bool = False,
    label_visibility: Literal["visible", "collapsed"] = "visible",
    on_change: Callable[..., None] | None = None,
    args: tuple[object, ...] | None = None,
) -> Option:
    """Show a control with exactly one selected option, initially ``value``."""
    return st.segmented_control(
        label,
        list(options),
        default=value,
        required=True,
        key=key,
        format_func=format_func,
        help=help,
        disabled=disabled,
        label_visibility=label_visibility,
        on_change=on_change,
        args=args,
    )


def number_copies(labels: Iterable[str]) -> list[str]:
    """Make labels unique by a number, because Streamlit identifies options by their text.

    >>> number_copies(["a", "b", "a"])
    ['a', 'b', 'a (2)']
    """
    unique: list[str] = []
    taken: set[str] = set()
    for label in labels:
        candidates = chain([label], (f"{label} ({n})" for n in count(2)))
        unique.append(next(each for each in candidates if each not in taken))
        taken.add(unique[-1])
    return unique


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
