"""Results of identical runs: what one of them computed is the result of the others as well.

A training is a function of its data, its recipe, the program and the kind of machine. Runs with the
same key (owner, data, recipe) are identical; they have the same result if the same kind of program
and machine computed it. Each run keeps a copy of its own, so that nothing its owner does with it
affects the others.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, insert, literal, select, update

from runs.store.artifact_kinds import CHECKPOINT, EVALUATION, MEASURED, MODEL, PROOF
from runs.store.database import Database
from runs.store.engine import lock_key
from runs.store.helpers import DuplicateKey
from runs.store.tables import artifacts, epochs, runs, twins
from runs.store.transitions import move
from runs.types import ACTIVE, RunState

DUPLICATE_LOCK = 20613  # PostgreSQL: one of several identical runs is claimed at a time
STARTED = (RunState.RUNNING.value, RunState.INTERRUPTED.value)
SEVERAL = ""  # instead of a kind
# Artifacts of a result; an export contains its owner's name for it, so it is not copied.
COPIED = (MODEL, CHECKPOINT, MEASURED, PROOF, EVALUATION)
OUTCOME = ("progress", "notes", "metrics", "best_epoch", "computed")  # columns of a run
_OTHER, _OTHER_RUN = twins.alias(), runs.alias()  # a run that may have the result


class Duplicates:
    """Identical runs in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_active(self) -> dict[str, DuplicateKey]:
        """Return the keys, by run id, of runs that have not ended and need not stop."""
        query = _join(runs.c.id, twins.c.key, twins.c.alone).where(
            runs.c.state.in_([state.value for state in ACTIVE]), ~runs.c.stopping
        )
        with self._database.reading() as connection:
            return {run: DuplicateKey(key, alone) for run, key, alone in connection.execute(query)}

    def reuse_results(self, kinds: Collection[str], run_id: str | None = None) -> list[str]:
        """Finish waiting runs with the result of an identical run.

        Args:
            kinds: Kinds of program and machine whose results count.
            run_id: The only run to finish; None for all waiting runs.

        Returns:
            The ids of the runs that were finished.
        """
        if not kinds:
            return []
        finished = select(1).join_from(_OTHER, _OTHER_RUN, _OTHER.c.run == _OTHER_RUN.c.id)
        finished = finished.where(
            _OTHER.c.key == twins.c.key,
            _OTHER.c.kind.in_(kinds),
            _OTHER_RUN.c.state == RunState.FINISHED.value,
        )
        query = _join(runs.c.id).where(
            runs.c.state == RunState.QUEUED.value, ~twins.c.alone, finished.exists()
        )
        if run_id is not None:
            query = query.where(runs.c.id == run_id)
        with self._database.reading() as connection:
            run_ids = list(connection.scalars(query))
        return [each for each in run_ids if self._reuse_result(each, kinds)]

    def _reuse_result(self, run_id: str, kinds: Collection[str]) -> bool:
        with self._database.writing() as connection:
            query = _join(runs.c.id, runs.c.attempt, twins.c.key, twins.c.alone).where(
                runs.c.id == run_id, runs.c.state == RunState.QUEUED.value
            )
            row = connection.execute(query.with_for_update(of=runs)).one_or_none()
            if row is None or row.alone or row.attempt:
                return False
            return _copy_result(connection, run_id, row.key, kinds)

    def detach(self, owner: str, run_id: str) -> bool:
        """Have a waiting run trained by itself; False if it does not wait (any more)."""
        conditions = (runs.c.id == run_id, runs.c.owner == owner)
        is_waiting = runs.c.state == RunState.QUEUED.value
        with self._database.writing() as connection:
            query = select(runs.c.id).where(*conditions, is_waiting).with_for_update()
            if connection.scalar(query) is None:
                return False
            change = update(twins).where(twins.c.run == run_id)
            return connection.execute(change.values(alone=True)).rowcount == 1

    def get_result_key(self, run_id: str) -> str | None:
        """Return a key that all runs with the same result share.

        None for a run without a finished result, or with a result that no other run can share.
        """
        query = _join(twins.c.key, twins.c.kind).where(runs.c.id == run_id, _IS_FINISHED)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else f"{row.key} {row.kind}"

    def list_artifacts(
        self, run_id: str, kind: str, max_count: int = 100
    ) -> list[tuple[str, bytes]]:
        """Return (run id, artifact) of other runs with the same result.

        Args:
            run_id: Run whose result is shared.
            kind: Kind of the artifact.
            max_count: Maximum number of artifacts.
        """
        query = _join(twins.c.key, twins.c.kind).where(runs.c.id == run_id, _IS_FINISHED)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return []
            statement = _join(artifacts.c.run, artifacts.c.content).join(
                artifacts, and_(artifacts.c.run == runs.c.id, artifacts.c.kind == kind)
            )
            statement = statement.where(*_has_result(row.key, [row.kind]), runs.c.id != run_id)
            return [tuple(each) for each in connection.execute(statement.limit(max_count))]

    def get_artifact(self, run_id: str, kind: str) -> bytes | None:
        """Return an artifact of a run with the same result, or None."""
        stored = self.list_artifacts(run_id, kind, max_count=1)
        return stored[0][1] if stored else None


def claim_duplicate(connection: Connection, run_id: str, attempt: int, kind: str | None) -> bool:
    """Record the kind that computes a waiting run that a worker is about to claim.

    Args:
        connection: Transaction.
        run_id: Id of the run.
        attempt: Number of its attempts so far.
        kind: Kind of program and machine of the worker.

    Returns:
        False if the run must not be trained: an identical run has started, or has finished, and
        then the run has that result now.
    """
    duplicate = connection.execute(select(twins).where(twins.c.run == run_id)).one_or_none()
    if duplicate is None:
        return True
    if attempt == 0 and not duplicate.alone:
        lock_key(connection, DUPLICATE_LOCK, duplicate.key)
        query = _join(runs.c.id).where(
            twins.c.key == duplicate.key, runs.c.state.in_(STARTED), ~runs.c.stopping
        )
        if connection.scalar(query.limit(1)) is not None:
            return False
        if kind is not None and _copy_result(connection, run_id, duplicate.key, [kind]):
            return False
    is_same_kind = attempt == 0 or kind == duplicate.kind
    change = update(twins).where(twins.c.run == run_id)
    connection.execute(change.values(kind=kind if is_same_kind else SEVERAL))
    return True


def _copy_result(connection: Connection, run_id: str, key: str, kinds: Collection[str]) -> bool:
    """Finish a run that has not started with the result of an identical one of these kinds.

    Returns:
        False if there is none (any more).
    """
    query = select(runs, twins.c.kind).join(twins, twins.c.run == runs.c.id)
    query = query.join(artifacts, and_(artifacts.c.run == runs.c.id, artifacts.c.kind == MODEL))
    query = query.where(*_has_result(key, kinds)).order_by(runs.c.ended).limit(1)
    # Its model may be rewritten with its proof, or deleted, at this moment.
    other = connection.execute(query.with_for_update(read=True, of=artifacts)).one_or_none()
    if other is None:
        return False
    for table, columns, conditions in (
        (epochs, (epochs.c.epoch, epochs.c.figures), ()),
        (
            artifacts,
            (artifacts.c.kind, artifacts.c.size, artifacts.c.content),
            (artifacts.c.kind.in_(COPIED),),
        ),
    ):
        rows = select(literal(run_id), *columns).where(table.c.run == other.id, *conditions)
        names = ["run", *(column.name for column in columns)]
        connection.execute(insert(table).from_select(names, rows))
    change = update(twins).where(twins.c.run == run_id)
    connection.execute(change.values(kind=other.kind, taken=True))
    return move(
        connection,
        run_id,
        RunState.QUEUED,
        RunState.FINISHED,
        {name: getattr(other, name) for name in OUTCOME},
        why="the same was computed before",
    )


_IS_FINISHED = and_(runs.c.state == RunState.FINISHED.value, twins.c.kind != SEVERAL)


def _join(*columns: ColumnElement[object]) -> Select[*tuple[Any, ...]]:
    return select(*columns).join_from(runs, twins, twins.c.run == runs.c.id)


def _has_result(key: str, kinds: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    """Return conditions for runs with a result of this key and one of these kinds."""
    return twins.c.key == key, twins.c.kind.in_(kinds), _IS_FINISHED
