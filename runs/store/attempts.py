"""Runs in the database, as dispatchers and workers see them: taken up, reported, ended.

A worker takes a run up as an *attempt* and writes only while that is the current one, so that a
worker that was thought dead and comes back cannot spoil what its successor does.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, insert, select, update

from core.engine.progress import History, Progress
from core.errors import DataError, Note
from core.recipe.recipe import Recipe
from runs.store.database import Database
from runs.store.duplicates import take_up
from runs.store.helpers import insert_into, plain
from runs.store.runs import (
    CHECKPOINT,
    EVALUATION,
    EXPORT,
    EXPORTED,
    MEASURED,
    MODEL,
    ONNX,
    PROOF,
    move,
)
from runs.store.tables import addresses, artifacts, contents, epochs, runs, turns
from runs.types import WAITING, Metrics, RunState


@dataclass(frozen=True)
class Waiting:
    """A run that a worker may take up. address: a hash of the owner's, or the owner where none is
    known; interrupted: its worker is gone; paused: it gave its worker back, so that others get a
    turn; left: seconds that it takes yet, about."""

    id: str
    owner: str
    address: str
    created: float
    interrupted: bool
    paused: bool
    stopping: bool
    left: float


@dataclass(frozen=True)
class Held:
    """A run that a worker holds. ``beat`` changes as long as the worker lives; left: seconds to
    its end, about; stopping: a stop was asked for; yielding: it was asked to give its worker back;
    fruitless: turns in succession that ended before it got further. address, created as in
    ``Waiting``."""

    id: str
    owner: str
    address: str
    created: float
    worker: str
    attempt: int
    beat: int
    left: float
    stopping: bool = False
    yielding: bool = False
    fruitless: int = 0


@dataclass(frozen=True)
class Claim:
    """What a worker needs of the run it took up. data: packed sequences; checkpoint: None at the
    very beginning; stopping: a stop was asked for meanwhile; before: seconds of training, of the
    run it goes on from; estimate: seconds it may take."""

    attempt: int
    recipe: Recipe
    data: bytes
    checkpoint: bytes | None
    stopping: bool
    before: float
    estimate: float


@dataclass(frozen=True)
class Result:
    """A training that ended well, or was stopped; fields as in ``RunLine``. model: the saved ZIP;
    checkpoint: to go on from; measured: its answers, as ``Measured.to_bytes``."""

    state: RunState
    model: bytes | None = None
    checkpoint: bytes | None = None
    measured: bytes | None = None
    history: History = field(default_factory=dict)
    progress: Progress | None = None
    metrics: Metrics = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    best_epoch: int | None = None
    computed: dict[str, Any] = field(default_factory=dict)


class Work:
    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self) -> list[Waiting]:
        """In the order they were created."""
        names = ("id", "owner", "created", "state", "stopping", "progress", "estimate")
        query = _with_turns(*names).where(runs.c.state.in_([state.value for state in WAITING]))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(runs.c.created, runs.c.id)).all()
        interrupted = RunState.INTERRUPTED.value
        return [
            Waiting(
                id=row.id,
                owner=row.owner,
                address=row.address,
                created=row.created,
                interrupted=row.state == interrupted and not row.asked,
                paused=row.state == interrupted and bool(row.asked),
                stopping=row.stopping,
                left=_left(row.progress, row.estimate),
            )
            for row in rows
        ]

    def held(self) -> list[Held]:
        columns = ("id", "owner", "created", "worker", "attempt", "beat", "progress", "estimate")
        query = _with_turns(*columns, "stopping").where(runs.c.state == RunState.RUNNING.value)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            Held(
                id=row.id,
                owner=row.owner,
                address=row.address,
                created=row.created,
                worker=row.worker,
                attempt=row.attempt,
                beat=row.beat,
                left=_left(row.progress, row.estimate),
                stopping=row.stopping,
                yielding=bool(row.asked),
                fruitless=row.fruitless,
            )
            for row in rows
        ]

    def claim(self, run_id: str, worker: str, kind: str | None = None) -> Claim | None:
        """Take a waiting run up; None when it does not wait (any more), or for its twin. kind: of
        the program and the machine that train it."""
        query = select(runs, contents.c.content).join(contents, contents.c.digest == runs.c.data)
        with self._database.writing() as connection:
            row = connection.execute(
                query.where(runs.c.id == run_id).with_for_update(of=runs)
            ).one_or_none()
            if row is None or RunState(row.state) not in WAITING:
                return None
            if not take_up(connection, row, kind):
                return None
            attempt = row.attempt + 1
            changes = {"attempt": attempt, "worker": worker, "beat": row.beat + 1}
            changes |= {"started": row.started or time.time()}
            move(connection, run_id, RunState(row.state), RunState.RUNNING, **changes)
            checkpoint = connection.scalar(
                select(artifacts.c.content).where(
                    artifacts.c.run == run_id, artifacts.c.kind == CHECKPOINT
                )
            )
        recipe = Recipe.from_dict(row.recipe)
        return Claim(
            attempt, recipe, row.content, checkpoint, row.stopping, row.before, row.estimate
        )

    def is_to_stop(self, run_id: str, attempt: int) -> bool | None:
        """Whether a stop was asked for; None when the run is no longer this attempt's."""
        query = select(runs.c.stopping).where(*_current(run_id, attempt))
        with self._database.reading() as connection:
            return connection.scalar(query)

    def ask_to_yield(self, run_id: str, attempt: int) -> None:
        """Others wait: the run is to give its worker back as soon as it can go on from there."""
        ask = {"run": run_id, "attempt": attempt}
        with self._database.writing() as connection:
            query = select(runs.c.id).where(*_current(run_id, attempt))
            if connection.scalar(query.with_for_update()) is not None:
                row = insert_into(connection, turns).values(ask)
                row = row.on_conflict_do_update(index_elements=["run"], set_={"attempt": attempt})
                connection.execute(row)

    def is_to_yield(self, run_id: str, attempt: int) -> bool:
        query = select(turns.c.run).where(turns.c.run == run_id, turns.c.attempt == attempt)
        with self._database.reading() as connection:
            return connection.scalar(query) is not None

    def give_back(
        self,
        run_id: str,
        attempt: int,
        further: bool,
        checkpoint: bytes | None = None,
        progress: Progress | None = None,
    ) -> bool:
        """Pause a run that was asked to yield, to go on from this checkpoint, which stands where
        the progress does; None: from what is kept. ``further``: it got further in this turn. False
        when the run is no longer this attempt's."""
        with self._database.writing() as connection:
            query = select(runs.c.id).where(*_current(run_id, attempt))
            if connection.scalar(query.with_for_update()) is None:
                return False
            changes: dict[str, Any] = {"worker": None}
            count = update(turns).where(turns.c.run == run_id)
            count = count.values(fruitless=0 if further else turns.c.fruitless + 1)
            connection.execute(count)
            if checkpoint is not None:
                _write_artifact(connection, run_id, CHECKPOINT, checkpoint)
                _write_history(connection, run_id, progress.history, 0)
                changes["progress"] = _progress(progress)
            if further:  # those deaths of workers were not its own
                changes["deaths"] = 0
            return move(
                connection,
                run_id,
                RunState.RUNNING,
                RunState.INTERRUPTED,
                of_attempt=attempt,
                why="others wait for a worker",
                **changes,
            )

    def beat(self, run_id: str, attempt: int) -> None:
        """Say that the worker lives."""
        change = update(runs).where(*_current(run_id, attempt))
        with self._database.writing() as connection:
            connection.execute(change.values(beat=runs.c.beat + 1))

    def report(self, run_id: str, attempt: int, progress: Progress, known: int) -> None:
        """Store progress, and of its history what came after the ``known`` first epochs, in the
        place of what an earlier attempt had there."""
        changes = {"progress": _progress(progress), "beat": runs.c.beat + 1}
        change = update(runs).where(*_current(run_id, attempt)).values(changes)
        with self._database.writing() as connection:
            if connection.execute(change).rowcount:
                _write_history(connection, run_id, progress.history, known)

    def keep_checkpoint(self, run_id: str, attempt: int, content: bytes) -> None:
        """Also says that the run got further: those deaths of workers were not its own."""
        change = update(runs).where(*_current(run_id, attempt))
        change = change.values(beat=runs.c.beat + 1, deaths=0)
        with self._database.writing() as connection:
            if connection.execute(change).rowcount:
                _write_artifact(connection, run_id, CHECKPOINT, content)

    def end(self, run_id: str, attempt: int, result: Result) -> bool:
        """Store what a training gave. False when the run is no longer this attempt's."""
        with self._database.writing() as connection:
            query = select(runs.c.id).where(*_current(run_id, attempt))
            if connection.scalar(query.with_for_update()) is None:  # a kill waits, or came first
                return False
            _write_history(connection, run_id, result.history, 0)
            made = {MODEL: result.model, CHECKPOINT: result.checkpoint, MEASURED: result.measured}
            for kind, content in made.items():
                if content is not None:
                    _write_artifact(connection, run_id, kind, content)
            changes = {
                "progress": None if result.progress is None else _progress(result.progress),
                "metrics": plain(result.metrics),
                "notes": plain([note.to_plain() for note in result.notes]),
                "best_epoch": result.best_epoch,
                "computed": plain(result.computed),
            }
            return move(
                connection, run_id, RunState.RUNNING, result.state, of_attempt=attempt, **changes
            )

    def keep_proof(self, run_id: str, proof: bytes, model: bytes) -> None:
        """Of an ended run that has a model, with the model that tells of it."""
        self._keep(run_id, {MODEL: model, PROOF: proof})

    def keep_evaluation(self, run_id: str, evaluation: bytes) -> None:
        """Of an ended run that has a model."""
        self._keep(run_id, {EVALUATION: evaluation})

    def keep_export(self, run_id: str, export: bytes, model: bytes, onnx: bytes | None) -> None:
        """Of an ended run that has a model, with the model as it is taken away."""
        contents = {EXPORTED: model, EXPORT: export}
        self._keep(run_id, contents if onnx is None else contents | {ONNX: onnx})

    def _keep(self, run_id: str, contents: dict[str, bytes]) -> None:
        there = (artifacts.c.run == run_id, artifacts.c.kind == MODEL)
        with self._database.writing() as connection:
            query = select(artifacts.c.run).where(*there).with_for_update()
            if connection.scalar(query) is not None:  # it may have been deleted meanwhile
                for kind, content in contents.items():
                    _write_artifact(connection, run_id, kind, content)

    def fail(
        self, run_id: str, attempt: int, error: DataError, now: RunState = RunState.RUNNING
    ) -> bool:
        """End a run with the reason. False when it is no longer this attempt's."""
        values = plain([error.template, error.values])
        with self._database.writing() as connection:
            return move(
                connection,
                run_id,
                now,
                RunState.FAILED,
                of_attempt=attempt,
                why=error.template,  # without its values, which may be a visitor's
                error=values,
            )

    def interrupt(
        self,
        run_id: str,
        attempt: int,
        died: bool = False,
        of_memory: bool = False,
        why: str | None = None,
    ) -> tuple[int, int] | None:
        """The worker is gone; the run waits for another one. ``died``: the worker died of it,
        perhaps; ``why`` is for the log. Returns how many did so far, and how many of memory; None
        when the run is no longer this attempt's."""
        changes = {
            "worker": None,
            "deaths": runs.c.deaths + int(died),
            "memory_deaths": runs.c.memory_deaths + int(of_memory),
        }
        with self._database.writing() as connection:
            if not move(
                connection,
                run_id,
                RunState.RUNNING,
                RunState.INTERRUPTED,
                of_attempt=attempt,
                why=why,
                **changes,
            ):
                return None
            # It may have been asked to, but it did not give its worker back.
            connection.execute(update(turns).where(turns.c.run == run_id).values(attempt=0))
            query = select(runs.c.deaths, runs.c.memory_deaths).where(runs.c.id == run_id)
            return tuple(connection.execute(query).one())


def _with_turns(*names: str) -> Select:
    """These columns of runs, the ``address`` turns are shared by, whether the attempt was ``asked``
    to yield, and how many turns were ``fruitless``."""
    address = func.coalesce(addresses.c.address, runs.c.owner).label("address")
    asked = func.coalesce(turns.c.attempt, 0) == runs.c.attempt
    asked = and_(runs.c.attempt > 0, asked).label("asked")
    fruitless = func.coalesce(turns.c.fruitless, 0).label("fruitless")
    joined = runs.outerjoin(addresses, addresses.c.visitor == runs.c.owner)
    joined = joined.outerjoin(turns, turns.c.run == runs.c.id)
    columns = (runs.c[name] for name in names)
    return select(*columns, address, asked, fruitless).select_from(joined)


def _current(run_id: str, attempt: int) -> tuple:
    running = runs.c.state == RunState.RUNNING.value
    return runs.c.id == run_id, runs.c.attempt == attempt, running


def _write_history(connection: Connection, run_id: str, history: History, known: int) -> None:
    connection.execute(delete(epochs).where(epochs.c.run == run_id, epochs.c.epoch > known))
    news = zip(*(figures[known:] for figures in history.values()), strict=True)
    rows = [
        {"run": run_id, "epoch": epoch, "figures": dict(zip(history, figures, strict=True))}
        for epoch, figures in enumerate(news, start=known + 1)
    ]
    if rows:
        connection.execute(insert(epochs), rows)


def _write_artifact(connection: Connection, run_id: str, kind: str, content: bytes) -> None:
    there = (artifacts.c.run == run_id, artifacts.c.kind == kind)
    values = {"size": len(content), "content": content}
    if not connection.execute(update(artifacts).where(*there).values(values)).rowcount:
        connection.execute(insert(artifacts).values(run=run_id, kind=kind, **values))


def _progress(progress: Progress) -> dict[str, Any]:
    names = ("epoch", "epochs", "batch", "batches", "sequences", "seconds")
    return plain({name: getattr(progress, name) for name in names})


def _left(progress: dict[str, Any] | None, estimate: float) -> float:
    if progress is None:
        return estimate
    left = Progress(**progress, history={}).seconds_left
    return estimate if left is None else left
