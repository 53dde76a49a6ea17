"""Where runs are kept: in this process's memory."""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from core.recipe import Recipe
from runs.run import MOVES, Run, RunState

# Bounds of a long-lived server's memory: the runs that ended first are forgotten first.
MAX_ENDED_RUNS = 500
MAX_MODEL_BYTES = 512 * 2**20


class Store:
    """Runs by id. Thread-safe; what it hands out never changes."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._lock = threading.Lock()

    def create(self, name: str, recipe: Recipe) -> Run:
        """A queued run with an id nobody can guess."""
        run = Run(id=secrets.token_urlsafe(16), name=name, recipe=recipe, created=datetime.now(UTC))
        with self._lock:
            self._runs[run.id] = run
        return run

    def get(self, run_id: str) -> Run | None:
        return self._runs.get(run_id)

    def change(
        self, run_id: str, now: RunState, to: RunState | None = None, **changes: Any
    ) -> bool:
        """Change a run, and move it ``to`` another state, as long as it is in the state ``now``.

        False when it is not (any more): a visitor may cancel a run in the moment it starts.
        """
        if to is not None and to not in MOVES[now]:
            raise ValueError(f"a run cannot move from {now.value} to {to.value}")
        with self._lock:
            run = self._runs.get(run_id)
            if run is None or run.state is not now:
                return False
            if to is not None:
                time = "started" if MOVES[to] else "ended"
                changes |= {"state": to, "stopping": False, time: datetime.now(UTC)}
            self._runs[run_id] = replace(run, **changes)
            self._forget()
            return True

    def _forget(self) -> None:
        ended = sorted((run for run in self._runs.values() if run.ended), key=lambda run: run.ended)
        model_bytes = sum(len(run.model or b"") for run in ended)
        while len(ended) > MAX_ENDED_RUNS or (model_bytes > MAX_MODEL_BYTES and len(ended) > 1):
            oldest = ended.pop(0)
            model_bytes -= len(oldest.model or b"")
            del self._runs[oldest.id]
