"""The dispatcher: one thread of the server that hands waiting work to free workers.

Trainings wait in the store, where any server's dispatcher sees them, and are handed over only when
a worker is free; the worker takes the run up itself (see ``runs.store.attempts``). Predictions
wait in ``runs.scheduling.requests``. Each job that a worker does has a thread that waits for its
end.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from core.errors import DataError
from core.i18n import N_
from runs.cluster.client import Cluster, WorkerLost
from runs.jobs.check_invariance import proof_of, prove_run
from runs.jobs.evaluate import evaluation_of, judge_run
from runs.jobs.export import export_of, export_run
from runs.jobs.train import train_run
from runs.scheduling.duplicates import following
from runs.scheduling.fair_queue import Line, Place, paused, places
from runs.scheduling.once_per_run import Afterwards
from runs.scheduling.requests import Questions
from runs.scheduling.turns import Turns
from runs.stopwatch import Stopwatch
from runs.store import Held, Store, StoreError, Waiting
from runs.threads import TROUBLE_SECONDS, background, insist, log, log_of_run
from runs.types import ACTIVE, RunState

POLL_SECONDS = 0.2  # while something waits for a worker
IDLE_SECONDS = 1.0
# How old the places in the queue may be; of hundreds of visitors they take a second to find.
PLACE_SECONDS, PLACE_SHARE = 0.5, 0.05
# A worker says every two seconds that it lives. One that was silent so long is taken for dead,
# when no thread of ours waits for it; the time is ours, so that no clocks are compared.
SILENT_SECONDS = 8.0
DEAF_SECONDS = 3.0
# A worker that has ended is replaced within so much, also on a busy machine: until then no other
# run is asked to yield for those that will have that one.
REPLACED_SECONDS = 60.0
# A run that was killed or deleted frees its worker by itself, or the worker is replaced.
STUCK_SECONDS = 5.0
TIDY_SECONDS = 3600.0  # between two looks for visitors who have not been here for long
# TensorFlow 2.21 keeps about 7 MB of every training it compiled, whatever is collected or
# cleared: an idle worker that did so many makes room for a fresh one.
RUNS_A_WORKER = 40
MAX_DEATHS, MAX_MEMORY_DEATHS = 5, 2  # of workers, until the run is held responsible

WORKER_DIED = N_(
    "The worker process that trained this run stopped unexpectedly {deaths} times. A smaller "
    "batch size or fewer units may help."
)
OUT_OF_MEMORY = N_(
    "This training needs more memory than a worker of this server has: it reached the limit, and "
    "again after it had gone on from its checkpoint. A smaller batch size or fewer units need "
    "less."
)
NO_CLUSTER = N_(
    "The server could not start its worker processes. Please try again later; the server's log "
    "says more."
)


@dataclass
class _Training:
    """A run that was handed to a worker. ``slot``: "light" to end a run that was stopped while it
    was interrupted, for which nothing is trained. ``taken_up``: the worker has begun; where the run
    waits again after that, the worker is about to be free. ``unwanted``: since when the store says
    that it is not waiting or running any more."""

    cluster: Cluster
    worker: str
    slot: str
    taken_up: bool = False
    unwanted: float | None = None


@dataclass
class _Silence:
    """How long a worker that nobody here waits for has not said that it lives; ``heard``: that it
    did so before, and is another server's."""

    attempt: int
    beat: int
    heard: bool = False
    since: float = field(default_factory=time.monotonic)


class Dispatcher:
    def __init__(self, store: Store, scheduler: str | None = None) -> None:
        """``scheduler``: the address of somebody else's."""
        self._store, self._scheduler = store, scheduler
        self._cluster: Cluster | None = None
        self.workers: list[str] = []
        self.kinds: frozenset[str] = frozenset()  # of the workers, see runs.cluster.machine
        self.follows: dict[str, str] = {}  # runs that wait for a twin's result, and whose
        self._turns = Turns()
        # Who waits, who has a worker, and for how many seconds of the turn yet: as seen last.
        self._queue: tuple[list[Waiting], list[Held], dict[str, float]] = [], [], {}
        self._places: dict[str, Place] = {}  # of waiting runs, by id
        self._place_at = 0.0  # when they are to be looked for again
        self._trainings: dict[str, _Training] = {}  # by run id
        self._silences: dict[str, _Silence] = {}
        self._trained: Counter[str] = Counter()  # worker → trainings it did
        self._retired: set[str] = set()  # workers that are being replaced
        self._tidy_at = time.monotonic()
        self._closed = False
        self._full, self._fewer = (
            0,
            Stopwatch(),
        )  # workers there were, and since when there are less
        self._changed = threading.Condition()
        self._news = False
        self.questions = Questions(self.wake, store.limits)
        self.one_of_many: set[str] = set()  # runs of which nothing is found out unasked
        result = store.twins.result
        self.proofs = Afterwards(self.questions, store, prove_run, proof_of, result)
        self.evaluations = Afterwards(self.questions, store, judge_run, evaluation_of, result)
        self.exports = Afterwards(self.questions, store, export_run, export_of)
        self._thread = background(self._dispatch)

    def wake(self) -> None:
        """There is something new to do."""
        with self._changed:
            self._news = True
            self._changed.notify_all()

    def close(self) -> None:
        """End the worker processes. What they train is interrupted, and goes on with the next
        server; workers of a cluster that is not ours go on by themselves."""
        self._closed = True
        self.wake()
        self._thread.join()
        if self._cluster is None:
            return
        ours = self._cluster.is_ours
        self._cluster.close()
        if ours:
            for run in self._store.work.held():
                if run.id in self._trainings:
                    self._store.work.interrupt(run.id, run.attempt, why="the server stops")

    def _dispatch(self) -> None:
        """Hand out work, for as long as the server lives."""
        while not self._closed:
            wait = IDLE_SECONDS
            try:
                wait = self._turn()
            except StoreError:  # the store has logged it
                wait = TROUBLE_SECONDS
            except Exception:  # a fault of ours; without this, everybody would wait for ever
                log.exception("The dispatcher failed")
                wait = TROUBLE_SECONDS
            with self._changed:
                if not self._news and not self._closed:
                    self._changed.wait(wait)
                self._news = False

    def _turn(self) -> float:
        """Hand out what can be; returns how long nothing else needs to be looked at."""
        if not self._connected:
            self._connect()
        before, known = self.workers, self._cluster.workers() if self._connected else []
        self.workers = [place for place in known if place not in self._retired]
        if self.workers != before or not self.kinds:
            self.kinds = self._cluster.kinds() if self.workers else frozenset()
        if len(self.workers) >= self._full or self._fewer.look() > REPLACED_SECONDS:
            self._full = len(self.workers)
            self._fewer.restart()
        if self._connected:
            training = Counter(each.worker for each in self._trainings.values())
            self.questions.hand_out(self._cluster, self.workers, training, self._addresses())
            for worker in self.questions.overdue():
                background(partial(self._cluster.replace, worker))
            for worker in self._cluster.still():
                log.warning("A worker stood still and is replaced")
                background(partial(self._cluster.replace, worker))
        waiting, held = self._store.work.waiting(), self._store.work.held()
        self._turns.note(held, len(self.workers), time.time())
        self._watch(held, {run.id for run in waiting})
        waiting = self._without_twins(waiting, held)
        leading = [run for run in waiting if run.id not in self.follows]
        self._queue = leading, held, {run.id: self._turns.left(run) for run in held}
        for run in waiting:
            if run.stopping and run.id not in self._trainings and self.workers:
                self._hand_over(run.id, self.workers, "light")
        self._share_out([run for run in waiting if not run.stopping], held)
        self._retire(held)
        self._tidy()
        busy = waiting or self.follows or self.questions or not self.workers
        return POLL_SECONDS if busy else IDLE_SECONDS

    def _without_twins(self, waiting: list[Waiting], held: list[Held]) -> list[Waiting]:
        """Those that need a worker: others have a twin's result now, or wait for it."""
        if not waiting:
            self.follows = {}
            return waiting
        settled: set[str] = set()
        with contextlib.suppress(StoreError):  # a full disk, which hinders nobody else's turn
            settled.update(self._store.twins.settle(self.kinds))
        self.one_of_many -= settled
        waiting = [run for run in waiting if run.id not in settled]
        self.follows = following(waiting, held, self._store.twins.active())
        # While their leader waits, too, its turns and theirs are the leader's.
        running = {run.id for run in held}
        return [run for run in waiting if self.follows.get(run.id) not in running]

    def _leader_of(self, run: Waiting) -> str:
        """What is trained in the turn of a run: itself, or the one whose result it waits for."""
        return self.follows.get(run.id, run.id)

    def _addresses(self) -> dict[str, str]:
        """Those of visitors whose questions wait. Without them each visitor has turns alone."""
        owners = self.questions.owners
        try:
            return self._store.visitors.addresses(owners) if len(owners) > 1 else {}
        except StoreError:
            return {}

    def _share_out(self, waiting: list[Waiting], held: list[Held]) -> None:
        """Hand runs over to free workers; where there is none, end turns that are over."""
        trainings = dict(self._trainings)
        handed = [run for run in waiting if run.id in trainings]
        leaving = [run for run in handed if trainings[run.id].taken_up]
        handed = [run for run in handed if not trainings[run.id].taken_up]
        queued = [run for run in waiting if self._leader_of(run) not in trainings]
        line = Line(queued, held + handed, self._turns.last, self._store.limits.running_runs)
        free = self._free(held)
        # What ran when a server ended goes on before what waited then begins: until it is known
        # whether its workers live, as many of ours are kept for it.
        doubted = sum(not silence.heard for silence in self._silences.values())
        while (run := line.first()) is not None:
            if len(free) <= (0 if run.interrupted else doubted):
                break
            line.take(run)
            leader = self._leader_of(run)
            if leader in self._trainings:  # in the turn of another one that follows it
                continue
            if leader != run.id:
                self._turns.count(run, time.time())
            self._hand_over(leader, free, "training")
            free = self._free(held)
        if not free:
            self._end_turns(line, held, len(leaving))

    def _end_turns(self, line: Line, held: list[Held], leaving: int) -> None:
        """Ask runs whose turn is over to give their workers back, as long as others wait who could
        begin. ``leaving``: how many are just doing so."""
        now = time.time()
        replaced = self._full - len(self.workers)
        for _successor in range(leaving + replaced):
            run = line.first()
            if run is not None:
                line.take(run)
        over = [run for run in held if run.yielding or self._turns.left(run) <= 0]
        over.sort(key=lambda run: (not run.yielding, line.poverty(run), self._turns.left(run)))
        for run in over:
            successor = line.yields(paused(run), now)
            if successor is not None:
                line.take(successor)
                if not run.yielding and not run.stopping:
                    self._store.work.ask_to_yield(run.id, run.attempt)

    def place(self, run_id: str) -> Place | None:
        """A waiting run's place in the queue. Pages ask again and again, for all that wait."""
        began = time.monotonic()
        if began > self._place_at:
            self._place_at = began + PLACE_SECONDS  # other pages do not wait for this
            waiting, held, turn_left = self._queue
            self._places = places(
                [run for run in waiting if not run.stopping],
                held,
                max(len(self.workers), 1),
                self._turns.seconds,
                turn_left,
                self._turns.last,
                time.time(),
                self._store.limits.running_runs,
            )
            took = time.monotonic() - began
            self._place_at = began + max(PLACE_SECONDS, took / PLACE_SHARE)
        return self._places.get(run_id)

    @property
    def _connected(self) -> bool:
        return self._cluster is not None and self._cluster.alive

    def _connect(self) -> None:
        if self._cluster is not None:
            background(self._cluster.close)
        try:
            self._cluster = Cluster(
                self._scheduler, self.questions.topic, self.questions.on_progress
            )
        except Exception as error:  # whatever it is: runs wait, but nobody waits for an answer
            log.error("No cluster: %s: %s", type(error).__name__, error)
            self._cluster = None
            self.questions.refuse(NO_CLUSTER)

    def _free(self, held: list[Held]) -> list[str]:
        """The workers that train nothing."""
        busy = {run.worker for run in held}
        busy |= {each.worker for each in self._trainings.values() if each.slot == "training"}
        return [place for place in self.workers if place not in busy]

    def _hand_over(self, run_id: str, places: list[str], slot: str) -> None:
        if not self._connected:  # asked again: the workers' list is of the moment before
            return
        place = min(places, key=self.questions.answered_by)
        self._trainings[run_id] = training = _Training(self._cluster, place, slot)
        self._trained[place] += 1
        background(partial(self._wait_for, run_id, training))

    def _wait_for(self, run_id: str, training: _Training) -> None:
        try:
            trouble = training.cluster.call(training.worker, training.slot, train_run, run_id)
            if trouble and not self._closed:
                log_of_run(run_id, trouble)
                time.sleep(TROUBLE_SECONDS)  # if it could not even be taken up
        except WorkerLost as lost:
            if not self._closed:
                after = partial(self._after_loss, run_id, training, lost)
                insist(after, given_up=lambda: self._closed)
        finally:
            self._trainings.pop(run_id, None)
            self.wake()
        insist(partial(self._after, run_id), given_up=lambda: self._closed)

    def _after(self, run_id: str) -> None:
        """Also a run that was stopped: what matters is that there is a model."""
        run = self._store.runs.line(run_id)
        if run is not None and run.state in ACTIVE:
            return
        if run_id in self.one_of_many:
            self.one_of_many.discard(run_id)
        elif run is not None and run.has_model:
            self.proofs.of(run.id, run.owner)
            self.evaluations.of(run.id, run.owner)

    def _after_loss(self, run_id: str, training: _Training, lost: WorkerLost) -> None:
        """The worker is gone, but perhaps not because of the run it trained."""
        held = {run.id: run for run in self._store.work.held()}
        run = held.get(run_id)
        if run is None or run.worker != training.worker:
            return  # it ended with its process, as a run does whose batch cannot be interrupted
        of_memory = training.cluster.ran_out_of_memory(training.worker)
        # What a prediction beside it may have done is not held against the run.
        alone = not self.questions.may_have_killed(training.worker)
        died = training.cluster.alive and alone
        why = "its worker ran out of memory" if of_memory else str(lost)
        counted = self._store.work.interrupt(run_id, run.attempt, died, of_memory and alone, why)
        if counted is None:
            return
        deaths, memory_deaths = counted
        error = None
        if memory_deaths >= MAX_MEMORY_DEATHS:
            error = DataError(OUT_OF_MEMORY)
        elif deaths >= MAX_DEATHS:
            error = DataError(WORKER_DIED, deaths=deaths)
        if error is not None:
            self._store.work.fail(run_id, run.attempt, error, RunState.INTERRUPTED)

    def _watch(self, held: list[Held], waiting: set[str]) -> None:
        """Notice workers that died unheard, and those that do not let go of an ended run."""
        now = time.monotonic()
        running = {run.id for run in held}
        for run_id, training in list(self._trainings.items()):
            training.taken_up |= run_id in running
            if run_id in running or run_id in waiting:
                training.unwanted = None
            elif training.unwanted is None:
                training.unwanted = now
            elif now - training.unwanted > STUCK_SECONDS:
                training.unwanted = now
                background(partial(training.cluster.replace, training.worker))
        silences = {}
        for run in held:
            if run.id in self._trainings:
                continue
            silence = self._silences.get(run.id)
            if silence is None or silence.attempt != run.attempt:
                silence = _Silence(run.attempt, run.beat)
            elif silence.beat != run.beat:
                silence = _Silence(run.attempt, run.beat, heard=True)
            silences[run.id] = silence
            # A worker that lives would have obeyed a stop by now.
            if now - silence.since > (DEAF_SECONDS if run.stopping else SILENT_SECONDS):
                why = "its worker has not been heard of"
                self._store.work.interrupt(run.id, run.attempt, why=why)
        self._silences = silences

    def _retire(self, held: list[Held]) -> None:
        """Replace idle workers that have grown."""
        busy = {run.worker for run in held} | {each.worker for each in self._trainings.values()}
        for place in list(self.workers):
            idle = place not in busy and not self.questions.answered_by(place)
            if self._trained[place] >= RUNS_A_WORKER and idle:
                self.workers.remove(place)
                self._retired.add(place)
                background(partial(self._cluster.replace, place))

    def _tidy(self) -> None:
        """Remove what visitors without a login left behind long ago."""
        if time.monotonic() >= self._tidy_at:
            self._tidy_at = time.monotonic() + TIDY_SECONDS
            removed = self._store.visitors.remove_old()
            if removed:
                log.warning("Removed the data of %d visitors, who were away for long", removed)
