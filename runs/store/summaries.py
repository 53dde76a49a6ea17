"""Rows of runs, with what stands in other tables, and the summaries made of them."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from sqlalchemy import Row, literal, select

from core.errors import Note, UnpaddedError
from core.recipe.recipe import Recipe
from runs.store.artifact_kinds import CHECKPOINT, EVALUATION, MEASURED, MODEL
from runs.store.helpers import decode_progress
from runs.store.tables import Plain, artifacts, compared, run_notes, runs, turns, twins
from runs.types import RunState, RunSummary

log = logging.getLogger("unpadded.runs")

MAX_NOTES = 100

has_artifact = {
    kind: select(literal(1))
    .where(artifacts.c.run == runs.c.id, artifacts.c.kind == kind)
    .exists()
    .label(kind)
    for kind in (MODEL, CHECKPOINT, MEASURED, EVALUATION)
}
_is_paused = (
    select(literal(1))
    .where(
        turns.c.run == runs.c.id,
        turns.c.attempt == runs.c.attempt,
        runs.c.state == RunState.INTERRUPTED.value,
    )
    .exists()
    .label("paused")
)
_BESIDE = (
    twins.c.taken,
    run_notes.c.text.label("note"),
    compared.c.comparison,
    compared.c.entry,
    *has_artifact.values(),
    _is_paused,
)
JOINED = (
    runs.outerjoin(twins, twins.c.run == runs.c.id)
    .outerjoin(run_notes, run_notes.c.run == runs.c.id)
    .outerjoin(compared, compared.c.run == runs.c.id)
)
SUMMARY = select(runs, *_BESIDE).select_from(JOINED)
# Without ``reading``, which names every column: a list may have hundreds of runs.
LISTED = select(
    *(column for column in runs.c if column is not runs.c.reading),
    literal({}, Plain).label("reading"),
    *_BESIDE,
).select_from(JOINED)


def to_summary(row: Row[*tuple[object, ...]]) -> RunSummary | None:
    """Return None for a run of another version of the app, whose recipe this one cannot read."""
    try:
        recipe = Recipe.from_dict(row.recipe)
    except ValueError as error:
        log.warning("A run cannot be shown: %s", error)
        return None
    state = RunState(row.state)
    return RunSummary(
        id=row.id,
        owner=row.owner,
        name=row.name,
        recipe=recipe,
        data=row.data,
        reading=row.reading,
        state=state,
        created=datetime.fromtimestamp(row.created, UTC),
        started=_to_datetime(row.started),
        ended=_to_datetime(row.ended),
        estimate=row.estimate,
        attempt=row.attempt,
        beat=row.beat,
        worker=row.worker,
        stopping=row.stopping,
        paused=row.paused,
        progress=None if row.progress is None else decode_progress(row.progress),
        metrics=row.metrics,
        # Older versions stored any number of notes.
        notes=tuple(map(Note.from_plain, row.notes[:MAX_NOTES])),
        best_epoch=row.best_epoch,
        computed=row.computed,
        error=None if row.error is None else UnpaddedError(row.error[0], **row.error[1]),
        spark=tuple(row.spark),
        has_model=row.model,
        # Finished members of an ensemble cannot be trained for more epochs.
        can_continue=row.checkpoint and not (recipe.members and state is RunState.FINISHED),
        has_predictions=row.measured,
        has_evaluation=row.evaluation,
        open_to_questions=row.open_to_questions,
        reused=bool(row.taken),
        note=row.note or "",
        comparison=row.comparison,
        entry=row.entry or "",
    )


def _to_datetime(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
