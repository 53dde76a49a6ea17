"""The store: SQLite in a data folder, or PostgreSQL by ``DATABASE_URL``."""

from __future__ import annotations

from runs.limits import Limits
from runs.settings import Settings
from runs.store.artifact_kinds import (
    CHECKPOINT,
    EVALUATION,
    EXPORT,
    EXPORTED,
    MEASURED,
    MODEL,
    ONNX,
    PROOF,
)
from runs.store.attempts import Attempts, Claim, Result
from runs.store.cookies import Cookies
from runs.store.data_sets import NOT_KNOWN, Content, DataSet, DataSets, TableReading
from runs.store.database import Database
from runs.store.duplicates import Duplicates
from runs.store.errors import NewerStoreError, StoreError
from runs.store.helpers import DuplicateKey
from runs.store.queue import RunningRun, WaitingRun
from runs.store.quota import EPOCH_BYTES, Samples
from runs.store.runs import DELETED, Records
from runs.store.visitors import Usage, Visitors

__all__ = [
    "CHECKPOINT",
    "DELETED",
    "EPOCH_BYTES",
    "EVALUATION",
    "EXPORT",
    "EXPORTED",
    "MEASURED",
    "MODEL",
    "NOT_KNOWN",
    "ONNX",
    "PROOF",
    "Claim",
    "Content",
    "DataSet",
    "DuplicateKey",
    "NewerStoreError",
    "Result",
    "RunningRun",
    "Store",
    "StoreError",
    "TableReading",
    "Usage",
    "WaitingRun",
]


class Store:
    """One database with everything: data sets, runs, attempts, duplicates, visitors and cookies.

    Attributes:
        database: Connections to the database.
        limits: Limits of the server.
        shared: Processes on other machines can reach the database.
        data_sets: Data sets of visitors and their contents.
        runs: Runs as visitors and pages see them.
        attempts: Runs as dispatchers and workers see them.
        duplicates: Results that identical runs share.
        visitors: Visitors and their workspaces.
        cookies: Key of cookies, and cookies that were replaced.
    """

    def __init__(
        self,
        url: str,
        limits: Limits | None = None,
        samples: Samples = tuple,
        migrates: bool = True,
    ) -> None:
        """Open the database.

        Args:
            url: Database, as an SQLAlchemy URL.
            limits: Limits of the server.
            samples: Returns the digests of the data that everybody has.
            migrates: Bring the tables to this version; otherwise an older database is refused.

        Raises:
            StoreError: If the database cannot be used.
        """
        self.limits = limits or Limits()
        self.database = Database(url, migrates)
        self.shared = self.database.shared
        self.data_sets = DataSets(self.database, self.limits, samples)
        self.runs = Records(self.database, self.limits, samples)
        self.attempts = Attempts(self.database)
        self.duplicates = Duplicates(self.database)
        self.visitors = Visitors(self.database, self.limits, samples)
        self.cookies = Cookies(self.database)

    @classmethod
    def from_settings(
        cls, settings: Settings, samples: Samples = tuple, migrates: bool = True
    ) -> Store:
        """Open the store that the settings name."""
        return cls(settings.database_url, settings.limits, samples, migrates)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()
