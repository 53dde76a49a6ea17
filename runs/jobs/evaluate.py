"""The job that judges a run's model on the sequences it has not seen, beside simple models."""

from __future__ import annotations

import json

import numpy as np

from core.data.serialization import unpack
from core.errors import DataError
from core.evaluation.predictions import Measured
from core.evaluation.report import Evaluation, judge
from core.i18n import N_
from runs.jobs.context import Failure, store
from runs.store import EVALUATION, MEASURED, Store

NOT_MEASURED = N_(
    "This run was not measured, so there is nothing to compare with simple models. Train again, "
    "and do not stop it."
)


def judge_run(run_id: str, about: None, question: str, topic: str) -> Evaluation | Failure:
    """Judge a run's model by what it answered when it was measured, unless that was done before."""
    try:
        return evaluated(store(), run_id)
    except Exception as error:
        return Failure.of(error)


def evaluated(kept: Store, run_id: str) -> Evaluation:
    """What was found before, or is now. Raises DataError for a run that was not measured."""
    return evaluation_of(kept, run_id) or _judge(kept, run_id)


def evaluation_of(kept: Store, run_id: str) -> Evaluation | None:
    """What was found before by this version of the app, of this run or of one with the same
    result."""
    content = kept.runs.artifact(run_id, EVALUATION) or kept.twins.artifact(run_id, EVALUATION)
    try:
        return None if content is None else Evaluation.from_dict(json.loads(content))
    except ValueError:
        return None


def _judge(kept: Store, run_id: str) -> Evaluation:
    run, answered = kept.runs.line(run_id), kept.runs.artifact(run_id, MEASURED)
    content = None if run is None else kept.contents.read(run.data)
    if content is None or answered is None:
        raise DataError(NOT_MEASURED)
    data, measured = unpack(content), Measured.from_bytes(answered)
    place = {id: row for row, id in enumerate(data.ids)}
    rows = data[np.array([place[id] for id in measured.ids])]
    found = judge(data, run.recipe, measured.part, rows, measured.answers, measured.classes)
    kept.work.keep_evaluation(run_id, json.dumps(found.to_dict()).encode())
    return found
