"""Cache of runs that pages poll: only new epochs are read from the store."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, fields
from datetime import datetime

from cachetools import LRUCache

from core.engine.progress import History
from runs.store import Store
from runs.types import Run, RunState, RunSummary

MAX_RUNS = 200


@dataclass(frozen=True)
class _CachedRun:
    """State of a run at the last look.

    Attributes:
        version: Version of the history, which starts over with each attempt and is final at the
            end.
        history: Metrics per epoch.
        beat: Heartbeat counter.
        since: When the heartbeat counter last changed, on the monotonic clock.
    """

    version: tuple[int, datetime | None]
    history: History
    beat: int
    since: float = field(default_factory=time.monotonic)


class RunCache:
    """Thread-safe cache of histories, shared by many polling pages."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cached: LRUCache[str, _CachedRun] = LRUCache(MAX_RUNS)
        self._lock = threading.Lock()

    def update(self, summary: RunSummary) -> Run:
        """Return the run with its history, after reading the epochs that are new."""
        version = (summary.attempt, summary.ended)
        with self._lock:
            previous = self._cached.get(summary.id)
        if previous is None or previous.version != version:
            previous = _CachedRun(version, {}, summary.beat)
        history = previous.history
        new_epochs = self._store.runs.read_history(summary.id, after=len(history.get("loss", ())))
        if new_epochs:
            history = {
                name: [*history.get(name, ()), *(metrics[name] for metrics in new_epochs)]
                for name in new_epochs[0]
            }
        since = previous.since if summary.beat == previous.beat else time.monotonic()
        cached = _CachedRun(version, history, summary.beat, since)
        with self._lock:
            self._cached[summary.id] = cached
        running = summary.state is RunState.RUNNING
        silent = time.monotonic() - cached.since if running else 0.0
        values = {each.name: getattr(summary, each.name) for each in fields(RunSummary)}
        return Run(**values, history=history, silent_seconds=silent)
