"""Where everything is kept: SQLite in a data folder, or PostgreSQL by ``DATABASE_URL``."""

from __future__ import annotations

from runs.limits import Limits
from runs.settings import Settings
from runs.store.contents import EPOCH_BYTES, NOT_KNOWN, Content, Contents, DataSet
from runs.store.cookies import Cookies
from runs.store.database import Database, StoreError
from runs.store.records import (
    CHECKPOINT,
    EVALUATION,
    EXPORT,
    MEASURED,
    MODEL,
    ONNX,
    PROOF,
    Records,
)
from runs.store.visitors import Usage, Visitors
from runs.store.work import Claim, Held, Result, Waiting, Work

__all__ = [
    "CHECKPOINT",
    "EPOCH_BYTES",
    "EVALUATION",
    "EXPORT",
    "MEASURED",
    "MODEL",
    "NOT_KNOWN",
    "ONNX",
    "PROOF",
    "Claim",
    "Content",
    "DataSet",
    "Held",
    "Result",
    "Store",
    "StoreError",
    "Usage",
    "Waiting",
]


class Store:
    """One database, from five sides: data, runs, the work on them, visitors, and their cookies."""

    def __init__(self, url: str, limits: Limits | None = None) -> None:
        """``url`` as SQLAlchemy takes it. Raises StoreError."""
        self.limits = limits or Limits()
        self._database = Database(url)
        self.shared = self._database.shared
        self.contents = Contents(self._database, self.limits)
        self.runs = Records(self._database, self.limits)
        self.work = Work(self._database)
        self.visitors = Visitors(self._database, self.limits)
        self.cookies = Cookies(self._database)

    @classmethod
    def of(cls, settings: Settings) -> Store:
        return cls(settings.database_url, settings.limits)

    def close(self) -> None:
        self._database.close()
