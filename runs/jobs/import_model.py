"""The job that brings a model back that was taken away: it becomes a run of the visitor."""

from __future__ import annotations

import contextlib
import io
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.data.missing import base_names
from core.data.sequences import Sequences
from core.data.serialization import pack
from core.engine.progress import Progress
from core.errors import DataError, Note
from core.i18n import N_
from runs.jobs.context import NO_MODEL, Failure, store
from runs.reading import jobs
from runs.reading.guard import Guard
from runs.store import EPOCH_BYTES, Content, Result
from runs.types import RunState

if TYPE_CHECKING:
    from core.trained_model import TrainedModel

log = logging.getLogger("unpadded.worker")

BROUGHT = N_(
    "Brought back from a file. Its sequences are not here but for the few in its example, so it "
    "can predict, and be proved and looked into, but not be trained further or measured again."
)


@dataclass(frozen=True)
class Brought:
    """A file that may be a saved model. name: what its owner calls it."""

    owner: str
    name: str
    content: bytes


def import_run(_run: str, about: Brought, question: str, topic: str) -> str | Failure:
    """The id of a run that has ended and has this model. What the file says of itself, its proof
    and its evaluation, is nothing we measured, and is left out; its scripts are ours again."""
    try:
        from core import load

        kept = store()
        model: TrainedModel = load(io.BytesIO(about.content), kept.limits.refuse_too_large)
        kept.limits.refuse_too_long(np.array([model.preprocessing.width]), model.recipe)
        model.proof = model.evaluation = None
        saved = io.BytesIO()
        model.save(saved, about.name)
        data = _example(model, kept.limits.steps)
        reading = {
            "features": len(base_names(data.feature_names)),
            "schema": None if model.schema is None else model.schema.to_dict(),
        }
        run_id = kept.runs.create(
            about.owner,
            about.name,
            model.recipe,
            Content.of(pack(data)),
            reading,
            estimate=0.0,
            reserved=len(saved.getvalue()) + EPOCH_BYTES * len(model.history.get("loss", ())),
            begun=True,
        )
        if not kept.work.end(run_id, 1, _result(model, saved.getvalue())):
            raise DataError(NO_MODEL)
        return run_id
    except Exception as error:
        return Failure.of(error)


def _example(model: TrainedModel, most_steps: int) -> Sequences:
    """The sequences that came with it, read where files from strangers are read; where there are
    none that can be, one of a single average step."""
    names = model.preprocessing.feature_names
    try:
        # Not cut again, which can make hundreds of megabytes of a small file.
        whole = replace(model.table, cut="", cut_steps=0, cut_every=0)
        with contextlib.closing(Guard()) as guard:
            opened = guard.call(
                "", "", jobs.open_file, model.example.encode(), most_steps, jobs.given(whole)
            )
        if isinstance(opened, jobs.Opened):
            data = opened.sequences()
            if data.feature_names == names:
                return replace(data, split=None)  # all of them are to be looked at
        log.warning("The example of a model was not read")
    except DataError as error:  # the model is there without it
        log.warning("The example of a model was not read: %s", error)
    return Sequences(model.preprocessing.fill[None], np.array([1]), feature_names=names)


def _result(model: TrainedModel, content: bytes) -> Result:
    epochs = len(model.history.get("loss", ()))
    learned = 0 if model.facts is None else model.facts.learned
    seconds = float(sum(model.history.get("seconds", ())))
    return Result(
        state=RunState.STOPPED if model.stopped else RunState.FINISHED,
        model=content,
        history=model.history,
        progress=Progress(epochs, model.recipe.epochs, 0, 0, learned, {}, seconds),
        notes=(*model.notes, Note(BROUGHT)),
        best_epoch=model.best_epoch,
        computed=model.computed,
    )
