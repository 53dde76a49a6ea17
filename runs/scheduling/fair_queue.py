"""Whose turn it is: what begins next, what gives its worker back, and when, about.

Turns are shared by address, and within an address by visitor: whoever has fewer workers comes
before whoever has more, and among equals whoever has waited longer since the last turn. So neither
many runs nor many cookies help anybody, and a class behind one router is never refused.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Protocol

from runs.store import Held, Waiting

# From the end of a turn to the next run's begin on that worker: the dispatcher looks, the worker
# hears of it and writes a checkpoint, and the dispatcher hands the next run over (measured: see
# python -m benchmarks starvation).
HANDOVER_SECONDS = 0.5
BEGIN_SECONDS = 2.0  # what a run takes beside its epochs: data, compiling, measuring
MAX_EVENTS = 300  # of the simulation; what begins after them is told less exactly


class Entry(Protocol):
    """What waits. created: when it was asked for; interrupted: it had begun, and its worker
    died."""

    owner: str
    address: str
    created: float
    interrupted: bool


class Holder(Protocol):
    """What has a worker."""

    owner: str
    address: str


@dataclass(frozen=True)
class Place:
    """A waiting run's place: how many begin before it, and in about how many seconds it does."""

    before: int
    seconds: float


class Line:
    """Those who wait, and who is next.

    last  when an owner and an address last had a worker, by either; missing: not lately
    """

    def __init__(
        self,
        waiting: Sequence[Entry],
        held: Sequence[Holder],
        last: Mapping[str, float],
        most: float = inf,
    ) -> None:
        """``most``: workers that an owner may have at the same time."""
        self._most, self._last = most, dict(last)
        self._addresses = Counter(each.address for each in held)
        self._owners = Counter(each.owner for each in held)
        self._waiting: dict[str, dict[str, deque[Entry]]] = {}  # by address, by owner
        for each in sorted(waiting, key=lambda each: not each.interrupted):  # stable
            owners = self._waiting.setdefault(each.address, {})
            owners.setdefault(each.owner, deque()).append(each)

    def poverty(self, holder: Holder) -> tuple[int, int]:
        """A key that sorts by how many workers an address has, and an owner, the most first."""
        return -self._addresses[holder.address], -self._owners[holder.owner]

    def first(self) -> Entry | None:
        """Who is next; None when nobody who waits may begin. What ran when a server ended goes
        first. What was interrupted since then does not: a training that ends its worker, such as
        one that takes all memory, would have the next one too, and the one after that."""
        ready = [
            (address, owners)
            for address, all_owners in self._waiting.items()
            if (owners := [name for name in all_owners if self._owners[name] < self._most])
        ]
        if not ready:
            return None

        def key(each: tuple[str, list[str]]) -> tuple:
            address, owners = each
            since = min(self._waiting[address][owner][0].created for owner in owners)
            broken = address not in self._last and any(
                self._waiting[address][owner][0].interrupted for owner in owners
            )
            waits_since = max(since, self._last.get(address, 0.0))
            return not broken, self._addresses[address], waits_since

        address, owners = min(ready, key=key)
        return min((self._waiting[address][owner][0] for owner in owners), key=self._of_owner)

    def _of_owner(self, first: Entry) -> tuple:
        waits_since = max(first.created, self._last.get(first.owner, 0.0))
        broken = first.interrupted and first.owner not in self._last
        return not broken, self._owners[first.owner], waits_since

    def take(self, entry: Entry) -> None:
        """It begins; it is its owner's first."""
        owners = self._waiting[entry.address]
        owners[entry.owner].popleft()
        if not owners[entry.owner]:
            del owners[entry.owner]
        if not owners:
            del self._waiting[entry.address]
        self._addresses[entry.address] += 1
        self._owners[entry.owner] += 1

    def leave(self, entry: Holder, now: float) -> None:
        """It has ended."""
        self._addresses[entry.address] -= 1
        self._owners[entry.owner] -= 1
        self._last[entry.address] = self._last[entry.owner] = now

    def yields(self, entry: Waiting, now: float) -> Entry | None:
        """Who is next once this gives its worker back and waits again, as its owner's first; None,
        and nothing has changed, when nobody else would have the worker."""
        self.leave(entry, now)
        owners = self._waiting.setdefault(entry.address, {})
        owners.setdefault(entry.owner, deque()).appendleft(entry)
        successor = self.first()
        if successor is not None and successor.owner != entry.owner:
            return successor
        self.take(entry)
        return None


def in_turn(
    waiting: Sequence[Waiting], held: Sequence[Holder], last: Mapping[str, float]
) -> list[Waiting]:
    """All that wait, in the order in which they begin if nothing ends."""
    line, found = Line(waiting, held, last), []
    while (run := line.first()) is not None:
        line.take(run)
        found.append(run)
    return found


def paused(run: Held) -> Waiting:
    """The run as it waits once it has given its worker back."""
    return Waiting(
        id=run.id,
        owner=run.owner,
        address=run.address,
        created=run.created,
        interrupted=False,
        paused=True,
        stopping=run.stopping,
        left=run.left,
    )


@dataclass(frozen=True)
class _Busy:
    """A run on a worker of the simulation. ends: if it keeps the worker; turn_ends: from then on it
    gives it back when others wait. In seconds from now."""

    run: Waiting
    ends: float
    turn_ends: float


def places(
    waiting: Sequence[Waiting],
    held: Sequence[Held],
    workers: int,
    turn: float,
    turn_left: Mapping[str, float],
    last: Mapping[str, float],
    now: float,
    most: float = inf,
) -> dict[str, Place]:
    """The place of each waiting run, by id, if nothing else comes.

    turn, turn_left  seconds of a turn, and what is left of those of held runs, by id
    last, now, most  as ``Line`` has them; now is on the clock of last
    """
    line, time = Line(waiting, held, last, most), 0.0
    busy = [
        _Busy(paused(run), run.left, max(turn_left[run.id], 0.0) + HANDOVER_SECONDS) for run in held
    ]
    awaited, places = {run.id for run in waiting}, dict[str, Place]()
    for _event in range(MAX_EVENTS):
        while len(busy) < workers and (run := line.first()) is not None:
            line.take(run)
            if run.id in awaited:
                places.setdefault(run.id, Place(len(places), time))
            ends = time + BEGIN_SECONDS + run.left
            busy.append(_Busy(run, ends, time + turn + HANDOVER_SECONDS))
        if len(places) == len(waiting) or not busy:
            break
        overdue = [each for each in busy if each.turn_ends <= time]
        for each in sorted(overdue, key=lambda each: (line.poverty(each.run), each.turn_ends)):
            rest = replace(each.run, left=each.ends - time)
            if line.yields(rest, now + time) is not None:
                busy.remove(each)
                break
        else:
            coming = [each.turn_ends for each in busy if each.turn_ends > time]
            time = min(coming + [each.ends for each in busy])
            for each in [each for each in busy if each.ends <= time]:
                busy.remove(each)
                line.leave(each.run, now + time)
    for run in waiting:  # behind so much that turns even out
        if run.id not in places:
            places[run.id] = Place(len(places), time)
            time += min(run.left, turn) / max(workers, 1)
    return places
