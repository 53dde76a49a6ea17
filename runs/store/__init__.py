"""Where everything is kept: SQLite in a data folder, or PostgreSQL by ``DATABASE_URL``."""

from __future__ import annotations

from runs.limits import Limits
from runs.settings import Settings
from runs.store.attempts import Claim, Held, Result, Waiting, Work
from runs.store.blobs import EPOCH_BYTES, NOT_KNOWN, Content, Contents, DataSet, Samples
from runs.store.cookies import Cookies
from runs.store.database import Database, StoreError
from runs.store.duplicates import Twins
from runs.store.helpers import Twin
from runs.store.runs import (
    CHECKPOINT,
    DELETED,
    EVALUATION,
    EXPORT,
    EXPORTED,
    MEASURED,
    MODEL,
    ONNX,
    PROOF,
    Records,
)
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
    "Held",
    "Result",
    "Store",
    "StoreError",
    "Twin",
    "Usage",
    "Waiting",
]


class Store:
    """One database, from all sides: data, runs, the work on them, what they share, visitors, and
    their cookies."""

    def __init__(self, url: str, limits: Limits | None = None, samples: Samples = tuple) -> None:
        """``url`` as SQLAlchemy takes it; samples: the digests of data that everybody has. Raises
        StoreError."""
        self.limits = limits or Limits()
        self._database = Database(url)
        self.shared = self._database.shared
        self.contents = Contents(self._database, self.limits, samples)
        self.runs = Records(self._database, self.limits, samples)
        self.work = Work(self._database)
        self.twins = Twins(self._database)
        self.visitors = Visitors(self._database, self.limits, samples)
        self.cookies = Cookies(self._database)

    @classmethod
    def of(cls, settings: Settings, samples: Samples = tuple) -> Store:
        return cls(settings.database_url, settings.limits, samples)

    def close(self) -> None:
        self._database.close()
