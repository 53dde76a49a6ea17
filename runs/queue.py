"""Whose turn it is: which waiting runs begin next, and when, about."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from runs.store import Held, Waiting


@dataclass(frozen=True)
class Place:
    """A waiting run's place: how many begin before it, and in about how many seconds it does."""

    before: int
    seconds: float


def in_turn(waiting: Sequence[Waiting], held: Sequence[Held]) -> list[tuple[int, Waiting]]:
    """The order in which waiting runs (given in the order they were made) begin, each with its
    rank: how many of its visitor's runs go before it, those that run now included.

    Runs that were interrupted had begun before, and are first. Then every visitor's first run
    comes before anyone's second, so that twenty runs of one do not hold up another's only one.
    """
    ranks = Counter(run.owner for run in held)
    ranked = []
    for run in sorted(waiting, key=lambda run: not run.interrupted):  # stable
        ranked.append((ranks[run.owner], run))
        ranks[run.owner] += 1
    return sorted(ranked, key=lambda each: (not each[1].interrupted, each[0]))


def places(waiting: Sequence[Waiting], held: Sequence[Held], workers: int) -> dict[str, Place]:
    """The place of each waiting run, by id, if nothing else comes."""
    free = [run.left for run in held] + [0.0] * (workers - len(held))
    heapq.heapify(free)
    found = {}
    for before, (_rank, run) in enumerate(in_turn(waiting, held)):
        begins = heapq.heappop(free) if free else 0.0
        found[run.id] = Place(before, begins)
        heapq.heappush(free, begins + run.estimate)
    return found
