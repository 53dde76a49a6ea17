"""Visitors: when they were last here, and what they had open."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, func, select, update

from runs.limits import Limits
from runs.store.blobs import Samples, bytes_of, sweep
from runs.store.database import Database
from runs.store.helpers import ensure_visitor, insert_into, insert_or_ignore
from runs.store.tables import addresses, data_sets, keys, runs, visitors

DAY = 24 * 3600.0


@dataclass(frozen=True)
class Usage:
    """What a visitor has on the server."""

    data_sets: int
    runs: int
    bytes: int


class Visitors:
    def __init__(self, database: Database, limits: Limits, samples: Samples) -> None:
        """samples: the digests of data that everybody has."""
        self._database, self._limits, self._samples = database, limits, samples

    def welcome(
        self, visitor: str, lasting: bool, network: str | None = None
    ) -> tuple[dict[str, Any], float]:
        """Note a visit; returns the workspace, empty for somebody new, and ``born``, which
        ``save`` asks for. ``lasting``: the visitor has a login, and nothing of theirs is removed
        by age. ``network``: where the visitor is, see ``runs.addresses``; only a hash is kept."""
        with self._database.writing() as connection:
            ensure_visitor(connection, visitor)
            this = visitors.c.id == visitor
            seen = {"seen": time.time(), "lasting": lasting}
            connection.execute(update(visitors).where(this).values(seen))
            if network is not None:
                _note_address(connection, visitor, network)
            found = select(visitors.c.workspace, visitors.c.born).where(this)
            return tuple(connection.execute(found).one())

    def save(self, visitor: str, born: float, changes: dict[str, Any]) -> bool:
        """Remember what has changed in the workspace; also counts as a visit. Of a dictionary in
        it only the entries given change, and those given as None go: another tab may have changed
        the rest. False when everything was deleted since ``welcome`` said ``born``."""
        this = and_(visitors.c.id == visitor, visitors.c.born == born)
        with self._database.writing() as connection:
            query = select(visitors.c.workspace).where(this).with_for_update()
            before = connection.scalar(query)
            if before is None:
                return False
            after = {"workspace": _merged(before, changes), "seen": time.time()}
            connection.execute(update(visitors).where(this).values(after))
            return True

    def addresses(self, among: Collection[str]) -> dict[str, str]:
        """The hash of each visitor's address, for those of whom one is known."""
        query = select(addresses.c.visitor, addresses.c.address)
        with self._database.reading() as connection:
            return dict(connection.execute(query.where(addresses.c.visitor.in_(among))).all())

    def usage(self, visitor: str) -> Usage:
        with self._database.reading() as connection:
            sets, trained = (
                connection.scalar(select(func.count()).where(table.c.owner == visitor))
                for table in (data_sets, runs)
            )
            return Usage(sets, trained, bytes_of(connection, visitor, self._samples))

    def delete(self, visitor: str) -> None:
        """Everything of a visitor, at once. Workers that train for them find their run gone."""
        with self._database.writing(contents=True) as connection:
            connection.execute(delete(visitors).where(visitors.c.id == visitor))
            sweep(connection)
        self._database.forget()

    def remove_old(self) -> int:
        """Delete visitors without a login who have not been here for so many days; how many."""
        before = time.time() - self._limits.days_kept * DAY
        old = delete(visitors).where(~visitors.c.lasting, visitors.c.seen < before)
        with self._database.writing(contents=True) as connection:
            removed = connection.execute(old).rowcount
            if removed:
                sweep(connection)
        if removed:
            self._database.forget()
        return removed


def _note_address(connection: Connection, visitor: str, network: str) -> None:
    """Keyed, because whoever has a plain hash of an IPv4 address can try all of them."""
    insert_or_ignore(connection, keys, {"name": "addresses", "value": secrets.token_bytes(32)})
    key = connection.scalar(select(keys.c.value).where(keys.c.name == "addresses"))
    address = hashlib.blake2b(network.encode(), key=key, digest_size=16).hexdigest()
    note = insert_into(connection, addresses).values(visitor=visitor, address=address)
    connection.execute(
        note.on_conflict_do_update(index_elements=["visitor"], set_={"address": address})
    )


def _merged(before: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = before | changes
    for name, value in changes.items():
        if isinstance(value, dict):
            entries = before.get(name, {}) | value
            merged[name] = {key: each for key, each in entries.items() if each is not None}
    return merged
