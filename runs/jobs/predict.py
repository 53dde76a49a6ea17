"""Jobs: predict, inspect and evaluate on prefixes, for visitors who wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from distributed import Worker, get_worker

from core.data.padded import step_indices
from core.data.sequences import Sequences
from core.errors import Note, UnpaddedError
from core.evaluation.evaluation_set import select_evaluation_rows
from core.inspection.xray import XRay
from runs.jobs.context import Failure, load_training_data, models
from runs.types import Prediction

if TYPE_CHECKING:
    from core.evaluation.estimate import Estimate
    from core.experiments.early_prediction import EarlyPrediction
    from core.trained_model import TrainedModel

SHARE_SECONDS = 0.3  # between two progress messages


def predict_run(run_id: str, data: Sequences, request_id: str, topic: str) -> Prediction | Failure:
    """Predict with a run's model, and send progress as events of the Dask topic."""
    try:
        return _predict(models.get(run_id), data, ProgressReporter(get_worker(), request_id, topic))
    except Exception as error:
        return Failure.from_exception(error)


def inspect_run(run_id: str, sequence: Sequences, request_id: str, topic: str) -> XRay | Failure:
    """Trace a run's network on one sequence, with its mask and without."""
    try:
        report_progress = ProgressReporter(get_worker(), request_id, topic)
        model: TrainedModel = models.get(run_id)
        traces = [model.trace(sequence)]
        if traces[0].masked:
            report_progress(0.5)
            traces.append(model.trace(sequence, masked=False))
        return XRay.from_traces(*traces)
    except Exception as error:
        return Failure.from_exception(error)


def evaluate_run_early(
    run_id: str, data: Sequences | None, request_id: str, topic: str
) -> EarlyPrediction | Failure:
    """Evaluate on prefixes how early the predictions are as good as at the end.

    Args:
        run_id: Run with a model.
        data: Sequences with targets; None for those the run was measured on.
        request_id: Id for progress messages.
        topic: Topic of progress messages.
    """
    try:
        model: TrainedModel = models.get(run_id)
        if data is None:
            run, data = load_training_data(run_id)
            _, data = select_evaluation_rows(data, run.recipe)
        from core.experiments.evaluate_early_prediction import evaluate_early_prediction

        return evaluate_early_prediction(
            model, data, ProgressReporter(get_worker(), request_id, topic)
        )
    except Exception as error:
        return Failure.from_exception(error)


class ProgressReporter:
    """Sends the fraction of a request that is computed, a few times per second."""

    def __init__(self, worker: Worker, request_id: str, topic: str) -> None:
        self.worker, self.request_id, self.topic = worker, request_id, topic
        self.sent_at = time.monotonic()

    def __call__(self, share: float) -> None:
        if time.monotonic() - self.sent_at >= SHARE_SECONDS:
            self.sent_at = time.monotonic()
            self.worker.log_event(self.topic, {"request_id": self.request_id, "share": share})


def _predict(
    model: TrainedModel, data: Sequences, on_progress: Callable[[float], None]
) -> Prediction:
    prepared = model.preprocessing.prepare(data)
    notes = model.preprocessing.notes(prepared.masked)
    raw = model.compute_outputs(prepared, on_progress)
    values = model.preprocessing.decode(raw)
    probabilities = None if model.classes is None else raw
    outputs = values if probabilities is None else probabilities
    metrics: dict[str, dict[str, Estimate]] = {}
    if data.targets is not None:
        # Per part, because the model may have been trained on the rows marked train.
        parts = {"all": np.arange(len(data))}
        if data.split is not None:
            names = ("test", "validation", "train")
            parts = {part: np.flatnonzero(data.split == part) for part in names}
        for part, rows in parts.items():
            try:
                if len(rows):
                    selected = data[rows]
                    if model.recipe.return_sequences:
                        rows = step_indices(data.offsets[:-1][rows], selected.lengths)
                    metrics[part] = model.score_with_intervals(outputs[rows], selected)
            except UnpaddedError as error:  # the predictions are valid, whatever the targets are
                note = Note(error.template, **error.values)
                if note not in notes:
                    notes.append(note)
    per_step = model.recipe.return_sequences
    return Prediction(
        data.ids, values, model.classes, probabilities, metrics, tuple(notes), per_step
    )
