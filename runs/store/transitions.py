"""Insertion of runs in the database, and their transitions from state to state."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping

from sqlalchemy import Connection, func, insert, select, update

from core.engine.progress import average_members
from core.recipe.recipe import Recipe
from runs.json_log import hash_run_id
from runs.store.database import log_after_commit
from runs.store.helpers import sanitize_name, to_json_types
from runs.store.tables import epochs, runs
from runs.types import TRANSITIONS, RunState

SPARK_POINTS = 24
EVENTS = {RunState.RUNNING: "started"}  # in the log; other events have the name of the state


def insert_run(
    connection: Connection,
    owner: str,
    name: str,
    recipe: Recipe,
    data: str,
    reading: Mapping[str, object],
    estimate: float,
    reserved: int,
) -> str:
    """Insert a queued run, in the open transaction, and return its id."""
    run_id = secrets.token_urlsafe(16)
    values = {
        "id": run_id,
        "owner": owner,
        "name": sanitize_name(name),
        "recipe": to_json_types(recipe.to_dict()),
        "data": data,
        "reading": to_json_types(reading),
        "state": RunState.QUEUED.value,
        "created": time.time(),
        "estimate": estimate,
        "reserved": reserved,
    }
    connection.execute(insert(runs).values(values))
    log_after_commit(connection, f"run {RunState.QUEUED.value}", run=hash_run_id(run_id))
    return run_id


def move(
    connection: Connection,
    run_id: str,
    current: RunState,
    new: RunState,
    changes: Mapping[str, object] | None = None,
    *,
    owned_by: str | None = None,
    in_attempt: int | None = None,
    why: str | None = None,
) -> bool:
    """Move a run to another state, if it is still in the current state.

    Args:
        connection: Transaction.
        run_id: Id of the run.
        current: State that the run must be in.
        new: State to move to.
        changes: Further columns to change.
        owned_by: Owner that the run must have.
        in_attempt: Attempt that must be the current one.
        why: Reason for the log.

    Returns:
        False if the run is not (any more) in that state, of that owner, or in that attempt: a
        visitor may cancel a run as it starts.

    Raises:
        ValueError: If the transition is not allowed.
    """
    if new not in TRANSITIONS[current]:
        raise ValueError(f"a run cannot move from {current.value} to {new.value}")
    where = [runs.c.id == run_id, runs.c.state == current.value]
    where += [] if owned_by is None else [runs.c.owner == owned_by]
    where += [] if in_attempt is None else [runs.c.attempt == in_attempt]
    values: dict[str, object] = {"state": new.value, **(changes or {})}
    if not TRANSITIONS[new]:
        values |= {
            "ended": time.time(),
            "stopping": False,
            "spark": _select_losses(connection, run_id),
        }
    if connection.execute(update(runs).where(*where).values(values)).rowcount != 1:
        return False
    facts = {} if why is None else {"why": why}
    log_after_commit(
        connection, f"run {EVENTS.get(new, new.value)}", run=hash_run_id(run_id), **facts
    )
    return True


def _select_losses(connection: Connection, run_id: str) -> list[float]:
    """Return the losses of evenly spaced epochs, first and last included.

    Of an ensemble, their means over the members.
    """
    is_own = epochs.c.run == run_id
    count = connection.scalar(select(func.max(epochs.c.epoch)).where(is_own)) or 0
    query = select(epochs.c.figures).where(is_own).order_by(epochs.c.epoch)
    selected = query.where(epochs.c.epoch.in_([1 + place for place in _space_evenly(count)]))
    rows = list(connection.scalars(selected))
    losses = [figures["loss"] for figures in rows]
    if rows and "member" in rows[0]:
        rows = list(connection.scalars(query))
        history = {name: [figures[name] for figures in rows] for name in ("loss", "member")}
        means = average_members(history)["loss"]
        losses = [means[place] for place in _space_evenly(len(means))]
    return [float(f"{loss:.4g}") for loss in losses]


def _space_evenly(count: int) -> list[int]:
    """Return at most SPARK_POINTS evenly spaced numbers below ``count``, both ends included."""
    points = min(count, SPARK_POINTS)
    return sorted({round(i * (count - 1) / max(points - 1, 1)) for i in range(points)})
