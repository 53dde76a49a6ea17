"""Heartbeat: a thread beside a training that stores progress and receives stop and yield requests.

The training itself never waits for the database. A single batch may take minutes and cannot be
interrupted, so the heartbeat can end or pause a run without the training: from the last checkpoint,
and together with the process. It does the same with a training that hangs.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable

from core.engine.checkpoint import Checkpoint
from core.engine.progress import Progress
from core.families.registry import get_family
from runs.stopwatch import Stopwatch
from runs.store import Claim, Result, Store, StoreError
from runs.threads import TROUBLE_SECONDS, retry_until_stored

log = logging.getLogger("unpadded.worker")

TICK_SECONDS = 0.1
BEAT_SECONDS = 2.0
GRACE_SECONDS = 0.4  # from a stop until the training is ended from outside
# The same on a machine so busy that the process has not had this much CPU time since the stop: a
# training checks for a stop many times per second. The same also when an end from outside loses
# more: before the first checkpoint the trained epochs, and once the training knows of the stop the
# metrics that it computes next.
LONGER_GRACE_SECONDS = 2.0
# From the end of a turn until the training is ended from outside. Most batches and evaluations end
# within this time, so nothing since the last checkpoint is lost. The limit is higher on a machine
# so busy that the process got hardly any CPU time (compiling a network takes some seconds of it):
# replacing processes would keep such a machine from everything else.
YIELD_GRACE_SECONDS, MAX_YIELD_GRACE_SECONDS = 5.0, 60.0
MIN_TURN_CPU_SECONDS = 10.0
# A training checks for a stop between two calls, which take 0.1 s or one batch each. One that does
# not check for a minute, and for many times its slowest call, hangs in native code. For the first
# call only the estimate of the whole run is known.
HANG_SECONDS, HANG_CALLS, FIRST_HANG_SECONDS = 60.0, 20, 600.0


class Heartbeat:
    """Thread beside a training.

    ``on_progress``, ``on_checkpoint`` and ``should_stop`` are the callbacks of ``core.train``.

    Attributes:
        finish_now: Builds the result of a stopped run whose training does not end by itself; None
            while the training is about to end.
        is_training: False once the last epoch is over.
        max_hours: Hours that a run may take.
        is_lost: The run was deleted, killed or assigned to another worker.
        is_timed_out: The run has taken ``max_hours``.
        last_progress: Last progress of the training.
        checkpoint: Last checkpoint.
    """

    def __init__(
        self,
        store: Store,
        run_id: str,
        claim: Claim,
        resume: Checkpoint | None,
        finish_now: Callable[[Heartbeat], Result] | None,
    ) -> None:
        """Start the thread.

        Args:
            store: Store with the run.
            run_id: Id of the run.
            claim: Claim of this worker on the run.
            resume: Checkpoint that the training resumes from.
            finish_now: See the attribute.
        """
        self.finish_now = finish_now
        self.is_training = True
        self.max_hours = store.limits.run_hours
        self.is_lost = False
        self.is_timed_out = False
        self.last_progress: Progress | None = None
        self._store, self._run_id, self._attempt = store, run_id, claim.attempt
        self._seconds_before = claim.seconds_before
        self._recipe = claim.recipe
        self._known_epochs = 0 if resume is None else len(resume.history.get("loss", ()))
        self._reported: Progress | None = None
        self.checkpoint = self._stored = resume
        self._start = (0, 0) if resume is None else _locate(resume.progress)
        self._stop_requested_at: float | None = None
        self._cpu_seconds_at_stop = 0.0
        if claim.stopping:
            self._note_stop()
        self._is_ending = False  # the training knows that it is to end
        self.yield_requested_at: float | None = None
        self._cpu_seconds = time.process_time()
        self._time_since_call, self._calls, self._slowest_call = Stopwatch(), 0, 0.0
        self._first_hang_seconds = FIRST_HANG_SECONDS + claim.estimate
        self._beat_at = time.monotonic()
        self._end_lock = threading.Lock()  # held by the thread that ends the run
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def on_progress(self, progress: Progress) -> None:
        """Receive progress from the training."""
        self.last_progress = progress
        self.is_timed_out = progress.seconds - self._seconds_before > self.max_hours * 3600

    def on_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Receive a checkpoint from the training."""
        self.checkpoint = checkpoint

    def should_stop(self) -> bool:
        """Return True if the training should stop, to end or to give its worker back."""
        self._note_call()
        self._is_ending = self.is_end_requested
        return self._is_ending or self._should_yield()

    @property
    def is_end_requested(self) -> bool:
        """True if the run is to end here, not only to give its worker back."""
        return self._stop_requested_at is not None or self.is_lost or self.is_timed_out

    def pause(self) -> None:
        """Store the state of a training that has stopped for other runs, so that it can resume."""
        self.close()
        retry_until_stored(self._store_pause)

    def close(self) -> None:
        """End the thread after the training has ended by itself; the caller ends the run."""
        with self._end_lock:
            self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        wait = TICK_SECONDS
        while not self._closed.wait(wait):
            wait = TICK_SECONDS
            try:
                self._read_requests()
                self._report()
            except StoreError:  # nothing is lost: it is reported when the store works again
                wait = TROUBLE_SECONDS
            except Exception:  # of any kind: the training must not continue without a heartbeat
                log.exception("A heartbeat failed")
                wait = TROUBLE_SECONDS
            # Read once: the training takes it away when it is about to end.
            if self._is_overdue() and (finish_now := self.finish_now) is not None:
                self._end_at_once(finish_now)
            if self.is_training and self._time_since_call.read() > self._get_hang_seconds():
                log.error("A training stood still and was ended together with its process")
                os._exit(1)  # counts as the death of the worker

    def _note_stop(self) -> None:
        """Record that a stop was requested."""
        self._stop_requested_at = time.monotonic()
        self._cpu_seconds_at_stop = time.process_time()

    def _note_call(self) -> None:
        """Record that another call into the engine begins."""
        self._calls += 1
        if self._calls > 2:  # the first one checks before anything is compiled
            self._slowest_call = max(self._slowest_call, self._time_since_call.read())
        self._time_since_call.restart()

    def _should_yield(self) -> bool:
        """Return True if other runs wait and this turn made progress."""
        last = self.last_progress
        if self.yield_requested_at is None or last is None:
            return False
        return _locate(last) > self._start

    def _can_pause(self) -> bool:
        """Return False for a fit in closed form, which would start over in each turn."""
        epoch = self._start[0] if self.last_progress is None else self.last_progress.epoch
        return get_family(self._recipe).can_pause(self._recipe, epoch)

    def _store_pause(self) -> None:
        checkpoint, run = self.checkpoint, (self._run_id, self._attempt)
        if checkpoint is None:
            self._store.attempts.pause(*run, has_advanced=False)
            return
        has_advanced = _locate(checkpoint.progress) > self._start
        self._store.attempts.pause(*run, has_advanced, checkpoint.to_bytes(), checkpoint.progress)

    def _read_requests(self) -> None:
        stopping = self._store.attempts.is_stop_requested(self._run_id, self._attempt)
        self.is_lost = stopping is None
        if (stopping or self.is_lost) and self._stop_requested_at is None:
            self._note_stop()
        is_new = self.yield_requested_at is None and self._can_pause()
        if is_new and self._store.attempts.is_yield_requested(self._run_id, self._attempt):
            self.yield_requested_at = time.monotonic()

    def _report(self) -> None:
        attempts, run = self._store.attempts, (self._run_id, self._attempt)
        now, has_reported = time.monotonic(), False
        progress, checkpoint = self.last_progress, self.checkpoint
        if progress is not None and progress is not self._reported:
            attempts.report_progress(*run, progress, self._known_epochs)
            self._reported, has_reported = progress, True
            self._known_epochs = len(progress.history.get("loss", ()))
        if checkpoint is not None and checkpoint is not self._stored:
            attempts.save_checkpoint(*run, checkpoint.to_bytes())
            self._stored, has_reported = checkpoint, True
        if has_reported:
            self._beat_at = now
        elif now - self._beat_at >= BEAT_SECONDS:
            attempts.record_heartbeat(*run)
            self._beat_at = now

    def _is_overdue(self) -> bool:
        since, cpu_seconds = self._stop_requested_at, time.process_time()
        if self.is_end_requested:
            has_epochs = self.last_progress is not None and bool(self.last_progress.history)
            loses_more = self._is_ending or (has_epochs and self.checkpoint is None)
            is_starved = cpu_seconds - self._cpu_seconds_at_stop < GRACE_SECONDS
            grace = LONGER_GRACE_SECONDS if loses_more or is_starved else GRACE_SECONDS
        else:
            is_starved = cpu_seconds - self._cpu_seconds < MIN_TURN_CPU_SECONDS
            grace = MAX_YIELD_GRACE_SECONDS if is_starved else YIELD_GRACE_SECONDS
            since = self.yield_requested_at
        return since is not None and time.monotonic() - since >= grace

    def _get_hang_seconds(self) -> float:
        if self._calls <= 2:
            return self._first_hang_seconds
        return max(HANG_SECONDS, HANG_CALLS * self._slowest_call)

    def _end_at_once(self, finish_now: Callable[[Heartbeat], Result]) -> None:
        with self._end_lock:
            if self._closed.is_set():
                return
            if not self.is_end_requested:
                retry_until_stored(self._store_pause)
            elif not self.is_lost:
                result = finish_now(self)
                retry_until_stored(
                    lambda: self._store.attempts.end(self._run_id, self._attempt, result)
                )
            # The running batch cannot be interrupted; the nanny starts another process.
            log.warning("A training was ended together with its process, to stop it at once")
            os._exit(0)


def _locate(progress: Progress) -> tuple[int, int]:
    """Return the finished epochs, and the finished batches of the next one."""
    return progress.epoch, progress.batch
