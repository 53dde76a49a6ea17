"""What a run's model is asked, by visitors who wait for the answer or by ourselves: a worker
answers one question of a slot at a time.

Visitors take turns (see ``runs.scheduling.fair_queue``): who asks 500 things delays
another's one question by what is computed just then. Of two workers or more, one is always left
for what is short; what is long is
bounded by what data sets and networks may have, and in the end by ``Limits.request_minutes``.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from core.data.sequences import Sequences
from core.errors import DataError
from core.i18n import N_
from runs.cluster.client import Cluster, WorkerLost
from runs.jobs.context import UNEXPECTED, Failure
from runs.limits import Limits
from runs.scheduling.fair_queue import Line
from runs.threads import background, log, log_of_run
from runs.types import Question

WORKER_DIED = N_(
    "The worker process that was answering stopped unexpectedly. Try again, or with fewer "
    "sequences at once."
)
OUT_OF_MEMORY = N_(
    "The worker process that was answering ran out of memory. Try with fewer sequences at once."
)
TOO_LONG = N_(
    "This took more than {minutes:g} minutes, the most a request may take on this server. Try with "
    "fewer sequences at once."
)
TOO_MUCH_WAITS = N_(
    "What you asked for and what waits already takes {megabytes:,} MB, more than this server keeps "
    "waiting. Try again when some of it is answered."
)

MAX_TRIES = 3  # of workers that die: of the training beside it, perhaps

# A function of a worker: the run's id, what is asked, the question's id, the topic of its progress.
Job = Callable[[str, Any, str, str], Any]


@dataclass(frozen=True, eq=False)
class _Asked:
    """owner: who is served; address: a hash of theirs, or the owner where none is known. slot: of
    the worker that answers, see ``runs.cluster.client.SLOTS``. size: bytes of memory. tries: of
    workers, the last of which died. began: when a worker did, on the monotonic clock."""

    job: Job
    run_id: str
    about: Any
    question: Question
    slot: str
    owner: str
    address: str
    is_long: bool
    size: int
    created: float = field(default_factory=time.time)
    interrupted: bool = False
    tries: int = 1
    began: float = 0.0


class Questions:
    """Thread-safe. They wait in this process, whose visitors wait for them.

    topic  of the Dask events that tell how far a question is
    """

    def __init__(self, wake: Callable[[], None], limits: Limits | None = None) -> None:
        """``wake`` is called when there is something new to hand out."""
        self.topic = f"unpadded-{secrets.token_hex(8)}"
        self._limits, self._wake = limits or Limits(), wake
        self._waiting: list[_Asked] = []
        self._asked: dict[str, tuple[_Asked, str]] = {}  # those a worker computes now, by id
        self._last: dict[str, float] = {}  # owner or address → when it was last served
        self._late: set[str] = set()  # ids of those whose worker is replaced for their time
        self._died_answering: set[str] = set()  # workers
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many wait for a worker."""
        return len(self._waiting)

    def ask(
        self,
        job: Job,
        run_id: str,
        about: Any,
        question: Question,
        owner: str,
        slot: str = "light",
        is_long: bool = False,
    ) -> None:
        """``owner``: the visitor who is served; ``is_long``: it takes more than some seconds."""
        size = _bytes_of(about)
        asked = _Asked(job, run_id, about, question, slot, owner, owner, is_long, size)
        with self._lock:
            self._waiting.append(asked)
            refused = self._refused(owner)
        for each, megabytes in refused:
            each.question.end(DataError(TOO_MUCH_WAITS, megabytes=round(megabytes)))
        self._wake()

    def _refused(self, owner: str) -> list[tuple[_Asked, float]]:
        """Take out what is too much: of this owner, or of whoever has most of all that waits."""
        refused = []
        limits = self._limits
        while True:
            taken = Counter[str]()
            for each in self._waiting:
                taken[each.owner] += each.size
            most = max(taken, key=taken.__getitem__)
            if taken[owner] > limits.request_megabytes * 10**6:
                most = owner
            elif taken.total() <= limits.all_request_megabytes * 10**6:
                return refused
            theirs = [each for each in self._waiting if each.owner == most and each.size]
            if len(theirs) == 1:  # as large as an upload may be: it is served
                return refused
            refused.append((theirs[-1], taken[most] / 1e6))
            self._waiting.remove(theirs[-1])

    @property
    def owners(self) -> set[str]:
        """Visitors whose questions wait or are computed."""
        with self._lock:
            computed = {asked.owner for asked, _ in self._asked.values()}
            return computed | {asked.owner for asked in self._waiting}

    def answered_by(self, worker: str) -> int:
        """How many a worker computes now."""
        return sum(each == worker for _, each in list(self._asked.values()))

    def may_have_killed(self, worker: str) -> bool:
        """Whether a worker that died was answering a question."""
        return self.answered_by(worker) > 0 or worker in self._died_answering

    def cancel(self, question: Question) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            self._waiting = [each for each in self._waiting if each.question is not question]

    def hand_out(
        self,
        cluster: Cluster,
        workers: Sequence[str],
        training: Counter[str],
        addresses: Mapping[str, str],
    ) -> None:
        """To workers whose slot is free, before all to those that train nothing. addresses: of
        owners, as far as they are known."""
        with self._lock:
            now, computed = time.time(), [asked for asked, _ in self._asked.values()]
            self._last |= {each.owner: now for each in computed}
            self._last |= {_address(each, addresses): now for each in computed}
            for slot in {each.slot for each in self._waiting}:
                self._share_out(cluster, workers, training, addresses, slot)

    def _share_out(
        self,
        cluster: Cluster,
        workers: Sequence[str],
        training: Counter[str],
        addresses: Mapping[str, str],
        slot: str,
    ) -> None:
        def placed(each: _Asked) -> _Asked:
            return replace(each, address=_address(each, addresses))

        waiting = [placed(each) for each in self._waiting if each.slot == slot]
        computed = [placed(each) for each, _ in self._asked.values() if each.slot == slot]
        busy = {worker for asked, worker in self._asked.values() if asked.slot == slot}
        free = [each for each in workers if each not in busy]
        while free:
            is_last = len(free) == 1 and len(workers) > 1
            able = [each for each in waiting if not (is_last and each.is_long)]
            asked = Line(able, computed, self._last).first()
            if asked is None:
                return
            worker = min(free, key=training.__getitem__)
            asked = replace(asked, began=time.monotonic())
            free.remove(worker)
            computed.append(asked)
            waiting = [each for each in waiting if each.question is not asked.question]
            self._waiting = [each for each in self._waiting if each.question is not asked.question]
            self._asked[asked.question.id] = asked, worker
            background(partial(self._wait_for, asked, cluster, worker))

    def overdue(self) -> set[str]:
        """Workers to be replaced, because what they compute takes more time than it may."""
        most, now, late = self._limits.request_minutes * 60, time.monotonic(), set()
        with self._lock:
            for name, (asked, worker) in self._asked.items():
                if now - asked.began > most and name not in self._late:
                    self._late.add(name)
                    late.add(worker)
        return late

    def refuse(self, reason: str) -> None:
        """End all that wait with an error."""
        with self._lock:
            refused, self._waiting = self._waiting, []
        for asked in refused:
            asked.question.end(DataError(reason))

    def on_progress(self, message: dict) -> None:
        """Take a message of the topic."""
        found = self._asked.get(message["question"])
        if found is not None:
            found[0].question.share = message["share"]

    def _wait_for(self, asked: _Asked, cluster: Cluster, worker: str) -> None:
        question = asked.question
        question.begun = True
        outcome: Any
        try:
            given = (asked.run_id, asked.about, question.id, self.topic)
            outcome = cluster.call(worker, asked.slot, asked.job, *given)
        except WorkerLost as lost:
            self._died_answering.add(worker)
            if question.id in self._late:
                outcome = DataError(TOO_LONG, minutes=self._limits.request_minutes)
            elif cluster.ran_out_of_memory(worker):
                outcome = Failure(DataError(OUT_OF_MEMORY), str(lost))
            elif asked.tries >= MAX_TRIES:
                outcome = Failure(DataError(WORKER_DIED), str(lost))
            else:  # it may have died of the training beside it
                with self._lock:
                    self._waiting.insert(0, replace(asked, tries=asked.tries + 1))
                outcome = None
        except Exception:  # a fault of ours; without this, the visitor would wait for ever
            log.exception("A question failed")
            outcome = Failure(DataError(UNEXPECTED))
        finally:
            with self._lock:
                del self._asked[question.id]
                self._late.discard(question.id)
            self._wake()
        if isinstance(outcome, Failure):
            if outcome.reason is not None:
                log_of_run(asked.run_id, outcome.reason)
            outcome = outcome.error
        if outcome is not None:
            question.end(outcome)


def _address(asked: _Asked, addresses: Mapping[str, str]) -> str:
    return addresses.get(asked.owner, asked.owner)


def _bytes_of(about: Any) -> int:
    """What a question holds of the server's memory while it waits."""
    if isinstance(about, Sequences):
        return about.values.nbytes
    return len(getattr(about, "content", b""))
