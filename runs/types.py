"""What a page sees of a training or a prediction: snapshots, free of Dask, SQL and TensorFlow."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

import numpy as np

from core.engine.progress import History, Progress
from core.errors import DataError, Note
from core.evaluation.bootstrap import Figure
from core.recipe.recipe import Recipe

Metrics = dict[str, dict[str, float]]  # part of the rows → name → figure


class RunState(Enum):
    """interrupted: its worker or the server ended, or others got a turn; it goes on from its
    checkpoint by itself."""

    QUEUED = "queued"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


# Every allowed move; a state without moves is an end.
MOVES: dict[RunState, tuple[RunState, ...]] = {
    # Finished at once: the same was trained before.
    RunState.QUEUED: (RunState.RUNNING, RunState.STOPPED, RunState.FINISHED),
    RunState.RUNNING: (
        RunState.FINISHED,
        RunState.STOPPED,
        RunState.FAILED,
        RunState.INTERRUPTED,
    ),
    RunState.INTERRUPTED: (RunState.RUNNING, RunState.STOPPED, RunState.FAILED),
    RunState.FINISHED: (),
    RunState.STOPPED: (),
    RunState.FAILED: (),
}
WAITING = (RunState.QUEUED, RunState.INTERRUPTED)
ACTIVE = (*WAITING, RunState.RUNNING)


@dataclass(frozen=True)
class RunLine:
    """A run in a list of runs, without its history.

    data       the digest of its packed sequences
    reading    how new data is read like the training data: see ``core.reading.new_data``
    estimate   seconds it was thought to take, before it ran
    attempt    how often a worker took it up: more than 1 after an interruption
    beat       changes every two seconds, as long as a worker trains it
    stopping   a stop was asked for and has not been obeyed yet
    paused     it gave its worker back, so that others get a turn, and waits for its own
    metrics    once ended: figures of the finished model on one part of the rows ("test",
               "validation" or "training"), the most telling there is; empty when a stop left no
               time to measure
    notes      what training left out of the data, in words
    best_epoch the epoch (from 1) whose weights were kept; None without patience
    computed   what computed it, as ``TrainedModel.computed``
    error      why it failed
    spark      some of its losses, first and last included, to draw small
    has_model  a saved model is there, also of a stopped run; not when nothing was learned
    can_go_on  what a training goes on from was kept
    has_answers  what it answered for the rows it was measured on was kept: ``Runs.measured``
    open_to_questions  the owner lets others predict with it
    reused     its result was computed before, by a run of the same data, recipe and kind of machine
    """

    id: str
    owner: str
    name: str
    recipe: Recipe
    data: str
    reading: dict[str, Any]
    state: RunState
    created: datetime
    started: datetime | None = None
    ended: datetime | None = None
    estimate: float = 0.0
    attempt: int = 0
    beat: int = 0
    worker: str | None = None
    stopping: bool = False
    paused: bool = False
    progress: Progress | None = None
    metrics: Metrics = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    best_epoch: int | None = None
    computed: dict[str, Any] = field(default_factory=dict)
    error: DataError | None = None
    spark: tuple[float, ...] = ()
    has_model: bool = False
    can_go_on: bool = False
    has_answers: bool = False
    open_to_questions: bool = False
    reused: bool = False


@dataclass(frozen=True)
class Run(RunLine):
    """A training at one moment. Never changes: ask ``Runs.get`` again for news.

    history    the finished epochs' figures, as ``TrainedModel.history``
    silent     seconds since this server last heard of the worker that trains it
    follows    it waits for the result of the same training, whose progress and history these are
    """

    history: History = field(default_factory=dict)
    silent: float = 0.0
    follows: bool = False


@dataclass(frozen=True)
class Answer:
    """A prediction's result for n sequences.

    ids            (n,) as in the data asked about
    values         (n,) numbers in the target's unit, or labels; with per_step (total steps,), one
                   a step, NaN or None for a step the model did not look at
    classes        (k,) the labels in the order of the probabilities; None for regression
    probabilities  (n, k) or (total steps, k) float32; None for regression
    metrics        against the data's targets, by name with intervals, of each part the data marks
                   ("test", "validation", "train") or of "all"; empty when it has none that fit
    notes          what the model did not look at, in words
    per_step       whether there is an answer at every step
    """

    ids: np.ndarray
    values: np.ndarray
    classes: np.ndarray | None
    probabilities: np.ndarray | None
    metrics: dict[str, dict[str, Figure]]
    notes: tuple[Note, ...]
    per_step: bool = False


class Question:
    """What a run's model was asked: look at ``done``, then at ``error`` and ``result``, which is an
    ``Answer``, a ``Trace`` or a ``Proof``. Until then ``share`` says how much of it is computed, 0
    to 1."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self.share = 0.0
        self.begun = False  # a worker has it in hand
        self.result: Any = None
        self.error: DataError | None = None
        self._ended = threading.Event()

    @property
    def done(self) -> bool:
        return self._ended.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end; False when the time passed before it. Pages look at ``done``."""
        return self._ended.wait(seconds)

    def end(self, outcome: Any) -> None:
        """Called once, by whoever has the outcome, the result or a DataError."""
        if isinstance(outcome, DataError):
            self.error = outcome
        else:
            self.result = outcome
        self._ended.set()
