"""Which waiting runs need no worker, because the same is trained for another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runs.store import Held, Twin, Waiting


def following(
    waiting: Sequence[Waiting], held: Sequence[Held], twins: Mapping[str, Twin]
) -> dict[str, str]:
    """The waiting runs that wait for another one's result, with the id of that one: the one that
    runs, or else has begun, or else the oldest. waiting: in the order they were made; twins: of
    active runs, by id.

    A run that has begun goes on by itself, and so does one that is to be trained alone."""
    leaders = {twins[run.id].key: run.id for run in held if run.id in twins}
    found = {}
    for run in sorted(waiting, key=_begun, reverse=True):  # stable
        twin = twins.get(run.id)
        if twin is None:
            continue
        leader = leaders.setdefault(twin.key, run.id)
        if leader != run.id and not twin.alone and not _begun(run):
            found[run.id] = leader
    return found


def _begun(run: Waiting) -> bool:
    return run.interrupted or run.paused
