"""Queue of interactive requests to trained models, executed by workers.

A worker executes one request per slot at a time. Visitors take turns (see
``runs.scheduling.fair_queue``): a visitor with 500 requests delays a single request of another
visitor by the one that is being computed. With two or more workers, one is always kept for short
requests. Long ones are bounded by the limits of data sets and networks, and finally by
``Limits.request_minutes``.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from core.data.sequences import Sequences
from core.errors import DataError, QuotaError, ServiceError
from core.i18n import N_
from runs.cluster.client import Cluster, ProgressMessage, WorkerLost
from runs.jobs.context import UNEXPECTED, Failure
from runs.limits import Limits
from runs.scheduling.fair_queue import FairQueue
from runs.threads import log, log_run_error, start_thread
from runs.types import Request

WORKER_DIED = N_(
    "The worker stopped unexpectedly during this request. Try again, or use fewer sequences "
    "at once."
)
OUT_OF_MEMORY = N_("The worker ran out of memory during this request. Use fewer sequences at once.")
TOO_LONG = N_(
    "This request took longer than the limit of {minutes:g} minutes. Use fewer sequences at once."
)
TOO_MUCH_WAITS = N_(
    "Your waiting requests would take {megabytes:,} MB, which is over the limit. Try again "
    "when some are finished."
)

MAX_TRIES = 3  # workers that die: perhaps because of the training beside the request

Payload = TypeVar("Payload")
Result = TypeVar("Result")
# Function of a worker: run id, payload, request id, topic of its progress messages.
Job = Callable[[str, Payload, str, str], Result | Failure]


@dataclass(frozen=True, eq=False)
class _Entry:
    """A request in the queue or on a worker.

    Attributes:
        job: Function of a worker.
        run_id: Run whose model is used.
        payload: Data of the request.
        request: Handle that the visitor's page polls.
        slot: Slot of the worker, see ``runs.cluster.client.SLOTS``.
        owner: Visitor who is served.
        address: Hash of the visitor's address, or the owner if none is known.
        is_long: It takes more than some seconds.
        size: Bytes of memory that the payload takes.
        created: When it was submitted.
        interrupted: Always False; the fair queue reads it.
        tries: Number of workers so far; all but the last died.
        began: When a worker started it, on the monotonic clock.
    """

    job: Callable[..., object]
    run_id: str
    payload: object
    request: Request[object]
    slot: str
    owner: str
    address: str
    is_long: bool
    size: int
    created: float = field(default_factory=time.time)
    interrupted: bool = False
    tries: int = 1
    began: float = 0.0


class RequestQueue:
    """Thread-safe queue. It lives in the server process, whose visitors wait for the requests.

    Attributes:
        topic: Topic of the Dask events that report progress.
    """

    def __init__(self, wake: Callable[[], None], limits: Limits | None = None) -> None:
        """Create an empty queue.

        Args:
            wake: Called when there is something new to dispatch.
            limits: Limits of the server.
        """
        self.topic = f"unpadded-{secrets.token_hex(8)}"
        self.limits, self._wake = limits or Limits(), wake
        self._waiting: list[_Entry] = []
        self._running: dict[str, tuple[_Entry, str]] = {}  # (entry, worker) by request id
        self._last: dict[str, float] = {}  # owner or address → when it was last served
        self._late: set[str] = set()  # request ids whose worker is replaced for taking too long
        self._lost_workers: set[str] = set()  # workers that died while executing a request
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return the number of requests that wait for a worker."""
        return len(self._waiting)

    def submit(
        self,
        job: Job[Payload, Result],
        run_id: str,
        payload: Payload,
        request: Request[Result],
        owner: str,
        slot: str = "light",
        is_long: bool = False,
    ) -> None:
        """Add a request.

        Args:
            job: Function of a worker.
            run_id: Run whose model is used.
            payload: Data of the request.
            request: Handle that receives the outcome.
            owner: Visitor who is served.
            slot: Slot of the worker.
            is_long: It takes more than some seconds.
        """
        size = _count_bytes(payload)
        entry = _Entry(job, run_id, payload, request, slot, owner, owner, is_long, size)
        with self._lock:
            self._waiting.append(entry)
            refused = self._remove_excess(owner)
        for each, megabytes in refused:
            each.request.finish(QuotaError(TOO_MUCH_WAITS, megabytes=round(megabytes)))
        self._wake()

    def _remove_excess(self, owner: str) -> list[tuple[_Entry, float]]:
        """Remove what exceeds the limits, of this owner or of the owner with most waiting bytes."""
        refused: list[tuple[_Entry, float]] = []
        limits = self.limits
        while True:
            sizes = Counter[str]()
            for each in self._waiting:
                sizes[each.owner] += each.size
            largest = max(sizes, key=sizes.__getitem__)
            if sizes[owner] > limits.request_megabytes * 10**6:
                largest = owner
            elif sizes.total() <= limits.all_request_megabytes * 10**6:
                return refused
            theirs = [each for each in self._waiting if each.owner == largest and each.size]
            if len(theirs) == 1:  # at most as large as an upload, so it is served
                return refused
            refused.append((theirs[-1], sizes[largest] / 1e6))
            self._waiting.remove(theirs[-1])

    @property
    def owners(self) -> set[str]:
        """Visitors whose requests wait or run."""
        with self._lock:
            running = {entry.owner for entry, _ in self._running.values()}
            return running | {entry.owner for entry in self._waiting}

    def count_running(self, worker: str) -> int:
        """Return the number of requests that a worker executes now."""
        return sum(each == worker for _, each in list(self._running.values()))

    def may_have_killed(self, worker: str) -> bool:
        """Return True if a worker that died was executing a request."""
        return self.count_running(worker) > 0 or worker in self._lost_workers

    def cancel(self, request: Request[object]) -> None:
        """Remove a request that is no longer needed, if it still waits."""
        with self._lock:
            self._waiting = [each for each in self._waiting if each.request is not request]

    def dispatch(
        self,
        cluster: Cluster,
        workers: Sequence[str],
        training: Counter[str],
        addresses: Mapping[str, str],
    ) -> None:
        """Start requests on workers with a free slot, preferably on workers that train nothing.

        Args:
            cluster: Connection to the workers.
            workers: Addresses of the workers.
            training: Number of trainings per worker.
            addresses: Hashes of addresses by owner, as far as they are known.
        """
        with self._lock:
            now, running = time.time(), [entry for entry, _ in self._running.values()]
            self._last |= {each.owner: now for each in running}
            self._last |= {_get_address(each, addresses): now for each in running}
            for slot in {each.slot for each in self._waiting}:
                self._dispatch_slot(cluster, workers, training, addresses, slot)

    def _dispatch_slot(
        self,
        cluster: Cluster,
        workers: Sequence[str],
        training: Counter[str],
        addresses: Mapping[str, str],
        slot: str,
    ) -> None:
        def with_address(each: _Entry) -> _Entry:
            return replace(each, address=_get_address(each, addresses))

        waiting = [with_address(each) for each in self._waiting if each.slot == slot]
        running = [with_address(each) for each, _ in self._running.values() if each.slot == slot]
        busy = {worker for entry, worker in self._running.values() if entry.slot == slot}
        free = [each for each in workers if each not in busy]
        while free:
            is_last = len(free) == 1 and len(workers) > 1
            eligible = [each for each in waiting if not (is_last and each.is_long)]
            entry = FairQueue(eligible, running, self._last).peek()
            if entry is None:
                return
            worker = min(free, key=training.__getitem__)
            entry = replace(entry, began=time.monotonic())
            free.remove(worker)
            running.append(entry)
            waiting = [each for each in waiting if each.request is not entry.request]
            self._waiting = [each for each in self._waiting if each.request is not entry.request]
            self._running[entry.request.id] = entry, worker
            start_thread(partial(self._wait_for, entry, cluster, worker))

    def list_overdue_workers(self) -> set[str]:
        """Return workers to replace, because their request takes longer than allowed, once each."""
        max_seconds, now = self.limits.request_minutes * 60, time.monotonic()
        workers: set[str] = set()
        with self._lock:
            for request_id, (entry, worker) in self._running.items():
                if now - entry.began > max_seconds and request_id not in self._late:
                    self._late.add(request_id)
                    workers.add(worker)
        return workers

    def reject_all(self, reason: str) -> None:
        """End all waiting requests with an error."""
        with self._lock:
            rejected, self._waiting = self._waiting, []
        for entry in rejected:
            entry.request.finish(DataError(reason))

    def on_progress(self, message: ProgressMessage) -> None:
        """Handle a progress message of the topic."""
        running = self._running.get(message["request_id"])
        if running is not None:
            running[0].request.share = message["share"]

    def _wait_for(self, entry: _Entry, cluster: Cluster, worker: str) -> None:
        request = entry.request
        request.started = True
        outcome: object
        try:
            arguments = (entry.run_id, entry.payload, request.id, self.topic)
            outcome = cluster.call(worker, entry.slot, entry.job, *arguments)
        except WorkerLost as lost:
            self._lost_workers.add(worker)
            if request.id in self._late:
                outcome = ServiceError(TOO_LONG, minutes=self.limits.request_minutes)
            elif cluster.ran_out_of_memory(worker):
                outcome = Failure(ServiceError(OUT_OF_MEMORY), str(lost))
            elif entry.tries >= MAX_TRIES:
                outcome = Failure(ServiceError(WORKER_DIED), str(lost))
            else:  # the training beside it may have killed the worker
                with self._lock:
                    self._waiting.insert(0, replace(entry, tries=entry.tries + 1))
                outcome = None
        except Exception:  # a program error; without this, the visitor would wait for ever
            log.exception("A request failed")
            outcome = Failure(ServiceError(UNEXPECTED))
        finally:
            with self._lock:
                del self._running[request.id]
                self._late.discard(request.id)
            self._wake()
        if isinstance(outcome, Failure):
            if outcome.reason is not None:
                log_run_error(entry.run_id, outcome.reason)
            outcome = outcome.error
        if outcome is not None:
            request.finish(outcome)


def _get_address(entry: _Entry, addresses: Mapping[str, str]) -> str:
    return addresses.get(entry.owner, entry.owner)


def _count_bytes(payload: object) -> int:
    """Return the bytes of memory that a payload takes while it waits."""
    if isinstance(payload, Sequences):
        return payload.values.nbytes
    return len(getattr(payload, "content", b""))
