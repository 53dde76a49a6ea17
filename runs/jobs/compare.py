"""The job that compares runs of different recipes on the same data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.data.sequences import Sequences
from core.data.serialization import unpack
from core.errors import DataError
from core.evaluation.predictions import Measured
from core.experiments.compare import Comparison, Outcome, compared, outcome_of
from core.i18n import N_
from runs.jobs.context import Failure, store
from runs.store import MEASURED, Store

NOT_MEASURED = N_(
    "The training of {name} with seed {seed} was not measured: it failed, was stopped or deleted. "
    "Compare again."
)


@dataclass(frozen=True)
class Compared:
    """Runs to compare. entries: by the name of a recipe, the ids of its runs, one a seed."""

    entries: Mapping[str, tuple[str, ...]]
    seeds: tuple[int, ...]


def compare_runs(_run: str, about: Compared, question: str, topic: str) -> Comparison | Failure:
    """What can be concluded from runs that have ended."""
    try:
        kept, data = store(), {}
        outcomes = {
            name: [_outcome(kept, data, name, *of) for of in zip(ids, about.seeds, strict=True)]
            for name, ids in about.entries.items()
        }
        return compared(outcomes, about.seeds)
    except Exception as error:
        return Failure.of(error)


def _outcome(kept: Store, data: dict[str, Sequences], name: str, run_id: str, seed: int) -> Outcome:
    """data: what was read before, by its digest."""
    run, answers = kept.runs.line(run_id), kept.runs.artifact(run_id, MEASURED)
    if run is not None and run.data not in data:
        content = kept.contents.read(run.data)
        if content is not None:
            data[run.data] = unpack(content)
    if run is None or answers is None or run.data not in data:
        raise DataError(NOT_MEASURED, name=name, seed=seed)
    history: dict[str, list[float]] = {}
    for epoch in kept.runs.history(run_id):
        for figure, value in epoch.items():
            history.setdefault(figure, []).append(value)
    return outcome_of(data[run.data], run.recipe, Measured.from_bytes(answers), history)
