"""Fair queue: which run starts next, which gives its worker back, and when, approximately.

Turns are shared by address, and within an address by visitor. Whoever has fewer workers comes
first; among equals, whoever has waited longer since the last turn. So many runs or many cookies
give no advantage, and a class behind one router is never refused.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Generic, Protocol, TypeVar

from runs.store import RunningRun, WaitingRun

# From the end of a turn to the start of the next run on that worker: the dispatcher polls, the
# worker reads the request and writes a checkpoint, and the dispatcher assigns the next run
# (measured with python -m benchmarks starvation).
HANDOVER_SECONDS = 0.5
START_SECONDS = 2.0  # what a run takes besides its epochs: data, compiling, measuring
MAX_EVENTS = 300  # of the simulation; later starts are estimated less exactly


class Holder(Protocol):
    """Something that holds a worker."""

    @property
    def owner(self) -> str:
        """Id of the visitor."""

    @property
    def address(self) -> str:
        """Hash of the visitor's address, or the owner if none is known."""


class Entry(Holder, Protocol):
    """Something that waits for a worker."""

    @property
    def created(self) -> float:
        """When it was requested."""

    @property
    def interrupted(self) -> bool:
        """It had started, and its worker died."""


E = TypeVar("E", bound=Entry)


@dataclass(frozen=True)
class QueuePosition:
    """Position of a waiting run.

    Attributes:
        before: Number of runs that start before it.
        seconds: Estimated seconds until it starts.
    """

    before: int
    seconds: float


class FairQueue(Generic[E]):
    """Entries that wait for a worker, in a fair order."""

    def __init__(
        self,
        waiting: Sequence[E],
        held: Sequence[Holder],
        last_served: Mapping[str, float],
        max_workers: float = inf,
    ) -> None:
        """Sort the entries by address and owner.

        Args:
            waiting: Entries, in the order of creation.
            held: Holders of workers.
            last_served: When an owner and an address last held a worker, by owner and by
                address; missing if not lately.
            max_workers: Workers that an owner may hold at the same time.
        """
        self._max_workers, self._last_served = max_workers, dict(last_served)
        self._addresses = Counter(each.address for each in held)
        self._owners = Counter(each.owner for each in held)
        self._waiting: dict[str, dict[str, deque[E]]] = {}  # by address, by owner
        for each in sorted(waiting, key=lambda each: not each.interrupted):  # sorted() is stable
            owners = self._waiting.setdefault(each.address, {})
            owners.setdefault(each.owner, deque()).append(each)

    def get_load_key(self, holder: Holder) -> tuple[int, int]:
        """Return a sort key that puts the addresses and owners with the most workers first."""
        return -self._addresses[holder.address], -self._owners[holder.owner]

    def peek(self) -> E | None:
        """Return the next entry, or None if no waiting entry may start.

        A run that was running when the server ended comes first. One that was interrupted later
        does not: a training that ends its worker, such as one that uses all memory, would get the
        next worker too, and the one after that.
        """
        eligible = [
            (address, owners)
            for address, all_owners in self._waiting.items()
            if (owners := [name for name in all_owners if self._owners[name] < self._max_workers])
        ]
        if not eligible:
            return None

        def get_key(each: tuple[str, list[str]]) -> tuple[bool, int, float]:
            address, owners = each
            since = min(self._waiting[address][owner][0].created for owner in owners)
            is_interrupted = address not in self._last_served and any(
                self._waiting[address][owner][0].interrupted for owner in owners
            )
            waits_since = max(since, self._last_served.get(address, 0.0))
            return not is_interrupted, self._addresses[address], waits_since

        address, owners = min(eligible, key=get_key)
        return min((self._waiting[address][owner][0] for owner in owners), key=self._get_owner_key)

    def _get_owner_key(self, first: E) -> tuple[bool, int, float]:
        waits_since = max(first.created, self._last_served.get(first.owner, 0.0))
        is_interrupted = first.interrupted and first.owner not in self._last_served
        return not is_interrupted, self._owners[first.owner], waits_since

    def take(self, entry: E) -> None:
        """Remove the entry, which is the first of its owner, and count its worker."""
        owners = self._waiting[entry.address]
        owners[entry.owner].popleft()
        if not owners[entry.owner]:
            del owners[entry.owner]
        if not owners:
            del self._waiting[entry.address]
        self._addresses[entry.address] += 1
        self._owners[entry.owner] += 1

    def release(self, entry: Holder, now: float) -> None:
        """Count the worker of an entry as free."""
        self._addresses[entry.address] -= 1
        self._owners[entry.owner] -= 1
        self._last_served[entry.address] = self._last_served[entry.owner] = now

    def find_successor(self, entry: E, now: float) -> E | None:
        """Return the next entry if this run gives its worker back.

        The run then waits again, ahead of the other runs of its owner. If no entry of another owner
        is next, the result is None and the queue does not change.
        """
        self.release(entry, now)
        owners = self._waiting.setdefault(entry.address, {})
        owners.setdefault(entry.owner, deque()).appendleft(entry)
        successor = self.peek()
        if successor is not None and successor.owner != entry.owner:
            return successor
        self.take(entry)
        return None


def sort_by_turn(
    waiting: Sequence[WaitingRun], held: Sequence[Holder], last_served: Mapping[str, float]
) -> list[WaitingRun]:
    """Return all waiting runs in the order in which they start if no run ends."""
    queue = FairQueue(waiting, held, last_served)
    result: list[WaitingRun] = []
    while (run := queue.peek()) is not None:
        queue.take(run)
        result.append(run)
    return result


def to_waiting(run: RunningRun) -> WaitingRun:
    """Return the running run as it waits after it has given its worker back."""
    return WaitingRun(
        id=run.id,
        owner=run.owner,
        address=run.address,
        created=run.created,
        interrupted=False,
        paused=True,
        stopping=run.stopping,
        seconds_left=run.seconds_left,
    )


@dataclass(frozen=True)
class _Busy:
    """A run on a worker of the simulation.

    Attributes:
        run: The run.
        ends: Seconds from now until it ends, if it keeps the worker.
        turn_ends: Seconds from now until it gives the worker back when others wait.
    """

    run: WaitingRun
    ends: float
    turn_ends: float


def estimate_positions(
    waiting: Sequence[WaitingRun],
    held: Sequence[RunningRun],
    workers: int,
    turn: float,
    turn_left: Mapping[str, float],
    last_served: Mapping[str, float],
    now: float,
    max_workers_per_owner: float = inf,
) -> dict[str, QueuePosition]:
    """Estimate the position of each waiting run, by id, if no other run is added.

    Args:
        waiting: Waiting runs.
        held: Running runs.
        workers: Number of workers.
        turn: Length of a turn in seconds.
        turn_left: Seconds left of the turns of running runs, by id.
        last_served: As in ``FairQueue``.
        now: Current time, on the clock of ``last_served``.
        max_workers_per_owner: Workers that an owner may hold at the same time.
    """
    queue, elapsed = FairQueue(waiting, held, last_served, max_workers_per_owner), 0.0
    busy = [
        _Busy(to_waiting(run), run.seconds_left, max(turn_left[run.id], 0.0) + HANDOVER_SECONDS)
        for run in held
    ]
    waiting_ids, positions = {run.id for run in waiting}, dict[str, QueuePosition]()
    for _event in range(MAX_EVENTS):
        while len(busy) < workers and (run := queue.peek()) is not None:
            queue.take(run)
            if run.id in waiting_ids:
                positions.setdefault(run.id, QueuePosition(len(positions), elapsed))
            ends = elapsed + START_SECONDS + run.seconds_left
            busy.append(_Busy(run, ends, elapsed + turn + HANDOVER_SECONDS))
        if len(positions) == len(waiting) or not busy:
            break
        overdue = [each for each in busy if each.turn_ends <= elapsed]
        for each in sorted(
            overdue, key=lambda each: (queue.get_load_key(each.run), each.turn_ends)
        ):
            remaining = replace(each.run, seconds_left=each.ends - elapsed)
            if queue.find_successor(remaining, now + elapsed) is not None:
                busy.remove(each)
                break
        else:
            future = [each.turn_ends for each in busy if each.turn_ends > elapsed]
            elapsed = min(future + [each.ends for each in busy])
            for each in [each for each in busy if each.ends <= elapsed]:
                busy.remove(each)
                queue.release(each.run, now + elapsed)
    for run in waiting:  # so far back that turns even out
        if run.id not in positions:
            positions[run.id] = QueuePosition(len(positions), elapsed)
            elapsed += min(run.seconds_left, turn) / max(workers, 1)
    return positions
