"""Job: compare runs of different recipes on the same data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.data.sequences import Sequences
from core.errors import DataError
from core.evaluation.evaluation_set import EvaluationSet
from core.experiments.compare import Comparison, Outcome, build_outcome, compare_outcomes
from core.i18n import N_
from runs.jobs.context import Failure, get_store, load_data
from runs.store import MEASURED, Store

NOT_MEASURED = N_(
    "{name}, seed {seed}: not evaluated, because the run failed, was stopped or was deleted. "
    "Compare again."
)


@dataclass(frozen=True)
class ComparisonRequest:
    """Runs to compare.

    Attributes:
        entries: Run ids by the name of a recipe, one run per seed.
        seeds: Seeds, in the order of the run ids.
    """

    entries: Mapping[str, tuple[str, ...]]
    seeds: tuple[int, ...]


def compare_runs(
    _run_id: str, payload: ComparisonRequest, request_id: str, topic: str
) -> Comparison | Failure:
    """Compare ended runs."""
    try:
        store = get_store()
        data: dict[tuple[str, str], Sequences] = {}
        outcomes = {
            name: [
                _load_outcome(store, data, name, *pair)
                for pair in zip(ids, payload.seeds, strict=True)
            ]
            for name, ids in payload.entries.items()
        }
        return compare_outcomes(outcomes, payload.seeds)
    except Exception as error:
        return Failure.from_exception(error)


def _load_outcome(
    store: Store, data: dict[tuple[str, str], Sequences], name: str, run_id: str, seed: int
) -> Outcome:
    """Load one run; ``data`` caches data sets by their digest and test set."""
    run, predictions = store.runs.get(run_id), store.runs.read_artifact(run_id, MEASURED)
    if run is None or predictions is None:
        raise DataError(NOT_MEASURED, name=name, seed=seed)
    hold_out = store.runs.read_hold_out(run_id)
    key = run.data, "" if hold_out is None else hold_out.digest
    rows = data.get(key) or load_data(store, run)
    if rows is None:
        raise DataError(NOT_MEASURED, name=name, seed=seed)
    data[key] = rows
    history: dict[str, list[float]] = {}
    for epoch in store.runs.read_history(run_id):
        for metric, value in epoch.items():
            history.setdefault(metric, []).append(value)
    if not history:  # stopped in its first epoch
        raise DataError(NOT_MEASURED, name=name, seed=seed)
    return build_outcome(rows, run.recipe, EvaluationSet.from_bytes(predictions), history)
