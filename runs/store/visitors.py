"""Visitors: their visits, workspaces, addresses and usage."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, func, select, update

from runs.limits import Limits
from runs.store.data_sets import delete_unused_contents
from runs.store.database import Database
from runs.store.helpers import ensure_visitor, insert_into, insert_or_ignore
from runs.store.quota import Samples, count_bytes
from runs.store.tables import addresses, data_sets, keys, runs, visitors

DAY = 24 * 3600.0


@dataclass(frozen=True)
class Usage:
    """Amount of data that a visitor has on the server."""

    data_sets: int
    runs: int
    bytes: int


class Visitors:
    """Visitors in the database."""

    def __init__(self, database: Database, limits: Limits, samples: Samples) -> None:
        """Wrap the database; ``samples`` returns the digests of the data that everybody has."""
        self._database, self._limits, self._samples = database, limits, samples

    def record_visit(
        self, visitor: str, lasting: bool, network: str | None = None
    ) -> tuple[dict[str, object], float]:
        """Record a visit.

        Args:
            visitor: Id of the visitor.
            lasting: The visitor has a login, so nothing of theirs is removed by age.
            network: Network of the visitor, see ``runs.addresses``; only a hash is stored.

        Returns:
            The workspace, empty for a new visitor, and ``born``, an argument of ``save``.
        """
        with self._database.writing() as connection:
            ensure_visitor(connection, visitor)
            is_visitor = visitors.c.id == visitor
            visit = {"seen": time.time(), "lasting": lasting}
            connection.execute(update(visitors).where(is_visitor).values(visit))
            if network is not None:
                _store_address(connection, visitor, network)
            query = select(visitors.c.workspace, visitors.c.born).where(is_visitor)
            return tuple(connection.execute(query).one())

    def save(self, visitor: str, born: float, changes: Mapping[str, object]) -> bool:
        """Store changes of the workspace; also counts as a visit.

        In a nested dictionary only the given entries change, and those given as None are removed:
        another tab may have changed the rest.

        Args:
            visitor: Id of the visitor.
            born: As returned by ``record_visit``.
            changes: New values by name.

        Returns:
            False if everything was deleted since ``record_visit``.
        """
        is_visitor = and_(visitors.c.id == visitor, visitors.c.born == born)
        with self._database.writing() as connection:
            query = select(visitors.c.workspace).where(is_visitor).with_for_update()
            workspace = connection.scalar(query)
            if workspace is None:
                return False
            values = {"workspace": _merge(workspace, changes), "seen": time.time()}
            connection.execute(update(visitors).where(is_visitor).values(values))
            return True

    def read_addresses(self, ids: Collection[str]) -> dict[str, str]:
        """Return the known address hashes by visitor, among these visitors."""
        query = select(addresses.c.visitor, addresses.c.address)
        with self._database.reading() as connection:
            return dict(connection.execute(query.where(addresses.c.visitor.in_(ids))).all())

    def read_usage(self, visitor: str) -> Usage:
        """Return the amount of data that a visitor has on the server."""
        with self._database.reading() as connection:
            set_count, run_count = (
                connection.execute(
                    select(func.count()).where(table.c.owner == visitor)
                ).scalar_one()
                for table in (data_sets, runs)
            )
            return Usage(set_count, run_count, count_bytes(connection, visitor, self._samples))

    def delete(self, visitor: str) -> None:
        """Delete everything of a visitor at once; their workers end because the runs are gone."""
        with self._database.writing(contents=True) as connection:
            connection.execute(delete(visitors).where(visitors.c.id == visitor))
            delete_unused_contents(connection)
        self._database.truncate_log()

    def remove_old(self) -> int:
        """Delete visitors without a login after ``days_kept`` days of absence.

        Returns:
            The number of deleted visitors.
        """
        deadline = time.time() - self._limits.days_kept * DAY
        old = delete(visitors).where(~visitors.c.lasting, visitors.c.seen < deadline)
        with self._database.writing(contents=True) as connection:
            count = connection.execute(old).rowcount
            if count:
                delete_unused_contents(connection)
        if count:
            self._database.truncate_log()
        return count


def _store_address(connection: Connection, visitor: str, network: str) -> None:
    """Store a keyed hash, because a plain hash of an IPv4 address can be reversed by trial."""
    insert_or_ignore(connection, keys, {"name": "addresses", "value": secrets.token_bytes(32)})
    query = select(keys.c.value).where(keys.c.name == "addresses")
    key = connection.execute(query).scalar_one()
    address = hashlib.blake2b(network.encode(), key=key, digest_size=16).hexdigest()
    insert = insert_into(connection, addresses).values(visitor=visitor, address=address)
    connection.execute(
        insert.on_conflict_do_update(index_elements=["visitor"], set_={"address": address})
    )


def _merge(workspace: dict[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    merged = {**workspace, **changes}
    for name, value in changes.items():
        if isinstance(value, dict):
            stored = workspace.get(name)
            entries = stored | value if isinstance(stored, dict) else value
            merged[name] = {key: each for key, each in entries.items() if each is not None}
    return merged
