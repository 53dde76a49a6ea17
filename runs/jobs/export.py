"""The job that puts a model together to be taken away, and tries it as a stranger would."""

from __future__ import annotations

import hashlib
import io
import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from distributed import get_worker

from core.data.sequences import Sequences
from core.errors import DataError
from core.evaluation.predictions import telling_part
from runs.jobs.check_invariance import proved
from runs.jobs.context import Failure, models, store, trained_on
from runs.jobs.evaluate import evaluated
from runs.jobs.predict import Sharer
from runs.store import EXPORT, EXPORTED, ONNX, Store
from runs.types import RunLine

if TYPE_CHECKING:
    from core.trained_model import TrainedModel

log = logging.getLogger("unpadded.worker")

MAX_SEQUENCES, MAX_STEPS = 200, 20_000  # tried; more would tell nothing more


@dataclass(frozen=True)
class Export:
    """What is known of a model that can be taken away.

    sequences   that its script was tried on, in a process of its own
    difference  the largest one from our answers, None where it gave none
    allowed     the largest that rounding may make
    trouble     why it gave none: a message's template and its values
    onnx        whether there is an ONNX file as well
    title       of the model inside, and the file it was tried with, as a digest
    """

    sequences: int
    difference: float | None
    allowed: float
    trouble: tuple[str, dict[str, Any]] | None
    onnx: bool
    title: str = ""

    @property
    def agrees(self) -> bool:
        return self.difference is not None and self.difference <= self.allowed


def export_run(run_id: str, about: None, question: str, topic: str) -> Export | Failure:
    """Make the ZIP that a run's owner takes away, with its proof and its evaluation, and try it,
    unless that was done before."""
    try:
        share = Sharer(get_worker(), question, topic)
        kept = store()
        return export_of(kept, run_id) or _same_export(kept, run_id) or _export(kept, run_id, share)
    except Exception as error:
        return Failure.of(error)


def export_of(kept: Store, run_id: str) -> Export | None:
    """What was found before, by this version of the app."""
    content = kept.runs.artifact(run_id, EXPORT)
    return None if content is None else _read(content)


def _read(content: bytes) -> Export | None:
    try:
        return Export(**json.loads(content))
    except TypeError:
        return None


def _same_export(kept: Store, run_id: str) -> Export | None:
    """What was put together for another run with the same result, name and file: this one has it
    as well from now on."""
    run = kept.runs.line(run_id)
    if run is None:
        return None
    title = _title(run, _file(kept, run))
    for other, content in kept.twins.artifacts(run_id, EXPORT):
        found = _read(content)
        model = kept.runs.artifact(other, EXPORTED) if found and found.title == title else None
        if model is not None:
            onnx = kept.runs.artifact(other, ONNX) if found.onnx else None
            kept.work.keep_export(run_id, content, model, onnx)
            return found
    return None


def _export(kept: Store, run_id: str, on_progress: Sharer) -> Export:
    from core.export import onnx as onnx_file
    from core.export.verify import TOLERANCE, agreement

    run, data = trained_on(run_id)
    file = _file(kept, run)
    model: TrainedModel = models.get(run_id)
    model.proof = proved(kept, run_id, on_progress)
    try:
        model.evaluation = evaluated(kept, run_id)
    except DataError:  # it was stopped before it was measured, and its card says so
        model.evaluation = None
    saved = io.BytesIO()
    model.save(saved, run.name)
    rows = _some(telling_part(data, run.recipe)[1])
    difference = trouble = None
    tried = len(rows)
    try:
        own = None if file is None else kept.contents.read_compressed(file)
        difference, tried = agreement(saved.getvalue(), model, rows, own)
    except DataError as error:
        trouble = (error.template, error.values)
    onnx = None
    if onnx_file.available():
        try:
            onnx = onnx_file.checked(model, rows)
        except Exception as error:  # an extra of other packages: the ZIP is there without it
            log.warning("No ONNX file is offered: %s", type(error).__name__)
    title = _title(run, file)
    made = Export(tried, difference, TOLERANCE, trouble, onnx is not None, title)
    kept.work.keep_export(run_id, json.dumps(asdict(made)).encode(), saved.getvalue(), onnx)
    return made


def _file(kept: Store, run: RunLine) -> str | None:
    """The digest of the file that the run's data was read from, where its owner still has it."""
    sets = kept.contents.list(run.owner)
    return next((each.file for each in sets if each.data == run.data and each.file), None)


def _title(run: RunLine, file: str | None) -> str:
    return hashlib.sha256(json.dumps([run.name, file]).encode()).hexdigest()


def _some(rows: Sequences) -> Sequences:
    """The first ones that are not more than MAX_STEPS together; one at least."""
    most = np.searchsorted(np.cumsum(rows.lengths), MAX_STEPS, side="right")
    return rows[: max(min(int(most), MAX_SEQUENCES), 1)]
