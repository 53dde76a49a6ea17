"""Job: train a run from its last state to its end, and store the result."""

from __future__ import annotations

import io
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from distributed import get_worker

from core.data.sequences import Sequences
from core.data.serialization import unpack
from core.engine.checkpoint import Checkpoint
from core.errors import Note
from core.evaluation.evaluation_set import EvaluationSet, select_evaluation_rows
from core.i18n import N_
from runs.cluster import machine_kind
from runs.jobs.context import Failure, get_store, models
from runs.jobs.heartbeat import Heartbeat
from runs.jobs.measure import measure_model
from runs.store import Claim, Result, Store, StoreError
from runs.threads import TROUBLE_SECONDS, retry_until_stored
from runs.types import Metrics, RunState

if TYPE_CHECKING:
    from core.trained_model import TrainedModel

log = logging.getLogger("unpadded.worker")

# A stop must take effect within 1 s, also with many rows to measure: up to this many steps times
# weights are measured in well under 1 s. More are measured by the job that evaluates the run.
MAX_MEASURED_AFTER_STOP = 2e9

LAST_CHECKPOINT = N_(
    "The training ended in the middle of a batch. The model is the last checkpoint."
)
MEASURED_LATER = N_("The evaluation began after the training was stopped.")
NOTHING_LEARNED = Result(RunState.STOPPED)
TIME_IS_UP = N_(
    "Stopped after {hours:g} hours, the limit for a run on this server. “Continue” resumes "
    "from the last checkpoint."
)


def train_run(run_id: str) -> str | None:
    """Claim a waiting run and train it.

    Returns:
        One line for the server's log if something went wrong, else None.
    """
    try:
        claim = get_store().attempts.claim(run_id, get_worker().address, machine_kind.get_kind())
        return None if claim is None else _train(get_store(), run_id, claim)
    except StoreError as error:
        log.warning("%s", error)
        time.sleep(TROUBLE_SECONDS)  # the run still waits, and is assigned again
        return None
    except Exception as error:
        return Failure.from_exception(error).reason or str(error)


def _train(store: Store, run_id: str, claim: Claim) -> str | None:
    from core import train

    resume = _read_checkpoint(claim)
    # Of the run that this one continues, for more epochs; an ensemble only ends what it began.
    if resume is not None and claim.attempt == 1 and not claim.recipe.members:
        resume = resume.reset_patience()
    heartbeat = Heartbeat(store, run_id, claim, resume, _build_checkpoint_result)
    try:
        data = unpack(claim.data)
        if claim.hold_out is not None:
            data = claim.hold_out.apply(data)
        model = train(
            data,
            claim.recipe,
            on_progress=heartbeat.on_progress,
            should_stop=heartbeat.should_stop,
            resume=resume,
            on_checkpoint=heartbeat.on_checkpoint,
        )
        heartbeat.finish_now, heartbeat.is_training = None, False
        if model.stopped and not heartbeat.is_end_requested:
            heartbeat.pause()
            return None
        checkpoint = heartbeat.checkpoint
        if not model.history and (checkpoint is None or checkpoint.epoch == checkpoint.batch == 0):
            _end(store, run_id, claim, heartbeat, NOTHING_LEARNED)
            return None
        result = _build_result(model, heartbeat, checkpoint)
        if not model.stopped:  # a stop does not wait for the metrics
            heartbeat.finish_now = lambda heartbeat: result
        metrics, measured, more_notes = _measure(model, data)
        models.put(run_id, model)
        result = replace(
            result,
            metrics=metrics,
            measured=None if measured is None else measured.to_bytes(),
            notes=(*result.notes, *more_notes),
        )
    except Exception as error:
        failure = Failure.from_exception(error)
        heartbeat.close()
        retry_until_stored(lambda: store.attempts.fail(run_id, claim.attempt, failure.error))
        return failure.reason
    _end(store, run_id, claim, heartbeat, result)
    return None


def _end(store: Store, run_id: str, claim: Claim, heartbeat: Heartbeat, result: Result) -> None:
    heartbeat.close()
    retry_until_stored(lambda: store.attempts.end(run_id, claim.attempt, result))


def _read_checkpoint(claim: Claim) -> Checkpoint | None:
    try:
        return None if claim.checkpoint is None else Checkpoint.from_bytes(claim.checkpoint)
    except ValueError as error:  # of another version of the app: the run starts over
        log.warning("A checkpoint was not used: %s", error)
        return None


def _build_result(
    model: TrainedModel, heartbeat: Heartbeat, checkpoint: Checkpoint | None
) -> Result:
    """Build the result; models in closed form have no checkpoint."""
    saved = io.BytesIO()
    model.save(saved)
    time_notes = [Note(TIME_IS_UP, hours=heartbeat.max_hours)] if heartbeat.is_timed_out else []
    return Result(
        state=RunState.STOPPED if model.stopped else RunState.FINISHED,
        model=saved.getvalue(),
        checkpoint=None if checkpoint is None else checkpoint.to_bytes(),
        history=model.history,
        progress=heartbeat.last_progress if checkpoint is None else checkpoint.progress,
        notes=(*model.notes, *time_notes),
        best_epoch=model.best_epoch,
        computed=model.computed,
    )


def _build_checkpoint_result(heartbeat: Heartbeat) -> Result:
    """Return the result of a run that is stopped in the middle of a batch."""
    from core.training.train import restore_model

    checkpoint = heartbeat.checkpoint
    if checkpoint is None:
        return NOTHING_LEARNED
    result = _build_result(restore_model(checkpoint), heartbeat, checkpoint)
    return replace(result, notes=(*result.notes, Note(LAST_CHECKPOINT)))


def _measure(
    model: TrainedModel, data: Sequences
) -> tuple[Metrics, EvaluationSet | None, list[Note]]:
    """Measure the model on the most informative rows, unless that would delay a stop."""
    part, rows = select_evaluation_rows(data, model.recipe)
    cost = float(rows.lengths.sum()) * model.network.count_params()
    if model.stopped and cost > MAX_MEASURED_AFTER_STOP:
        return {}, None, [Note(MEASURED_LATER)]
    return measure_model(model, part, rows)
