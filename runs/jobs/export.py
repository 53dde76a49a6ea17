"""Job: export a model, and verify the export in a process of its own."""

from __future__ import annotations

import hashlib
import io
import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from distributed import get_worker

from core.data.sequences import Sequences
from core.errors import UnpaddedError
from core.evaluation.evaluation_set import select_evaluation_rows
from runs.jobs.check_invariance import ensure_proof
from runs.jobs.context import Failure, get_store, load_training_data, models
from runs.jobs.evaluate import ensure_evaluation
from runs.jobs.predict import ProgressReporter
from runs.store import EXPORT, EXPORTED, ONNX, Store
from runs.types import RunSummary

if TYPE_CHECKING:
    from core.trained_model import TrainedModel

log = logging.getLogger("unpadded.worker")

MAX_SEQUENCES, MAX_STEPS = 200, 20_000  # for verification; more would not find more


@dataclass(frozen=True)
class Export:
    """Export of a model, and its verification.

    Attributes:
        sequences: Number of sequences that the script was verified on.
        difference: Maximum difference from the model's predictions; None if the script gave
            none.
        allowed: Maximum difference that rounding may cause.
        trouble: Why the script gave no predictions: a message template and its values.
        onnx: There is an ONNX file as well.
        title: Digest of the name inside the model and of the file it was verified with.
    """

    sequences: int
    difference: float | None
    allowed: float
    trouble: tuple[str, dict[str, object]] | None
    onnx: bool
    title: str = ""

    @property
    def agrees(self) -> bool:
        """True if the predictions agree within rounding."""
        return self.difference is not None and self.difference <= self.allowed


def export_run(run_id: str, payload: None, request_id: str, topic: str) -> Export | Failure:
    """Create and verify the ZIP with proof and evaluation, unless one is stored."""
    try:
        report_progress = ProgressReporter(get_worker(), request_id, topic)
        store = get_store()
        return (
            read_export(store, run_id)
            or _copy_export(store, run_id)
            or _export(store, run_id, report_progress)
        )
    except Exception as error:
        return Failure.from_exception(error)


def read_export(store: Store, run_id: str) -> Export | None:
    """Return the stored export of a run, if this version can read it."""
    content = store.runs.read_artifact(run_id, EXPORT)
    return None if content is None else _parse(content)


def _parse(content: bytes) -> Export | None:
    try:
        return Export(**json.loads(content))
    except TypeError:
        return None


def _copy_export(store: Store, run_id: str) -> Export | None:
    """Copy the export of an identical run with the same name and file, if there is one."""
    run = store.runs.get(run_id)
    if run is None:
        return None
    title = _hash_title(run, _find_file(store, run))
    for other, content in store.duplicates.list_artifacts(run_id, EXPORT):
        export = _parse(content)
        if export is None or export.title != title:
            continue
        model = store.runs.read_artifact(other, EXPORTED)
        if model is not None:
            onnx = store.runs.read_artifact(other, ONNX) if export.onnx else None
            store.attempts.save_export(run_id, content, model, onnx)
            return export
    return None


def _export(store: Store, run_id: str, on_progress: ProgressReporter) -> Export:
    from core.export import onnx as onnx_file
    from core.export.verify import TOLERANCE, measure_agreement

    run, data = load_training_data(run_id)
    file = _find_file(store, run)
    model: TrainedModel = models.get(run_id)
    model.proof = ensure_proof(store, run_id, on_progress)
    try:
        model.evaluation = ensure_evaluation(store, run_id)
    except UnpaddedError:  # stopped before it was measured, as the model card says
        model.evaluation = None
    saved = io.BytesIO()
    model.save(saved, run.name)
    rows = _select_rows(select_evaluation_rows(data, run.recipe)[1])
    difference = trouble = None
    count = len(rows)
    try:
        original = None if file is None else store.data_sets.read_file(file)
        difference, count = measure_agreement(saved.getvalue(), model, rows, original)
    except UnpaddedError as error:
        trouble = (error.template, error.values)
    onnx = None
    if onnx_file.is_available():
        try:
            onnx = onnx_file.to_verified_onnx(model, rows)
        except Exception as error:  # optional packages: the ZIP is complete without it
            log.warning("No ONNX file is offered: %s", type(error).__name__)
    title = _hash_title(run, file)
    export = Export(count, difference, TOLERANCE, trouble, onnx is not None, title)
    store.attempts.save_export(run_id, json.dumps(asdict(export)).encode(), saved.getvalue(), onnx)
    return export


def _find_file(store: Store, run: RunSummary) -> str | None:
    """Return the digest of the file that the data was read from, if its owner still has it."""
    data_sets = store.data_sets.list(run.owner)
    return next((each.file for each in data_sets if each.data == run.data and each.file), None)


def _hash_title(run: RunSummary, file: str | None) -> str:
    return hashlib.sha256(json.dumps([run.name, file]).encode()).hexdigest()


def _select_rows(rows: Sequences) -> Sequences:
    """Return the first sequences with up to MAX_STEPS steps in total, at least one sequence."""
    count = np.searchsorted(np.cumsum(rows.lengths), MAX_STEPS, side="right")
    return rows[: max(min(int(count), MAX_SEQUENCES), 1)]
