"""What a run's model is asked, by visitors who wait for the answer or by ourselves: a worker
answers one question of a slot at a time."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from core.errors import DataError
from core.words import N_
from runs.cluster import SLOTS, Cluster, WorkerLost
from runs.run import Question
from runs.threads import background, log, log_of_run
from runs.worker import UNEXPECTED, Failure

WORKER_DIED = N_(
    "The worker process that was answering stopped unexpectedly. Try again, or with fewer "
    "sequences at once."
)
OUT_OF_MEMORY = N_(
    "The worker process that was answering ran out of memory. Try with fewer sequences at once."
)

# A function of a worker: the run's id, what is asked, the question's id, the topic of its progress.
Job = Callable[[str, Any, str, str], Any]


@dataclass(frozen=True)
class _Asked:
    """slot: of the worker that answers, see ``runs.cluster.SLOTS``. tries: of workers, the last of
    which died."""

    job: Job
    run_id: str
    about: Any
    question: Question
    slot: str
    tries: int = 1


class Questions:
    """Thread-safe. They wait in this process, whose visitors wait for them.

    topic  of the Dask events that tell how far a question is
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        """``wake`` is called when there is something new to hand out."""
        self.topic = f"unpadded-{secrets.token_hex(8)}"
        self._wake = wake
        self._waiting: list[_Asked] = []
        self._asked: dict[str, Question] = {}  # those a worker computes now, by id
        self._answering: Counter[tuple[str, str]] = Counter()  # (worker, slot) → questions
        self._died_answering: set[str] = set()  # workers
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many wait for a worker."""
        return len(self._waiting)

    def ask(
        self, job: Job, run_id: str, about: Any, question: Question, slot: str = "light"
    ) -> None:
        with self._lock:
            self._waiting.append(_Asked(job, run_id, about, question, slot))
        self._wake()

    def answered_by(self, worker: str) -> int:
        """How many a worker computes now."""
        return sum(self._answering[worker, slot] for slot in SLOTS)

    def may_have_killed(self, worker: str) -> bool:
        """Whether a worker that died was answering a question."""
        return self.answered_by(worker) > 0 or worker in self._died_answering

    def cancel(self, question: Question) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            self._waiting = [each for each in self._waiting if each.question is not question]

    def hand_out(self, cluster: Cluster, workers: Sequence[str], training: Counter[str]) -> None:
        """To workers whose slot is free, before all to those that train nothing."""
        with self._lock:
            for asked in list(self._waiting):
                free = [each for each in workers if not self._answering[each, asked.slot]]
                if free:
                    worker = min(free, key=training.__getitem__)
                    self._answering[worker, asked.slot] += 1
                    self._waiting.remove(asked)
                    background(partial(self._wait_for, asked, cluster, worker))

    def refuse(self, reason: str) -> None:
        """End all that wait with an error."""
        with self._lock:
            refused, self._waiting = self._waiting, []
        for asked in refused:
            asked.question.end(DataError(reason))

    def on_progress(self, message: dict) -> None:
        """Take a message of the topic."""
        question = self._asked.get(message["question"])
        if question is not None:
            question.share = message["share"]

    def _wait_for(self, asked: _Asked, cluster: Cluster, worker: str) -> None:
        question = asked.question
        question.begun = True
        self._asked[question.id] = question
        outcome: Any
        try:
            given = (asked.run_id, asked.about, question.id, self.topic)
            outcome = cluster.call(worker, asked.slot, asked.job, *given)
        except WorkerLost as lost:
            self._died_answering.add(worker)
            if cluster.ran_out_of_memory(worker):
                outcome = Failure(DataError(OUT_OF_MEMORY), str(lost))
            elif asked.tries > 1:
                outcome = Failure(DataError(WORKER_DIED), str(lost))
            else:  # it may have died of the training beside it
                with self._lock:
                    self._waiting.insert(0, replace(asked, tries=2))
                outcome = None
        except Exception:  # a fault of ours; without this, the visitor would wait for ever
            log.exception("A question failed")
            outcome = Failure(DataError(UNEXPECTED))
        finally:
            del self._asked[question.id]
            self._answering[worker, asked.slot] -= 1
            self._wake()
        if isinstance(outcome, Failure):
            if outcome.reason is not None:
                log_of_run(asked.run_id, outcome.reason)
            outcome = outcome.error
        if outcome is not None:
            question.end(outcome)
