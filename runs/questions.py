"""Predictions that visitors wait for: each is computed by a worker that computes no other."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from core.errors import DataError
from core.sequences import Sequences
from runs.cluster import Cluster, WorkerLost
from runs.predictor import predict_run
from runs.run import Answer, Prediction
from runs.threads import background, log, log_of_run
from runs.worker import UNEXPECTED, Failure

PREDICTION_DIED = (
    "The worker process that was predicting stopped unexpectedly. Try again, or with fewer "
    "sequences at once."
)
OUT_OF_MEMORY = (
    "The worker process that was predicting ran out of memory. Try with fewer sequences at once."
)


@dataclass(frozen=True)
class _Question:
    """``tries``: of workers, the last of which died."""

    run_id: str
    data: Sequences
    prediction: Prediction
    tries: int = 1


class Questions:
    """Thread-safe. They wait in this process, whose visitors wait for them.

    topic  of the Dask events that tell how far a prediction is
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        """``wake`` is called when there is something new to hand out."""
        self.topic = f"unpadded-{secrets.token_hex(8)}"
        self._wake = wake
        self._waiting: list[_Question] = []
        self._asked: dict[str, Prediction] = {}  # those a worker computes now, by id
        self._answering: Counter[str] = Counter()  # worker → predictions
        self._died_answering: set[str] = set()  # workers
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many wait for a worker."""
        return len(self._waiting)

    def ask(self, run_id: str, data: Sequences, prediction: Prediction) -> None:
        with self._lock:
            self._waiting.append(_Question(run_id, data, prediction))
        self._wake()

    def answered_by(self, worker: str) -> int:
        """How many a worker computes now."""
        return self._answering[worker]

    def may_have_killed(self, worker: str) -> bool:
        """Whether a worker that died was computing a prediction."""
        return self._answering[worker] > 0 or worker in self._died_answering

    def cancel(self, prediction: Prediction) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            self._waiting = [each for each in self._waiting if each.prediction is not prediction]

    def hand_out(self, cluster: Cluster, workers: Sequence[str], training: Counter[str]) -> None:
        """To workers that answer none, before all to those that train nothing."""
        with self._lock:
            while self._waiting:
                free = [worker for worker in workers if not self._answering[worker]]
                if not free:
                    return
                worker = min(free, key=training.__getitem__)
                self._answering[worker] += 1
                background(partial(self._wait_for, self._waiting.pop(0), cluster, worker))

    def refuse(self, reason: str) -> None:
        """End all that wait with an error."""
        with self._lock:
            refused, self._waiting = self._waiting, []
        for question in refused:
            question.prediction.end(DataError(reason))

    def on_progress(self, message: dict) -> None:
        """Take a message of the topic."""
        prediction = self._asked.get(message["prediction"])
        if prediction is not None:
            prediction.share = message["share"]

    def _wait_for(self, question: _Question, cluster: Cluster, worker: str) -> None:
        prediction = question.prediction
        self._asked[prediction.id] = prediction
        outcome: Answer | Failure | None
        try:
            asked = (question.run_id, question.data, prediction.id, self.topic)
            outcome = cluster.call(worker, "light", predict_run, *asked)
        except WorkerLost as lost:
            self._died_answering.add(worker)
            if cluster.ran_out_of_memory(worker):
                outcome = Failure(DataError(OUT_OF_MEMORY), str(lost))
            elif question.tries > 1:
                outcome = Failure(DataError(PREDICTION_DIED), str(lost))
            else:  # it may have died of the training beside it
                with self._lock:
                    self._waiting.insert(0, replace(question, tries=2))
                outcome = None
        except Exception:  # a fault of ours; without this, the visitor would wait for ever
            log.exception("A prediction failed")
            outcome = Failure(DataError(UNEXPECTED))
        finally:
            del self._asked[prediction.id]
            self._answering[worker] -= 1
            self._wake()
        if isinstance(outcome, Failure):
            if outcome.reason is not None:
                log_of_run(question.run_id, outcome.reason)
            outcome = outcome.error
        if outcome is not None:
            prediction.end(outcome)
