"""The jobs that answer visitors' questions to a model."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from distributed import Worker, get_worker

from core.data.sequences import Sequences, step_indices
from core.errors import DataError, Note
from core.evaluation.predictions import telling_part
from core.inspection.xray import XRay
from runs.jobs.context import Failure, models, trained_on
from runs.types import Answer

if TYPE_CHECKING:
    from core.evaluation.bootstrap import Figure
    from core.experiments.early_prediction import Early
    from core.trained_model import TrainedModel

SHARE_SECONDS = 0.3


def predict_run(run_id: str, data: Sequences, question: str, topic: str) -> Answer | Failure:
    """Predict with a run's model, and send the share that is done as events of the Dask topic."""
    try:
        return _answer(models.get(run_id), data, Sharer(get_worker(), question, topic))
    except Exception as error:
        return Failure.of(error)


def xray_run(run_id: str, one: Sequences, question: str, topic: str) -> XRay | Failure:
    """Look inside a run's network while it reads one sequence, with its mask and without."""
    try:
        share = Sharer(get_worker(), question, topic)
        model: TrainedModel = models.get(run_id)
        traces = [model.trace(one)]
        if traces[0].masked:
            share(0.5)
            traces.append(model.trace(one, masked=False))
        return XRay.of(*traces)
    except Exception as error:
        return Failure.of(error)


def early_run(run_id: str, data: Sequences | None, question: str, topic: str) -> Early | Failure:
    """How early in these sequences, or in those the run was measured on, a run's answers are as
    good as at the end."""
    try:
        model: TrainedModel = models.get(run_id)
        if data is None:
            run, data = trained_on(run_id)
            _, data = telling_part(data, run.recipe)
        from core.experiments.early_prediction import early

        return early(model, data, Sharer(get_worker(), question, topic))
    except Exception as error:
        return Failure.of(error)


class Sharer:
    """Sends how much of an answer is computed, a few times a second."""

    def __init__(self, worker: Worker, question: str, topic: str) -> None:
        self.worker, self.question, self.topic = worker, question, topic
        self.sent = time.monotonic()

    def __call__(self, share: float) -> None:
        if time.monotonic() - self.sent >= SHARE_SECONDS:
            self.sent = time.monotonic()
            self.worker.log_event(self.topic, {"question": self.question, "share": share})


def _answer(model: TrainedModel, data: Sequences, on_progress: Callable[[float], None]) -> Answer:
    notes = list(model.preprocessing.notes(data))
    if model.classes is None:
        predicted = values = model.predict(data, on_progress)
        probabilities = None
    else:
        predicted = probabilities = model.predict_proba(data, on_progress)
        values = model.preprocessing.decode(probabilities)
    metrics: dict[str, dict[str, Figure]] = {}
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
                    metrics[part] = model.figures(predicted[rows], asked)
            except DataError as error:  # the predictions stand, whatever the targets are
                note = Note(error.template, **error.values)
                if note not in notes:
                    notes.append(note)
    per_step = model.recipe.return_sequences
    return Answer(data.ids, values, model.classes, probabilities, metrics, tuple(notes), per_step)
