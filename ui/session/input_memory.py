"""Values of inputs that a reload brings back, for inputs that are not part of the settings."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TypeVar

from ui.session.services import Services
from ui.session.state import State
from ui.session.workspace import remember_text

Value = TypeVar("Value", bool, int, str, list[str])


def name_box(state: State, name: str) -> str:
    """Name an input about the open data; other data has a value of its own."""
    return f"{name}-{state.data_key}"


def recall(
    state: State, box: str, default: Value, options: Collection[object] | None = None
) -> Value:
    """Return the remembered value of an input.

    Args:
        state: The visitor's state.
        box: Name of the input.
        default: Value of an input that nothing is remembered of.
        options: Values that are possible now; None for all. Others are left out of a list.
    """
    try:
        value = json.loads(state.typed_texts[box])
    except (KeyError, ValueError):  # nothing, or a list that was too long to be stored whole
        return default
    if type(value) is not type(default):
        return default
    if options is None:
        return value
    if isinstance(value, list):
        return [each for each in value if each in options]
    return value if value in options else default


def remember(state: State, services: Services, box: str, value: Value, default: Value) -> None:
    """Remember the value of an input; an untouched one is not stored."""
    if value != default or box in state.typed_texts:
        remember_text(state, services, box, json.dumps(value))
