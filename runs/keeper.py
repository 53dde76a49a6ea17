"""A thread beside a training: it tells the store how far it is, keeps its checkpoints, and hears
whether it is to stop.

The training itself never waits for the database. And since a single batch may take minutes, which
nothing can interrupt, the keeper can end a stopped run without it: from the last checkpoint, and
with the process.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

from core.checkpoint import Checkpoint
from core.progress import Progress
from runs.store import Claim, Result, Store, StoreError
from runs.threads import TROUBLE_SECONDS, insist

log = logging.getLogger("unpadded.worker")

TICK_SECONDS = 0.1
BEAT_SECONDS = 2.0
GRACE_SECONDS = 0.4  # from a stop to the training's own end; then it is ended from outside
# Before the first checkpoint that would lose the epochs that were trained. A training that has had
# some looks for a stop many times a second, but for a busy machine.
FIRST_GRACE_SECONDS = 2.0


class Keeper:
    """``progress`` and ``checkpoint`` are what ``core.train`` calls, ``should_stop`` what it asks.

    at_once  makes the result that a stopped run ends with when its training does not end by
             itself; None while it is about to
    """

    def __init__(
        self,
        store: Store,
        run_id: str,
        claim: Claim,
        resume: Checkpoint | None,
        at_once: Callable[[Keeper], Result] | None,
    ) -> None:
        """resume: what the training goes on from."""
        self.at_once = at_once
        self.most_hours = store.limits.run_hours
        self.lost = False  # the run was deleted, killed or given to another worker
        self.timed_out = False
        self.last: Progress | None = None
        self._store, self._run_id, self._attempt = store, run_id, claim.attempt
        self._before = claim.before
        self._known = 0 if resume is None else len(resume.history.get("loss", ()))
        self._told: Progress | None = None
        self.newest = self._kept = resume
        self._stopped_at = time.monotonic() if claim.stopping else None
        self._beat_at = time.monotonic()
        self._closing = threading.Lock()  # held by whoever ends the run
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def progress(self, progress: Progress) -> None:
        self.last = progress
        self.timed_out = progress.seconds - self._before > self.most_hours * 3600

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        self.newest = checkpoint

    def should_stop(self) -> bool:
        return self._stopped_at is not None or self.lost or self.timed_out

    def close(self) -> None:
        """The training has ended by itself, and its caller ends the run."""
        with self._closing:
            self._closed.set()
        self._thread.join()

    def _keep(self) -> None:
        wait = TICK_SECONDS
        while not self._closed.wait(wait):
            wait = TICK_SECONDS
            try:
                self._listen()
                self._tell()
            except StoreError:  # nothing is lost: it is told when the store is back
                wait = TROUBLE_SECONDS
            except Exception:  # whatever it is, the training must not go on unheard
                log.exception("A keeper failed")
                wait = TROUBLE_SECONDS
            if self._overdue():
                self._end_at_once()

    def _listen(self) -> None:
        stopping = self._store.work.is_to_stop(self._run_id, self._attempt)
        self.lost = stopping is None
        if (stopping or self.lost) and self._stopped_at is None:
            self._stopped_at = time.monotonic()

    def _tell(self) -> None:
        work, run = self._store.work, (self._run_id, self._attempt)
        now, told = time.monotonic(), False
        if self.last is not self._told:
            progress = self.last
            work.report(*run, progress, self._known)
            self._told, told = progress, True
            self._known = len(progress.history.get("loss", ()))
        if self.newest is not self._kept:
            newest = self.newest
            work.keep_checkpoint(*run, newest.to_bytes())
            self._kept, told = newest, True
        if told:
            self._beat_at = now
        elif now - self._beat_at >= BEAT_SECONDS:
            work.beat(*run)
            self._beat_at = now

    def _overdue(self) -> bool:
        trained = self.last is not None and bool(self.last.history)
        grace = FIRST_GRACE_SECONDS if trained and self.newest is None else GRACE_SECONDS
        since = self._stopped_at
        late = since is not None and time.monotonic() - since >= grace
        return late and self.at_once is not None

    def _end_at_once(self) -> None:
        with self._closing:
            if self._closed.is_set():
                return
            if not self.lost:
                result = self.at_once(self)
                insist(lambda: self._store.work.end(self._run_id, self._attempt, result))
            # The batch that runs cannot be interrupted; the nanny starts another process.
            log.warning("A training was ended together with its process, to stop it at once")
            os._exit(0)
