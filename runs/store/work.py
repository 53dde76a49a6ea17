"""Runs in the database, as dispatchers and workers see them: taken up, reported, ended.

A worker takes a run up as an *attempt* and writes only while that is the current one, so that a
worker that was thought dead and comes back cannot spoil what its successor does.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from core.errors import DataError, Note
from core.progress import History, Progress
from core.recipe import Recipe
from runs.run import WAITING, Metrics, RunState
from runs.store.database import Database
from runs.store.parts import plain
from runs.store.records import (
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
from runs.store.tables import artifacts, contents, epochs, runs
from runs.store.twins import take_up


@dataclass(frozen=True)
class Waiting:
    """A run that a worker may take up."""

    id: str
    owner: str
    created: float
    interrupted: bool
    stopping: bool
    estimate: float


@dataclass(frozen=True)
class Held:
    """A run that a worker holds. ``beat`` changes as long as the worker lives; left: seconds to
    its end, about; stopping: a stop was asked for."""

    id: str
    owner: str
    worker: str
    attempt: int
    beat: int
    left: float
    stopping: bool = False


@dataclass(frozen=True)
class Claim:
    """What a worker needs of the run it took up. data: packed sequences; checkpoint: None at the
    very beginning; stopping: a stop was asked for meanwhile; before: seconds of training, of the
    run it goes on from."""

    attempt: int
    recipe: Recipe
    data: bytes
    checkpoint: bytes | None
    stopping: bool
    before: float


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
        query = select(
            runs.c.id, runs.c.owner, runs.c.created, runs.c.state, runs.c.stopping, runs.c.estimate
        ).where(runs.c.state.in_([state.value for state in WAITING]))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(runs.c.created, runs.c.id)).all()
        interrupted = RunState.INTERRUPTED.value
        return [
            Waiting(id, owner, created, state == interrupted, stopping, estimate)
            for id, owner, created, state, stopping, estimate in rows
        ]

    def held(self) -> list[Held]:
        columns = ("id", "owner", "worker", "attempt", "beat", "progress", "estimate", "stopping")
        query = select(*(runs.c[name] for name in columns))
        with self._database.reading() as connection:
            rows = connection.execute(query.where(runs.c.state == RunState.RUNNING.value)).all()
        return [Held(*row[:5], _left(row.progress, row.estimate), row.stopping) for row in rows]

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
        return Claim(attempt, recipe, row.content, checkpoint, row.stopping, row.before)

    def is_to_stop(self, run_id: str, attempt: int) -> bool | None:
        """Whether a stop was asked for; None when the run is no longer this attempt's."""
        query = select(runs.c.stopping).where(*_current(run_id, attempt))
        with self._database.reading() as connection:
            return connection.scalar(query)

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
            query = select(runs.c.deaths, runs.c.memory_deaths).where(runs.c.id == run_id)
            return tuple(connection.execute(query).one())


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
