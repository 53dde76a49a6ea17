"""Runs in the database, as visitors and pages see them: made, read, listed, changed, deleted."""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, insert, literal, select, update

from core.engine.progress import Progress
from core.errors import DataError, Note
from core.i18n import N_
from core.recipe.recipe import Recipe
from runs.json_log import digest
from runs.limits import Limits
from runs.store.blobs import NOT_KNOWN, Content, Samples, of, put, sweep, within_quota
from runs.store.database import Database, note
from runs.store.helpers import Twin, neighbours, plain, readable
from runs.store.tables import Plain, artifacts, contents, epochs, runs, turns, twins
from runs.types import ACTIVE, MOVES, WAITING, RunLine, RunState

log = logging.getLogger("unpadded.runs")

SPARK_POINTS, MAX_NOTES = 24, 100
EVENTS = {RunState.RUNNING: "started"}  # in the log; other states are called what they are
MODEL, CHECKPOINT, MEASURED = "model", "checkpoint", "measured"
PROOF, EVALUATION, EXPORT, ONNX = "proof", "evaluation", "export", "onnx"
# The model as it is exported: with its owner's name for it inside, which MODEL never has.
EXPORTED = "exported"

TOO_MANY_WAITING = N_(
    "{n} of your trainings wait for a free worker, the most a visitor may have waiting. Cancel "
    "one, or try again when one has begun."
)
TOO_MANY_OF_ALL = N_(
    "{n:,} trainings of all visitors wait for a free worker, the most this server takes. Try again "
    "in some minutes."
)
TOO_MANY_RUNS = N_(
    "You keep {n} runs on this server, the most a visitor may have. Delete some on Runs first."
)
DELETED = N_("This run is no longer on the server.")
NOTHING_TO_CONTINUE = N_(
    "This run cannot go on: its last state was not kept. Train again with more epochs instead."
)

_has = {
    kind: select(literal(1))
    .where(artifacts.c.run == runs.c.id, artifacts.c.kind == kind)
    .exists()
    .label(kind)
    for kind in (MODEL, CHECKPOINT, MEASURED)
}
_paused = (
    select(literal(1))
    .where(
        turns.c.run == runs.c.id,
        turns.c.attempt == runs.c.attempt,
        runs.c.state == RunState.INTERRUPTED.value,
    )
    .exists()
    .label("paused")
)
_LINE = select(runs, twins.c.taken, *_has.values(), _paused).outerjoin_from(
    runs, twins, twins.c.run == runs.c.id
)
# Hundreds of them at once: how new data is read, which names every column, is not for lists.
_LISTED = select(
    *(column for column in runs.c if column is not runs.c.reading),
    literal({}, Plain).label("reading"),
    twins.c.taken,
    *_has.values(),
    _paused,
).outerjoin_from(runs, twins, twins.c.run == runs.c.id)


class Records:
    def __init__(self, database: Database, limits: Limits, samples: Samples) -> None:
        """samples: the digests of data that everybody has."""
        self._database, self._limits, self._samples = database, limits, samples

    def create(
        self,
        owner: str,
        name: str,
        recipe: Recipe,
        data: str | Content,
        reading: dict[str, Any],
        estimate: float,
        reserved: int = 0,
        begun: bool = False,
        twin: Twin | None = None,
    ) -> str:
        """A queued run, its id 128 random bits. ``data``: the digest of what the owner has in the
        store, or the content; ``reserved``: bytes it may leave; ``begun``: in its first attempt,
        which whoever asks for it ends at once; ``twin``: of a run that begins at the beginning.
        Raises DataError when the visitor has too many, or too much."""
        with self._adding_run(owner) as connection:
            if isinstance(data, Content):
                put(connection, data)
                data = data.digest
            else:
                stored = select(contents.c.digest).where(contents.c.digest == data, of(owner))
                if connection.scalar(stored) is None:  # deleted in another tab, or another's
                    raise DataError(NOT_KNOWN)
            run_id = _insert(connection, owner, name, recipe, data, reading, estimate, reserved)
            if twin is not None:
                values = {"run": run_id, "key": twin.key, "alone": twin.alone}
                connection.execute(insert(twins).values(values))
            if begun:
                begin = {"attempt": 1, "started": time.time()}
                move(connection, run_id, RunState.QUEUED, RunState.RUNNING, **begin)
            return run_id

    def go_on(self, owner: str, run_id: str, recipe: Recipe, estimate: float) -> str:
        """A queued run that begins where another one of the owner's ended."""
        with self._adding_run(owner) as connection:
            before = connection.execute(
                _LINE.where(runs.c.id == run_id, runs.c.owner == owner)
            ).one_or_none()
            if before is None or not before.checkpoint:
                raise DataError(NOTHING_TO_CONTINUE)
            new = _insert(
                connection,
                owner,
                before.name,
                recipe,
                before.data,
                before.reading,
                estimate,
                before.reserved,
            )
            trained = 0.0 if before.progress is None else before.progress["seconds"]
            connection.execute(update(runs).where(runs.c.id == new).values(before=trained))
            for table, columns in (
                (epochs, (epochs.c.epoch, epochs.c.figures)),
                (artifacts, (artifacts.c.kind, artifacts.c.size, artifacts.c.content)),
            ):
                copied = select(literal(new), *columns).where(table.c.run == run_id)
                if table is artifacts:
                    copied = copied.where(artifacts.c.kind == CHECKPOINT)
                names = ["run", *(column.name for column in columns)]
                connection.execute(insert(table).from_select(names, copied))
        return new

    def again(self, owner: str, run_id: str) -> str:
        """A queued run of the same data and recipe, which is trained by itself."""
        with self._adding_run(owner) as connection:
            query = select(runs, twins.c.key).join(twins, twins.c.run == runs.c.id)
            before = connection.execute(
                query.where(runs.c.id == run_id, runs.c.owner == owner)
            ).one_or_none()
            if before is None:
                raise DataError(DELETED)
            new = _insert(
                connection,
                owner,
                before.name,
                Recipe.from_dict(before.recipe),
                before.data,
                before.reading,
                before.estimate,
                before.reserved,
            )
            values = {"run": new, "key": before.key, "alone": True}
            connection.execute(insert(twins).values(values))
        return new

    def line(self, run_id: str) -> RunLine | None:
        with self._database.reading() as connection:
            row = connection.execute(_LINE.where(runs.c.id == run_id)).one_or_none()
        return None if row is None else _line(row)

    def history(self, run_id: str, after: int = 0) -> list[dict[str, float]]:
        """The figures of the epochs that ended after so many."""
        query = select(epochs.c.figures).where(epochs.c.run == run_id, epochs.c.epoch > after)
        with self._database.reading() as connection:
            return list(connection.scalars(query.order_by(epochs.c.epoch)))

    def list(self, owner: str) -> list[RunLine]:
        """The visitor's runs, the newest first, without ``reading``."""
        query = _LISTED.where(runs.c.owner == owner).order_by(runs.c.created.desc())
        with self._database.reading() as connection:
            lines = map(_line, connection.execute(query).all())
            return [line for line in lines if line is not None]

    def by_data(self, owner: str) -> dict[str, list[str]]:
        """The ids of the visitor's runs, by the digest of the data they were trained on."""
        found: dict[str, list[str]] = {}
        query = select(runs.c.data, runs.c.id).where(runs.c.owner == owner)
        with self._database.reading() as connection:
            for data, run in connection.execute(query):
                found.setdefault(data, []).append(run)
        return found

    def artifact(self, run_id: str, kind: str) -> bytes | None:
        query = select(artifacts.c.content).where(artifacts.c.run == run_id)
        with self._database.reading() as connection:
            return connection.scalar(query.where(artifacts.c.kind == kind))

    def change(self, owner: str, run_id: str, **changes: Any) -> None:
        """Change what an owner may: its name, and whether it is open to others' questions."""
        if "name" in changes:
            changes["name"] = readable(changes["name"])
        mine = and_(runs.c.id == run_id, runs.c.owner == owner)
        with self._database.writing() as connection:
            connection.execute(update(runs).where(mine).values(changes))

    def stop(self, owner: str, run_id: str) -> None:
        """Cancel a queued run; ask one that has begun to stop and keep what it has learned. An
        ended run stays as it is."""
        with self._database.writing() as connection:
            if not move(connection, run_id, RunState.QUEUED, RunState.STOPPED, of_owner=owner):
                begun = (RunState.RUNNING.value, RunState.INTERRUPTED.value)
                mine = (runs.c.id == run_id, runs.c.owner == owner, runs.c.state.in_(begun))
                connection.execute(update(runs).where(*mine).values(stopping=True))

    def kill(self, owner: str, run_id: str) -> None:
        """End a run now, whatever its worker does; what it learned since it last said is lost."""
        with self._database.writing() as connection:
            for state in ACTIVE:
                move(connection, run_id, state, RunState.STOPPED, of_owner=owner)

    def delete(self, owner: str, *run_ids: str) -> None:
        """Forget runs, also of a worker that trains one: it finds it gone and ends."""
        with self._database.writing(contents=True) as connection:
            connection.execute(delete(runs).where(runs.c.id.in_(run_ids), runs.c.owner == owner))
            sweep(connection)
        self._database.forget()

    @contextlib.contextmanager
    def _adding_run(self, owner: str) -> Iterator[Connection]:
        with (
            self._database.writing(contents=True) as connection,
            within_quota(connection, self._limits, owner, self._samples),
        ):
            self._refuse_too_many(connection, owner)
            yield connection

    def _refuse_too_many(self, connection: Connection, owner: str) -> None:
        count = select(func.count()).where(runs.c.owner == owner)
        if connection.scalar(count) >= self._limits.runs:
            raise DataError(TOO_MANY_RUNS, n=self._limits.runs)
        waiting = count.where(runs.c.state.in_([state.value for state in WAITING]))
        if connection.scalar(waiting) >= self._limits.waiting_runs:
            raise DataError(TOO_MANY_WAITING, n=self._limits.waiting_runs)
        of_all = select(func.count()).where(runs.c.state.in_([state.value for state in WAITING]))
        if connection.scalar(of_all) < self._limits.all_waiting_runs:
            return
        # Whoever has filled it is refused, and not those who come from elsewhere.
        if connection.scalar(of_all.where(runs.c.owner.in_(neighbours(owner)))):
            raise DataError(TOO_MANY_OF_ALL, n=self._limits.all_waiting_runs)


def move(
    connection: Connection,
    run_id: str,
    now: RunState,
    to: RunState,
    *,
    of_owner: str | None = None,
    of_attempt: int | None = None,
    why: str | None = None,
    **changes: Any,
) -> bool:
    """Move a run to another state, as long as it is in the state ``now`` (and of this owner, in
    this attempt). False when it is not (any more): a visitor may cancel a run as it starts.
    ``why`` is for the log."""
    if to not in MOVES[now]:
        raise ValueError(f"a run cannot move from {now.value} to {to.value}")
    where = [runs.c.id == run_id, runs.c.state == now.value]
    where += [] if of_owner is None else [runs.c.owner == of_owner]
    where += [] if of_attempt is None else [runs.c.attempt == of_attempt]
    changes = {"state": to.value} | changes
    if not MOVES[to]:
        changes |= {"ended": time.time(), "stopping": False, "spark": _spark(connection, run_id)}
    if connection.execute(update(runs).where(*where).values(changes)).rowcount != 1:
        return False
    facts = {} if why is None else {"why": why}
    note(connection, f"run {EVENTS.get(to, to.value)}", run=digest(run_id), **facts)
    return True


def _insert(
    connection: Connection,
    owner: str,
    name: str,
    recipe: Recipe,
    data: str,
    reading: dict[str, Any],
    estimate: float,
    reserved: int,
) -> str:
    run_id = secrets.token_urlsafe(16)
    values = {
        "id": run_id,
        "owner": owner,
        "name": readable(name),
        "recipe": plain(recipe.to_dict()),
        "data": data,
        "reading": plain(reading),
        "state": RunState.QUEUED.value,
        "created": time.time(),
        "estimate": estimate,
        "reserved": reserved,
    }
    connection.execute(insert(runs).values(values))
    note(connection, f"run {RunState.QUEUED.value}", run=digest(run_id))
    return run_id


def _spark(connection: Connection, run_id: str) -> list[float]:
    """Losses of epochs at equal distances, the first and the last among them."""
    mine = epochs.c.run == run_id
    count = connection.scalar(select(func.max(epochs.c.epoch)).where(mine)) or 0
    points = min(count, SPARK_POINTS)
    drawn = {1 + round(i * (count - 1) / max(points - 1, 1)) for i in range(points)}
    query = select(epochs.c.figures).where(mine, epochs.c.epoch.in_(drawn))
    found = connection.scalars(query.order_by(epochs.c.epoch))
    return [float(f"{figures['loss']:.4g}") for figures in found]


def _line(row: Row) -> RunLine | None:
    """None for a run of another version of the app, whose recipe this one cannot read."""
    try:
        recipe = Recipe.from_dict(row.recipe)
    except ValueError as error:
        log.warning("A run cannot be shown: %s", error)
        return None
    return RunLine(
        id=row.id,
        owner=row.owner,
        name=row.name,
        recipe=recipe,
        data=row.data,
        reading=row.reading,
        state=RunState(row.state),
        created=_when(row.created),
        started=_when(row.started),
        ended=_when(row.ended),
        estimate=row.estimate,
        attempt=row.attempt,
        beat=row.beat,
        worker=row.worker,
        stopping=row.stopping,
        paused=row.paused,
        progress=None if row.progress is None else Progress(**row.progress, history={}),
        metrics=row.metrics,
        notes=tuple(map(Note.from_plain, row.notes[:MAX_NOTES])),  # older files had any number
        best_epoch=row.best_epoch,
        computed=row.computed,
        error=None if row.error is None else DataError(row.error[0], **row.error[1]),
        spark=tuple(row.spark),
        has_model=row.model,
        can_go_on=row.checkpoint,
        has_answers=row.measured,
        open_to_questions=row.open_to_questions,
        reused=bool(row.taken),
    )


def _when(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
