"""Helpers that several modules of the store share."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

from sqlalchemy import CompoundSelect, Connection, Table, literal, select, union
from sqlalchemy.dialects import postgresql, sqlite

from core.engine.progress import Progress
from core.preprocessing.hold_out import HoldOut
from core.recipe.recipe import Recipe
from runs.store.tables import addresses, visitors

MAX_NAME = 200  # characters


@dataclass(frozen=True)
class DuplicateKey:
    """Key of a run; runs with equal keys have the same result.

    Attributes:
        key: Digest of everything that determines the result, except program and machine.
        alone: The run is trained by itself, even if an identical run exists.
    """

    key: str
    alone: bool

    @classmethod
    def from_training(
        cls,
        owner: str | None,
        data: str,
        recipe: Recipe,
        alone: bool,
        hold_out: HoldOut | None = None,
    ) -> DuplicateKey:
        """Build the key of a training.

        Args:
            owner: Owner whose runs share results; None if all visitors share them.
            data: Digest of the data.
            recipe: Recipe to train.
            alone: See the attribute.
            hold_out: Test set that is held out from the data.
        """
        parts = [owner, data, to_json_types(recipe.resolve().to_dict())]
        if hold_out is not None and len(hold_out.rows):  # keys of runs without one stay as stored
            parts.append(hold_out.digest)
        text = json.dumps(parts, sort_keys=True)
        return cls(hashlib.sha256(text.encode()).hexdigest(), alone)


def to_json_types(value: object) -> object:
    """Convert a value to what JSON returns: tuples become lists, NumPy numbers Python numbers."""

    def to_python(value: object) -> object:
        return value.item() if hasattr(value, "item") else str(value)

    return json.loads(json.dumps(value, default=to_python))


class StoredProgress(TypedDict):
    """Stored form of ``Progress``, without its history."""

    epoch: int
    epochs: int
    batch: int
    batches: int
    sequences: int
    seconds: float


def decode_progress(stored: StoredProgress) -> Progress:
    """Decode stored progress, without its history."""
    return Progress(**stored, history={})


def sanitize_name(name: str, most: int = MAX_NAME) -> str:
    """Return a text that every database accepts: no null character, no lone surrogates."""
    return name.replace("\0", "").encode("utf-8", "replace").decode()[:most]


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert statement that supports ``on_conflict`` clauses."""
    is_postgresql = connection.dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


def ensure_visitor(connection: Connection, visitor: str) -> None:
    """Lock the row of a visitor, so that two tabs cannot both take the last place of a limit.

    The row is created if another tab has just deleted everything.
    """
    now = time.time()
    new = {"id": visitor, "lasting": False, "seen": now, "born": now, "workspace": {}}
    insert_or_ignore(
        connection, visitors, new
    )  # two tabs of a new visitor may insert at the same time
    connection.execute(select(visitors.c.id).where(visitors.c.id == visitor).with_for_update())


def insert_or_ignore(connection: Connection, table: Table, values: Mapping[str, object]) -> None:
    """Insert a row, unless a row with this key exists already."""
    connection.execute(insert_into(connection, table).values(values).on_conflict_do_nothing())


def select_neighbours(owner: str) -> CompoundSelect[str]:
    """Select the visitor and the visitors whose last visit was from the same address."""
    own_address = select(addresses.c.address).where(addresses.c.visitor == owner).scalar_subquery()
    return union(
        select(literal(owner)),
        select(addresses.c.visitor).where(addresses.c.address == own_address),
    )
