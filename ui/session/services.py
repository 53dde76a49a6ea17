"""``Services``: what the use cases need of the server."""

from __future__ import annotations

from dataclasses import dataclass

from runs import Runs
from runs.reading.guard import Guard
from runs.store import Store


@dataclass(frozen=True)
class Services:
    """The server, as one visitor reaches it.

    Attributes:
        runs: Training and requests.
        guard: Processes that read files.
        network: Network of the visitor, by which turns are shared; see ``runs.addresses``.
    """

    runs: Runs
    guard: Guard
    network: str

    @property
    def store(self) -> Store:
        """Runs, data and visitors in the database."""
        return self.runs.store
