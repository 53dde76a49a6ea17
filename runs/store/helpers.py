"""Small parts that several sides of the store share."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Table, func, literal, select, union
from sqlalchemy.dialects import postgresql, sqlite

from core.recipe.recipe import Recipe
from runs.store.tables import addresses, visitors

MAX_NAME = 200  # characters


@dataclass(frozen=True)
class Twin:
    """A run among those of the same key, which have the same result. alone: it is trained by
    itself, whatever there is."""

    key: str
    alone: bool

    @classmethod
    def of(cls, owner: str | None, data: str, recipe: Recipe, alone: bool) -> Twin:
        """owner: whose runs alone share results; None where all visitors' do. data: its digest."""
        parts = json.dumps([owner, data, plain(recipe.to_dict())], sort_keys=True)
        return cls(hashlib.sha256(parts.encode()).hexdigest(), alone)


def plain(thing: Any) -> Any:
    """As JSON will give it back: tuples become lists, NumPy's numbers Python's."""

    def simple(value: Any) -> Any:
        return value.item() if hasattr(value, "item") else str(value)

    return json.loads(json.dumps(thing, default=simple))


def readable(name: str) -> str:
    """A name from outside as every database takes it: no character 0, no half characters."""
    return name.replace("\0", "").encode("utf-8", "replace").decode()[:MAX_NAME]


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that knows what to do about a row that is there already."""
    insert = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[connection.dialect.name]
    return insert(table)


def ensure_visitor(connection: Connection, visitor: str) -> None:
    """Lock a visitor's row, so that two tabs do not both take the last place there is; make it
    where another tab has just deleted everything."""
    now = time.time()
    new = {"id": visitor, "lasting": False, "seen": now, "born": now, "workspace": {}}
    insert_or_ignore(connection, visitors, new)  # two tabs of a new visitor come at once
    connection.execute(select(visitors.c.id).where(visitors.c.id == visitor).with_for_update())


def insert_or_ignore(connection: Connection, table: Table, values: dict[str, Any]) -> None:
    """A row, unless there is one with this key already, maybe since a moment ago."""
    connection.execute(insert_into(connection, table).values(values).on_conflict_do_nothing())


def neighbours(owner: str) -> CompoundSelect:
    """The visitor, and those whose last visit was from the same address."""
    here = select(addresses.c.address).where(addresses.c.visitor == owner).scalar_subquery()
    return union(
        select(literal(owner)), select(addresses.c.visitor).where(addresses.c.address == here)
    )


def stored_bytes(connection: Connection) -> int:
    """What the whole database takes, as far as it is used."""
    if connection.dialect.name == "postgresql":
        return connection.scalar(select(func.pg_database_size(func.current_database())))
    size, pages, free = (
        connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        for name in ("page_size", "page_count", "freelist_count")
    )
    return size * (pages - free)
