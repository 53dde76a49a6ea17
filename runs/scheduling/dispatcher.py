"""The dispatcher: one thread of the server that assigns runs and requests to free workers.

Runs wait in the store, where the dispatcher of any server sees them, and are assigned only when a
worker is free; the worker claims the run itself (see ``runs.store.attempts``). Requests wait in
``runs.scheduling.requests``. Each job on a worker has a thread that waits for its end.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from core.errors import ServiceError
from core.i18n import N_
from runs.cluster.client import Cluster, WorkerLost
from runs.jobs.check_invariance import check_run_invariance, read_proof
from runs.jobs.evaluate import evaluate_run, read_evaluation
from runs.jobs.export import export_run, read_export
from runs.jobs.train import train_run
from runs.scheduling.duplicates import match_duplicates
from runs.scheduling.fair_queue import FairQueue, QueuePosition, estimate_positions, to_waiting
from runs.scheduling.once_per_run import OncePerRun
from runs.scheduling.requests import RequestQueue
from runs.scheduling.turns import Turns
from runs.scheduling.worker_retirement import WorkerRetirement
from runs.stopwatch import Stopwatch
from runs.store import NewerStoreError, RunningRun, Store, StoreError, WaitingRun
from runs.threads import TROUBLE_SECONDS, log, log_run_error, retry_until_stored, start_thread
from runs.types import ACTIVE, RunState

POLL_SECONDS = 0.2  # while something waits for a worker
IDLE_SECONDS = 1.0
# Minimum age of the queue positions before they are estimated again, and maximum share of the time
# that is spent on it: for hundreds of visitors the estimate takes a second.
POSITION_SECONDS, MAX_POSITION_SHARE = 0.5, 0.05
# A worker sends a heartbeat every two seconds. One that no thread of this server waits for is taken
# for dead after this silence, measured by this server, so that no clocks are compared.
SILENT_SECONDS = 8.0
STOP_SILENT_SECONDS = 3.0  # the same after a stop was requested
# A worker that has ended is replaced within this time, also on a busy machine. Until then no other
# run is asked to yield for the runs that will get the new worker.
REPLACED_SECONDS = 60.0
# A run that was killed or deleted frees its worker by itself, or the worker is replaced.
STUCK_SECONDS = 5.0
CLEANUP_SECONDS = 3600.0  # between two removals of visitors who have been away for long
MAX_DEATHS, MAX_MEMORY_DEATHS = 5, 2  # of workers, until the run is held responsible

WORKER_DIED = N_(
    "The worker of this run stopped unexpectedly {deaths} times. Reduce the batch size or "
    "the units, then train again."
)
OUT_OF_MEMORY = N_(
    "Training ran out of memory twice, the second time after it resumed from its checkpoint. "
    "Reduce the batch size or the units, then train again."
)
NO_CLUSTER = N_(
    "The server could not start its workers. Try again later. The server's log has the details."
)


@dataclass
class _Training:
    """A run that was assigned to a worker.

    Attributes:
        cluster: Connection to the worker.
        worker: Address of the worker.
        slot: "training", or "light" to end a run that was stopped while it was interrupted, for
            which nothing is trained.
        is_claimed: The worker has claimed the run. If the run waits again after that, the worker is
            about to be free.
        inactive_since: Since when the store says that the run neither waits nor runs.
    """

    cluster: Cluster
    worker: str
    slot: str
    is_claimed: bool = False
    inactive_since: float | None = None


@dataclass
class _Silence:
    """Time since the last heartbeat of a worker that no thread of this server waits for.

    Attributes:
        attempt: Attempt of the run.
        beat: Heartbeat counter.
        is_alive: The counter changed before, so the worker is connected to another server.
        since: When the counter was first seen, on the monotonic clock.
    """

    attempt: int
    beat: int
    is_alive: bool = False
    since: float = field(default_factory=time.monotonic)


class Dispatcher:
    """Assigns runs and requests to workers, ends turns, and replaces workers."""

    def __init__(
        self, store: Store, scheduler: str | None = None, analyzes_ended_runs: bool = True
    ) -> None:
        """Start the thread.

        Args:
            store: Store with the runs.
            scheduler: Address of an external scheduler; None to start a local cluster.
            analyzes_ended_runs: Request the invariance check and the evaluation of each run that
                ends with a model.
        """
        self._store, self._scheduler = store, scheduler
        self.analyzes_ended_runs = analyzes_ended_runs
        self.cluster: Cluster | None = None
        self.workers: list[str] = []
        self.kinds: frozenset[str] = frozenset()  # of the workers, see runs.cluster.machine_kind
        self.duplicate_of: dict[str, str] = {}  # run that waits → identical run
        self.turns = Turns()
        # Waiting runs, running runs, and the seconds left of their turns: as last seen.
        self._queue: tuple[list[WaitingRun], list[RunningRun], dict[str, float]] = [], [], {}
        self._positions: dict[str, QueuePosition] = {}  # by id of the waiting run
        self._estimate_at = 0.0  # when to estimate the positions again
        self._trainings: dict[str, _Training] = {}  # by run id
        self._silences: dict[str, _Silence] = {}
        self.retirement = WorkerRetirement()
        self.clean_up_at = time.monotonic()
        self._closed = False
        # Number of workers when all were there, and the time since then.
        self._full_count, self._time_below_full = 0, Stopwatch()
        self._changed = threading.Condition()
        self._has_news = False
        self.requests = RequestQueue(self.wake, store.limits)
        self.deferred: set[str] = set()  # runs without automatic analyses
        get_key = store.duplicates.get_result_key
        self.proofs = OncePerRun(self.requests, store, check_run_invariance, read_proof, get_key)
        self.evaluations = OncePerRun(self.requests, store, evaluate_run, read_evaluation, get_key)
        self.exports = OncePerRun(self.requests, store, export_run, read_export)
        self._thread = start_thread(self._dispatch)

    def wake(self) -> None:
        """Notify the thread that there is something new to do."""
        with self._changed:
            self._has_news = True
            self._changed.notify_all()

    def close(self) -> None:
        """End the worker processes.

        Their runs are interrupted and resume with the next server. Workers of an external cluster
        continue by themselves.
        """
        self._closed = True
        self.wake()
        self._thread.join()
        if self.cluster is None:
            return
        is_ours = self.cluster.is_ours
        self.cluster.close()
        if is_ours:
            with contextlib.suppress(StoreError):  # another server notices the silence
                for run in self._store.attempts.list_running():
                    if run.id in self._trainings:
                        self._store.attempts.interrupt(run.id, run.attempt, why="the server stops")

    def _dispatch(self) -> None:
        """Assign runs and requests for as long as the server lives."""
        while not self._closed:
            wait = IDLE_SECONDS
            try:
                wait = self._step()
            except NewerStoreError as error:  # a newer server has taken over
                log.error("%s", error)
                signal.raise_signal(signal.SIGTERM)
                return
            except StoreError:  # the store has logged it
                wait = TROUBLE_SECONDS
            except Exception:  # a program error; without this, everybody would wait for ever
                log.exception("The dispatcher failed")
                wait = TROUBLE_SECONDS
            with self._changed:
                if not self._has_news and not self._closed:
                    self._changed.wait(wait)
                self._has_news = False

    def _step(self) -> float:
        """Assign what can be assigned; return the seconds until the next step."""
        if not self.is_connected:
            self._connect()
        cluster = self._connection
        previous, workers = self.workers, [] if cluster is None else cluster.list_workers()
        self.workers = self.retirement.exclude_retired(workers)
        if self.workers != previous or not self.kinds:
            self.kinds = cluster.list_kinds() if cluster and self.workers else frozenset()
        if len(self.workers) >= self._full_count or self._time_below_full.read() > REPLACED_SECONDS:
            self._full_count = len(self.workers)
            self._time_below_full.restart()
        if cluster is not None and cluster.is_alive:
            training = Counter(each.worker for each in self._trainings.values())
            self.requests.dispatch(cluster, self.workers, training, self._read_addresses())
            for worker in self.requests.list_overdue_workers():
                start_thread(partial(cluster.replace, worker))
            for worker in cluster.list_unresponsive():
                log.warning("A worker stood still and is replaced")
                start_thread(partial(cluster.replace, worker))
        self._store.database.refuse_newer()
        waiting, running = self._store.attempts.list_waiting(), self._store.attempts.list_running()
        self.turns.update(running, len(self.workers), time.time())
        self._watch(running, {run.id for run in waiting})
        waiting = self._reuse_duplicates(waiting, running)
        primaries = [run for run in waiting if run.id not in self.duplicate_of]
        self._queue = (
            primaries,
            running,
            {run.id: self.turns.get_seconds_left(run) for run in running},
        )
        for run in waiting:
            if run.stopping and run.id not in self._trainings and self.workers:
                self._assign(run.id, self.workers, "light")
        self._assign_runs([run for run in waiting if not run.stopping], running)
        self._replace_retired(running)
        self._clean_up()
        busy = waiting or self.duplicate_of or self.requests or not self.workers
        return POLL_SECONDS if busy else IDLE_SECONDS

    def _reuse_duplicates(
        self, waiting: list[WaitingRun], holders: list[RunningRun]
    ) -> list[WaitingRun]:
        """Return the runs that need a worker; the others reuse a result, or wait for one."""
        if not waiting:
            self.duplicate_of = {}
            return waiting
        finished: set[str] = set()
        with contextlib.suppress(StoreError):  # a full disk must not block the turns of others
            finished.update(self._store.duplicates.reuse_results(self.kinds))
        self.deferred -= finished
        waiting = [run for run in waiting if run.id not in finished]
        self.duplicate_of = match_duplicates(waiting, holders, self._store.duplicates.list_active())
        # While the identical run waits as well, the turns of all of them go to that run.
        running = {run.id for run in holders}
        return [run for run in waiting if self.duplicate_of.get(run.id) not in running]

    def _get_primary(self, run: WaitingRun) -> str:
        """Return the run that is trained in this run's turn: itself, or the one it waits for."""
        return self.duplicate_of.get(run.id, run.id)

    def _read_addresses(self) -> dict[str, str]:
        """Return address hashes of the owners of requests; without them, each has turns alone."""
        owners = self.requests.owners
        try:
            return self._store.visitors.read_addresses(owners) if len(owners) > 1 else {}
        except StoreError:
            return {}

    def _assign_runs(self, waiting: list[WaitingRun], running: list[RunningRun]) -> None:
        """Assign runs to free workers; without a free worker, end turns that are over."""
        trainings = dict(self._trainings)
        assigned = [run for run in waiting if run.id in trainings]
        leaving = [run for run in assigned if trainings[run.id].is_claimed]
        assigned = [run for run in assigned if not trainings[run.id].is_claimed]
        queued = [run for run in waiting if self._get_primary(run) not in trainings]
        queue = FairQueue(
            queued, [*running, *assigned], self.turns.last_served, self._store.limits.running_runs
        )
        free = self._list_free(running)
        # Runs that were running when a server ended resume before waiting runs start. Until it is
        # known whether their workers are alive, as many workers are reserved for them.
        unconfirmed = sum(not silence.is_alive for silence in self._silences.values())
        while (run := queue.peek()) is not None:
            if len(free) <= (0 if run.interrupted else unconfirmed):
                break
            queue.take(run)
            primary = self._get_primary(run)
            if primary in self._trainings:  # in the turn of another run that waits for it
                continue
            if primary != run.id:
                self.turns.record_turn(run, time.time())
            self._assign(primary, free, "training")
            free = self._list_free(running)
        if not free:
            self._end_turns(queue, running, len(leaving))

    def _end_turns(
        self, queue: FairQueue[WaitingRun], running: list[RunningRun], leaving: int
    ) -> None:
        """Ask runs whose turn is over to give their workers back, while other runs could start.

        Args:
            queue: Waiting runs.
            running: Running runs.
            leaving: Number of runs that are giving their worker back now.
        """
        now = time.time()
        missing = self._full_count - len(self.workers)
        for _successor in range(leaving + missing):
            successor = queue.peek()
            if successor is not None:
                queue.take(successor)
        expired = [run for run in running if run.yielding or self.turns.get_seconds_left(run) <= 0]
        expired.sort(
            key=lambda run: (
                not run.yielding,
                queue.get_load_key(run),
                self.turns.get_seconds_left(run),
            )
        )
        for run in expired:
            successor = queue.find_successor(to_waiting(run), now)
            if successor is not None:
                queue.take(successor)
                if not run.yielding and not run.stopping:
                    self._store.attempts.request_yield(run.id, run.attempt)

    def get_queue_position(self, run_id: str) -> QueuePosition | None:
        """Return the position of a waiting run, from an estimate that pages share."""
        now = time.monotonic()
        if now > self._estimate_at:
            self._estimate_at = now + POSITION_SECONDS  # other pages do not wait for the estimate
            waiting, running, turn_left = self._queue
            self._positions = estimate_positions(
                [run for run in waiting if not run.stopping],
                running,
                max(len(self.workers), 1),
                self.turns.seconds,
                turn_left,
                self.turns.last_served,
                time.time(),
                self._store.limits.running_runs,
            )
            seconds = time.monotonic() - now
            self._estimate_at = now + max(POSITION_SECONDS, seconds / MAX_POSITION_SHARE)
        return self._positions.get(run_id)

    @property
    def is_connected(self) -> bool:
        """True while workers can be reached."""
        return self._connection is not None

    @property
    def _connection(self) -> Cluster | None:
        """The cluster, while its workers can be reached."""
        return self.cluster if self.cluster is not None and self.cluster.is_alive else None

    def _connect(self) -> None:
        if self.cluster is not None:
            start_thread(self.cluster.close)
        try:
            self.cluster = Cluster(self._scheduler, self.requests.topic, self.requests.on_progress)
        except Exception as error:  # of any kind: runs wait, but requests end with an error
            log.error("No cluster: %s: %s", type(error).__name__, error)
            self.cluster = None
            self.requests.reject_all(NO_CLUSTER)

    def _list_free(self, running: list[RunningRun]) -> list[str]:
        """Return the workers that train nothing."""
        busy = {run.worker for run in running}
        busy |= {each.worker for each in self._trainings.values() if each.slot == "training"}
        return [worker for worker in self.workers if worker not in busy]

    def _assign(self, run_id: str, workers: list[str], slot: str) -> None:
        cluster = self._connection
        if cluster is None:  # checked again: the list of workers may be outdated
            return
        worker = min(workers, key=self.requests.count_running)
        self._trainings[run_id] = training = _Training(cluster, worker, slot)
        self.retirement.run_counts[worker] += 1
        start_thread(partial(self._wait_for, run_id, training))

    def _wait_for(self, run_id: str, training: _Training) -> None:
        try:
            reason = training.cluster.call(training.worker, training.slot, train_run, run_id)
            if reason and not self._closed:
                log_run_error(run_id, reason)
                time.sleep(TROUBLE_SECONDS)  # in case it could not even be claimed
        except WorkerLost as lost:
            if not self._closed:
                handle_loss = partial(self._handle_loss, run_id, training, lost)
                retry_until_stored(handle_loss, should_give_up=lambda: self._closed)
        finally:
            self._trainings.pop(run_id, None)
            self.wake()
        if self.analyzes_ended_runs:
            retry_until_stored(
                partial(self._start_analyses, run_id), should_give_up=lambda: self._closed
            )

    def _start_analyses(self, run_id: str) -> None:
        """Request the analyses of an ended run that has a model, even if it was stopped."""
        run = self._store.runs.get(run_id)
        if run is not None and run.state in ACTIVE:
            return
        if run_id in self.deferred:
            self.deferred.discard(run_id)
        elif run is not None and run.has_model:
            self.proofs.request(run.id, run.owner)
            self.evaluations.request(run.id, run.owner)

    def _handle_loss(self, run_id: str, training: _Training, lost: WorkerLost) -> None:
        """Interrupt a run whose worker is gone, or fail it if it caused too many losses."""
        running = {run.id: run for run in self._store.attempts.list_running()}
        run = running.get(run_id)
        if run is None or run.worker != training.worker:
            return  # it ended together with its process, because its batch could not be interrupted
        is_out_of_memory = training.cluster.ran_out_of_memory(training.worker)
        # A loss that a request beside it may have caused does not count against the run.
        alone = not self.requests.may_have_killed(training.worker)
        has_died = training.cluster.is_alive and alone
        why = "its worker ran out of memory" if is_out_of_memory else str(lost)
        counts = self._store.attempts.interrupt(
            run_id, run.attempt, has_died, is_out_of_memory and alone, why
        )
        if counts is None:
            return
        deaths, memory_deaths = counts
        error = None
        if memory_deaths >= MAX_MEMORY_DEATHS:
            error = ServiceError(OUT_OF_MEMORY)
        elif deaths >= MAX_DEATHS:
            error = ServiceError(WORKER_DIED, deaths=deaths)
        if error is not None:
            self._store.attempts.fail(run_id, run.attempt, error, RunState.INTERRUPTED)

    def _watch(self, running_runs: list[RunningRun], waiting_ids: set[str]) -> None:
        """Detect workers that died unnoticed, and workers that still train an ended run."""
        now = time.monotonic()
        running_ids = {run.id for run in running_runs}
        for run_id, training in list(self._trainings.items()):
            training.is_claimed |= run_id in running_ids
            if run_id in running_ids or run_id in waiting_ids:
                training.inactive_since = None
            elif training.inactive_since is None:
                training.inactive_since = now
            elif now - training.inactive_since > STUCK_SECONDS:
                training.inactive_since = now
                start_thread(partial(training.cluster.replace, training.worker))
        silences = {}
        for run in running_runs:
            if run.id in self._trainings:
                continue
            silence = self._silences.get(run.id)
            if silence is None or silence.attempt != run.attempt:
                silence = _Silence(run.attempt, run.beat)
            elif silence.beat != run.beat:
                silence = _Silence(run.attempt, run.beat, is_alive=True)
            silences[run.id] = silence
            # A live worker would have obeyed a stop by now.
            if now - silence.since > (STOP_SILENT_SECONDS if run.stopping else SILENT_SECONDS):
                why = "its worker has not been heard of"
                self._store.attempts.interrupt(run.id, run.attempt, why=why)
        self._silences = silences

    def _replace_retired(self, running: list[RunningRun]) -> None:
        """Replace idle workers that have executed many runs."""
        if self.cluster is None:
            return
        busy = {run.worker for run in running} | {each.worker for each in self._trainings.values()}
        idle = [
            worker
            for worker in self.workers
            if worker not in busy and not self.requests.count_running(worker)
        ]
        for worker in self.retirement.retire(idle):
            self.workers.remove(worker)
            start_thread(partial(self.cluster.replace, worker))

    def _clean_up(self) -> None:
        """Remove visitors without a login who have been away for long, and old copies."""
        if time.monotonic() >= self.clean_up_at:
            self.clean_up_at = time.monotonic() + CLEANUP_SECONDS
            count = self._store.visitors.remove_old()
            if count:
                log.warning("Removed the data of %d visitors, who were away for long", count)
            self._store.database.remove_old_copies(self._store.limits.days_kept)
