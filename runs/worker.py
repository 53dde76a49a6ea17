"""What runs in the workers. Importable without TensorFlow: Dask sends functions by name, so
the page imports this module too.

Nothing here raises: Dask would log the arguments, which are the user's data, and send a
traceback. An error comes back as a ``Failure``.
"""

from __future__ import annotations

import io
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from distributed import Worker, get_worker

from core.errors import DataError, Note
from core.progress import History, Progress
from core.recipe import Recipe
from core.sequences import Sequences
from runs.run import Answer, Metrics

if TYPE_CHECKING:
    from core.model import TrainedModel

SHARE_SECONDS = 0.3
MODELS_KEPT = 4  # a worker; the largest network allowed holds some hundred megabytes
# A stop must be obeyed within 2 s, also when the rows to measure are many: up to so many steps are
# measured in well under one.
STEPS_AFTER_STOP = 100_000

OUT_OF_MEMORY = (
    "There was not enough memory for this training. Press Train again; a smaller batch size or "
    "fewer units need less memory."
)
UNEXPECTED = (
    "This failed because of an error in the program, not because of your data. Please try again; "
    "the server's log says more."
)


@dataclass(frozen=True)
class Trained:
    """A training that ended well, or was stopped; fields as in ``Run``."""

    model: bytes
    history: History
    metrics: Metrics
    notes: tuple[Note, ...]
    stopped: bool
    best_epoch: int | None
    computed: dict[str, Any]
    progress: Progress


@dataclass(frozen=True)
class Failure:
    """error: for the visitor. reason: one line for the server's log; None when the error says
    everything."""

    error: DataError
    reason: str | None = None


_stops: set[str] = set()  # runs that were asked to stop; the request may come before the run


def request_stop(run_id: str) -> None:
    """Ask a training of this worker to stop before its next call into the engine."""
    _stops.add(run_id)


def train_run(run_id: str, data: Sequences, recipe: Recipe, topic: str) -> Trained | Failure:
    """Train, and send progress as events of the Dask topic."""
    try:
        return _train(run_id, data, recipe, topic)
    except Exception as error:
        return _failure(error)
    finally:
        _stops.discard(run_id)


def predict_run(
    run_id: str, saved: bytes | None, data: Sequences, prediction: str, topic: str
) -> Answer | Failure | None:
    """Predict with a run's model, and send the share that is done as events of the Dask topic.
    None: send the saved ZIP as well, this worker does not hold the model (any more)."""
    try:
        model = _models.get(run_id)
        if model is None:
            if saved is None:
                return None
            from core import load

            model = load(io.BytesIO(saved))
            _models.put(run_id, model)
        return _answer(model, data, _Sharer(get_worker(), prediction, topic))
    except Exception as error:
        return _failure(error)


class _Models:
    """The models used last, by run."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, TrainedModel] = OrderedDict()
        self._lock = threading.Lock()  # a training and a prediction run side by side

    def get(self, run_id: str) -> TrainedModel | None:
        with self._lock:
            if run_id in self._kept:
                self._kept.move_to_end(run_id)
            return self._kept.get(run_id)

    def put(self, run_id: str, model: TrainedModel) -> None:
        with self._lock:
            self._kept[run_id] = model
            while len(self._kept) > MODELS_KEPT:
                self._kept.popitem(last=False)


_models = _Models()


def _train(run_id: str, data: Sequences, recipe: Recipe, topic: str) -> Trained:
    from core import train

    reporter = _Reporter(get_worker(), run_id, topic)
    model = train(
        data,
        recipe,
        on_progress=reporter,
        should_stop=lambda: run_id in _stops,  # no network: the request came to this process
    )
    _models.put(run_id, model)
    saved = io.BytesIO()
    model.save(saved)
    metrics, unmeasured = _metrics(model, data)
    return Trained(
        model=saved.getvalue(),
        history=model.history,
        metrics=metrics,
        notes=(*model.notes, *unmeasured),
        stopped=model.stopped,
        best_epoch=model.best_epoch,
        computed=model.computed,
        progress=reporter.last,
    )


class _Reporter:
    """Sends progress to the page; of the history only the epochs it has not sent, so that a
    long training's messages stay small."""

    def __init__(self, worker: Worker, run_id: str, topic: str) -> None:
        self.worker, self.run_id, self.topic = worker, run_id, topic
        self.sent = 0
        self.last: Progress | None = None

    def __call__(self, progress: Progress) -> None:
        self.last = progress
        news = {name: figures[self.sent :] for name, figures in progress.history.items()}
        message = {
            "run": self.run_id,
            "sent": self.sent,
            "news": news,
            "epoch": progress.epoch,
            "epochs": progress.epochs,
            "batch": progress.batch,
            "batches": progress.batches,
            "sequences": progress.sequences,
            "seconds": progress.seconds,
        }
        self.sent += max(map(len, news.values()), default=0)
        self.worker.log_event(self.topic, message)


class _Sharer:
    """Sends how much of a prediction is done, a few times a second."""

    def __init__(self, worker: Worker, prediction: str, topic: str) -> None:
        self.worker, self.prediction, self.topic = worker, prediction, topic
        self.sent = time.monotonic()

    def __call__(self, share: float) -> None:
        if time.monotonic() - self.sent >= SHARE_SECONDS:
            self.sent = time.monotonic()
            self.worker.log_event(self.topic, {"prediction": self.prediction, "share": share})


def progress_of(message: dict, before: History) -> Progress:
    """The ``Progress`` a message tells about, given the history known before it."""
    history = {
        name: [*before.get(name, [])[: message["sent"]], *figures]
        for name, figures in message["news"].items()
    }
    names = ("epoch", "epochs", "batch", "batches", "sequences", "seconds")
    return Progress(history=history, **{name: message[name] for name in names})


def _metrics(model: TrainedModel, data: Sequences) -> tuple[Metrics, list[Note]]:
    """Measured with the weights that were kept, dropout off, on the most telling rows there are;
    and why not, where they could not be."""
    from core.evaluation.splits import training_and_validation

    training, validation = training_and_validation(data, model.recipe)
    parts = {
        "test": np.flatnonzero(data.split == "test") if data.split is not None else training[:0],
        "validation": validation,
        "training": training,
    }
    part = next(name for name, rows in parts.items() if len(rows))
    measured = data[parts[part]]
    if model.stopped and measured.lengths.sum() > STEPS_AFTER_STOP:
        return {}, [Note("Not measured, because the data is large and you asked to stop.")]
    try:
        return {part: model.evaluate(measured)}, []
    except DataError as error:  # the model is worth keeping, whatever the targets are
        return {}, [Note(error.template, **error.values)]


def _answer(model: TrainedModel, data: Sequences, on_progress: Callable[[float], None]) -> Answer:
    notes = list(model.preprocessing.notes(data))
    if model.classes is None:
        predicted = values = model.predict(data, on_progress)
        probabilities = None
    else:
        predicted = probabilities = model.predict_proba(data, on_progress)
        values = model.classes[probabilities.argmax(axis=1)]
    metrics: Metrics = {}
    if data.targets is not None:
        # Apart, because the model may have learned from the rows marked train.
        parts = {"all": np.arange(len(data))}
        if data.split is not None:
            names = ("test", "validation", "train")
            parts = {part: np.flatnonzero(data.split == part) for part in names}
        for part, rows in parts.items():
            try:
                if len(rows):
                    metrics[part] = model.score(predicted[rows], data.targets[rows])
            except DataError as error:  # the predictions stand, whatever the targets are
                note = Note(error.template, **error.values)
                if note not in notes:
                    notes.append(note)
    return Answer(data.ids, values, model.classes, probabilities, metrics, tuple(notes))


def _failure(error: Exception) -> Failure:
    if isinstance(error, DataError):
        return Failure(error)
    lines = str(error).splitlines() or [""]
    reason = f"{type(error).__name__}: {lines[0][:300]}"
    # By name: importing TensorFlow to compare would hide an error of importing TensorFlow.
    short = isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"
    return Failure(DataError(OUT_OF_MEMORY if short else UNEXPECTED), reason)
