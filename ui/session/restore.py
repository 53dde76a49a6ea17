"""Restoring the state of a visitor from the stored workspace."""

from __future__ import annotations

import contextlib
import time

from core.errors import UnpaddedError
from ui.session.data import activate_data_set, activate_example
from ui.session.services import Services
from ui.session.state import State
from ui.session.workspace import build_workspace, decode_settings, read_workspace, save

RETRY_SECONDS = 10.0  # after an error; each attempt waits for a locked database


def restore(state: State, services: Services) -> None:
    """Restore the saved workspace, unless other data has been opened since."""
    fresh = build_workspace(State(state.owner))
    state.memory.saved = fresh
    workspace = read_workspace(state, services)
    if not workspace or build_workspace(state) != fresh:
        save(state, services)
        return
    units = workspace.get("units", {})
    state.settings = {key: decode_settings(stored) for key, stored in units.items()}
    state.example_run = workspace.get("example_run")
    state.typed_texts = workspace.get("typed", {})
    state.language = workspace.get("language")
    activate_example(state)
    data_set_id = workspace.get("data_set")
    if data_set_id is not None:
        with contextlib.suppress(UnpaddedError):  # deleted in another tab
            activate_data_set(state, services, data_set_id)
    state.memory.saved = build_workspace(state)


def retry(state: State, services: Services) -> None:
    """Save or restore again if that failed some seconds ago."""
    memory = state.memory
    if memory.error is not None and time.monotonic() - memory.tried_at > RETRY_SECONDS:
        repeat = restore if memory.visitor_created is None else save
        repeat(state, services)
