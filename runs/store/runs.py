"""Runs in the database, as visitors and pages see them."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, insert, literal, select, update

from core.errors import DataError, QuotaError
from core.i18n import N_
from core.preprocessing.hold_out import HoldOut
from core.recipe.recipe import Recipe
from runs.limits import Limits
from runs.server_speed import measure_speeds, name_family
from runs.store.artifact_kinds import CHECKPOINT, MODEL
from runs.store.data_sets import (
    NOT_KNOWN,
    Content,
    delete_unused_contents,
    insert_content,
    is_owned_by,
)
from runs.store.database import Database
from runs.store.helpers import DuplicateKey, sanitize_name, select_neighbours
from runs.store.hold_outs import (
    copy_hold_out,
    read_hold_out,
    read_last_hold_out,
    write_hold_out,
)
from runs.store.quota import Samples, enforce_quota
from runs.store.summaries import JOINED, LISTED, SUMMARY, has_artifact, to_summary
from runs.store.tables import (
    artifacts,
    compared,
    contents,
    data_sets,
    epochs,
    run_hold_outs,
    run_notes,
    runs,
    twins,
)
from runs.store.timings import read_timings, write_estimate
from runs.store.transitions import insert_run, move
from runs.types import ACTIVE, WAITING, RunLine, RunState, RunSummary

MAX_NOTE = 2000  # characters of the owner's note

TOO_MANY_WAITING = N_(
    "{n} of your runs are waiting, which is the limit. Cancel one, or try again when one has "
    "started."
)
TOO_MANY_OF_ALL = N_(
    "{n:,} runs of all visitors are waiting, which is the limit. Try again in a few minutes."
)
TOO_MANY_RUNS = N_("You have {n} runs, which is the limit. Delete some on the page Runs first.")
DELETED = N_("This run is no longer on the server.")
NOTHING_TO_CONTINUE = N_(
    "This run cannot be continued, because it has no checkpoint. Train again with more epochs."
)


class Records:
    """Runs in the database."""

    def __init__(self, database: Database, limits: Limits, samples: Samples) -> None:
        """Wrap the database; ``samples`` returns the digests of the data that everybody has."""
        self._database, self._limits, self._samples = database, limits, samples

    def create(
        self,
        owner: str,
        name: str,
        recipe: Recipe,
        data: str | Content,
        reading: Mapping[str, object],
        estimate: float,
        reserved: int = 0,
        is_running: bool = False,
        duplicate_key: DuplicateKey | None = None,
        hold_out: HoldOut | None = None,
        modelled: float = 0.0,
    ) -> str:
        """Create a queued run, whose id is 128 random bits.

        Args:
            owner: Id of the visitor.
            name: Display name.
            recipe: Recipe to train.
            data: Digest of data that the owner has in the store, or new content.
            reading: How new data is read like this data.
            estimate: Estimated seconds.
            reserved: Bytes that the run may leave.
            is_running: Create it in its first attempt, which the caller ends at once.
            duplicate_key: Key of a run that starts from the beginning.
            hold_out: Test set that is held out from the data.
            modelled: Estimated seconds before the speed of this server is applied; 0 if the run
                does not measure it.

        Returns:
            The id of the run.

        Raises:
            UnpaddedError: If the visitor has too many runs, or uses too many bytes.
        """
        with self._add_run(owner) as connection:
            if isinstance(data, Content):
                insert_content(connection, data)
                data = data.digest
            else:
                query = select(contents.c.digest)
                query = query.where(contents.c.digest == data, is_owned_by(owner))
                if connection.scalar(query) is None:  # deleted elsewhere, or of another visitor
                    raise DataError(NOT_KNOWN)
            run_id = insert_run(connection, owner, name, recipe, data, reading, estimate, reserved)
            if modelled:
                write_estimate(connection, run_id, name_family(recipe), modelled)
            if duplicate_key is not None:
                values = {"run": run_id, "key": duplicate_key.key, "alone": duplicate_key.alone}
                connection.execute(insert(twins).values(values))
            if hold_out is not None and len(hold_out.rows):
                write_hold_out(connection, run_hold_outs, run_id, hold_out)
            if is_running:
                changes = {"attempt": 1, "started": time.time()}
                move(connection, run_id, RunState.QUEUED, RunState.RUNNING, changes)
            return run_id

    def create_continuation(self, owner: str, run_id: str, recipe: Recipe, estimate: float) -> str:
        """Create a queued run that starts from the checkpoint of another run of the owner.

        Returns:
            The id of the new run.

        Raises:
            UnpaddedError: If the other run has no checkpoint.
        """
        with self._add_run(owner) as connection:
            previous = connection.execute(
                SUMMARY.where(runs.c.id == run_id, runs.c.owner == owner)
            ).one_or_none()
            if previous is None or not previous.checkpoint:
                raise DataError(NOTHING_TO_CONTINUE)
            new_id = insert_run(
                connection,
                owner,
                previous.name,
                recipe,
                previous.data,
                previous.reading,
                estimate,
                previous.reserved,
            )
            seconds = 0.0 if previous.progress is None else previous.progress["seconds"]
            connection.execute(update(runs).where(runs.c.id == new_id).values(before=seconds))
            copy_hold_out(connection, run_id, new_id)
            for table, columns in (
                (epochs, (epochs.c.epoch, epochs.c.figures)),
                (artifacts, (artifacts.c.kind, artifacts.c.size, artifacts.c.content)),
            ):
                query = select(literal(new_id), *columns).where(table.c.run == run_id)
                if table is artifacts:
                    query = query.where(artifacts.c.kind == CHECKPOINT)
                names = ["run", *(column.name for column in columns)]
                connection.execute(insert(table).from_select(names, query))
        return new_id

    def create_copy(self, owner: str, run_id: str) -> str:
        """Create a queued run of the same data and recipe, which is trained by itself.

        Returns:
            The id of the new run.

        Raises:
            UnpaddedError: If the run does not exist.
        """
        with self._add_run(owner) as connection:
            query = select(runs, twins.c.key).join(twins, twins.c.run == runs.c.id)
            previous = connection.execute(
                query.where(runs.c.id == run_id, runs.c.owner == owner)
            ).one_or_none()
            if previous is None:
                raise DataError(DELETED)
            new_id = insert_run(
                connection,
                owner,
                previous.name,
                Recipe.from_dict(previous.recipe),
                previous.data,
                previous.reading,
                previous.estimate,
                previous.reserved,
            )
            values = {"run": new_id, "key": previous.key, "alone": True}
            connection.execute(insert(twins).values(values))
            copy_hold_out(connection, run_id, new_id)
        return new_id

    def get(self, run_id: str) -> RunSummary | None:
        """Return a run, or None if it does not exist."""
        with self._database.reading() as connection:
            row = connection.execute(SUMMARY.where(runs.c.id == run_id)).one_or_none()
        return None if row is None else to_summary(row)

    def read_hold_out(self, run_id: str) -> HoldOut | None:
        """Return the test set that was held out from the data of a run, or None."""
        with self._database.reading() as connection:
            return read_hold_out(connection, run_hold_outs, run_id)

    def read_last_hold_out(self, owner: str, data: str) -> HoldOut | None:
        """Return the hold-out of the visitor's last run on this data, by its digest.

        Returns:
            None if there is no such run; a hold-out of no rows if it was trained without one.
        """
        with self._database.reading() as connection:
            return read_last_hold_out(connection, owner, data)

    def measure_speeds(self) -> dict[str, float]:
        """Measure the speed of this server per family, from the runs that finished last."""
        with self._database.reading() as connection:
            return measure_speeds(read_timings(connection))

    def read_history(self, run_id: str, after: int = 0) -> list[dict[str, float]]:
        """Return the metrics per epoch, without the first ``after`` epochs."""
        query = select(epochs.c.figures).where(epochs.c.run == run_id, epochs.c.epoch > after)
        with self._database.reading() as connection:
            return list(connection.scalars(query.order_by(epochs.c.epoch)))

    def list(self, owner: str) -> list[RunSummary]:
        """Return the runs of a visitor, newest first, without ``reading``."""
        query = LISTED.where(runs.c.owner == owner).order_by(runs.c.created.desc())
        return list(self._read_summaries(query))

    def list_lines(self, owner: str) -> Sequence[RunLine]:
        """Return a line per run of a visitor, newest first; quick for thousands of runs."""
        data_name = (
            select(data_sets.c.name)
            .where(data_sets.c.owner == owner, data_sets.c.data == runs.c.data)
            .limit(1)
            .scalar_subquery()
        )
        query = select(
            runs.c.id,
            runs.c.name,
            runs.c.state,
            runs.c.data,
            func.coalesce(run_notes.c.text, ""),
            compared.c.comparison,
            func.coalesce(data_name, ""),
        ).select_from(JOINED)
        query = query.where(runs.c.owner == owner).order_by(runs.c.created.desc())
        with self._database.reading() as connection:
            return [
                RunLine(id, name, RunState(state), *others)
                for id, name, state, *others in connection.execute(query)
            ]

    def list_some(self, owner: str, ids: Iterable[str]) -> Sequence[RunSummary]:
        """Return some runs of a visitor, newest first, without ``reading``."""
        query = LISTED.where(runs.c.owner == owner, runs.c.id.in_(tuple(ids)))
        return tuple(self._read_summaries(query.order_by(runs.c.created.desc())))

    def list_models(self, owner: str, data: str, most: int) -> Sequence[RunSummary]:
        """Return a visitor's runs with a model of this data, newest first, without ``reading``."""
        query = LISTED.where(runs.c.owner == owner, runs.c.data == data)
        query = query.where(has_artifact[MODEL].element).order_by(runs.c.created.desc())
        return tuple(self._read_summaries(query.limit(most)))

    def _read_summaries(self, query: Select[Any]) -> Iterator[RunSummary]:
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return filter(None, map(to_summary, rows))

    def group_by_data(self, owner: str) -> Mapping[str, Sequence[str]]:
        """Return the ids of a visitor's runs by the digest of their data."""
        ids: dict[str, list[str]] = {}
        query = select(runs.c.data, runs.c.id).where(runs.c.owner == owner)
        with self._database.reading() as connection:
            for data, run in connection.execute(query):
                ids.setdefault(data, []).append(run)
        return ids

    def read_artifact(self, run_id: str, kind: str) -> bytes | None:
        """Return an artifact of a run, or None if there is none of this kind."""
        query = select(artifacts.c.content).where(artifacts.c.run == run_id)
        with self._database.reading() as connection:
            return connection.scalar(query.where(artifacts.c.kind == kind))

    def update(
        self,
        owner: str,
        run_id: str,
        *,
        name: str | None = None,
        open_to_questions: bool | None = None,
        note: str | None = None,
    ) -> None:
        """Change what an owner may change; None leaves a value as it is."""
        changes: dict[str, str | bool] = {}
        if name is not None:
            changes["name"] = sanitize_name(name)
        if open_to_questions is not None:
            changes["open_to_questions"] = open_to_questions
        is_own = and_(runs.c.id == run_id, runs.c.owner == owner)
        with self._database.writing() as connection:
            if changes:
                connection.execute(update(runs).where(is_own).values(changes))
            if note is not None and connection.scalar(select(runs.c.id).where(is_own)):
                connection.execute(delete(run_notes).where(run_notes.c.run == run_id))
                if text := sanitize_name(note, MAX_NOTE).strip():
                    connection.execute(insert(run_notes).values(run=run_id, text=text))

    def group(self, owner: str, entries: Mapping[str, Sequence[str]]) -> str:
        """Group runs of an owner as one comparison.

        Args:
            owner: Id of the visitor.
            entries: Run ids by the name of a recipe.

        Returns:
            The id of the comparison.
        """
        comparison = secrets.token_urlsafe(16)
        ids = [run for runs_of_entry in entries.values() for run in runs_of_entry]
        with self._database.writing() as connection:
            is_own = and_(runs.c.id.in_(ids), runs.c.owner == owner)
            own = set(connection.scalars(select(runs.c.id).where(is_own)))
            rows = [
                {"run": run, "comparison": comparison, "entry": sanitize_name(entry)}
                for entry, runs_of_entry in entries.items()
                for run in runs_of_entry
                if run in own
            ]
            if rows:
                connection.execute(insert(compared), rows)
        return comparison

    def stop(self, owner: str, run_id: str) -> None:
        """Cancel a queued run; ask a started one to stop and keep what it has learned.

        An ended run does not change.
        """
        with self._database.writing() as connection:
            if not move(connection, run_id, RunState.QUEUED, RunState.STOPPED, owned_by=owner):
                states = (RunState.RUNNING.value, RunState.INTERRUPTED.value)
                conditions = (runs.c.id == run_id, runs.c.owner == owner, runs.c.state.in_(states))
                connection.execute(update(runs).where(*conditions).values(stopping=True))

    def kill(self, owner: str, run_id: str) -> None:
        """End a run now, whatever its worker does; progress since its last report is lost."""
        with self._database.writing() as connection:
            for state in ACTIVE:
                move(connection, run_id, state, RunState.STOPPED, owned_by=owner)

    def delete(self, owner: str, *run_ids: str) -> None:
        """Delete runs; a worker that trains one finds it gone and ends the training."""
        with self._database.writing(contents=True) as connection:
            connection.execute(delete(runs).where(runs.c.id.in_(run_ids), runs.c.owner == owner))
            delete_unused_contents(connection)
        self._database.truncate_log()

    @contextlib.contextmanager
    def _add_run(self, owner: str) -> Iterator[Connection]:
        with (
            self._database.writing(contents=True) as connection,
            enforce_quota(connection, self._limits, owner, self._samples),
        ):
            self._refuse_too_many(connection, owner)
            yield connection

    def _refuse_too_many(self, connection: Connection, owner: str) -> None:
        count = select(func.count()).where(runs.c.owner == owner)
        if connection.execute(count).scalar_one() >= self._limits.runs:
            raise QuotaError(TOO_MANY_RUNS, n=self._limits.runs)
        waiting = count.where(runs.c.state.in_([state.value for state in WAITING]))
        if connection.execute(waiting).scalar_one() >= self._limits.waiting_runs:
            raise QuotaError(TOO_MANY_WAITING, n=self._limits.waiting_runs)
        all_waiting = select(func.count()).where(
            runs.c.state.in_([state.value for state in WAITING])
        )
        if connection.execute(all_waiting).scalar_one() < self._limits.all_waiting_runs:
            return
        # Only visitors at an address that fills the queue are refused, not those from elsewhere.
        if connection.scalar(all_waiting.where(runs.c.owner.in_(select_neighbours(owner)))):
            raise QuotaError(TOO_MANY_OF_ALL, n=self._limits.all_waiting_runs)
