"""A thread beside a training: it tells the store how far it is, keeps its checkpoints, and hears
whether it is to stop, or to give its worker back because others wait.

The training itself never waits for the database. And since a single batch may take minutes, which
nothing can interrupt, the keeper can end or pause a run without it: from the last checkpoint, and
with the process. So it does with a training that stands still.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

from core.engine.progress import Progress
from core.training.checkpoint import Checkpoint
from runs.stopwatch import Stopwatch
from runs.store import Claim, Result, Store, StoreError
from runs.threads import TROUBLE_SECONDS, insist

log = logging.getLogger("unpadded.worker")

TICK_SECONDS = 0.1
BEAT_SECONDS = 2.0
GRACE_SECONDS = 0.4  # from a stop to the training's own end; then it is ended from outside
# Before the first checkpoint that would lose the epochs that were trained. A training that has had
# some looks for a stop many times a second, but for a busy machine.
FIRST_GRACE_SECONDS = 2.0
# From the end of a turn to that of the training: most batches and measurements end by then, and
# what was computed since the last checkpoint is not lost. On a machine so busy that the process had
# hardly any time of a processor, which to compile a network takes some seconds of, it has more: to
# end processes and start others would keep such a machine from anything else.
YIELD_GRACE_SECONDS, MAX_YIELD_GRACE_SECONDS = 5.0, 60.0
MIN_TURN_CPU_SECONDS = 10.0
# A training looks for a stop between two calls, of 0.1 s or one batch each. One that does not for a
# minute, and for many times what its slowest call took, hangs in native code. Of the first call it
# is only known what the whole run was thought to take.
STILL_SECONDS, STILL_CALLS, FIRST_STILL_SECONDS = 60.0, 20, 600.0


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
        self.is_training = True  # False once the last epoch is over
        self.most_hours = store.limits.run_hours
        self.lost = False  # the run was deleted, killed or given to another worker
        self.timed_out = False
        self.last: Progress | None = None
        self._store, self._run_id, self._attempt = store, run_id, claim.attempt
        self._before = claim.before
        self._known = 0 if resume is None else len(resume.history.get("loss", ()))
        self._told: Progress | None = None
        self.newest = self._kept = resume
        self._from = (0, 0) if resume is None else (resume.epoch, resume.batch)
        self._stopped_at = time.monotonic() if claim.stopping else None
        self._asked_to_yield_at: float | None = None
        self._cpu_seconds = time.process_time()
        self._still, self._calls, self._slowest = Stopwatch(), 0, 0.0
        self._first_still_seconds = FIRST_STILL_SECONDS + claim.estimate
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
        self._note_call()
        return self.is_to_end or self._may_yield()

    @property
    def is_to_end(self) -> bool:
        """Whether the run is to end here, and not only to give its worker back."""
        return self._stopped_at is not None or self.lost or self.timed_out

    def give_back(self) -> None:
        """The training has stopped for others: keep where it stands, to go on from there."""
        self.close()
        insist(self._pause)

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
            if self.is_training and self._still.look() > self._most_still_seconds():
                log.error("A training stood still and was ended together with its process")
                os._exit(1)  # which counts as the death of its worker

    def _note_call(self) -> None:
        """Another call into the engine begins."""
        self._calls += 1
        if self._calls > 2:  # the first one looks before anything is compiled
            self._slowest = max(self._slowest, self._still.look())
        self._still.restart()

    def _may_yield(self) -> bool:
        """Whether others wait, and this turn was not in vain."""
        last = self.last
        asked = self._asked_to_yield_at is not None and last is not None
        return asked and (last.epoch, last.batch) > self._from

    def _pause(self) -> None:
        newest, run = self.newest, (self._run_id, self._attempt)
        if newest is None:
            self._store.work.give_back(*run, further=False)
            return
        further = (newest.epoch, newest.batch) > self._from
        self._store.work.give_back(*run, further, newest.to_bytes(), newest.progress)

    def _listen(self) -> None:
        stopping = self._store.work.is_to_stop(self._run_id, self._attempt)
        self.lost = stopping is None
        if (stopping or self.lost) and self._stopped_at is None:
            self._stopped_at = time.monotonic()
        unasked = self._asked_to_yield_at is None
        if unasked and self._store.work.is_to_yield(self._run_id, self._attempt):
            self._asked_to_yield_at = time.monotonic()

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
        if not self.is_to_end:
            starved = time.process_time() - self._cpu_seconds < MIN_TURN_CPU_SECONDS
            grace = MAX_YIELD_GRACE_SECONDS if starved else YIELD_GRACE_SECONDS
            since = self._asked_to_yield_at
        late = since is not None and time.monotonic() - since >= grace
        return late and self.at_once is not None

    def _most_still_seconds(self) -> float:
        if self._calls <= 2:
            return self._first_still_seconds
        return max(STILL_SECONDS, STILL_CALLS * self._slowest)

    def _end_at_once(self) -> None:
        with self._closing:
            if self._closed.is_set():
                return
            if not self.is_to_end:
                insist(self._pause)
            elif not self.lost:
                result = self.at_once(self)
                insist(lambda: self._store.work.end(self._run_id, self._attempt, result))
            # The batch that runs cannot be interrupted; the nanny starts another process.
            log.warning("A training was ended together with its process, to stop it at once")
            os._exit(0)
