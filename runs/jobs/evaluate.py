"""Job: evaluate a run's model on unseen sequences, beside baselines."""

from __future__ import annotations

import json

import numpy as np

from core.data.sequences import Sequences
from core.errors import DataError
from core.evaluation.evaluation_set import EvaluationSet, select_evaluation_rows
from core.evaluation.report import Evaluation, evaluate_predictions
from core.i18n import N_
from runs.jobs.context import Failure, get_store, load_data, models
from runs.jobs.measure import measure_model
from runs.store import EVALUATION, MEASURED, Store
from runs.types import RunSummary

NOT_MEASURED = N_(
    "This run was not evaluated, so it cannot be compared with baselines. Train again to evaluate "
    "it."
)


def evaluate_run(run_id: str, payload: None, request_id: str, topic: str) -> Evaluation | Failure:
    """Evaluate a run's model by its predictions, unless a result is stored."""
    try:
        return ensure_evaluation(get_store(), run_id)
    except Exception as error:
        return Failure.from_exception(error)


def ensure_evaluation(store: Store, run_id: str) -> Evaluation:
    """Return the stored evaluation, or evaluate now.

    Raises:
        UnpaddedError: If the run has no predictions and cannot be evaluated.
    """
    return read_evaluation(store, run_id) or _evaluate(store, run_id)


def read_evaluation(store: Store, run_id: str) -> Evaluation | None:
    """Return the stored evaluation of this run or of an identical one.

    None as well for one that another version of the app stored in another form.
    """
    content = store.runs.read_artifact(run_id, EVALUATION) or store.duplicates.get_artifact(
        run_id, EVALUATION
    )
    try:
        return None if content is None else Evaluation.from_dict(json.loads(content))
    except ValueError:
        return None


def _evaluate(store: Store, run_id: str) -> Evaluation:
    run = store.runs.get(run_id)
    data = None if run is None else load_data(store, run)
    if run is None or data is None or not run.can_be_evaluated:
        raise DataError(NOT_MEASURED)
    predictions = store.runs.read_artifact(run_id, MEASURED)
    if predictions is None:
        measured = _measure(store, run, data)
    else:
        measured = EvaluationSet.from_bytes(predictions)
    row_of = {id: row for row, id in enumerate(data.ids)}
    rows = data[np.array([row_of[id] for id in measured.ids])]
    evaluation = evaluate_predictions(
        data, run.recipe, measured.part, rows, measured.predictions, measured.classes
    )
    store.attempts.save_evaluation(run_id, json.dumps(evaluation.to_dict()).encode())
    return evaluation


def _measure(store: Store, run: RunSummary, data: Sequences) -> EvaluationSet:
    """Measure the model of a run that was stopped before it could be, and store the result."""
    part, rows = select_evaluation_rows(data, run.recipe)
    metrics, measured, _ = measure_model(models.get(run.id), part, rows)
    store.attempts.save_predictions(run.id, measured.to_bytes(), metrics)
    return measured
