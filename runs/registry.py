"""``Runs``: what the pages call. One for each server process.

One thread hands waiting jobs to free slots of workers; each job that runs has a thread that
waits for its worker. A run is submitted only when a worker can start it: a queued run is
cancelled without asking anybody, and does not fail with somebody else's worker.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from core.errors import DataError
from core.recipe import Recipe
from core.sequences import Sequences
from runs import worker
from runs.cluster import SLOTS, Cluster, WorkerLost
from runs.run import Answer, Prediction, Run, RunState
from runs.store import Store

log = logging.getLogger("unpadded.runs")

POLL_SECONDS = 0.2  # while something waits for a worker
IDLE_SECONDS = 2.0
# TensorFlow 2.21 keeps about 7 MB of every training it compiled, whatever is collected or
# cleared: an idle worker that did so many makes room for a fresh one.
RUNS_A_WORKER = 40

WORKER_DIED = (
    "The worker process that was training this run stopped unexpectedly (it may have run out of "
    "memory). Press Train again; a smaller batch size or fewer units need less memory."
)
CLUSTER_DIED = (
    "The server's worker processes stopped unexpectedly, and this run with them. Press Train again."
)
PREDICTION_DIED = (
    "The worker process that was predicting stopped unexpectedly (it may have run out of memory). "
    "Try again, or with fewer sequences at once."
)
NO_CLUSTER = (
    "The server could not start its worker processes. Please try again later; the server's log "
    "says more."
)
NO_MODEL = "This run has no trained model to predict with. Train it again."
NOT_KNOWN = "This training is no longer on the server. Start it again."


@dataclass(frozen=True)
class _Job:
    """slot: which of a worker's slots it takes. work: does it, and returns after it ended.
    fail: called instead of work when there will be no worker. near: the worker to prefer."""

    slot: str
    work: Callable[[Cluster, str], None]
    fail: Callable[[DataError], None]
    run_id: str
    near: str | None = None


class Runs:
    """Trainings and predictions in worker processes. Every method returns at once.

    >>> runs = Runs()                                   # doctest: +SKIP
    >>> run_id = runs.train(data, recipe)               # doctest: +SKIP
    >>> runs.get(run_id).state                          # doctest: +SKIP
    <RunState.QUEUED: 'queued'>
    """

    def __init__(self) -> None:
        self._store = Store()
        self._cluster: Cluster | None = None
        self._workers: list[str] = []
        self._waiting: list[_Job] = []
        self._predicting: dict[str, Prediction] = {}  # those a worker computes now, by id
        self._busy: Counter[tuple[str, str]] = Counter()  # (worker, slot) → jobs
        self._trained: Counter[str] = Counter()  # worker → trainings it did
        self._retired: set[str] = set()  # workers that are being replaced
        self._topic = f"unpadded-{secrets.token_hex(8)}"
        self._closed = False
        self._changed = threading.Condition()
        self._dispatcher = _background(self._dispatch)

    @property
    def ready(self) -> bool:
        """Whether a warm worker is there: TensorFlow imported, first training done."""
        return bool(self._workers)

    def train(self, data: Sequences, recipe: Recipe, name: str = "") -> str:
        """Queue a training; returns the run's id."""
        run = self._store.create(name, recipe)
        self._enqueue(
            _Job(
                slot="training",
                work=lambda cluster, place: self._train(run, data, cluster, place),
                fail=lambda error: self._fail(run.id, error),
                run_id=run.id,
            )
        )
        return run.id

    def get(self, run_id: str) -> Run | None:
        """The run as it is now; None when it is not (or no longer) known."""
        return self._store.get(run_id)

    def stop(self, run_id: str) -> None:
        """Take a queued run out of the queue; ask a running one to stop and keep what it has
        learned. An ended run stays as it is."""
        if self._store.change(run_id, RunState.QUEUED, to=RunState.STOPPED):
            with self._changed:
                self._waiting = [job for job in self._waiting if job.run_id != run_id]
        elif self._store.change(run_id, RunState.RUNNING, stopping=True):
            place, cluster = self._store.get(run_id).worker, self._cluster
            _background(partial(cluster.tell, place, worker.request_stop, run_id))

    def predict(self, run_id: str, data: Sequences) -> Prediction:
        """Ask a run's model about sequences."""
        prediction = Prediction()
        run = self._store.get(run_id)
        if run is None or run.model is None:
            prediction.end(DataError(NOT_KNOWN if run is None else NO_MODEL))
            return prediction
        self._enqueue(
            _Job(
                slot="light",
                work=lambda cluster, place: self._predict(run, data, prediction, cluster, place),
                fail=prediction.end,
                run_id=run_id,
                near=run.worker,
            )
        )
        return prediction

    def close(self) -> None:
        """End the worker processes and wait for it. A server just ends, and they with it."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._dispatcher.join()
        if self._cluster is not None:
            self._cluster.close()

    def _enqueue(self, job: _Job) -> None:
        with self._changed:
            self._waiting.append(job)
            self._changed.notify_all()

    def _dispatch(self) -> None:
        """Hand jobs to workers, for as long as the server lives."""
        self._connect()
        while not self._closed:
            if self._waiting and not self._connected:
                self._connect()
            known = self._cluster.workers() if self._connected else []
            self._workers = [place for place in known if place not in self._retired]
            with self._changed:
                self._waiting = [job for job in self._waiting if not self._start(job)]
                self._retire()
                if not self._closed:
                    hurry = self._waiting or not self._workers
                    self._changed.wait(POLL_SECONDS if hurry else IDLE_SECONDS)

    @property
    def _connected(self) -> bool:
        return self._cluster is not None and self._cluster.alive

    def _connect(self) -> None:
        if self._cluster is not None:
            _background(self._cluster.close)
        try:
            self._cluster = Cluster(self._topic, self._on_progress)
        except Exception as error:  # whatever it is, those who wait must be told
            log.error("No cluster: %s: %s", type(error).__name__, error)
            self._cluster = None
            with self._changed:
                waiting, self._waiting = self._waiting, []
            for job in waiting:
                job.fail(DataError(NO_CLUSTER))

    def _start(self, job: _Job) -> bool:
        """Start the job on a worker whose slot is free; False when there is none."""
        free = [place for place in self._workers if not self._busy[place, job.slot]]
        # Asked again: the workers' list is of the moment before, and a cluster that died in between
        # frees its slots by failing what ran there.
        if not free or not self._connected:
            return False
        place = job.near if job.near in free else min(free, key=self._load)
        self._busy[place, job.slot] += 1
        _background(partial(self._work, job, self._cluster, place))
        return True

    def _retire(self) -> None:
        """Replace idle workers that have grown."""
        for place in list(self._workers):
            if self._trained[place] >= RUNS_A_WORKER and not self._load(place):
                self._workers.remove(place)
                self._retired.add(place)
                _background(partial(self._cluster.replace, place))

    def _load(self, place: str) -> int:
        return sum(self._busy[place, slot] for slot in SLOTS)

    def _work(self, job: _Job, cluster: Cluster, place: str) -> None:
        try:
            job.work(cluster, place)
        except Exception:  # a fault of ours; without this, the visitor would wait for ever
            log.exception("A job of ours failed")
            job.fail(DataError(worker.UNEXPECTED))
        finally:
            with self._changed:
                self._busy[place, job.slot] -= 1
                self._changed.notify_all()

    def _train(self, run: Run, data: Sequences, cluster: Cluster, place: str) -> None:
        if not self._store.change(run.id, RunState.QUEUED, to=RunState.RUNNING, worker=place):
            return  # cancelled in this moment
        self._trained[place] += 1
        try:
            outcome = cluster.call(
                place, "training", worker.train_run, run.id, data, run.recipe, self._topic
            )
        except WorkerLost as lost:
            died = WORKER_DIED if cluster.alive else CLUSTER_DIED
            outcome = worker.Failure(DataError(died), str(lost))
        if isinstance(outcome, worker.Failure):
            self._log(run.id, outcome)
            self._fail(run.id, outcome.error)
            return
        self._store.change(
            run.id,
            RunState.RUNNING,
            to=RunState.STOPPED if outcome.stopped else RunState.FINISHED,
            model=outcome.model,
            history=outcome.history,
            metrics=outcome.metrics,
            notes=outcome.notes,
            best_epoch=outcome.best_epoch,
            computed=outcome.computed,
            progress=outcome.progress,
        )

    def _predict(
        self, run: Run, data: Sequences, prediction: Prediction, cluster: Cluster, place: str
    ) -> None:
        def ask(saved: bytes | None) -> Answer | worker.Failure | None:
            arguments = (run.id, saved, data, prediction.id, self._topic)
            return cluster.call(place, "light", worker.predict_run, *arguments)

        self._predicting[prediction.id] = prediction
        try:
            outcome = ask(None if place == run.worker else run.model) or ask(run.model)
        except WorkerLost as lost:
            outcome = worker.Failure(DataError(PREDICTION_DIED), str(lost))
        finally:
            del self._predicting[prediction.id]
        if isinstance(outcome, worker.Failure):
            self._log(run.id, outcome)
            outcome = outcome.error
        prediction.end(outcome)

    def _on_progress(self, message: dict) -> None:
        if "prediction" in message:
            prediction = self._predicting.get(message["prediction"])
            if prediction is not None:
                prediction.share = message["share"]
            return
        run = self._store.get(message["run"])
        if run is not None:
            progress = worker.progress_of(message, run.history)
            self._store.change(
                run.id, RunState.RUNNING, progress=progress, history=progress.history
            )

    def _fail(self, run_id: str, error: DataError) -> None:
        for state in (RunState.QUEUED, RunState.RUNNING):
            self._store.change(run_id, state, to=RunState.FAILED, error=error)

    def _log(self, run_id: str, failure: worker.Failure) -> None:
        if failure.reason is not None and not self._closed:
            # Part of the id only: the whole opens the run to whoever reads it.
            log.error("Run %s…: %s", run_id[:6], failure.reason)


def _background(work: Callable[[], object]) -> threading.Thread:
    """A thread that does not keep a server from ending, as those of a pool would."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
