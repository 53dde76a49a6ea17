"""The job that trains a run, from where it stands to its end, in the store."""

from __future__ import annotations

import io
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from distributed import get_worker

from core.data.sequences import Sequences
from core.data.serialization import unpack
from core.errors import DataError, Note
from core.evaluation.predictions import Measured, measure, telling_part
from core.i18n import N_
from core.training.checkpoint import Checkpoint
from runs.cluster import machine
from runs.jobs.context import Failure, models, store
from runs.jobs.heartbeat import Keeper
from runs.store import Claim, Result, Store, StoreError
from runs.threads import TROUBLE_SECONDS, insist
from runs.types import Metrics, RunState

if TYPE_CHECKING:
    from core.trained_model import TrainedModel

log = logging.getLogger("unpadded.worker")

# A stop must be obeyed within 1 s, also when the rows to measure are many: up to so many steps
# times weights are measured in well under one.
WORK_AFTER_STOP = 2e9

NOTHING_LEARNED = Result(RunState.STOPPED)
TIME_IS_UP = N_(
    "Stopped after {hours:g} hours, the most a run may take on this server. What it had learned is "
    "kept; Continue goes on from there."
)


def train_run(run_id: str) -> str | None:
    """Take a waiting run up. Returns what went wrong that the server's log should know, in one
    line."""
    try:
        claim = store().work.claim(run_id, get_worker().address, machine.kind())
        return None if claim is None else _train(store(), run_id, claim)
    except StoreError as error:
        log.warning("%s", error)
        time.sleep(TROUBLE_SECONDS)  # the run waits, and is handed over again
        return None
    except Exception as error:
        return Failure.of(error).reason or str(error)


def _train(kept: Store, run_id: str, claim: Claim) -> str | None:
    from core import train

    resume = _checkpoint(claim)
    if resume is not None and claim.attempt == 1:  # of the run that this one goes on from
        resume = resume.anew()
    keeper = Keeper(kept, run_id, claim, resume, _from_checkpoint)
    try:
        data = unpack(claim.data)
        model = train(
            data,
            claim.recipe,
            on_progress=keeper.progress,
            should_stop=keeper.should_stop,
            resume=resume,
            on_checkpoint=keeper.checkpoint,
        )
        keeper.at_once, keeper.is_training = None, False
        if model.stopped and not keeper.is_to_end:
            keeper.give_back()
            return None
        if keeper.newest.epoch == keeper.newest.batch == 0:
            return _end(kept, run_id, claim, keeper, NOTHING_LEARNED)
        result = _result(model, keeper)
        if not model.stopped:  # a stop does not wait for the measuring
            keeper.at_once = lambda keeper: result
        metrics, measured, unmeasured = _measure(model, data)
        models.put(run_id, model)
        result = replace(
            result,
            metrics=metrics,
            measured=measured and measured.to_bytes(),
            notes=(*result.notes, *unmeasured),
        )
    except Exception as error:
        failure = Failure.of(error)
        keeper.close()
        insist(lambda: kept.work.fail(run_id, claim.attempt, failure.error))
        return failure.reason
    return _end(kept, run_id, claim, keeper, result)


def _end(kept: Store, run_id: str, claim: Claim, keeper: Keeper, result: Result) -> None:
    keeper.close()
    insist(lambda: kept.work.end(run_id, claim.attempt, result))


def _checkpoint(claim: Claim) -> Checkpoint | None:
    try:
        return None if claim.checkpoint is None else Checkpoint.from_bytes(claim.checkpoint)
    except ValueError as error:  # of another version of the app: the run begins anew
        log.warning("A checkpoint was not used: %s", error)
        return None


def _result(model: TrainedModel, keeper: Keeper) -> Result:
    saved = io.BytesIO()
    model.save(saved)
    late = [Note(TIME_IS_UP, hours=keeper.most_hours)] if keeper.timed_out else []
    return Result(
        state=RunState.STOPPED if model.stopped else RunState.FINISHED,
        model=saved.getvalue(),
        checkpoint=keeper.newest.to_bytes(),
        history=model.history,
        progress=keeper.newest.progress,
        notes=(*model.notes, *late),
        best_epoch=model.best_epoch,
        computed=model.computed,
    )


def _from_checkpoint(keeper: Keeper) -> Result:
    """How a run ends that is stopped in the middle of a batch."""
    from core.training.loop import model_of

    if keeper.newest is None:
        return NOTHING_LEARNED
    return _result(model_of(keeper.newest), keeper)


def _measure(model: TrainedModel, data: Sequences) -> tuple[Metrics, Measured | None, list[Note]]:
    """On the most telling rows there are; and why not, where they could not be measured."""
    part, rows = telling_part(data, model.recipe)
    work = float(rows.lengths.sum()) * model.network.count_params()
    if model.stopped and work > WORK_AFTER_STOP:
        return {}, None, [Note("Not measured, because the data is large and you asked to stop.")]
    measured = measure(model, part, rows)
    try:
        return {part: model.score(measured.answers, rows)}, measured, []
    except DataError as error:  # the model is worth keeping, whatever the targets are
        return {}, measured, [Note(error.template, **error.values)]
