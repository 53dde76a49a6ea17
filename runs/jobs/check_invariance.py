"""The job that proves that padding never counts, and keeps the proof with the model."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from distributed import get_worker

from core.invariance.report import Proof
from runs.jobs.context import Failure, models, store, trained_on
from runs.jobs.predict import Sharer
from runs.store import PROOF, Store

if TYPE_CHECKING:
    from core.trained_model import TrainedModel

# Of the time that training took, and within these bounds, in seconds: what is fixed about a proof,
# compiling the network and exporting it, takes about the shortest of them.
SHARE = 0.1
SHORTEST, LONGEST = 1.0, 5.0


def prove_run(run_id: str, about: None, question: str, topic: str) -> Proof | Failure:
    """Prove a run's model on the data it was trained on, unless that was done before."""
    try:
        return proved(store(), run_id, Sharer(get_worker(), question, topic))
    except Exception as error:
        return Failure.of(error)


def proved(kept: Store, run_id: str, on_progress: Sharer) -> Proof:
    """What was proved before, or is now."""
    return proof_of(kept, run_id) or _prove(kept, run_id, on_progress)


def proof_of(kept: Store, run_id: str) -> Proof | None:
    """What was proved before, of this run or of one with the same result."""
    content = kept.runs.artifact(run_id, PROOF) or kept.twins.artifact(run_id, PROOF)
    return None if content is None else Proof.from_dict(json.loads(content))


def _prove(kept: Store, run_id: str, on_progress: Sharer) -> Proof:
    _run, data = trained_on(run_id)
    model: TrainedModel = models.get(run_id)
    seconds = sum(model.history.get("seconds", ()))
    budget = min(max(SHARE * seconds, SHORTEST), LONGEST)
    model.proof = model.prove(data, budget, on_progress)
    saved = io.BytesIO()
    model.save(saved)
    proof = json.dumps(model.proof.to_dict()).encode()
    kept.work.keep_proof(run_id, proof, saved.getvalue())
    return model.proof
