"""Job: compare runs of different recipes on the same data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.data.sequences import Sequences
from core.data.serialization import unpack
from core.errors import DataError
from core.evaluation.evaluation_set import EvaluationSet
from core.experiments.compare import Comparison, Outcome, build_outcome, compare_outcomes
from core.i18n import N_
from runs.jobs.context import Failure, get_store
from runs.store import MEASURED, Store

NOT_MEASURED = N_(
    "The training of {name} with seed {seed} was not measured: it failed, was stopped or deleted. "
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
        data: dict[str, Sequences] = {}
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
    store: Store, data: dict[str, Sequences], name: str, run_id: str, seed: int
) -> Outcome:
    """Load one run; ``data`` caches data sets by their digest."""
    run, predictions = store.runs.get(run_id), store.runs.read_artifact(run_id, MEASURED)
    if run is not None and run.data not in data:
        content = store.data_sets.read_content(run.data)
        if content is not None:
            data[run.data] = unpack(content)
    if run is None or predictions is None or run.data not in data:
        raise DataError(NOT_MEASURED, name=name, seed=seed)
    history: dict[str, list[float]] = {}
    for epoch in store.runs.read_history(run_id):
        for metric, value in epoch.items():
            history.setdefault(metric, []).append(value)
    if not history:  # stopped in its first epoch
        raise DataError(NOT_MEASURED, name=name, seed=seed)
    return build_outcome(data[run.data], run.recipe, EvaluationSet.from_bytes(predictions), history)
