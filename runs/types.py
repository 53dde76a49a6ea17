"""Snapshots of runs, predictions and requests, free of Dask, SQL and TensorFlow."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeVar

import numpy as np

from core.engine.progress import Computation, History, Progress
from core.errors import Note, UnpaddedError
from core.evaluation.estimate import Estimate
from core.recipe.recipe import Recipe

Metrics = dict[str, dict[str, float]]  # part of the rows → metric → value


class RunState(Enum):
    """State of a run.

    A run is interrupted when its worker or the server ended, or when it gave its worker to another
    run. It resumes from its checkpoint automatically.
    """

    QUEUED = "queued"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


# Every allowed transition; a state without transitions is final.
TRANSITIONS: dict[RunState, tuple[RunState, ...]] = {
    # A queued run finishes directly when it reuses the result of an identical run.
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
class RunSummary:
    """A run in a list of runs, without its history.

    Attributes:
        id: 128 random bits, URL-safe.
        owner: Id of the visitor who owns the run.
        name: Display name.
        recipe: Recipe that is trained.
        data: Digest of the packed sequences.
        reading: How new data is read like the training data; see ``core.reading.new_data``.
        state: Current state.
        created: When the run was queued.
        started: When a worker first claimed it.
        ended: When it reached a final state.
        estimate: Estimated duration in seconds, before the run started.
        attempt: Number of executions on a worker so far; more than 1 after an interruption.
        beat: Heartbeat counter; changes every two seconds while a worker trains the run.
        worker: Address of the worker that trains it.
        stopping: A stop was requested and the run has not ended yet.
        paused: The run gave its worker to another run and waits for its next turn.
        progress: Last reported progress.
        metrics: Metrics of the finished model on one part of the rows ("test", "validation" or
            "training"), the most informative one there is. Empty before the end, and until the
            evaluation when a stop left no time to measure.
        notes: What training left out of the data, as messages.
        best_epoch: Epoch (from 1) whose weights were kept; None without patience.
        computed: How the network was computed; as ``TrainedModel.computed``.
        error: Why the run failed.
        spark: Up to 24 losses, first and last included, for a sparkline.
        has_model: A saved model exists, also for a stopped run; not when nothing was learned.
        can_continue: A checkpoint to continue training from is stored, and something is left to
            train: a finished ensemble cannot be continued.
        has_predictions: The predictions behind ``metrics`` are stored; see
            ``Runs.read_predictions``.
        has_evaluation: An evaluation is stored: a requested one, or that of an imported file.
        open_to_questions: The owner lets other visitors predict with the model.
        reused: The result was copied from a run of the same data, recipe and kind of machine.
        note: What the owner wrote about it.
        comparison: Id of the comparison that it was started for; None if it was for none.
        entry: Name of its recipe in the comparison.
    """

    id: str
    owner: str
    name: str
    recipe: Recipe
    data: str
    reading: dict[str, object]
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
    computed: Computation = field(default_factory=Computation)
    error: UnpaddedError | None = None
    spark: tuple[float, ...] = ()
    has_model: bool = False
    can_continue: bool = False
    has_predictions: bool = False
    has_evaluation: bool = False
    open_to_questions: bool = False
    reused: bool = False
    note: str = ""
    comparison: str | None = None
    entry: str = ""

    @property
    def can_be_evaluated(self) -> bool:
        """True if its predictions are stored, or can be made because it was trained here.

        A run that is stopped in the middle of a batch, or with large data, has none at first.
        """
        is_stopped = self.state is RunState.STOPPED and self.has_model and self.can_continue
        return self.has_predictions or is_stopped


@dataclass(frozen=True)
class RunLine:
    """What a list of runs is searched and grouped by.

    Attributes:
        id: As in ``RunSummary``.
        name: As in ``RunSummary``.
        state: As in ``RunSummary``.
        data: As in ``RunSummary``.
        note: As in ``RunSummary``.
        comparison: As in ``RunSummary``.
        data_name: The owner's name of the data; "" if it was deleted, or is a sample.
    """

    id: str
    name: str
    state: RunState
    data: str
    note: str
    comparison: str | None
    data_name: str


@dataclass(frozen=True)
class Run(RunSummary):
    """A run at one moment, with its history.

    A snapshot never changes; call ``Runs.get`` again for a newer one.

    Attributes:
        history: Metrics per finished epoch; as ``TrainedModel.history``.
        silent_seconds: Seconds since this server last saw a heartbeat of the worker.
        waits_for_duplicate: The run waits for the result of an identical run, whose progress and
            history it shows.
    """

    history: History = field(default_factory=dict)
    silent_seconds: float = 0.0
    waits_for_duplicate: bool = False


@dataclass(frozen=True)
class Prediction:
    """Predictions for n sequences.

    Attributes:
        ids: Sequence ids, shape (n,).
        values: Numbers in the unit of the target, or labels. Shape (n,), or (total steps,) with
            ``per_step``, where a step that the model did not see is NaN or None.
        classes: Labels in the order of the probabilities, shape (k,); None for regression.
        probabilities: Shape (n, k) or (total steps, k), float32; None for regression.
        metrics: Metrics with confidence intervals against the targets of the data, by name, per
            part that the data marks ("test", "validation", "train"), or for "all". Empty without
            suitable targets.
        notes: What the model did not see, as messages.
        per_step: The model predicts at every step.
    """

    ids: np.ndarray
    values: np.ndarray
    classes: np.ndarray | None
    probabilities: np.ndarray | None
    metrics: dict[str, dict[str, Estimate]]
    notes: tuple[Note, ...]
    per_step: bool = False


Result_co = TypeVar("Result_co", covariant=True)


class Request(Generic[Result_co]):
    """A request to the model of a run: a prediction, an explanation, an evaluation or an export.

    Poll ``done``, then read ``error`` and ``result``.

    Attributes:
        id: Random id, used in progress messages.
        share: Fraction that is computed, 0 to 1.
        started: A worker executes the request.
        error: Error once done; None after success.
        finished: Time of the outcome, on the monotonic clock; None before.
    """

    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self.finished: float | None = None
        self.share = 0.0
        self.started = False
        self._result: Any = None  # what Dask returned, which has no types
        self.error: UnpaddedError | None = None
        self._finished = threading.Event()

    @property
    def result(self) -> Result_co:
        """Result once done, such as a ``Prediction``, an ``XRay`` or a ``Proof``."""
        result: Result_co = self._result
        return result

    @property
    def done(self) -> bool:
        """True once ``result`` or ``error`` is set."""
        return self._finished.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Block until the request is done; pages poll ``done`` instead.

        Args:
            seconds: Maximum time to wait; None waits without a limit.

        Returns:
            False if the time passed first.
        """
        return self._finished.wait(seconds)

    def finish(self, outcome: object) -> None:
        """Set the outcome, exactly once.

        Args:
            outcome: The result, or the DataError that occurred.
        """
        if isinstance(outcome, UnpaddedError):
            self.error = outcome
        else:
            self._result = outcome
        self.finished = time.monotonic()
        self._finished.set()
