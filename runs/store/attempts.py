"""Runs in the database, as dispatchers and workers see them.

A worker claims a run as an *attempt* and writes only while that attempt is the current one. So a
worker that was taken for dead and comes back cannot overwrite what its successor does.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from core.engine.progress import Computation, History, Progress
from core.errors import Note, UnpaddedError
from core.preprocessing.hold_out import HoldOut
from core.recipe.recipe import Recipe
from runs.store.artifact_kinds import (
    CHECKPOINT,
    EVALUATION,
    EXPORT,
    EXPORTED,
    MEASURED,
    MODEL,
    ONNX,
    PROOF,
)
from runs.store.database import Database
from runs.store.duplicates import claim_duplicate
from runs.store.helpers import insert_into, to_json_types
from runs.store.hold_outs import read_hold_out
from runs.store.queue import RunningRun, WaitingRun, read_running_runs, read_waiting_runs
from runs.store.tables import artifacts, contents, epochs, run_hold_outs, runs, turns
from runs.store.timings import write_duration
from runs.store.transitions import move
from runs.types import WAITING, Metrics, RunState


@dataclass(frozen=True)
class Claim:
    """The data that a worker needs for a claimed run.

    Attributes:
        attempt: Number of the attempt.
        recipe: Recipe to train.
        data: Packed sequences.
        checkpoint: Checkpoint to resume from; None to start from the beginning.
        stopping: A stop was requested meanwhile.
        seconds_before: Seconds of training of the run that this one continues.
        estimate: Estimated seconds for the run.
        hold_out: Test set that is held out from the data.
    """

    attempt: int
    recipe: Recipe
    data: bytes
    checkpoint: bytes | None
    stopping: bool
    seconds_before: float
    estimate: float
    hold_out: HoldOut | None = None


@dataclass(frozen=True)
class Result:
    """Result of a training that finished or was stopped.

    Further fields as in ``RunSummary``.

    Attributes:
        state: Final state.
        model: Bytes of the model ZIP.
        checkpoint: Checkpoint to continue from.
        measured: Predictions, as ``EvaluationSet.to_bytes``.
        history: Metrics per epoch.
    """

    state: RunState
    model: bytes | None = None
    checkpoint: bytes | None = None
    measured: bytes | None = None
    history: History = field(default_factory=dict)
    progress: Progress | None = None
    metrics: Metrics = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    best_epoch: int | None = None
    computed: Computation = field(default_factory=Computation)


class Attempts:
    """Claims, progress and ends of runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_waiting(self) -> list[WaitingRun]:
        """Return the waiting runs in the order of creation."""
        with self._database.reading() as connection:
            return read_waiting_runs(connection)

    def list_running(self) -> list[RunningRun]:
        """Return the runs that hold a worker."""
        with self._database.reading() as connection:
            return read_running_runs(connection)

    def claim(self, run_id: str, worker: str, kind: str | None = None) -> Claim | None:
        """Claim a waiting run.

        Args:
            run_id: Id of the run.
            worker: Address of the worker.
            kind: Kind of program and machine, see ``runs.cluster.machine_kind``.

        Returns:
            None if the run does not wait (any more), or waits for an identical run.
        """
        query = select(runs, contents.c.content).join(contents, contents.c.digest == runs.c.data)
        with self._database.writing() as connection:
            row = connection.execute(
                query.where(runs.c.id == run_id).with_for_update(of=runs)
            ).one_or_none()
            if row is None or RunState(row.state) not in WAITING:
                return None
            if not claim_duplicate(connection, run_id, row.attempt, kind):
                return None
            attempt = row.attempt + 1
            changes = {"attempt": attempt, "worker": worker, "beat": row.beat + 1}
            changes |= {"started": row.started or time.time()}
            move(connection, run_id, RunState(row.state), RunState.RUNNING, changes)
            checkpoint = connection.scalar(
                select(artifacts.c.content).where(
                    artifacts.c.run == run_id, artifacts.c.kind == CHECKPOINT
                )
            )
            hold_out = read_hold_out(connection, run_hold_outs, run_id)
        recipe = Recipe.from_dict(row.recipe)
        return Claim(
            attempt,
            recipe,
            row.content,
            checkpoint,
            row.stopping,
            row.before,
            row.estimate,
            hold_out,
        )

    def is_stop_requested(self, run_id: str, attempt: int) -> bool | None:
        """Return True if a stop was requested, None if the attempt is not the current one."""
        query = select(runs.c.stopping).where(*_is_current(run_id, attempt))
        with self._database.reading() as connection:
            return connection.scalar(query)

    def request_yield(self, run_id: str, attempt: int) -> None:
        """Ask a run to give its worker back as soon as it can resume from its state."""
        values = {"run": run_id, "attempt": attempt}
        with self._database.writing() as connection:
            query = select(runs.c.id).where(*_is_current(run_id, attempt))
            if connection.scalar(query.with_for_update()) is not None:
                row = insert_into(connection, turns).values(values)
                row = row.on_conflict_do_update(index_elements=["run"], set_={"attempt": attempt})
                connection.execute(row)

    def is_yield_requested(self, run_id: str, attempt: int) -> bool:
        """Return True if the attempt was asked to give its worker back."""
        query = select(turns.c.run).where(turns.c.run == run_id, turns.c.attempt == attempt)
        with self._database.reading() as connection:
            return connection.scalar(query) is not None

    def pause(
        self,
        run_id: str,
        attempt: int,
        has_advanced: bool,
        checkpoint: bytes | None = None,
        progress: Progress | None = None,
    ) -> bool:
        """Pause a run that was asked to yield.

        Args:
            run_id: Id of the run.
            attempt: Current attempt.
            has_advanced: The run made progress in this turn.
            checkpoint: State to resume from; None for the stored one.
            progress: Progress at the checkpoint; given with it.

        Returns:
            False if this attempt is no longer the current one.
        """
        with self._database.writing() as connection:
            query = select(runs.c.id).where(*_is_current(run_id, attempt))
            if connection.scalar(query.with_for_update()) is None:
                return False
            changes: dict[str, object] = {"worker": None}
            count_turn = update(turns).where(turns.c.run == run_id)
            count_turn = count_turn.values(fruitless=0 if has_advanced else turns.c.fruitless + 1)
            connection.execute(count_turn)
            if checkpoint is not None:
                _write_artifact(connection, run_id, CHECKPOINT, checkpoint)
            if progress is not None:
                _write_history(connection, run_id, progress.history, 0)
                changes["progress"] = _to_row(progress)
            if has_advanced:  # the run did not cause the earlier deaths of workers
                changes["deaths"] = 0
            return move(
                connection,
                run_id,
                RunState.RUNNING,
                RunState.INTERRUPTED,
                changes,
                in_attempt=attempt,
                why="others wait for a worker",
            )

    def record_heartbeat(self, run_id: str, attempt: int) -> None:
        """Record that the worker is alive."""
        change = update(runs).where(*_is_current(run_id, attempt))
        with self._database.writing() as connection:
            connection.execute(change.values(beat=runs.c.beat + 1))

    def report_progress(
        self, run_id: str, attempt: int, progress: Progress, known_epochs: int
    ) -> None:
        """Store progress and new epochs.

        Args:
            run_id: Id of the run.
            attempt: Current attempt.
            progress: Progress with its history.
            known_epochs: Number of epochs that are stored; later ones, which an earlier attempt may
                have stored, are replaced.
        """
        changes = {"progress": _to_row(progress), "beat": runs.c.beat + 1}
        change = update(runs).where(*_is_current(run_id, attempt)).values(changes)
        with self._database.writing() as connection:
            if connection.execute(change).rowcount:
                _write_history(connection, run_id, progress.history, known_epochs)

    def save_checkpoint(self, run_id: str, attempt: int, content: bytes) -> None:
        """Store a checkpoint, and reset the deaths of workers because the run made progress."""
        change = update(runs).where(*_is_current(run_id, attempt))
        change = change.values(beat=runs.c.beat + 1, deaths=0)
        with self._database.writing() as connection:
            if connection.execute(change).rowcount:
                _write_artifact(connection, run_id, CHECKPOINT, content)

    def end(self, run_id: str, attempt: int, result: Result) -> bool:
        """Store the result of a training.

        Returns:
            False if this attempt is no longer the current one.
        """
        with self._database.writing() as connection:
            query = select(runs.c.id).where(*_is_current(run_id, attempt))
            if (
                connection.scalar(query.with_for_update()) is None
            ):  # a kill waits for the lock, or came first
                return False
            _write_history(connection, run_id, result.history, 0)
            stored = {MODEL: result.model, CHECKPOINT: result.checkpoint, MEASURED: result.measured}
            for kind, content in stored.items():
                if content is not None:
                    _write_artifact(connection, run_id, kind, content)
            changes = {
                "progress": None if result.progress is None else _to_row(result.progress),
                "metrics": to_json_types(result.metrics),
                "notes": to_json_types([note.to_plain() for note in result.notes]),
                "best_epoch": result.best_epoch,
                "computed": to_json_types(result.computed),
            }
            if result.state is RunState.FINISHED:
                write_duration(connection, run_id, time.time())
            return move(
                connection, run_id, RunState.RUNNING, result.state, changes, in_attempt=attempt
            )

    def save_proof(self, run_id: str, proof: bytes, model: bytes) -> None:
        """Store the proof of an ended run, with the model that contains it."""
        self._save_artifacts(run_id, {MODEL: model, PROOF: proof})

    def save_predictions(self, run_id: str, predictions: bytes, metrics: Metrics) -> None:
        """Store the predictions of an ended run, and the metrics that are computed from them."""
        self._save_artifacts(run_id, {MEASURED: predictions}, {"metrics": to_json_types(metrics)})

    def save_evaluation(self, run_id: str, evaluation: bytes) -> None:
        """Store the evaluation of an ended run."""
        self._save_artifacts(run_id, {EVALUATION: evaluation})

    def save_export(self, run_id: str, export: bytes, model: bytes, onnx: bytes | None) -> None:
        """Store the export of an ended run: its description, the model ZIP, and the ONNX file."""
        contents = {EXPORTED: model, EXPORT: export}
        self._save_artifacts(run_id, contents if onnx is None else contents | {ONNX: onnx})

    def _save_artifacts(
        self,
        run_id: str,
        contents: dict[str, bytes],
        changes: Mapping[str, object] | None = None,
    ) -> None:
        """Store artifacts of an ended run that has a model, and change its columns."""
        has_model = (artifacts.c.run == run_id, artifacts.c.kind == MODEL)
        with self._database.writing() as connection:
            query = select(artifacts.c.run).where(*has_model).with_for_update()
            if connection.scalar(query) is not None:  # it may have been deleted meanwhile
                for kind, content in contents.items():
                    _write_artifact(connection, run_id, kind, content)
                if changes:
                    connection.execute(update(runs).where(runs.c.id == run_id).values(**changes))

    def fail(
        self, run_id: str, attempt: int, error: UnpaddedError, state: RunState = RunState.RUNNING
    ) -> bool:
        """End a run with an error.

        Args:
            run_id: Id of the run.
            attempt: Current attempt.
            error: Why the run failed.
            state: State that the run is in now.

        Returns:
            False if this attempt is no longer the current one.
        """
        values = to_json_types([error.template, error.values])
        with self._database.writing() as connection:
            return move(
                connection,
                run_id,
                state,
                RunState.FAILED,
                {"error": values},
                in_attempt=attempt,
                why=error.template,  # without its values, which may be data of a visitor
            )

    def interrupt(
        self,
        run_id: str,
        attempt: int,
        has_died: bool = False,
        is_out_of_memory: bool = False,
        why: str | None = None,
    ) -> tuple[int, int] | None:
        """Mark a run as interrupted; it waits for another worker.

        Args:
            run_id: Id of the run.
            attempt: Current attempt.
            has_died: The worker died, perhaps because of the run.
            is_out_of_memory: It died for lack of memory.
            why: Reason for the log.

        Returns:
            The numbers of deaths so far and of those for lack of memory; None if this attempt is no
            longer the current one.
        """
        changes = {
            "worker": None,
            "deaths": runs.c.deaths + int(has_died),
            "memory_deaths": runs.c.memory_deaths + int(is_out_of_memory),
        }
        with self._database.writing() as connection:
            if not move(
                connection,
                run_id,
                RunState.RUNNING,
                RunState.INTERRUPTED,
                changes,
                in_attempt=attempt,
                why=why,
            ):
                return None
            # It may have been asked to yield, but it did not give its worker back.
            connection.execute(update(turns).where(turns.c.run == run_id).values(attempt=0))
            query = select(runs.c.deaths, runs.c.memory_deaths).where(runs.c.id == run_id)
            return tuple(connection.execute(query).one())


def _is_current(run_id: str, attempt: int) -> tuple[ColumnElement[bool], ...]:
    running = runs.c.state == RunState.RUNNING.value
    return runs.c.id == run_id, runs.c.attempt == attempt, running


def _write_history(
    connection: Connection, run_id: str, history: History, known_epochs: int
) -> None:
    connection.execute(delete(epochs).where(epochs.c.run == run_id, epochs.c.epoch > known_epochs))
    new_epochs = zip(*(metrics[known_epochs:] for metrics in history.values()), strict=True)
    rows = [
        {"run": run_id, "epoch": epoch, "figures": dict(zip(history, metrics, strict=True))}
        for epoch, metrics in enumerate(new_epochs, start=known_epochs + 1)
    ]
    if rows:
        connection.execute(insert(epochs), rows)


def _write_artifact(connection: Connection, run_id: str, kind: str, content: bytes) -> None:
    is_artifact = (artifacts.c.run == run_id, artifacts.c.kind == kind)
    values = {"size": len(content), "content": content}
    if not connection.execute(update(artifacts).where(*is_artifact).values(values)).rowcount:
        connection.execute(insert(artifacts).values(run=run_id, kind=kind, **values))


def _to_row(progress: Progress) -> object:
    names = ("epoch", "epochs", "batch", "batches", "sequences", "seconds")
    return to_json_types({name: getattr(progress, name) for name in names})
