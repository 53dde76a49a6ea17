"""Visitors: when they were last here, and what they had open."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update

from runs.limits import Limits
from runs.store.contents import bytes_of, sweep
from runs.store.database import Database
from runs.store.parts import ensure_visitor
from runs.store.tables import data_sets, runs, visitors

DAY = 24 * 3600.0


@dataclass(frozen=True)
class Usage:
    """What a visitor has on the server."""

    data_sets: int
    runs: int
    bytes: int


class Visitors:
    def __init__(self, database: Database, limits: Limits) -> None:
        self._database, self._limits = database, limits

    def welcome(self, visitor: str, lasting: bool) -> dict[str, Any]:
        """Note a visit; returns the workspace, empty for somebody new. ``lasting``: the visitor
        has a login, and nothing of theirs is removed by age."""
        with self._database.writing() as connection:
            ensure_visitor(connection, visitor)
            this = visitors.c.id == visitor
            seen = {"seen": time.time(), "lasting": lasting}
            connection.execute(update(visitors).where(this).values(seen))
            return connection.scalar(select(visitors.c.workspace).where(this))

    def save(self, visitor: str, workspace: dict[str, Any]) -> None:
        """Remember what is open; also counts as a visit."""
        changes = {"workspace": workspace, "seen": time.time()}
        with self._database.writing() as connection:
            ensure_visitor(connection, visitor)
            connection.execute(update(visitors).where(visitors.c.id == visitor).values(changes))

    def usage(self, visitor: str) -> Usage:
        with self._database.reading() as connection:
            sets, trained = (
                connection.scalar(select(func.count()).where(table.c.owner == visitor))
                for table in (data_sets, runs)
            )
            return Usage(sets, trained, bytes_of(connection, visitor))

    def delete(self, visitor: str) -> None:
        """Everything of a visitor, at once. Workers that train for them find their run gone."""
        with self._database.writing() as connection:
            connection.execute(delete(visitors).where(visitors.c.id == visitor))
            sweep(connection)

    def remove_old(self) -> int:
        """Delete visitors without a login who have not been here for so many days; how many."""
        before = time.time() - self._limits.days_kept * DAY
        old = delete(visitors).where(~visitors.c.lasting, visitors.c.seen < before)
        with self._database.writing() as connection:
            removed = connection.execute(old).rowcount
            if removed:
                sweep(connection)
        return removed
