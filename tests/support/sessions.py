"""Tools of tests about the session of a visitor."""

from copy import copy
from dataclasses import fields, replace

from ui.session.state import State


def copy_state(state: State) -> State:
    """Copy a state, to compare it with what becomes of the original."""
    return replace(state, **{each.name: copy(getattr(state, each.name)) for each in fields(state)})
