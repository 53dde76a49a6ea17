"""The job that predicts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from distributed import Worker, get_worker

from core.errors import DataError, Note
from core.sequences import Sequences, step_indices
from runs.run import Answer, Metrics
from runs.worker import Failure, models

if TYPE_CHECKING:
    from core.model import TrainedModel

SHARE_SECONDS = 0.3


def predict_run(run_id: str, data: Sequences, prediction: str, topic: str) -> Answer | Failure:
    """Predict with a run's model, and send the share that is done as events of the Dask topic."""
    try:
        return _answer(models.get(run_id), data, _Sharer(get_worker(), prediction, topic))
    except Exception as error:
        return Failure.of(error)


class _Sharer:
    """Sends how much of a prediction is done, a few times a second."""

    def __init__(self, worker: Worker, prediction: str, topic: str) -> None:
        self.worker, self.prediction, self.topic = worker, prediction, topic
        self.sent = time.monotonic()

    def __call__(self, share: float) -> None:
        if time.monotonic() - self.sent >= SHARE_SECONDS:
            self.sent = time.monotonic()
            self.worker.log_event(self.topic, {"prediction": self.prediction, "share": share})


def _answer(model: TrainedModel, data: Sequences, on_progress: Callable[[float], None]) -> Answer:
    notes = list(model.preprocessing.notes(data))
    if model.classes is None:
        predicted = values = model.predict(data, on_progress)
        probabilities = None
    else:
        predicted = probabilities = model.predict_proba(data, on_progress)
        values = model.preprocessing.decode(probabilities)
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
                    asked = data[rows]
                    if model.recipe.return_sequences:
                        rows = step_indices(data.offsets[:-1][rows], asked.lengths)
                    metrics[part] = model.score(predicted[rows], asked)
            except DataError as error:  # the predictions stand, whatever the targets are
                note = Note(error.template, **error.values)
                if note not in notes:
                    notes.append(note)
    per_step = model.recipe.return_sequences
    return Answer(data.ids, values, model.classes, probabilities, metrics, tuple(notes), per_step)
