"""Workspace of a visitor on the server, for a refresh or a later day."""

from __future__ import annotations

import time
from typing import Any

from runs import StoreError
from ui import backend
from ui.shell import auth
from ui.shell.auth import Owner

RETRY_SECONDS = 10.0  # after an error; each attempt waits for a locked database

Workspace = dict[str, Any]  # plain values; dictionaries in it are saved entry by entry


class Memory:
    """One open tab's view of the visitor's workspace.

    Attributes:
        error: Why the workspace could not be read or saved; None once it could.
        is_deleted: All data of the visitor was deleted in another tab.
    """

    def __init__(self, owner: Owner) -> None:
        self.error: StoreError | None = None
        self.is_deleted = False
        self._owner = owner
        self._visitor_created: float | None = None  # None until the workspace was read
        self._saved: Workspace = {}
        self._tried_at = 0.0

    @property
    def is_read(self) -> bool:
        """True once the workspace has been read."""
        return self._visitor_created is not None

    @property
    def is_due(self) -> bool:
        """True if it is time to retry after an error."""
        return self.error is not None and time.monotonic() - self._tried_at > RETRY_SECONDS

    def read(self) -> Workspace:
        """Read the workspace; {} for a new visitor, and while it cannot be read."""
        self._tried_at = time.monotonic()
        try:
            lasting = self._owner.login is not None
            workspace, self._visitor_created = backend.get_store().visitors.record_visit(
                self._owner.id, lasting, auth.get_visitor_network()
            )
        except StoreError as error:
            self.error = error
            return {}
        self.error = None
        return workspace

    def set_baseline(self, workspace: Workspace) -> None:
        """Set the workspace to compare with: only differences from it are saved."""
        self._saved = _copy(workspace)

    def save(self, workspace: Workspace) -> None:
        """Save what has changed since the last save, without overwriting changes of another tab.

        A failed save can be retried; ``error`` holds the reason.
        """
        changes = _compute_changes(self._saved, workspace)
        if not changes or not self.is_read:
            return
        self._tried_at = time.monotonic()
        try:
            self.is_deleted = not backend.get_store().visitors.save(
                self._owner.id, self._visitor_created, changes
            )
            self._saved, self.error = _copy(workspace), None
        except StoreError as error:
            self.error = error


def _copy(workspace: Workspace) -> Workspace:
    return {
        name: dict(value) if isinstance(value, dict) else value for name, value in workspace.items()
    }


def _compute_changes(previous: Workspace, current: Workspace) -> Workspace:
    """List the changed values.

    Of a dictionary only the changed entries are listed, with None for removed ones.
    """
    changes: Workspace = {}
    for name, value in current.items():
        old = previous.get(name)
        if isinstance(value, dict) and isinstance(old, dict):
            entries = {key: each for key, each in value.items() if old.get(key) != each}
            entries |= dict.fromkeys(old.keys() - value.keys())
            if entries:
                changes[name] = entries
        elif value != old:
            changes[name] = value
    return changes
