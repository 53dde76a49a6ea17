"""Runs that give the same result: what one of them computed is the others' as well.

A training is a function of its data, its recipe, the program and the kind of machine. Runs of the
same key (whose, data, recipe) are *twins*; they have the same result if the same kind (program and
machine) computed it. Each keeps a copy of its own, so that whatever its owner does with it, or the
owner of the other one, concerns nobody else.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Row, Select, and_, insert, literal, select, update

from runs.store.database import Database, lock_word
from runs.store.helpers import Twin
from runs.store.runs import CHECKPOINT, EVALUATION, MEASURED, MODEL, PROOF, move
from runs.store.tables import artifacts, epochs, runs, twins
from runs.types import ACTIVE, RunState

TWIN_LOCK = 20613  # PostgreSQL: one of several twins is taken up at a time
BEGUN = (RunState.RUNNING.value, RunState.INTERRUPTED.value)
SEVERAL = ""  # in the place of a kind
# Of a result; what is exported has its owner's name for it inside, and is not among them.
COPIED = (MODEL, CHECKPOINT, MEASURED, PROOF, EVALUATION)
OUTCOME = ("progress", "notes", "metrics", "best_epoch", "computed")  # columns of a run
_OTHER, _ENDED = twins.alias(), runs.alias()  # a run that may have the result already


class Twins:
    def __init__(self, database: Database) -> None:
        self._database = database

    def active(self) -> dict[str, Twin]:
        """Those that have not ended and are not asked to stop, by the run's id."""
        query = _joined(runs.c.id, twins.c.key, twins.c.alone).where(
            runs.c.state.in_([state.value for state in ACTIVE]), ~runs.c.stopping
        )
        with self._database.reading() as connection:
            return {run: Twin(key, alone) for run, key, alone in connection.execute(query)}

    def settle(self, kinds: Collection[str], run_id: str | None = None) -> list[str]:
        """Finish runs that wait, or this one of them, with the result of a twin that one of these
        kinds computed; the ids of those that were."""
        if not kinds:
            return []
        finished = select(1).join_from(_OTHER, _ENDED, _OTHER.c.run == _ENDED.c.id)
        finished = finished.where(
            _OTHER.c.key == twins.c.key,
            _OTHER.c.kind.in_(kinds),
            _ENDED.c.state == RunState.FINISHED.value,
        )
        query = _joined(runs.c.id).where(
            runs.c.state == RunState.QUEUED.value, ~twins.c.alone, finished.exists()
        )
        if run_id is not None:
            query = query.where(runs.c.id == run_id)
        with self._database.reading() as connection:
            found = list(connection.scalars(query))
        return [each for each in found if self._settle(each, kinds)]

    def _settle(self, run_id: str, kinds: Collection[str]) -> bool:
        with self._database.writing() as connection:
            query = _joined(runs.c.id, runs.c.attempt, twins.c.key, twins.c.alone).where(
                runs.c.id == run_id, runs.c.state == RunState.QUEUED.value
            )
            row = connection.execute(query.with_for_update(of=runs)).one_or_none()
            return row is not None and not row.alone and _take(connection, row, kinds)

    def leave(self, owner: str, run_id: str) -> bool:
        """Have a run that waits trained by itself; False for one that does not wait (any more)."""
        mine = (runs.c.id == run_id, runs.c.owner == owner)
        waits = runs.c.state == RunState.QUEUED.value
        with self._database.writing() as connection:
            query = select(runs.c.id).where(*mine, waits).with_for_update()
            if connection.scalar(query) is None:
                return False
            change = update(twins).where(twins.c.run == run_id)
            return connection.execute(change.values(alone=True)).rowcount == 1

    def result(self, run_id: str) -> str | None:
        """A word for the result of a finished run, the same for all that have the same one; None
        for a run that has none, or whose result is its own."""
        query = _joined(twins.c.key, twins.c.kind).where(runs.c.id == run_id, _is_whole)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else f"{row.key} {row.kind}"

    def artifacts(self, run_id: str, kind: str, most: int = 100) -> list[tuple[str, bytes]]:
        """What was found out about the result of this run for others that have the same one: their
        ids and the artifacts of that kind."""
        query = _joined(twins.c.key, twins.c.kind).where(runs.c.id == run_id, _is_whole)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return []
            others = _joined(artifacts.c.run, artifacts.c.content).join(
                artifacts, and_(artifacts.c.run == runs.c.id, artifacts.c.kind == kind)
            )
            others = others.where(*_same(row.key, [row.kind]), runs.c.id != run_id)
            return [tuple(each) for each in connection.execute(others.limit(most))]

    def artifact(self, run_id: str, kind: str) -> bytes | None:
        """One of ``artifacts``."""
        found = self.artifacts(run_id, kind, most=1)
        return found[0][1] if found else None


def take_up(connection: Connection, run: Row, kind: str | None) -> bool:
    """Note what kind computes a waiting run that a worker is about to take up. False where it need
    not be: its twin has begun, or has ended, and then the run has that result now."""
    twin = connection.execute(select(twins).where(twins.c.run == run.id)).one_or_none()
    if twin is None:
        return True
    if run.attempt == 0 and not twin.alone:
        lock_word(connection, TWIN_LOCK, twin.key)
        training = _joined(runs.c.id).where(
            twins.c.key == twin.key, runs.c.state.in_(BEGUN), ~runs.c.stopping
        )
        if connection.scalar(training.limit(1)) is not None:
            return False
        taken = _joined(runs.c.id, runs.c.attempt, twins.c.key).where(runs.c.id == run.id)
        if kind is not None and _take(connection, connection.execute(taken).one(), [kind]):
            return False
    one = run.attempt == 0 or kind == twin.kind
    change = update(twins).where(twins.c.run == run.id)
    connection.execute(change.values(kind=kind if one else SEVERAL))
    return True


def _take(connection: Connection, run: Row, kinds: Collection[str]) -> bool:
    """Finish a run that waits with the result of a twin that one of these kinds computed. False
    where there is none (any more), or where the run has begun."""
    if run.attempt:
        return False
    query = select(runs, twins.c.kind).join(twins, twins.c.run == runs.c.id)
    query = query.join(artifacts, and_(artifacts.c.run == runs.c.id, artifacts.c.kind == MODEL))
    query = query.where(*_same(run.key, kinds)).order_by(runs.c.ended).limit(1)
    # Its model may be just written again with its proof, or deleted.
    found = connection.execute(query.with_for_update(read=True, of=artifacts)).one_or_none()
    if found is None:
        return False
    for table, columns, which in (
        (epochs, (epochs.c.epoch, epochs.c.figures), ()),
        (
            artifacts,
            (artifacts.c.kind, artifacts.c.size, artifacts.c.content),
            (artifacts.c.kind.in_(COPIED),),
        ),
    ):
        copied = select(literal(run.id), *columns).where(table.c.run == found.id, *which)
        names = ["run", *(column.name for column in columns)]
        connection.execute(insert(table).from_select(names, copied))
    change = update(twins).where(twins.c.run == run.id)
    connection.execute(change.values(kind=found.kind, taken=True))
    return move(
        connection,
        run.id,
        RunState.QUEUED,
        RunState.FINISHED,
        why="the same was computed before",
        **{name: getattr(found, name) for name in OUTCOME},
    )


_is_whole = and_(runs.c.state == RunState.FINISHED.value, twins.c.kind != SEVERAL)


def _joined(*columns: object) -> Select:
    return select(*columns).join_from(runs, twins, twins.c.run == runs.c.id)


def _same(key: str, kinds: Collection[str]) -> tuple:
    """Runs that have a result of this key and one of these kinds."""
    return twins.c.key == key, twins.c.kind.in_(kinds), _is_whole
