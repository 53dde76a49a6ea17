"""Job: check that padding does not change predictions, and store the result with the model."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from distributed import get_worker

from core.invariance.report import Proof
from runs.jobs.context import Failure, get_store, load_training_data, models
from runs.jobs.predict import ProgressReporter
from runs.store import PROOF, Store

if TYPE_CHECKING:
    from core.trained_model import TrainedModel

# Share of the training time, and its bounds in seconds. The fixed cost of the check, compiling and
# exporting the network, takes about the lower bound.
SHARE = 0.1
MIN_SECONDS, MAX_SECONDS = 1.0, 5.0


def check_run_invariance(
    run_id: str, payload: None, request_id: str, topic: str
) -> Proof | Failure:
    """Check the invariance of a run's model on its training data, unless a result is stored."""
    try:
        return ensure_proof(get_store(), run_id, ProgressReporter(get_worker(), request_id, topic))
    except Exception as error:
        return Failure.from_exception(error)


def ensure_proof(store: Store, run_id: str, on_progress: ProgressReporter) -> Proof:
    """Return the stored proof, or check now."""
    return read_proof(store, run_id) or _check_invariance(store, run_id, on_progress)


def read_proof(store: Store, run_id: str) -> Proof | None:
    """Return the stored proof of this run or of an identical one."""
    content = store.runs.read_artifact(run_id, PROOF) or store.duplicates.get_artifact(
        run_id, PROOF
    )
    return None if content is None else Proof.from_dict(json.loads(content))


def _check_invariance(store: Store, run_id: str, on_progress: ProgressReporter) -> Proof:
    _run, data = load_training_data(run_id)
    model: TrainedModel = models.get(run_id)
    seconds = sum(model.history.get("seconds", ()))
    budget = min(max(SHARE * seconds, MIN_SECONDS), MAX_SECONDS)
    model.proof = model.prove(data, budget, on_progress)
    saved = io.BytesIO()
    model.save(saved)
    proof = json.dumps(model.proof.to_dict()).encode()
    store.attempts.save_proof(run_id, proof, saved.getvalue())
    return model.proof
