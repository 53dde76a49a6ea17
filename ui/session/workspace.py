"""What the server remembers of what a visitor has open, for a refresh or the next day."""

from __future__ import annotations

import time
from typing import Any

from runs import StoreError
from ui import backend
from ui.shell import auth
from ui.shell.auth import Owner

AGAIN_SECONDS = 10.0  # after a trouble; a locked database is waited for each time

Workspace = dict[str, Any]  # plain values; dictionaries in it are saved entry by entry


class Memory:
    """One open tab's view of the visitor's workspace.

    trouble    why it could not be read or saved, as long as it cannot
    forgotten  everything of the visitor was deleted, in another tab
    """

    def __init__(self, owner: Owner) -> None:
        self.trouble: StoreError | None = None
        self.forgotten = False
        self._owner = owner
        self._born: float | None = None  # None until it was read
        self._saved: Workspace = {}
        self._tried = 0.0

    @property
    def is_read(self) -> bool:
        return self._born is not None

    @property
    def is_due(self) -> bool:
        """Whether it is time to try again."""
        return self.trouble is not None and time.monotonic() - self._tried > AGAIN_SECONDS

    def read(self) -> Workspace:
        """What was open when the visitor was last here; {} for somebody new, and while it cannot
        be read."""
        self._tried = time.monotonic()
        try:
            lasting = self._owner.login is not None
            workspace, self._born = backend.store().visitors.welcome(
                self._owner.id, lasting, auth.network()
            )
        except StoreError as error:
            self.trouble = error
            return {}
        self.trouble = None
        return workspace

    def begin_with(self, now: Workspace) -> None:
        """Only what differs from this is saved from now on."""
        self._saved = _copy(now)

    def save(self, now: Workspace) -> None:
        """Save what has changed since it was last saved, and leave alone what another tab has
        changed. What fails can be tried again: ``trouble`` says why."""
        changes = _changes(self._saved, now)
        if not changes or not self.is_read:
            return
        self._tried = time.monotonic()
        try:
            self.forgotten = not backend.store().visitors.save(self._owner.id, self._born, changes)
            self._saved, self.trouble = _copy(now), None
        except StoreError as error:
            self.trouble = error


def _copy(workspace: Workspace) -> Workspace:
    return {
        name: dict(value) if isinstance(value, dict) else value for name, value in workspace.items()
    }


def _changes(before: Workspace, now: Workspace) -> Workspace:
    """The values that differ; of dictionaries the entries that do, None for those that are gone."""
    changes: Workspace = {}
    for name, value in now.items():
        old = before.get(name)
        if isinstance(value, dict) and isinstance(old, dict):
            entries = {key: each for key, each in value.items() if old.get(key) != each}
            entries |= dict.fromkeys(old.keys() - value.keys())
            if entries:
                changes[name] = entries
        elif value != old:
            changes[name] = value
    return changes
