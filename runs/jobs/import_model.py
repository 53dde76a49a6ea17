"""Job: import an exported model as a run of the visitor."""

from __future__ import annotations

import contextlib
import io
import json
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.data.schema import Schema
from core.data.sequences import Sequences
from core.data.serialization import pack
from core.engine.progress import Progress
from core.errors import DataError, Note, UnpaddedError
from core.evaluation.plot_data import PlotData
from core.evaluation.report import MAX_NOTES, Evaluation
from core.i18n import N_
from runs.jobs.context import NO_MODEL, Failure, get_store
from runs.reading import reading_jobs
from runs.reading.guard import Guard
from runs.store import EPOCH_BYTES, Content, Result
from runs.types import RunState

if TYPE_CHECKING:
    from core.trained_model import TrainedModel

log = logging.getLogger("unpadded.worker")

IMPORTED = N_(
    "Imported from a file with a few example sequences. The model can predict, be checked "
    "and be inspected. It cannot be evaluated again or trained further."
)

STATED = N_(
    "Values from the imported file. They were not measured again, because the data is not on "
    "this server."
)


@dataclass(frozen=True)
class ImportRequest:
    """A file that may be an exported model.

    Attributes:
        owner: Id of the visitor.
        name: Display name of the run if the file has none.
        content: Bytes of the file.
    """

    owner: str
    name: str
    content: bytes


def import_run(_run_id: str, payload: ImportRequest, request_id: str, topic: str) -> str | Failure:
    """Create an ended run with the imported model, and return its id.

    The proof in the file is left out, because it is measured again. The evaluation cannot be, since
    its sequences are not in the file: it is kept, and says where it is from. The scripts are
    replaced by ours.
    """
    try:
        from core import load

        store = get_store()
        model: TrainedModel = load(io.BytesIO(payload.content), store.limits.refuse_too_large)
        store.limits.refuse_too_long(np.array([model.preprocessing.width]), model.recipe)
        name, evaluation = model.name or payload.name, b""
        model.proof = None
        if model.evaluation is not None:
            model.evaluation = _mark_as_stated(model.evaluation)
            evaluation = json.dumps(model.evaluation.to_dict()).encode()
        saved = io.BytesIO()
        model.save(saved, name)
        data = _read_example(model, store.limits.steps)
        reading = {
            "features": data.features,
            "schema": None if model.schema is None else model.schema.to_dict(),
        }
        run_id = store.runs.create(
            payload.owner,
            name,
            model.recipe,
            Content.from_bytes(pack(data)),
            reading,
            estimate=0.0,
            reserved=len(saved.getvalue())
            + len(evaluation)
            + EPOCH_BYTES * len(model.history.get("loss", ())),
            is_running=True,
        )
        if not store.attempts.end(run_id, 1, _build_result(model, saved.getvalue())):
            raise DataError(NO_MODEL)
        if evaluation:
            store.attempts.save_evaluation(run_id, evaluation)
        return run_id
    except Exception as error:
        return Failure.from_exception(error)


def _mark_as_stated(evaluation: Evaluation) -> Evaluation:
    """Say first where an evaluation is from, and leave out what cannot be shown.

    Notes become plain text, because a template from a file may hold links.
    """
    notes = [Note.from_plain(str(note)) for note in evaluation.notes if note != STATED]
    return replace(
        evaluation,  # without baselines there is nothing to conclude
        notes=(Note(STATED), *(notes[: MAX_NOTES - 1] if evaluation.rivals else ())),
        pictures=evaluation.pictures if _can_be_drawn(evaluation.pictures) else {},
    )


def _can_be_drawn(plots: PlotData) -> bool:
    """Check the shapes of the data of plots, as ``compute_plot_data`` returns them."""
    if "points" in plots:
        return len(plots["points"]) > 0 and all(len(each) == 3 for each in plots["points"])
    classes, confusion = plots.get("classes", ()), plots.get("confusion", ())
    confidence = plots.get("confidence", ())
    return (
        0 < len(classes) == len(confusion)
        and all(len(row) == len(classes) for row in confusion)
        and len(confidence) > 0
        and all(len(each) == 3 for each in confidence)
    )


def _read_example(model: TrainedModel, max_steps: int) -> Sequences:
    """Return the example sequences of the file, read where files from strangers are read.

    Without a readable example, return one sequence of a single average step.
    """
    names = model.preprocessing.feature_names
    try:
        data = None if model.table is None else _open_example(model.example, model.table, max_steps)
        if data is not None and data.feature_names == names:
            return replace(data, split=None)  # without a split, all of them are shown
        log.warning("The example of a model was not read")
    except UnpaddedError as error:  # the model is usable without it
        log.warning("The example of a model was not read: %s", error)
    inputs = model.preprocessing.inputs
    fill = dict(zip(inputs.names, inputs.fill, strict=True))
    step = [fill.get(name, np.nan) for name in names]  # a word is missing
    return Sequences(
        np.array([step]),
        np.array([1]),
        feature_names=names,
        categories=inputs.vocabularies,
        missing="mean",
    )


def _open_example(example: str, table: Schema, max_steps: int) -> Sequences | None:
    # Not windowed again, which can turn a small file into hundreds of megabytes.
    schema = replace(table, cut="", cut_steps=0, cut_every=0)
    with contextlib.closing(Guard()) as guard:
        opened = guard.call("", "", reading_jobs.open_file, example.encode(), max_steps, schema)
    return opened.sequences() if isinstance(opened, reading_jobs.Opened) else None


def _build_result(model: TrainedModel, content: bytes) -> Result:
    epochs = len(model.history.get("loss", ()))
    sequences = 0 if model.facts is None else model.facts.learned
    seconds = float(sum(model.history.get("seconds", ())))
    return Result(
        state=RunState.STOPPED if model.stopped else RunState.FINISHED,
        model=content,
        history=model.history,
        progress=Progress(epochs, max(epochs, model.recipe.epochs), 0, 0, sequences, {}, seconds),
        notes=(*model.notes, Note(IMPORTED)),
        best_epoch=model.best_epoch,
        computed=model.computed,
    )
