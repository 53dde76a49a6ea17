"""How much work one call into a compiled function covers."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from .batching import Plan

CALL_SECONDS = 0.1  # progress and Stop wait for a call, and a call costs some 0.2 ms by itself


class Pace:
    """Cuts plans into calls of about CALL_SECONDS by the speed of the calls before. The first
    call is one batch: what it takes is not known."""

    def __init__(self) -> None:
        self.cost_a_second = 0.0

    def calls(self, plan: Plan, first: int = 0) -> Iterator[tuple[int, int]]:
        """(first, last) batches of one call after another, from ``first`` on; each is timed until
        the next."""
        until = np.cumsum(plan.cost, dtype=np.float64)
        while first < len(plan):
            done = until[first - 1] if first else 0.0
            most = done + self.cost_a_second * CALL_SECONDS
            last = max(first + 1, int(np.searchsorted(until, most, side="right")))
            began = time.perf_counter()
            yield first, last
            self.cost_a_second = (until[last - 1] - done) / (time.perf_counter() - began)
            first = last
