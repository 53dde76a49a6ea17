"""Runs that pages look at again and again: only what is new is read from the store."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, fields

from core.engine.progress import History
from runs.store import Store
from runs.types import Run, RunLine, RunState

RUNS_KEPT = 200


@dataclass(frozen=True)
class _Seen:
    """What was known of a run when it was last looked at. version: of its history, which begins
    anew with another attempt and is final at the end."""

    version: tuple
    history: History
    beat: int
    since: float = field(default_factory=time.monotonic)


class Watched:
    """Thread-safe: many pages watch at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._lock = threading.Lock()

    def look(self, line: RunLine) -> Run:
        """The run with its history."""
        version = (line.attempt, line.ended)
        with self._lock:
            before = self._seen.get(line.id)
        if before is None or before.version != version:
            before = _Seen(version, {}, line.beat)
        known = before.history
        news = self._store.runs.history(line.id, after=len(known.get("loss", ())))
        if news:
            known = {
                name: [*known.get(name, ()), *(figures[name] for figures in news)]
                for name in news[0]
            }
        same = line.beat == before.beat
        seen = _Seen(version, known, line.beat, before.since if same else time.monotonic())
        with self._lock:
            self._seen[line.id] = seen
            self._seen.move_to_end(line.id)
            while len(self._seen) > RUNS_KEPT:
                self._seen.popitem(last=False)
        running = line.state is RunState.RUNNING
        silent = time.monotonic() - seen.since if running else 0.0
        parts = {each.name: getattr(line, each.name) for each in fields(RunLine)}
        return Run(**parts, history=known, silent=silent)
