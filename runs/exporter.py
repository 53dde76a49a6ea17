"""The job that puts a model together to be taken away, and tries it as a stranger would."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from distributed import get_worker

from core.errors import DataError
from core.evaluation.measured import telling_part
from core.sequences import Sequences
from runs.judge import evaluated
from runs.predictor import Sharer
from runs.prover import proved
from runs.run import RunLine
from runs.store import EXPORT, Store
from runs.worker import Failure, models, store, trained_on

if TYPE_CHECKING:
    from core.model import TrainedModel

log = logging.getLogger("unpadded.worker")

MOST_SEQUENCES, MOST_STEPS = 200, 20_000  # tried; more would tell nothing more


@dataclass(frozen=True)
class Export:
    """What is known of a model that can be taken away.

    sequences   that its script was tried on, in a process of its own
    difference  the largest one from our answers, None where it gave none
    allowed     the largest that rounding may make
    trouble     why it gave none: a message's template and its values
    onnx        whether there is an ONNX file as well
    """

    sequences: int
    difference: float | None
    allowed: float
    trouble: tuple[str, dict[str, Any]] | None
    onnx: bool

    @property
    def agrees(self) -> bool:
        return self.difference is not None and self.difference <= self.allowed


def export_run(run_id: str, about: None, question: str, topic: str) -> Export | Failure:
    """Make the ZIP that a run's owner takes away, with its proof and its evaluation, and try it,
    unless that was done before."""
    try:
        share = Sharer(get_worker(), question, topic)
        return export_of(store(), run_id) or _export(store(), run_id, share)
    except Exception as error:
        return Failure.of(error)


def export_of(kept: Store, run_id: str) -> Export | None:
    """What was found before, by this version of the app."""
    content = kept.runs.artifact(run_id, EXPORT)
    try:
        return None if content is None else Export(**json.loads(content))
    except TypeError:
        return None


def _export(kept: Store, run_id: str, on_progress: Sharer) -> Export:
    from core import onnx_file
    from core.agreement import TOLERANCE, agreement

    run, data = trained_on(run_id)
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
        difference, tried = agreement(saved.getvalue(), model, rows, _own(kept, run))
    except DataError as error:
        trouble = (error.template, error.values)
    onnx = None
    if onnx_file.available():
        try:
            onnx = onnx_file.checked(model, rows)
        except Exception as error:  # an extra of other packages: the ZIP is there without it
            log.warning("No ONNX file is offered: %s", type(error).__name__)
    made = Export(tried, difference, TOLERANCE, trouble, onnx is not None)
    kept.work.keep_export(run_id, json.dumps(asdict(made)).encode(), saved.getvalue(), onnx)
    return made


def _own(kept: Store, run: RunLine) -> bytes | None:
    """The file that the run's data was read from, where its owner still has it."""
    sets = kept.contents.list(run.owner)
    file = next((each.file for each in sets if each.data == run.data and each.file), None)
    return None if file is None else kept.contents.read_compressed(file)


def _some(rows: Sequences) -> Sequences:
    """The first ones that are not more than MOST_STEPS together; one at least."""
    most = np.searchsorted(np.cumsum(rows.lengths), MOST_STEPS, side="right")
    return rows[: max(min(int(most), MOST_SEQUENCES), 1)]
